"""Records a history of every kind of life on the real server, for the replay tests.

Run it with the names of the lives that were added (`python -m tests.support.record_histories held`), never to make a
replay pass: a recorded case must go on under new code.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowUpdateFailedError

from activities.cover import Covered
from activities.ledger import Turn
from activities.mail.incoming import IncomingMail
from desk.problems import EngineUnavailable
from policy.case import commands as c
from policy.case import lifecycle
from policy.case.case import (
    SYSTEM,
    Actor,
    Cause,
    Channel,
    Direction,
    Level,
    Outcome,
    OutOfScopeKind,
    Priority,
    Role,
    Status,
)
from policy.case.duplicates import GoesOnIn
from policy.case.refusals import DuplicateOfEnded
from policy.cover.cover import CoverRef
from policy.cover.cover_end import CoverDates, day_begins_at
from policy.duty.steps import PageStep
from policy.terms.terms import CoverKind
from policy.time.calendar import Closure
from tests.support.lives import (
    ACCEPT,
    ANALYSIS,
    ANSWER,
    APPROVE,
    ASK,
    BEGIN_CHAT,
    CLAIM,
    CONFIRM,
    CONTACT,
    DIRECTOR,
    HAND_OFF,
    HELP_DESK,
    NO_WORDS,
    PAGED,
    PLUS,
    PREMIUM,
    REOPEN,
    REPLY,
    REPORT,
    REQUEST_VISIT,
    RESOLVE,
    SIGN_OFF,
    SPECIALIST,
    STANDARD,
    TAKE_CHAT,
    TO_PROVIDER,
    UNCOVERED,
    WITHDRAW,
    WORDS,
    attempt,
    bogota,
    call,
    duplicate,
    end_chat,
    expense,
    hand_over_chat,
    line,
    opening,
    priority,
    terms,
    transfer,
)
from tests.support.lives import (
    START as START_VISIT,
)
from tests.support.server import (
    LedgerAhead,
    MemoryCover,
    MemoryNotices,
    eventually,
    settings_for,
    time_skipping_server,
)
from tests.workflows.conftest import House, LiveCase
from worker import Activities, build_worker
from workflows import addresses
from workflows.contract_run import ContractRun, workflow_id
from workflows.mail_run import MailRun
from workflows.notices_run import NoticesRun

FOLDER = Path(__file__).parents[1] / "workflows" / "histories"
START = "2027-02-02 09:00"
Life = Callable[[House], Awaitable[LiveCase | list[LiveCase]]]


async def _lived(house: House, *steps: c.Command | timedelta, held: bool = False, standard: bool = False) -> LiveCase:
    """A case that was given these commands, with these times in between."""
    terms = UNCOVERED if held else STANDARD if standard else PREMIUM
    case = await house.open(opening(START), terms=terms)
    at = case.opened_at
    for place, step in enumerate(steps):
        if isinstance(step, timedelta):
            at += step
            await case.until(at)
        else:
            await case.give(step, key=f"step-{place}")
    return case


async def _ahead(house: House) -> LiveCase:
    case = await house.open(opening(START), terms=PREMIUM)
    claimed = lifecycle.decide(case.state, CLAIM, terms=PREMIUM, at=case.state.last_at)
    assert isinstance(house.ledger, LedgerAhead)
    house.ledger.lost = Turn(decision=claimed, command_id="lost-claim")
    await case.give(REPLY, key="reply")
    return case


async def _not_taken_by_the_ledger(house: House) -> LiveCase:
    """A case that cannot go on in another, for that one's end was recorded first; it goes on by itself, to its own."""
    case = await house.open(opening(START), terms=PREMIUM)
    assert isinstance(house.ledger, LedgerAhead)
    house.ledger.refused = DuplicateOfEnded(other=OTHER)
    with suppress(WorkflowUpdateFailedError):
        await case.give(GOES_ON, key="too-late")
    for step in (CLAIM, REPLY, RESOLVE, CONFIRM):
        await case.give(step, key=type(step).__name__)
    return case


async def _diagnosed(house: House, cause: Cause, *steps: c.Command) -> LiveCase:
    """A claim on a piece of equipment, what a specialist found, and what follows."""
    ours = c.Equipment(supplied_by_us=True, serial_number="SN-1")
    case = await house.open(opening(START, serial_number="SN-1", equipment=ours), terms=PREMIUM)
    for step in (c.RecordDiagnosis(by=SPECIALIST, cause=cause, summary=WORDS), *steps):
        await case.give(step, key=type(step).__name__)
    return case


async def _by_chat(house: House) -> LiveCase:
    """A case that waits in the chat, where nobody comes; it goes on as any other."""
    case = await house.open(opening(START, channel=Channel.CHAT, begins_chat=True), terms=PREMIUM)
    await case.until(case.opened_at + 20 * MINUTES)
    for step in (CLAIM, REPLY, RESOLVE, CONFIRM):
        await case.give(step, key=type(step).__name__)
    return case


async def _by_mail(house: House) -> LiveCase:
    """A case that goes on from a closed one, and came without what was analysed, which its first answer brings."""
    came: dict[str, Any] = {"channel": Channel.EMAIL, "analysis_follows": True, "follows": OTHER}
    case = await house.open(opening(START, prior_analysis=NO_WORDS, **came), terms=PREMIUM)
    absent = c.AddNote(by=SYSTEM, body=WORDS, mentions=("agent-2",))
    for step in (absent, replace(ANSWER, says_more=False), ANSWER, CLAIM, RESOLVE, CONFIRM):
        await case.give(step, key=f"{type(step).__name__}-{case.state.turn}")
    return case


async def _told_on_the_telephone(house: House) -> LiveCase:
    """A case by mail without what was analysed, which the customer tells on the telephone while it is asked."""
    came: dict[str, Any] = {"channel": Channel.EMAIL, "analysis_follows": True, "prior_analysis": NO_WORDS}
    case = await house.open(opening(START, **came), terms=PREMIUM)
    for step in (CLAIM, ASK, ANALYSIS, RESOLVE, CONFIRM):
        await case.give(step, key=f"{type(step).__name__}-{case.state.turn}")
    return case


async def _told_by_chat(house: House) -> LiveCase:
    """A case by mail without what was analysed, which a line of a chat brings."""
    came: dict[str, Any] = {"channel": Channel.EMAIL, "analysis_follows": True, "prior_analysis": NO_WORDS}
    case = await house.open(opening(START, **came), terms=PREMIUM)
    tells = replace(line(CONTACT), says_more=True)
    for step in (BEGIN_CHAT, TAKE_CHAT, tells, line(), RESOLVE, CONFIRM):
        await case.give(step, key=f"{type(step).__name__}-{case.state.turn}")
    return case


async def _message(house: House) -> LiveCase:
    """A message that is taken at the second try."""
    run = MailRun(message_id="msg_1", mailbox="intake", uidvalidity=1, uid=1)
    handle = await house.env.client.start_workflow(
        addresses.MAIL_WORKFLOW, run.message_id, id=run.workflow_id, task_queue=house.queue
    )
    await handle.result()
    return LiveCase(house.env, house.ledger, handle, datetime.now(UTC))


@dataclass
class _Once:
    """What takes messages, and does not come through at first."""

    tries: int = 0

    async def take(self, message_id: str) -> str:
        self.tries += 1
        if self.tries == 1:
            raise EngineUnavailable
        return "opened"


async def _third_plan(house: House) -> LiveCase:
    """A case under a plan that no code knows: its own clocks hand it on, twice, before it is solved."""
    case = await house.open(opening(START), terms=terms(PLUS))
    await case.until(case.opened_at + 45 * MINUTES)
    for step in (replace(CLAIM, by=DIRECTOR), REPLY, RESOLVE, CONFIRM):
        await case.give(step, key=type(step).__name__)
    return case


async def _registered_late(house: House) -> LiveCase:
    """A held case whose payment of its first day is registered three days later: its clocks reached level 3 by then."""
    case = await house.open(opening(START), terms=UNCOVERED, customer_id="customer-late")
    await case.until(case.opened_at + 3 * DAYS)
    house.cover.covered[case.state.customer_id] = Covered(
        terms=STANDARD, covered_at=case.opened_at + 3 * DAYS, counts_from=case.opened_at + 4 * HOURS
    )
    await case.handle.signal(addresses.COVER_CHANGED)
    await eventually(lambda: case.state.level is Level.DIRECTOR)
    for step in (replace(CLAIM, by=DIRECTOR), RESOLVE, CONFIRM):
        await case.give(step, key=type(step).__name__)
    return case


async def _held(house: House, *, covered: bool = False, told: bool = False, days: int = 0) -> LiveCase:
    """A held case whose cover was registered an hour after its opening, or never."""
    case = await house.open(opening(START), terms=UNCOVERED, customer_id=f"customer-{covered}-{told}")
    if covered:
        cover = Covered(terms=STANDARD, covered_at=case.opened_at + HOURS)
        house.cover.covered[case.state.customer_id] = cover
    if told:
        await case.until(case.opened_at + 90 * MINUTES)
        await case.handle.signal(addresses.COVER_CHANGED)
        await eventually(lambda: case.state.status is not Status.HELD)
        for step in (CLAIM, RESOLVE, CONFIRM):
            await case.give(step, key=type(step).__name__)
    if days:
        await case.until(case.opened_at + days * DAYS)
    return case


async def _cover(house: House, cover: CoverRef, dates: CoverDates) -> LiveCase:
    """The workflow of a contract or a warranty with these days."""
    house.cover.dates[cover.id] = dates
    handle = await house.env.client.start_workflow(
        addresses.CONTRACT_WORKFLOW, ContractRun(cover=cover), id=workflow_id(cover), task_queue=house.queue
    )
    return LiveCase(house.env, house.ledger, handle, datetime.now(UTC))


async def _until(cover: LiveCase, on: date) -> None:
    """Let a cover's own clock run on to the first instant of a day."""
    await cover.env.fast_forward(cover.handle, day_begins_at(on) - await cover.now())


async def _contract(house: House) -> LiveCase:
    """A contract from its registration to the day after its last one, renewed on the way."""
    cover = CoverRef(kind=CoverKind.CONTRACT, id="contract-1", customer_id="customer-1")
    last, renewed = date(2027, 3, 31), date(2027, 9, 30)
    dates = CoverDates(starts_on=date(2027, 1, 15), agreed_until=last, covered_through=last, days_before=(30, 15, 7, 1))
    contract = await _cover(house, cover, dates)
    await _until(contract, date(2027, 3, 20))
    await eventually(lambda: house.cover.dates[cover.id].given == (30, 15))
    house.cover.dates[cover.id] = replace(dates, agreed_until=renewed, covered_through=renewed)
    await contract.handle.signal(addresses.CHANGED)
    await _until(contract, renewed + DAYS)
    await contract.handle.result()
    return contract


async def _renewed_after_its_end(house: House) -> LiveCase:
    """A contract whose last day is over while mail is down, and that is renewed and paid before mail is back."""
    cover = CoverRef(kind=CoverKind.CONTRACT, id="contract-2", customer_id="customer-2")
    last, renewed = date(2027, 3, 31), date(2027, 9, 30)
    dates = CoverDates(starts_on=date(2027, 1, 15), agreed_until=last, covered_through=last, days_before=(1,))
    house.cover.mail_is_down = True
    contract = await _cover(house, cover, dates)
    await _until(contract, last)
    await eventually(lambda: house.cover.dates[cover.id].given == (1,))
    await _until(contract, last + DAYS)
    house.cover.dates[cover.id] = replace(dates, agreed_until=renewed, covered_through=renewed)
    await contract.handle.signal(addresses.CHANGED)
    house.cover.mail_is_down = False
    await _until(contract, renewed + DAYS)
    await contract.handle.result()
    return contract


async def _standard(house: House) -> list[LiveCase]:
    """A warranty that ends, a contract that ended before it, and a case that is held until its renewal is paid."""
    customer_id, days_before = "customer-3", (30, 15, 7, 1)
    in_warranty = CoverRef(kind=CoverKind.WARRANTY, id="solution-3", customer_id=customer_id)
    last = date(2027, 3, 31)
    days: dict[str, Any] = {"starts_on": date(2026, 12, 31), "agreed_until": last, "covered_through": last}
    warranty = await _cover(house, in_warranty, CoverDates(**days, days_before=days_before))
    await _until(warranty, last + DAYS)
    await warranty.handle.result()

    case = await house.open(opening("2027-04-01 09:00"), terms=UNCOVERED, customer_id=customer_id)
    house.cover.held[customer_id] = [case.handle.id]
    agreed = CoverRef(kind=CoverKind.CONTRACT, id="contract-3", customer_id=customer_id)
    ended = CoverDates(
        starts_on=date(2026, 1, 1), agreed_until=date(2027, 1, 31), covered_through=date(2027, 1, 31), days_before=()
    )
    renewed = replace(ended, agreed_until=date(2028, 1, 31), days_before=days_before)
    contract = await _cover(house, agreed, renewed)
    await case.until(case.opened_at + 2 * DAYS)
    paid_at = case.opened_at + 2 * DAYS
    house.cover.covered[customer_id] = Covered(terms=STANDARD, covered_at=paid_at)
    house.cover.dates[agreed.id] = replace(renewed, covered_through=renewed.agreed_until)
    await contract.handle.signal(addresses.CHANGED)
    await eventually(lambda: case.state.status is not Status.HELD)
    for step in (CLAIM, RESOLVE, CONFIRM):
        await case.give(step, key=type(step).__name__)
    await _until(contract, renewed.agreed_until + DAYS)
    await contract.handle.result()
    return [warranty, contract, case]


async def _dispatcher(house: House) -> LiveCase:
    """The dispatcher of notices, which somebody pauses for a while."""
    handle = await house.env.client.start_workflow(
        addresses.NOTICES_WORKFLOW, NoticesRun(), id=addresses.NOTICES_ID, task_queue=house.queue
    )
    await asyncio.sleep(1)
    await handle.execute_update(addresses.PAUSE_UPDATE, "el servidor de correo se muda")
    await handle.execute_update(addresses.RESUME_UPDATE)
    await asyncio.sleep(1)
    await handle.terminate()
    return LiveCase(house.env, house.ledger, handle, datetime.now(UTC))


def _life(*steps: c.Command | timedelta, held: bool = False, standard: bool = False) -> Life:
    return lambda house: _lived(house, *steps, held=held, standard=standard)


MINUTES = timedelta(minutes=1)
HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)
ASSIGN = c.AssignCase(by=HELP_DESK, agent_id="agent-2")
ATTEMPT = c.LogAttempt(by=HELP_DESK, channel=Channel.PHONE, outcome=Outcome.NOT_SOLVED, summary=WORDS)

LAW = replace(
    STANDARD,
    policy_version="law",
    hours=replace(STANDARD.hours, closures=(*STANDARD.hours.closures, Closure(date(2027, 2, 3), "Día de la vida"))),
)
AMEND = c.AmendTerms(by=DIRECTOR, terms=LAW, reason=WORDS)


def _on(label: str) -> c.ScheduleVisit:
    return c.ScheduleVisit(by=HELP_DESK, starts_at=bogota(label), engineer_id="agent-2")


SUBSTITUTE = Actor(Role.DIRECTOR, "agent-2", on_behalf_of="director-1")
STAND_IN = replace(HELP_DESK, id="agent-2", on_behalf_of="agent-1")
ACKNOWLEDGED = replace(PAGED, by=SPECIALIST, step=PageStep.ACKNOWLEDGED)
OTHER = "MA-2026-999999"
GOES_ON = duplicate(GoesOnIn(OTHER, Status.IN_PROGRESS), of="MA-2026-999998")
EXHAUSTED: tuple[c.Command, ...] = tuple(attempt(channel) for channel in Channel)
AGREED: tuple[c.Command | timedelta, ...] = (*EXHAUSTED, REQUEST_VISIT, HOURS, APPROVE, HOURS, ACCEPT)
A_VISIT: tuple[c.Command | timedelta, ...] = (
    *AGREED,
    _on("2027-02-04 09:00"),
    HOURS,
    _on("2027-02-05 09:00"),
    3 * DAYS,
    START_VISIT,
    expense(300_000),
    expense(100_000, "FV-2"),
    REPORT,
    ACCEPT,
    ANALYSIS,
    SIGN_OFF,
)
SEVERAL: tuple[c.Command | timedelta, ...] = (
    *AGREED,
    _on("2027-02-04 09:00"),
    HOURS,
    c.CancelVisit(by=CONTACT),
    *AGREED[len(EXHAUSTED) :],
    _on("2027-02-02 18:00"),
    HOURS,
    START_VISIT,
    REPORT,
    SIGN_OFF,
    *AGREED[len(EXHAUSTED) :],
)
"""The first visit is called off, the second made and signed, a third agreed."""
SPENT_LATE: tuple[c.Command | timedelta, ...] = (
    *AGREED,
    _on("2027-02-05 09:00"),
    3 * DAYS,
    START_VISIT,
    REPORT,
    6 * DAYS,
    expense(400_000),
    HOURS,
    expense(50_000, "FV-2"),
    replace(ACCEPT, amount=450_000),
    7 * DAYS,
)
MISSED: tuple[c.Command | timedelta, ...] = (
    *AGREED,
    _on("2027-02-04 09:00"),
    3 * DAYS,
    _on("2027-02-08 09:00"),
    3 * DAYS,
    START_VISIT,
    REPORT,
    HOURS,
    RESOLVE,
    HOURS,
    SIGN_OFF,
    CONFIRM,
)
"""The first date passes; the second one too, and the visit starts later that day."""
SESSION: tuple[c.Command | timedelta, ...] = (
    c.StartRemoteSession(by=HELP_DESK, tool="Chrome Remote Desktop", consented_by="contact-1"),
    20 * MINUTES,
    c.EndRemoteSession(by=HELP_DESK, session=1, summary=WORDS),
)

CHAT: tuple[c.Command | timedelta, ...] = (
    BEGIN_CHAT,
    MINUTES,
    TAKE_CHAT,
    line(),
    MINUTES,
    line(CONTACT, unseen=True),
    hand_over_chat(),
    line(SPECIALIST, unseen=True),
)

LIVES: dict[str, Life] = {
    "new": _life(),
    "untouched-standard-until-long-overdue": _life(30 * DAYS, standard=True),
    "untouched-premium-until-overdue": _life(8 * HOURS),
    "notices-left-to-the-dispatcher": _life(CLAIM, 5 * MINUTES, ASK, ANSWER, RESOLVE, HOURS, CONFIRM),
    "dispatcher-paused-and-resumed": _dispatcher,
    "ordinary": _life(CLAIM, 5 * MINUTES, REPLY, 10 * MINUTES, RESOLVE, HOURS, CONFIRM),
    "in-progress": _life(CLAIM, ATTEMPT, c.AddNote(by=HELP_DESK, body=WORDS)),
    "note-that-calls": _life(CLAIM, c.AddNote(by=HELP_DESK, body=WORDS, mentions=("agent-2",)), 5 * MINUTES, REPLY),
    "waiting": _life(CLAIM, ASK, 2 * DAYS),
    "waiting-and-answered": _life(CLAIM, 5 * MINUTES, ASK, 3 * HOURS, ANSWER, 40 * MINUTES, REPLY),
    "handed-off-by-hand": _life(CLAIM, HAND_OFF, ASSIGN, 10 * MINUTES, HAND_OFF),
    "handed-off-by-the-clock": _life(CLAIM, 70 * MINUTES, c.ClaimCase(by=SPECIALIST)),
    "transferred": _life(CLAIM, transfer("sig"), 5 * MINUTES, transfer(level=Level.DIRECTOR), HOURS),
    "priority-raised-past-its-limit": _life(CLAIM, 45 * MINUTES, priority(Priority.CRITICAL), 10 * MINUTES),
    "priority-lowered": _life(priority(Priority.LOW), 90 * MINUTES, priority(Priority.LOW)),
    "talked-on-the-telephone": _life(
        call(Direction.IN, Outcome.NO_ANSWER), MINUTES, call(), 2 * MINUTES, call(Direction.IN, Outcome.SOLVED)
    ),
    "chatted": _life(
        *CHAT, 5 * MINUTES, end_chat(by=SPECIALIST), 10 * MINUTES, BEGIN_CHAT, TAKE_CHAT, line(), 20 * MINUTES
    ),
    "opened-by-chat": _by_chat,
    "opened-by-mail": _by_mail,
    "analysis-recorded": _told_on_the_telephone,
    "analysis-told-by-chat": _told_by_chat,
    "message-taken": _message,
    "with-a-provider": _life(REPLY, TO_PROVIDER, c.UpdateFromProvider(by=HELP_DESK, body=WORDS), 2 * HOURS),
    "linked-to-an-incident": _life(CLAIM, c.LinkProviderIncident(by=HELP_DESK, incident_id="google-cloud:1")),
    "equipment-diagnosed": lambda house: _diagnosed(house, Cause.MANUFACTURING_DEFECT, RESOLVE, CONFIRM),
    "equipment-denied": lambda house: _diagnosed(house, Cause.MISUSE),
    "resolved": _life(CLAIM, RESOLVE),
    "reopened": _life(CLAIM, 10 * MINUTES, RESOLVE, DAYS, REOPEN, 2 * HOURS, RESOLVE, CONFIRM),
    "closed-unanswered": _life(CLAIM, RESOLVE, 14 * DAYS, standard=True),
    "closed-out-of-scope": _life(c.CloseAsOutOfScope(by=HELP_DESK, kind=OutOfScopeKind.DATA_LOAD, reason=WORDS)),
    "closed-as-duplicate": _life(c.CloseAsDuplicate(by=HELP_DESK, of="MA-2026-999999")),
    "closed-for-one-that-it-goes-on-in": _life(CLAIM, ASK, HOURS, GOES_ON),
    "not-closed-for-one-that-has-ended": _not_taken_by_the_ledger,
    "worked-on-by-a-substitute": _life(
        replace(CLAIM, by=STAND_IN), replace(REPLY, by=STAND_IN), HOURS, replace(RESOLVE, by=STAND_IN), CONFIRM
    ),
    "under-a-third-plan": _third_plan,
    "withdrawn": _life(CLAIM, ASK, WITHDRAW),
    "held": _life(held=True),
    "closed-not-covered": _life(40 * DAYS, held=True),
    "premium-with-a-visit": _life(CLAIM, *A_VISIT, HOURS, RESOLVE, DAYS, REOPEN, HOURS, RESOLVE, CONFIRM),
    "visit-not-decided-on": _life(*EXHAUSTED, REQUEST_VISIT, HOURS, APPROVE, 6 * DAYS),
    "visit-approved-by-a-substitute": _life(*EXHAUSTED, REQUEST_VISIT, HOURS, replace(APPROVE, by=SUBSTITUTE), HOURS),
    "several-visits": _life(*SEVERAL),
    "visit-called-off": _life(*AGREED, _on("2027-02-04 09:00"), HOURS, c.CancelVisit(by=CONTACT), HOURS),
    "visit-never-signed-off": _life(*A_VISIT[:-2], 20 * DAYS),
    "visit-with-expenses-after-its-report": _life(*SPENT_LATE),
    "unanswered-and-reopened": _life(CLAIM, ASK, 8 * DAYS, REOPEN, HOURS, ASK, 30 * DAYS, standard=True),
    "unanswered-while-a-visit-goes-on": _life(CLAIM, ASK, *EXHAUSTED, 6 * DAYS, REQUEST_VISIT, 3 * DAYS),
    "visit-missed": _life(*MISSED),
    "visit-unsigned-when-resolved": _life(
        *AGREED, _on("2027-02-02 15:00"), HOURS, START_VISIT, REPORT, RESOLVE, 20 * DAYS
    ),
    "paged": _life(70 * MINUTES, PAGED, 10 * MINUTES, ACKNOWLEDGED),
    "remote-session": _life(CLAIM, *SESSION, RESOLVE, CONFIRM),
    "amended": _life(CLAIM, priority(Priority.LOW), 10 * MINUTES, AMEND, 2 * HOURS, 2 * DAYS, standard=True),
    "after-a-lost-task": _ahead,
    "closed-after-a-look-for-cover": lambda house: _held(house, days=40),
    "released-by-its-cover": lambda house: _held(house, covered=True, told=True),
    "released-by-a-payment-registered-late": _registered_late,
    "released-before-it-was-closed": lambda house: _held(house, covered=True, days=40),
    "contract-renewed-and-ended": _contract,
    "contract-renewed-after-its-end": _renewed_after_its_end,
    "standard-from-warranty-to-renewal": _standard,
}


async def record(*names: str) -> None:
    """Live these lives, or every one, and keep their histories, one file a run."""
    FOLDER.mkdir(exist_ok=True)
    async with time_skipping_server("limit.historyCount.suggestContinueAsNew=90") as env:
        ledger, notices, cover, settings = LedgerAhead(), MemoryNotices(), MemoryCover(), settings_for(env)
        incoming = IncomingMail(taking=_Once().take)
        activities = Activities(ledger=ledger, notices=notices, cover=cover, incoming_mail=incoming)  # type: ignore[arg-type]
        async with build_worker(env.client, settings, activities):
            house = House(env, ledger, notices, cover, settings.task_queue)
            for name in names or LIVES:
                await _keep(name, await LIVES[name](house))


async def _keep(name: str, lived: LiveCase | list[LiveCase]) -> None:
    histories = []
    for each in lived if isinstance(lived, list) else [lived]:
        client = each.env.client
        runs = [run async for run in client.list_workflows(f"WorkflowId = '{each.handle.id}'")]
        runs.sort(key=lambda run: run.start_time)
        histories += [await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history() for run in runs]
    for place, history in enumerate(histories, start=1):
        text = _TRACE.sub(r'\1""', history.to_json())
        (FOLDER / f"{name}.{place}.json").write_text(text + "\n", encoding="utf-8")


_TRACE = re.compile(r'("stackTrace": )"(?:[^"\\]|\\.)*"')
"""What failed says where this checkout stands."""


if __name__ == "__main__":
    asyncio.run(record(*sys.argv[1:]))
