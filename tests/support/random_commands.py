"""Commands by chance: of every kind, by anybody, right or careless. What comes of them is told elsewhere.

`Situation.pick` is where chance comes from; the first of the options is the simplest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from datetime import datetime as instant
from functools import cache
from typing import Protocol, TypeVar

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
from policy.case.commands import Command, Equipment, OpenCase
from policy.case.duplicates import GoesOnIn
from policy.case.lifecycle import ROLES
from policy.duty.steps import PageStep
from policy.people.groups import serves
from policy.terms.terms import Cover, CoverKind, Terms
from policy.time.calendar import Closure
from policy.visit.visit import VisitStep
from tests.support.lives import (
    ADMIN,
    COMMERCIAL,
    CONTACT,
    DIRECTOR,
    HELP_DESK,
    NO_COVER,
    NO_WORDS,
    PLUS,
    SPECIALIST,
    WORDS,
    opening,
    terms,
)

T = TypeVar("T")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

PEOPLE = (
    HELP_DESK,
    CONTACT,
    SPECIALIST,
    DIRECTOR,
    Actor(Role.CONTACT, "contact-2"),
    Actor(Role.AGENT, "agent-3", (Level.HELP_DESK, Level.SPECIALISTS), ("sig",)),
    Actor(Role.AGENT, "agent-4", (Level.SPECIALISTS,), ("rastreo",)),
    ADMIN,
    COMMERCIAL,
    SYSTEM,
)
WARRANTY = Cover(CoverKind.WARRANTY, "solution-1", date(2027, 6, 30))


class Pick(Protocol):
    """Chooses one of the options."""

    def __call__(self, options: Sequence[T]) -> T: ...


# -- terms ------------------------------------------------------------------------------------------------------------


@cache
def promised() -> tuple[Terms, ...]:
    """What a case may be opened under: both plans, one that no code knows (PLAN-16), and every kind of cover."""
    return (
        terms(Plan.STANDARD),
        terms(Plan.PREMIUM),
        terms(PLUS),
        terms(Plan.STANDARD, cover=WARRANTY),
        terms(Plan.STANDARD, cover=NO_COVER),
    )


@cache
def amendments(plan: Plan) -> tuple[Terms, ...]:
    """What a case may be amended to: more holidays or none, a harder and a softer matrix, other hours, no weekends."""
    as_now = terms(plan)
    every_tuesday = tuple(Closure(date(2026, 12, 1) + week * 7 * DAY, "Día cívico") for week in range(12))
    office = terms(Plan.STANDARD).hours
    other = terms(Plan.PREMIUM if plan == Plan.STANDARD else Plan.STANDARD)
    fewer = replace(office, closures=())
    more = replace(office, closures=(*every_tuesday, *office.closures))
    own = {} if plan != Plan.STANDARD else {"more": more, "fewer": fewer}
    return (
        replace(as_now, policy_version="tuesdays", business_days=more, hours=own.get("more", as_now.hours)),
        replace(as_now, policy_version="no-holidays", business_days=fewer, hours=own.get("fewer", as_now.hours)),
        replace(as_now, policy_version="halved", limits=_scaled(as_now, 2), warn_at_percent=50),
        replace(as_now, policy_version="doubled", limits=_scaled(as_now, 0.5), initial_attention_within=2 * HOUR),
        replace(as_now, policy_version="hasty", initial_attention_within=10 * MINUTE),
        replace(as_now, policy_version="other-hours", hours=other.hours),
        replace(as_now, policy_version="every-day", business_days=terms(Plan.PREMIUM).hours),
        as_now,
    )


def _scaled(base: Terms, by: float) -> tuple[tuple[timedelta, timedelta, timedelta, timedelta], ...]:
    return tuple((a / by, b / by, c_ / by, d / by) for a, b, c_, d in base.limits)


# -- openings ---------------------------------------------------------------------------------------------------------


def an_opening(pick: Pick, *, at: instant, terms: Terms, careless: bool) -> OpenCase:
    """A request for support at `at`; a careless one may lack what it needs."""

    def one_of(good: Sequence[T], bad: Sequence[T]) -> T:
        return pick((*good, *bad)) if careless else pick(good)

    by = one_of((CONTACT, HELP_DESK), (COMMERCIAL,))
    channel = one_of(terms.channels, tuple(Channel))
    by_mail = channel is Channel.EMAIL and by is CONTACT
    equipment = one_of((None, Equipment(True, "SN-1")), (Equipment(False), Equipment(True, "SN-1")))
    return opening(
        at,
        pick(tuple(Priority)),
        by=by,
        channel=channel,
        begins_chat=channel is Channel.CHAT and by is CONTACT,
        category=pick((Category.INCIDENT, Category.INCIDENT, *Category)),
        title=one_of((WORDS,) * 3, (NO_WORDS,)),
        prior_analysis=one_of((WORDS, NO_WORDS) if by_mail else (WORDS,), (NO_WORDS,)),
        analysis_follows=by_mail,
        follows=pick((None, "MA-2026-000002")) if by_mail else None,
        equipment=equipment,
        serial_number=one_of(("SN-1",), ("SN-2", "SN-2", None, None)) if equipment else None,
    )


# -- commands ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Situation:
    """A case at an instant, in which something is asked: with careless arguments, or by anybody at all."""

    case: Case
    terms: Terms
    at: instant
    pick: Pick
    careless: bool = False
    by_anybody: bool = False

    @property
    def words(self) -> Text:
        return self.one_of((WORDS,), (NO_WORDS,))

    def one_of(self, good: Sequence[T], bad: Sequence[T] = ()) -> T:
        """One of the good options, or of all where one is careless."""
        return self.pick((*good, *bad)) if self.careless else self.pick(good)

    def by(self, kind: type[Command]) -> Actor:
        """Somebody whose role may give such a command, or anybody."""
        return self.pick(PEOPLE if self.by_anybody else _MAY[kind])

    def command(self, kind: type[Command]) -> Command:
        """Such a command."""
        by = self.by(kind)
        return _MADE[kind](self, by)


_MAY = {kind: tuple(person for person in PEOPLE if person.role in roles) for kind, roles in ROLES.items()}


_TAKERS = tuple(person for person in PEOPLE if person.role is Role.AGENT)


def untried(s: Situation) -> tuple[Channel, ...]:
    """The plan's channels without an attempt in vain."""
    in_vain = {attempt.channel for attempt in s.case.attempts if attempt.outcome is not Outcome.SOLVED}
    return tuple(channel for channel in s.terms.channels if channel not in in_vain)


def _attempt(s: Situation, by: Actor) -> Command:
    channel = s.one_of(untried(s) or s.terms.channels, tuple(Channel))
    outcome = s.pick((Outcome.NOT_SOLVED, Outcome.NO_ANSWER, Outcome.SOLVED))
    return c.LogAttempt(by=by, channel=channel, outcome=outcome, summary=s.words)


def _call(s: Situation, by: Actor) -> Command:
    began = s.one_of((s.at - timedelta(minutes=5),), (s.at + timedelta(hours=1),))
    return c.LogCall(
        by=by,
        direction=s.pick(tuple(Direction)),
        contact_id="contact-1",
        outcome=s.pick((Outcome.NOT_SOLVED, Outcome.NO_ANSWER, Outcome.SOLVED)),
        summary=s.words,
        started_at=began,
        lasted=timedelta(minutes=s.pick((0, 5))),
    )


def _assignment(s: Situation, by: Actor) -> Command:
    """To somebody who serves the case, unless one is careless; or of whom nobody said so, as it once was."""
    serving = [each for each in _TAKERS if serves(each.levels, each.groups, level=s.case.level, group=s.case.group)]
    to = s.one_of((*serving, None), _TAKERS)
    return c.AssignCase(by=by, agent_id=to.id if to else s.pick(("agent-1", "agent-2")), to=to)


def _chat_taken(s: Situation, by: Actor) -> Command:
    """By somebody who serves the case, unless one is careless."""
    serving = [
        each
        for each in _MAY[c.TakeChat]
        if each.role is Role.DIRECTOR or serves(each.levels, each.groups, level=s.case.level, group=s.case.group)
    ]
    is_there = s.case.chat is not None and bool(serving) and not s.by_anybody
    return c.TakeChat(by=s.one_of(serving, (by, by)) if is_there else by)


def _chat_line(s: Situation, by: Actor) -> Command:
    tells = s.pick((False, True))
    return c.SayInChat(by=_in_chat(s, by), body=s.words, unseen=s.pick((False, True)), says_more=tells)


def _chat_hand_over(s: Situation, by: Actor) -> Command:
    has_it = s.case.chat.agent_id if s.case.chat else None
    others = tuple(each for each in ("agent-1", "agent-2", "agent-3") if each != has_it)
    return c.HandOverChat(by=by, agent_id=s.one_of(others, (has_it or "agent-1",) * 3))


def _chat_end(s: Situation, by: Actor) -> Command:
    by = _in_chat(s, by)
    summary = None if by.role is Role.CONTACT else s.words
    outcome = s.pick((Outcome.NOT_SOLVED, Outcome.SOLVED))
    return c.EndChat(by=by, outcome=outcome, summary=summary, unseen=s.pick((False, True)))


def _in_chat(s: Situation, by: Actor) -> Actor:
    """A contact, or the agent who has the chat, unless one is careless."""
    if s.by_anybody or s.case.chat is None or (by.role is Role.CONTACT and not s.careless):
        return by
    has_it = [each for each in _MAY[c.SayInChat] if each.id == s.case.chat.agent_id]
    others = [each for each in _MAY[c.TakeChat] if each not in has_it]
    return s.one_of(has_it or (CONTACT,), others)


def _transfer(s: Situation, by: Actor) -> Command:
    group = s.one_of((*s.terms.groups, None), ("nobody", s.case.group or "nobody") * 2)
    level = s.one_of((None if group else Level.DIRECTOR,), (Level.DIRECTOR, *(None,) * 3))
    return c.TransferCase(by=by, group=group, level=level, reason=s.one_of((WORDS, WORDS, WORDS), (NO_WORDS,)))


def _visit_date(s: Situation, by: Actor) -> Command:
    starts_at = s.at + s.one_of(
        (*(HOUR, 3 * HOUR) * 3, DAY, 3 * DAY, 9 * DAY), (timedelta(0), *(-HOUR,) * 5, *(61 * DAY,) * 8)
    )
    known = s.case.visit.engineer_id if s.case.visit else None
    engineers = (None,) if by.role is Role.CONTACT and known else ("agent-2", "agent-3")
    engineer_id = s.one_of(engineers, (None, "agent-9"))
    return c.ScheduleVisit(by=by, starts_at=starts_at, engineer_id=engineer_id)


def _start(s: Situation, by: Actor) -> Command:
    """By who was sent or the director, unless one is careless."""
    visit = s.case.visit
    if s.by_anybody or visit is None or visit.step is not VisitStep.SCHEDULED:
        return c.StartVisit(by=by)
    sent = [each for each in _MAY[c.StartVisit] if each.id == visit.engineer_id or each.role is Role.DIRECTOR]
    return c.StartVisit(by=s.one_of(sent, (by, by)))


def _approval(s: Situation, by: Actor) -> Command:
    approved = s.pick((True, True, True, True, False))
    quote = s.one_of((350_000, 100_000), (None, 0)) if approved else None
    return c.ApproveVisit(by=by, approved=approved, quote=quote, reason=s.one_of((WORDS,), (None,)))


def _acceptance(s: Situation, by: Actor) -> Command:
    visit = s.case.visit
    amount = (visit.expenses if visit.excess else visit.quote or 0) if visit else 0
    accepted = s.pick((True, True, True, True, False))
    reason = s.one_of((WORDS,), (None, NO_WORDS))
    has_grown = visit is not None and visit.excess is not None and visit.excess_asked != amount
    wrong = (None if has_grown else amount + 1,) * 3  # who names no sum may have read a smaller one
    return c.AcceptVisit(by=by, accepted=accepted, amount=s.one_of((None, amount), wrong), reason=reason)


def _expense(s: Situation, by: Actor) -> Command:
    known = s.case.visit.receipts if s.case.visit else ()
    receipt = s.one_of((f"FV-{len(known) + 1}",), ("", "fv-1 ") * 2)
    amount = s.one_of((120_000, 380_000, 60_000), (0, -5))
    concept = s.one_of((WORDS, WORDS), (NO_WORDS,))
    return c.LogVisitExpense(by=by, concept=concept, amount=amount, receipt_reference=receipt)


def _session_end(s: Situation, by: Actor) -> Command:
    session = s.case.remote_session.number if s.case.remote_session else s.case.remote_sessions
    return c.EndRemoteSession(by=by, session=s.one_of((session,), (session + 1,)), summary=s.words)


def _release(s: Situation, by: Actor) -> Command:
    covered = promised()[:4]
    granted = s.one_of(covered, promised()[4:])
    known_at, paid_at = s.pick(((s.at, None), (s.at - HOUR, s.at - HOUR), (s.at - HOUR, s.at - 3 * DAY)))
    since = paid_at and max(paid_at, s.case.opened_at)
    return c.ReleaseCase(by=by, terms=granted, covered_at=known_at, counts_from=since)


def _note_or_page(s: Situation, by: Actor) -> Command:
    """By the place of the fact, so that chance is asked no more often than before there were mentions and pages."""
    words, facts = s.words, s.case.facts
    return (
        _page(s, by) if facts % 4 == 3 and words == WORDS else c.AddNote(by=by, body=words, mentions=_CALLED[facts % 3])
    )


def _page(s: Situation, by: Actor) -> Command:
    facts, level = s.case.facts, s.case.level
    step = tuple(PageStep)[facts % len(PageStep)]
    return c.RecordPage(by=by, step=step, about=facts, level=level, person_id="agent-1")


def _duplicate(s: Situation, by: Actor) -> Command:
    """Of one that is a duplicate in its turn; careless, its chain is a circle or leads to one that has ended."""
    own, other, last = s.case.number, "MA-2026-999998", "MA-2026-999999"
    ended = tuple((other, last, status) for status in (Status.RESOLVED, Status.CLOSED))
    wrong = (*((other, own, Status.NEW), (own, last, Status.NEW)) * 2, *ended)
    of, end, status = s.one_of(((other, last, Status.NEW),), wrong)
    return c.CloseAsDuplicate(by=by, of=of, last=GoesOnIn(end, status))


def _visit_request(s: Situation, by: Actor) -> Command:
    return c.RequestVisit(
        by=by, city_code=s.one_of(("05001", "76001"), ("11001",)), place=s.words, address=WORDS, reason=s.words
    )


_CALLED: tuple[tuple[str, ...], ...] = ((), ("agent-1",), ("agent-2", "agent-1"))
"""Whom a note calls."""
_MADE: Mapping[type[Command], Callable[[Situation, Actor], Command]] = {
    c.ClaimCase: lambda s, by: c.ClaimCase(by=by),
    c.AssignCase: _assignment,
    c.SendReply: lambda s, by: c.SendReply(by=by, body=s.words),
    c.AddNote: _note_or_page,
    c.LogAttempt: _attempt,
    c.LogCall: _call,
    c.BeginChat: lambda s, by: c.BeginChat(by=by, body=s.words, says_more=s.pick((True, False))),
    c.TakeChat: _chat_taken,
    c.SayInChat: _chat_line,
    c.HandOverChat: _chat_hand_over,
    c.EndChat: _chat_end,
    c.SetPriority: lambda s, by: c.SetPriority(by=by, priority=s.pick(tuple(Priority)), reason=s.words),
    c.RequestInformation: lambda s, by: c.RequestInformation(by=by, body=s.words),
    c.AnswerAsCustomer: lambda s, by: c.AnswerAsCustomer(by=by, body=s.words, says_more=s.pick((True, False))),
    c.RecordAnalysis: lambda s, by: c.RecordAnalysis(by=by, channel=s.pick(tuple(Channel)), body=s.words),
    c.HandOff: lambda s, by: c.HandOff(by=by, reason=s.words),
    c.TransferCase: _transfer,
    c.EscalateToProvider: lambda s, by: c.EscalateToProvider(
        by=by,
        provider=s.one_of(("google",) * 3, (" ",)),
        provider_case=s.one_of(("G-1", "G-2"), ("", "G-1", "G-1", "G-1")),
    ),
    c.UpdateFromProvider: lambda s, by: c.UpdateFromProvider(by=by, body=s.words),
    c.LinkProviderIncident: lambda s, by: c.LinkProviderIncident(
        by=by, incident_id=s.pick(("google-cloud:1", "google-cloud:2"))
    ),
    c.RecordDiagnosis: lambda s, by: c.RecordDiagnosis(
        by=by, cause=s.pick((Cause.MANUFACTURING_DEFECT,) * 9 + tuple(Cause)), summary=s.words
    ),
    c.StartRemoteSession: lambda s, by: c.StartRemoteSession(
        by=by, tool=s.one_of(("Chrome Remote Desktop",) * 2, ("",)), consented_by=s.one_of(("contact-1",) * 2, (" ",))
    ),
    c.EndRemoteSession: _session_end,
    c.RequestVisit: _visit_request,
    c.ApproveVisit: _approval,
    c.AcceptVisit: _acceptance,
    c.ScheduleVisit: _visit_date,
    c.CancelVisit: lambda s, by: c.CancelVisit(by=by, reason=s.pick((WORDS, None))),
    c.StartVisit: _start,
    c.LogVisitExpense: _expense,
    c.ReportVisit: lambda s, by: c.ReportVisit(by=by, found=s.words, done=s.words),
    c.SignOffVisit: lambda s, by: c.SignOffVisit(by=by),
    c.CloseAsOutOfScope: lambda s, by: c.CloseAsOutOfScope(by=by, kind=s.pick(tuple(OutOfScopeKind)), reason=s.words),
    c.CloseAsDuplicate: _duplicate,
    c.ResolveCase: lambda s, by: c.ResolveCase(by=by, summary=s.words),
    c.ConfirmSolution: lambda s, by: c.ConfirmSolution(by=by),
    c.ReopenCase: lambda s, by: c.ReopenCase(by=by, reason=s.words),
    c.WithdrawCase: lambda s, by: c.WithdrawCase(by=by),
    c.AmendTerms: lambda s, by: c.AmendTerms(
        by=by,
        terms=s.pick(amendments(s.terms.plan)),
        reason=s.words,
        instead_of=s.one_of((s.terms,), (*promised()[:3], *amendments(s.terms.plan))),
    ),
    c.RecordPage: _page,
    c.ReleaseCase: _release,
}

ALL_COMMANDS = tuple(_MADE)
DRAWN = tuple(kind for kind in _MADE if kind is not c.RecordPage)

# -- what leads a visit on --------------------------------------------------------------------------------------------


def next_of_visit(s: Situation) -> tuple[type[Command], ...]:
    """What brings the case's visit one step further, or begins one; the likeliest comes several times."""
    visit = s.case.visit
    if visit is None or not visit.is_open:
        attempts = (c.LogAttempt, c.LogAttempt, c.LogAttempt) if untried(s) else ()
        return (*attempts, c.RequestVisit) if s.careless or not attempts else attempts
    if visit.excess:
        if visit.step is VisitStep.REPORTED:
            return c.SignOffVisit, c.SignOffVisit, c.AcceptVisit, c.LogVisitExpense
        more = (c.LogVisitExpense,) if s.careless and visit.excess_asked == visit.expenses else ()
        return (*more, c.AcceptVisit, *_NEXT[visit.step])
    if s.careless and visit.step in (VisitStep.STARTED, VisitStep.REPORTED):
        return (c.WithdrawCase, *_NEXT[visit.step])  # which the visit keeps from ending; chance prefers the first
    if visit.step is VisitStep.STARTED and not visit.expenses:
        return c.LogVisitExpense, c.ReportVisit  # chance prefers what comes first
    return (*_NEXT[visit.step], c.RequestVisit) if s.careless else _NEXT[visit.step]


_NEXT: Mapping[VisitStep, tuple[type[Command], ...]] = {
    VisitStep.REQUESTED: (c.ApproveVisit,),
    VisitStep.QUOTED: (c.AcceptVisit,),
    VisitStep.AGREED: (c.ScheduleVisit, c.ScheduleVisit, c.LogVisitExpense),
    VisitStep.SCHEDULED: (c.StartVisit, c.StartVisit, c.StartVisit, c.ScheduleVisit, c.LogVisitExpense),
    VisitStep.STARTED: (c.ReportVisit, c.LogVisitExpense),
    VisitStep.REPORTED: (c.SignOffVisit, c.LogVisitExpense),
}
