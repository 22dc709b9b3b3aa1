"""Random lives on the real server, in skipped time: the core, asked the same at the same instants, agrees.

Their histories then replay, outside a sandbox and, in the long run all of them, inside one.

The lives are those of `tests/support/random_lives.py`. A server's clock goes on by itself, so a script's gaps are taken
from where its case is, and the core then lives the life again at the instants that were recorded.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from temporalio.client import WorkflowHistory, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from activities.cover import Covered
from activities.ledger import Turn
from policy.case import commands as c
from policy.case.case import Case, Status
from policy.case.commands import Command, OpenCase
from policy.case.decision import Decision
from policy.case.facts import CaseReleased
from policy.case.lifecycle import decide, elapse, open_case
from policy.case.refusals import Refusal
from policy.terms.terms import CoverKind, Terms
from tests.support.random_lives import Script, Step, live
from tests.support.replays import replay
from tests.support.server import eventually
from tests.support.thoroughness import seed_of, size
from tests.workflows.conftest import House, LiveCase
from workflows import addresses

SHARDS = size(1, long=4)
LIVES_IN_A_SHARD = size(30, long=50)
AT_ONCE = 10
IN_A_SANDBOX = size(2, long=50)
"""How many lives of a shard, at most, replay inside a sandbox as well, which takes several times as long.

Those of held cases that were released do not: cover brings terms of the activity's classes, which a sandbox does not
load anew, so that two terms that are equal are not of one class in there (as with test_replay's ADOPTED).
"""
STEPS = 20
FEW_WAKES = 8
JUST = timedelta(seconds=30)
"""How long before and after a wake: longer than anything takes here."""
WEEK = timedelta(weeks=1)
FAR = {
    "handed_off",
    "overdue_repeated",
    "visit_scheduled",
    "visit_quote_exceeded",
    "visit_signed_off",
    "visit_lapsed",
    "visit_cancelled",
    "terms_amended",
    "case_reopened",
    "case_released",
}
"""What comes of the lives of a shard, however many steps it takes."""
MISSING = 2
"""How many of those a shard may miss: the seed is new, and so is the day on which the server's clock begins."""
_customers = count(1)


@dataclass(frozen=True)
class Refused:
    """A command that was refused, when, by what name, and after how many turns."""

    command: Command
    at: datetime
    name: str
    turns: int


@dataclass
class Lived:
    """What became of a script on the server."""

    opening: OpenCase
    terms: Terms
    case: LiveCase
    given: dict[str, Command] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    release: c.ReleaseCase | None = None

    @property
    def turns(self) -> list[Turn]:
        return self.case.ledger.turns[self.case.handle.id]

    @property
    def is_over(self) -> bool:
        return self.case.state.status is Status.CLOSED


def _eventful(scripts: list[Script]) -> list[Script]:
    """Those that most comes of, what few lives lead to counting more; no two of them the same."""
    different = {script.kinds: script for script in scripts}
    lives = Counter(kind for kinds in different for kind in kinds)
    return sorted(different.values(), key=lambda script: sum(1 / lives[kind] for kind in script.kinds))[
        -LIVES_IN_A_SHARD:
    ]


# -- on the server ----------------------------------------------------------------------------------------------------


async def lived(house: House, script: Script) -> Lived:
    """Live a script, from its opening on; one that lies in the past is moved by whole weeks."""
    opening = replace(script.opening, customer_id=f"random-{next(_customers)}")
    while opening.received_at < datetime.now(UTC) + JUST:
        opening = replace(opening, received_at=opening.received_at + WEEK)
    case = await house.open(opening, script.terms)
    life = Lived(replace(opening, number=case.handle.id), script.terms, case)
    await case.until(opening.received_at)
    for number, step in enumerate(script.steps):
        await _pass(life, step)
        if step.command and not life.is_over:
            await _give(house, life, _now_instead(step.command, step.at, await case.now()), f"step-{number}")
        if life.is_over:
            break
    return life


async def _pass(life: Lived, step: Step) -> None:
    now = await life.case.now()
    at = step.gap.until(life.case.state, now, just=JUST)
    if at > now:
        await life.case.until(_few_wakes(life, at))


def _few_wakes(life: Lived, until: datetime) -> datetime:
    """The instant, or an earlier one: an overdue case may repeat itself every hour for weeks."""
    case, terms = life.case.state, next(turn.terms for turn in reversed(life.turns) if turn.terms)
    for _ in range(FEW_WAKES):
        if case.next_wake_at is None or case.next_wake_at > until:
            return until
        case = elapse(case, terms=terms, at=case.next_wake_at).case
    return case.last_at


def _now_instead(command: Command, planned_at: datetime, now: datetime) -> Command:
    """The command with its instants as far from now as they were from when it was planned."""
    match command:
        case c.ScheduleVisit():
            return replace(command, starts_at=now + (command.starts_at - planned_at))
        case c.ReleaseCase():
            moved = now - planned_at
            since = command.counts_from and command.counts_from + moved
            return replace(command, covered_at=command.covered_at + moved, counts_from=since)
        case _:
            return command


async def _give(house: House, life: Lived, command: Command, key: str) -> None:
    if isinstance(command, c.ReleaseCase):
        return await _cover(house, life, command)
    now, turns = await life.case.now(), len(life.turns)
    life.given[key] = command
    try:
        await life.case.give(command, key)
    except WorkflowUpdateFailedError as error:
        cause = error.cause
        assert isinstance(cause, ApplicationError), "a refusal, and no failure of ours"
        assert cause.type in Refusal.known, cause
        life.refused.append(Refused(command, now, cause.type, turns))


async def _cover(house: House, life: Lived, release: c.ReleaseCase) -> None:
    """Cover comes: nobody releases a case by a command."""
    if life.case.state.status is not Status.HELD or release.terms.cover.kind is CoverKind.NONE:
        return
    life.release = release
    house.cover.covered[life.opening.customer_id] = Covered(
        terms=release.terms, covered_at=release.covered_at, counts_from=release.counts_from
    )
    await life.case.handle.signal(addresses.COVER_CHANGED)
    await eventually(lambda: life.case.state.status is not Status.HELD)
    now = await life.case.now()
    await eventually(lambda: (wake := life.case.state.next_wake_at) is None or wake > now)


# -- on the core ------------------------------------------------------------------------------------------------------


def cored(life: Lived) -> Iterator[tuple[Decision, Terms | None]]:
    """What the core decides on the same at the same instants, turn by turn, with the terms that it is recorded with."""
    case, terms = None, life.terms
    for number, turn in enumerate(life.turns):
        decision = _decided(life, case, turn, terms=terms)
        yield decision, decision.terms if case else terms
        case, terms = decision.case, decision.terms or terms
        for refused in life.refused:
            if refused.turns == number + 1:
                assert _refusal(case, refused, terms=terms) == refused.name


def _decided(life: Lived, case: Case | None, turn: Turn, *, terms: Terms) -> Decision:
    at = turn.decision.case.last_at
    if case is None:
        return open_case(life.opening, terms=terms)
    if turn.command_id:
        assert case.next_wake_at is None or case.next_wake_at > at, "what fell due came first"
        return decide(case, life.given[turn.command_id], terms=terms, at=at)
    if isinstance(turn.decision.entries[0].fact, CaseReleased):
        assert life.release
        return decide(case, life.release, terms=terms, at=at)
    return elapse(case, terms=terms, at=at)


def _refusal(case: Case, refused: Refused, *, terms: Terms) -> str | None:
    try:
        decide(case, refused.command, terms=terms, at=refused.at)
    except Refusal as refusal:
        return refusal.name
    return None


@pytest.mark.timeout(300)
@pytest.mark.parametrize("shard", range(1, SHARDS + 1))
async def test_the_workflow_and_the_core_live_the_same_lives(house: House, shard: int) -> None:
    """The same facts with their data and instants, the same case, notices, stretches and refusals."""
    # The server's worker lives in this loop: it goes on while the scripts are made.
    drawn = await asyncio.to_thread(live, LIVES_IN_A_SHARD * 5, first=seed_of(100 + shard), steps=STEPS)
    scripts = _eventful(drawn.scripts)
    assert len(scripts) == LIVES_IN_A_SHARD
    places = asyncio.Semaphore(AT_ONCE)

    async def one(script: Script) -> Lived:
        async with places:
            return await lived(house, script)

    kinds, names = Counter[str](), Counter[str]()
    lives = await asyncio.gather(*map(one, scripts))
    for life in lives:
        assert [(turn.decision, turn.terms) for turn in life.turns] == list(cored(life))
        kinds.update(entry.fact.kind for entry in life.case.entries)
        names.update(refused.name for refused in life.refused)
    assert len(FAR - kinds.keys()) <= MISSING, kinds
    assert names.total() >= 50, names
    assert len(names) >= 10, names
    inside = [life for life in lives if not life.release][:IN_A_SANDBOX]
    assert len(inside) >= min(IN_A_SANDBOX, LIVES_IN_A_SHARD // 2)
    for life in lives:
        await _replays(life, ["production", *(["sandbox"] if life in inside else [])])


async def _replays(life: Lived, runners: list[str]) -> None:
    """Every run of the life, as far as it has come."""
    client, id_ = life.case.env.client, life.case.handle.id
    async for run in client.list_workflows(f"WorkflowId = '{id_}'"):
        history: WorkflowHistory = await client.get_workflow_handle(id_, run_id=run.run_id).fetch_history()
        for runner in runners:
            await replay(history, runner)
