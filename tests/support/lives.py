"""Lives of cases for tests: people, texts, terms, openings, and `after`, which lets commands and time happen in order.

Everything goes through the policy's three questions (open, decide, settle): a state that no life leads to is no state.
Labels are Bogotá's wall clock; a label without a date is of Wednesday 2026-11-25, an ordinary working day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, cast

from policy.case import commands as c
from policy.case.case import (
    SYSTEM,
    Actor,
    Case,
    Category,
    Cause,
    Channel,
    Direction,
    Level,
    Outcome,
    OutOfScopeKind,
    Plan,
    Priority,
    Role,
    Status,
    Text,
)
from policy.case.commands import Command, OpenCase
from policy.case.decision import Decision
from policy.case.duplicates import GoesOnIn
from policy.case.facts import Fact
from policy.case.lifecycle import decide, open_case, settle
from policy.duty.steps import PageStep
from policy.terms.policy_file import PolicyFile
from policy.terms.policy_reader import read_policy
from policy.terms.terms import Cover, CoverKind, Terms
from policy.visit.visit import VisitStep
from storage.terms.closures import holidays_between

CONTACT = Actor(Role.CONTACT, "contact-1")
HELP_DESK = Actor(Role.AGENT, "agent-1", (Level.HELP_DESK,))
SPECIALIST = Actor(Role.AGENT, "agent-2", (Level.SPECIALISTS,))
DIRECTOR = Actor(Role.DIRECTOR, "director-1")
COMMERCIAL = Actor(Role.COMMERCIAL, "commercial-1")
ADMIN = Actor(Role.ADMIN, "admin-1")

WORDS = Text("content-1", 40)
NO_WORDS = Text("content-0", 0)

CONTRACT = Cover(CoverKind.CONTRACT, "contract-1", date(2027, 12, 31))
NO_COVER = Cover(CoverKind.NONE)

When = str | datetime
Step = When | tuple[When, Command]


def bogota(label: When) -> datetime:
    """The instant at which Bogotá's clocks show `label`: "09:30", "09:30:15" or "2026-11-27 16:30"."""
    if isinstance(label, datetime):
        return label
    dated = label if "-" in label else f"2026-11-25 {label}"
    return datetime.fromisoformat(f"{dated}-05:00").astimezone(UTC)


# -- terms ------------------------------------------------------------------------------------------------------------


@cache
def policy() -> PolicyFile:
    """The policy file that the product comes with."""
    path = files("policy").joinpath("policy.toml")
    return read_policy(path.read_text(encoding="utf-8"), file=path.name)


PLUS = Plan("plus")
THIRD_PLAN = """
[plans.plus]
name = { es = "Extendido", en = "Extended" }
hours = "7x24"
initial_attention_within = "15m"
channels = ["web", "phone"]
portal_users = 3
architecture_help = "recommended_practice"
functional_escalation = true

[plans.plus.matrix]
level_1 = ["10m", "20m", "40m", "1h"]
level_2 = ["10m", "20m", "40m", "1h"]
level_3 = ["30m", "2h", "4h", "8h"]

[matrix]
"""
"""A plan that nobody wrote code for, with a matrix of its own (PLAN-16); what follows is the policy's own."""


@cache
def policy_with_a_third_plan() -> PolicyFile:
    """The product's policy file with one plan more."""
    return read_policy(text_with_a_third_plan(), file="policy.toml")


def text_with_a_third_plan() -> str:
    text = files("policy").joinpath("policy.toml").read_text(encoding="utf-8")
    return text.replace("\n[matrix]\n", f"\n{THIRD_PLAN}", 1)


@cache
def terms(plan: Plan = Plan.STANDARD, *, cover: Cover = CONTRACT) -> Terms:
    """What a case of `plan` is promised by the product's own policy file, with Colombia's holidays."""
    closures = {"CO": holidays_between(date(2026, 1, 1), date(2028, 12, 31))}
    file = policy() if plan in policy().plans else policy_with_a_third_plan()
    return file.terms(plan, cover=cover, closures=closures)


STANDARD = terms(Plan.STANDARD)
PREMIUM = terms(Plan.PREMIUM)
UNCOVERED = terms(Plan.STANDARD, cover=NO_COVER)
LONGER = replace(
    STANDARD,
    policy_version="longer",
    limits=cast("Any", tuple(tuple(2 * limit for limit in row) for row in STANDARD.limits)),
)
"""Standard's terms, but each level may hold a case twice as long."""


# -- commands ---------------------------------------------------------------------------------------------------------


def opening(at: When = "09:00", priority: Priority = Priority.SERIOUS, **changes: Any) -> OpenCase:
    """A contact's request on the web platform, at Wednesday 09:00 unless told otherwise."""
    command = OpenCase(
        by=CONTACT,
        number="MA-2026-000001",
        received_at=bogota(at),
        customer_id="customer-1",
        contact_id="contact-1",
        solution_id="solution-1",
        channel=Channel.WEB,
        category=Category.INCIDENT,
        proposed_priority=priority,
        title=WORDS,
        description=WORDS,
        prior_analysis=WORDS,
    )
    return replace(command, **changes)


def commands() -> tuple[Command, ...]:
    """One good command of each kind, given by somebody who may."""
    return (
        c.ClaimCase(by=HELP_DESK),
        c.AssignCase(by=HELP_DESK, agent_id="agent-1"),
        c.SendReply(by=HELP_DESK, body=WORDS),
        c.AddNote(by=HELP_DESK, body=WORDS),
        c.LogAttempt(by=HELP_DESK, channel=Channel.PHONE, outcome=Outcome.NOT_SOLVED, summary=WORDS),
        call(),
        PAGED,
        BEGIN_CHAT,
        TAKE_CHAT,
        line(),
        hand_over_chat(),
        end_chat(by=SPECIALIST),
        c.SetPriority(by=HELP_DESK, priority=Priority.LOW, reason=WORDS),
        c.RequestInformation(by=HELP_DESK, body=WORDS),
        c.AnswerAsCustomer(by=CONTACT, body=WORDS),
        ANALYSIS,
        c.HandOff(by=HELP_DESK, reason=WORDS),
        c.TransferCase(by=HELP_DESK, reason=WORDS, group="sig"),
        c.EscalateToProvider(by=HELP_DESK, provider="google", provider_case="G-1"),
        c.UpdateFromProvider(by=HELP_DESK, body=WORDS),
        c.LinkProviderIncident(by=HELP_DESK, incident_id="google-cloud:incident-1"),
        c.RecordDiagnosis(by=SPECIALIST, cause=Cause.MANUFACTURING_DEFECT, summary=WORDS),
        c.StartRemoteSession(by=HELP_DESK, tool="Chrome Remote Desktop", consented_by="contact-1"),
        c.EndRemoteSession(by=HELP_DESK, session=1, summary=WORDS),
        REQUEST_VISIT,
        APPROVE,
        ACCEPT,
        SCHEDULE,
        CANCEL,
        START,
        expense(120_000),
        REPORT,
        SIGN_OFF,
        c.CloseAsOutOfScope(by=HELP_DESK, kind=OutOfScopeKind.DATA_LOAD, reason=WORDS),
        duplicate(GoesOnIn("MA-2026-000002", Status.IN_PROGRESS)),
        c.ResolveCase(by=HELP_DESK, summary=WORDS),
        c.ConfirmSolution(by=CONTACT),
        c.ReopenCase(by=CONTACT, reason=WORDS),
        c.WithdrawCase(by=CONTACT),
        amend(LONGER),
    )


CLAIM = c.ClaimCase(by=HELP_DESK)
REQUEST_VISIT = c.RequestVisit(by=HELP_DESK, city_code="05001", place=WORDS, address=WORDS, reason=WORDS)
REPLY = c.SendReply(by=HELP_DESK, body=WORDS)
ASK = c.RequestInformation(by=HELP_DESK, body=WORDS)
ANSWER = c.AnswerAsCustomer(by=CONTACT, body=WORDS)
ANALYSIS = c.RecordAnalysis(by=HELP_DESK, channel=Channel.PHONE, body=WORDS)
HAND_OFF = c.HandOff(by=HELP_DESK, reason=WORDS)
RESOLVE = c.ResolveCase(by=HELP_DESK, summary=WORDS)
CONFIRM = c.ConfirmSolution(by=CONTACT)
REOPEN = c.ReopenCase(by=CONTACT, reason=WORDS)
WITHDRAW = c.WithdrawCase(by=CONTACT)
TO_PROVIDER = c.EscalateToProvider(by=HELP_DESK, provider="google", provider_case="G-1")


RELEASE = c.ReleaseCase(by=SYSTEM, terms=STANDARD, covered_at=bogota("2026-11-26 09:00"))
APPROVE = c.ApproveVisit(by=DIRECTOR, approved=True, quote=350_000)
PAGED = c.RecordPage(by=SYSTEM, step=PageStep.PAGED, about=2, level=Level.SPECIALISTS, person_id="agent-2")
REFUSE = c.ApproveVisit(by=DIRECTOR, approved=False, reason=WORDS)
ACCEPT = c.AcceptVisit(by=CONTACT, accepted=True)
DECLINE = c.AcceptVisit(by=CONTACT, accepted=False, reason=WORDS)
SCHEDULE = c.ScheduleVisit(by=HELP_DESK, starts_at=bogota("2026-12-03 09:00"), engineer_id="agent-2")
CANCEL = c.CancelVisit(by=HELP_DESK, reason=WORDS)
START = c.StartVisit(by=SPECIALIST)
REPORT = c.ReportVisit(by=SPECIALIST, found=WORDS, done=WORDS)
SIGN_OFF = c.SignOffVisit(by=CONTACT)


def expense(amount: int, receipt: str = "FV-1") -> c.LogVisitExpense:
    """The engineer logs what the visit cost, in COP."""
    return c.LogVisitExpense(by=SPECIALIST, concept=WORDS, amount=amount, receipt_reference=receipt)


def attempt(channel: Channel = Channel.WEB, outcome: Outcome = Outcome.NOT_SOLVED) -> c.LogAttempt:
    """Help Desk logs a try on a remote channel."""
    return c.LogAttempt(by=HELP_DESK, channel=channel, outcome=outcome, summary=WORDS)


def call(
    direction: Direction = Direction.OUT, outcome: Outcome = Outcome.NOT_SOLVED, *, at: When = "08:00", minutes: int = 4
) -> c.LogCall:
    """Help Desk logs a telephone call with the customer."""
    lasted = timedelta(minutes=minutes)
    started_at = bogota(at)
    return c.LogCall(
        by=HELP_DESK,
        direction=direction,
        contact_id="contact-1",
        outcome=outcome,
        summary=WORDS,
        started_at=started_at,
        lasted=lasted,
    )


BEGIN_CHAT = c.BeginChat(by=CONTACT, body=WORDS)
TAKE_CHAT = c.TakeChat(by=HELP_DESK)


def line(by: Actor = HELP_DESK, *, unseen: bool = False) -> c.SayInChat:
    """A line in the chat, by the agent who has it or the customer."""
    return c.SayInChat(by=by, body=WORDS, unseen=unseen)


def hand_over_chat(to: str = "agent-2", by: Actor = HELP_DESK) -> c.HandOverChat:
    """An agent gives the chat to another."""
    return c.HandOverChat(by=by, agent_id=to)


def end_chat(outcome: Outcome = Outcome.NOT_SOLVED, by: Actor = HELP_DESK, *, unseen: bool = False) -> c.EndChat:
    """The chat's end, by either side; the customer says no more than whether it is solved."""
    return c.EndChat(by=by, outcome=outcome, summary=None if by.role is Role.CONTACT else WORDS, unseen=unseen)


def amend(to: Terms, *, instead_of: Terms | None = None) -> c.AmendTerms:
    """The director has the case go by the calendars and the matrix of `to`, which may have been made of others."""
    return c.AmendTerms(by=DIRECTOR, terms=to, reason=WORDS, instead_of=instead_of)


def priority(to: Priority) -> c.SetPriority:
    """Help Desk sets the priority, with a reason."""
    return c.SetPriority(by=HELP_DESK, priority=to, reason=WORDS)


def transfer(group: str | None = None, level: Level | None = None) -> c.TransferCase:
    """Help Desk escalates functionally, with a reason."""
    return c.TransferCase(by=HELP_DESK, reason=WORDS, group=group, level=level)


def duplicate(last: GoesOnIn, of: str = "MA-2026-000002") -> c.CloseAsDuplicate:
    """Help Desk closes the case as a duplicate of one whose chain ends with `last`."""
    return c.CloseAsDuplicate(by=HELP_DESK, of=of, last=last)


# -- lives ------------------------------------------------------------------------------------------------------------


def opened(at: When = "09:00", priority: Priority = Priority.SERIOUS, *, terms: Terms = STANDARD) -> Case:
    """A case that has just been opened."""
    return open_case(opening(at, priority), terms=terms).case


def exhausted(*, terms: Terms = STANDARD) -> Case:
    """A case on which every remote channel of its plan was tried in vain, at 09:05."""
    return after(opened(terms=terms), *(("09:05", attempt(channel)) for channel in terms.channels), terms=terms)


_TO_STEP: dict[VisitStep, tuple[VisitStep | None, Step]] = {
    VisitStep.REQUESTED: (None, ("09:10", REQUEST_VISIT)),
    VisitStep.QUOTED: (VisitStep.REQUESTED, ("09:15", APPROVE)),
    VisitStep.AGREED: (VisitStep.QUOTED, ("09:20", ACCEPT)),
    VisitStep.SCHEDULED: (VisitStep.AGREED, ("09:25", SCHEDULE)),
    VisitStep.STARTED: (VisitStep.SCHEDULED, ("2026-12-03 08:55", START)),
    VisitStep.REPORTED: (VisitStep.STARTED, ("2026-12-03 09:30", REPORT)),
    VisitStep.SIGNED_OFF: (VisitStep.REPORTED, ("2026-12-03 09:32", SIGN_OFF)),
    VisitStep.REFUSED: (VisitStep.REQUESTED, ("09:15", REFUSE)),
    VisitStep.DECLINED: (VisitStep.QUOTED, ("09:20", DECLINE)),
    VisitStep.CANCELLED: (VisitStep.AGREED, ("09:25", CANCEL)),
    VisitStep.LAPSED: (VisitStep.QUOTED, "2026-11-27 17:00"),
}
"""Each step of a visit: the one it comes from, and what leads to it."""


def visit_at(step: VisitStep, *, terms: Terms = STANDARD) -> Case:
    """A case whose visit is at `step`, nobody being late: the date is Thursday 2026-12-03 at 09:00."""
    before, how = _TO_STEP[step]
    return after(visit_at(before, terms=terms) if before else exhausted(terms=terms), how, terms=terms)


def turns(case: Case, *steps: Step, terms: Terms = STANDARD) -> list[Decision]:
    """Every turn that the steps lead to, in order: at each instant what fell due by then, and then the command."""
    decisions: list[Decision] = []
    for step in steps:
        label, command = step if isinstance(step, tuple) else (step, None)
        at = bogota(label)
        for decision in settle(case, terms=terms, at=at):
            decisions.append(decision)
            case = decision.case
        if command:
            decisions.append(decide(case, command, terms=terms, at=at))
            case, terms = decisions[-1].case, decisions[-1].terms or terms
    return decisions


def after(case: Case, *steps: Step, terms: Terms = STANDARD) -> Case:
    """The case after the steps: `"10:00"` lets time pass until then, `("10:00", CLAIM)` gives a command then."""
    decisions = turns(case, *steps, terms=terms)
    return decisions[-1].case if decisions else case


def facts(decisions: list[Decision]) -> list[Fact]:
    """What happened in these turns, in order."""
    return [entry.fact for decision in decisions for entry in decision.entries]


def kinds(decisions: list[Decision]) -> list[str]:
    """The kinds of what happened in these turns, in order."""
    return [fact.kind for fact in facts(decisions)]
