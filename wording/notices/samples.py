"""A sample of every fact that a notice can tell of: what previews show, and what the letters' tests go through.

`group_of` is asked for each kind of fact, so that a new one is not forgotten; its sample is asked for by a test.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, assert_never

from policy.case import facts as f
from policy.case.case import (
    Category,
    Cause,
    Channel,
    ClosingReason,
    Direction,
    Level,
    Outcome,
    OutOfScopeKind,
    Plan,
    Priority,
    Text,
    WakeKind,
)
from policy.duty.steps import PageStep
from policy.terms.terms import CoverKind
from policy.time.clock import ClockName
from policy.visit import facts as v
from policy.visit.visit import PENDING, UNDER_WAY, Side, VisitStep

WORDS = Text("content-1", 50)
"""What somebody wrote; whoever shows a sample gives its words."""
LIMIT = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)


class Group(StrEnum):
    """What notices are about, as they are put in order for whoever looks through them."""

    OPENING = "opening"
    TALK = "talk"
    WORK = "work"
    CLOCKS = "clocks"
    VISIT = "visit"
    ENDING = "ending"


def group_of(fact: f.Fact) -> Group:
    """What a fact's notices are about."""
    match fact:
        case f.CaseOpened() | f.CaseHeld() | f.CaseReleased():
            return Group.OPENING
        case (
            f.ReplySent()
            | f.NoteAdded()
            | f.AttemptLogged()
            | f.CallLogged()
            | f.ChatBegun()
            | f.ChatTaken()
            | f.ChatSaid()
            | f.ChatHandedOver()
            | f.ChatEnded()
            | f.InformationRequested()
            | f.InformationReminded()
            | f.InformationLapsed()
            | f.CustomerAnswered()
            | f.AnalysisRecorded()
        ):
            return Group.TALK
        case (
            f.CaseClaimed()
            | f.CaseAssigned()
            | f.PriorityConfirmed()
            | f.PriorityChanged()
            | f.CaseTransferred()
            | f.ProviderEscalated()
            | f.ProviderUpdated()
            | f.ProviderIncidentLinked()
            | f.RemoteSessionStarted()
            | f.RemoteSessionEnded()
            | f.DiagnosisRecorded()
            | f.TermsAmended()
        ):
            return Group.WORK
        case (
            f.InitialAttentionGiven()
            | f.InitialAttentionMissed()
            | f.ClockWarned()
            | f.HandedOff()
            | f.CaseOverdue()
            | f.OverdueRepeated()
            | f.DutyPaged()
        ):
            return Group.CLOCKS
        case f.CaseResolved() | f.CaseReopened() | f.CaseClosed():
            return Group.ENDING
        case (
            v.VisitRequested()
            | v.VisitApproved()
            | v.VisitRefused()
            | v.VisitAccepted()
            | v.VisitDeclined()
            | v.VisitReminded()
            | v.VisitLapsed()
            | v.VisitScheduled()
            | v.VisitCancelled()
            | v.VisitMissed()
            | v.VisitStarted()
            | v.VisitExpenseLogged()
            | v.VisitQuoteExceeded()
            | v.VisitReported()
            | v.VisitSignedOff()
        ):
            return Group.VISIT
        case _:
            assert_never(fact)


def handed_off(
    cause: f.HandOffCause, from_level: int = 1, to_level: int = 2, reason: Text | None = None
) -> f.HandedOff:
    return f.HandedOff(
        from_level=Level(from_level), to_level=Level(to_level), cause=cause, left_by="agent-9", reason=reason
    )


def warned(clock: ClockName, level: int = 1, percent: int | None = 75) -> f.ClockWarned:
    return f.ClockWarned(clock=clock, level=Level(level), limit_at=LIMIT, percent=percent)


def closed(reason: ClosingReason, **more: Any) -> f.CaseClosed:
    return f.CaseClosed(reason=reason, **more)


OPENED = f.CaseOpened(
    plan=Plan.STANDARD,
    cover=CoverKind.CONTRACT,
    priority=Priority.SERIOUS,
    channel=Channel.WEB,
    category=Category.INCIDENT,
    title=WORDS,
    description=WORDS,
    prior_analysis=WORDS,
)
SUCCESSOR = replace(OPENED, channel=Channel.EMAIL, follows="MA-2026-000002")
PRIORITY_CHANGED = f.PriorityChanged(
    from_priority=Priority.LOW, to_priority=Priority.CRITICAL, spent=timedelta(minutes=5), reason=WORDS
)
DATE = datetime(2026, 12, 3, 14, tzinfo=UTC)


def reminded(step: VisitStep, *, is_past: bool = False, is_excess: bool = False) -> v.VisitReminded:
    return v.VisitReminded(visit=1, step=step, is_past=is_past, is_excess=is_excess, limit_at=LIMIT)


def scheduled(**moved: Any) -> v.VisitScheduled:
    return v.VisitScheduled(visit=1, starts_at=DATE, engineer_id="agent-2", sequence=len(moved), **moved)


def cancelled(by: Side, **more: Any) -> v.VisitCancelled:
    given = {"borne_by_customer": 0, "borne_by_support": 0, "sequence": 1, **more}
    return v.VisitCancelled(visit=1, cancelled_by=by, **given)


APPROVED = v.VisitApproved(visit=1, quote=350_000, decide_by=LIMIT)
AMENDED = f.TermsAmended(
    from_version="2026-1",
    to_version="2026-2",
    moved=(f.Moved(WakeKind.LEVEL_LIMIT, LIMIT, DATE), f.Moved(WakeKind.ATTENTION_LIMIT, LIMIT, None)),
    reason=WORDS,
)
OF_VISITS: list[f.Fact] = [
    v.VisitRequested(visit=1, city_code="05001", place=WORDS, address=WORDS, reason=WORDS, decide_by=LIMIT),
    APPROVED,
    v.VisitRefused(visit=1, reason=WORDS),
    v.VisitAccepted(visit=1, amount=350_000, is_excess=False),
    v.VisitAccepted(visit=1, amount=420_000, is_excess=True, reason=WORDS),
    v.VisitDeclined(visit=1, amount=350_000, is_excess=False, reason=WORDS),
    v.VisitDeclined(visit=1, amount=420_000, is_excess=True),
    *(reminded(step) for step in VisitStep if step in PENDING | UNDER_WAY),
    *(reminded(step, is_past=True) for step in (VisitStep.AGREED, VisitStep.SCHEDULED, VisitStep.STARTED)),
    reminded(VisitStep.REPORTED, is_excess=True),
    v.VisitLapsed(visit=1, step=VisitStep.REQUESTED, is_excess=False),
    v.VisitLapsed(visit=1, step=VisitStep.QUOTED, is_excess=False),
    v.VisitLapsed(visit=1, step=VisitStep.REPORTED, is_excess=True),
    scheduled(),
    scheduled(from_starts_at=LIMIT, from_engineer_id="agent-2"),
    scheduled(from_starts_at=DATE, from_engineer_id="agent-9"),
    cancelled(Side.CUSTOMER, reason=WORDS),
    cancelled(Side.SUPPORT, starts_at=DATE, engineer_id="agent-2", borne_by_support=120_000),
    v.VisitMissed(visit=1, starts_at=DATE, engineer_id="agent-2"),
    v.VisitStarted(visit=1, engineer_id="agent-2"),
    v.VisitExpenseLogged(
        visit=1, concept=WORDS, amount=120_000, receipt_reference="FV-1", total=420_000, accepted=350_000
    ),
    v.VisitQuoteExceeded(visit=1, total=420_000, accepted=350_000, decide_by=LIMIT),
    v.VisitReported(visit=1, found=WORDS, done=WORDS, sign_off_by=LIMIT),
    v.VisitSignedOff(visit=1, unanswered=False, borne_by_customer=350_000, borne_by_support=70_000),
    v.VisitSignedOff(visit=1, unanswered=True, borne_by_customer=0, borne_by_support=0),
]
SAMPLES: list[f.Fact] = [
    *OF_VISITS,
    AMENDED,
    f.ProviderIncidentLinked(incident_id="google-cloud:1"),
    f.RemoteSessionStarted(session=1, tool="Chrome Remote Desktop", consented_by="contact-1"),
    f.RemoteSessionEnded(session=1, summary=WORDS),
    f.RemoteSessionEnded(session=1, summary=None),
    *(
        f.DiagnosisRecorded(cause=cause, is_covered=cause is Cause.MANUFACTURING_DEFECT, summary=WORDS)
        for cause in Cause
    ),
    OPENED,
    SUCCESSOR,
    f.CaseHeld(until=LIMIT),
    f.CaseReleased(plan=Plan.PREMIUM, cover=CoverKind.CONTRACT),
    f.CaseReleased(
        plan=Plan.STANDARD, cover=CoverKind.CONTRACT, came_by=Channel.PHONE, channels=(Channel.WEB, Channel.CHAT)
    ),
    f.CaseClaimed(agent_id="agent-1"),
    f.CaseAssigned(agent_id="agent-1"),
    f.ReplySent(body=WORDS),
    f.NoteAdded(body=WORDS),
    f.NoteAdded(body=WORDS, mentions=("agent-1",)),
    f.AttemptLogged(channel=Channel.PHONE, outcome=Outcome.NOT_SOLVED, summary=WORDS),
    *(f.DutyPaged(step=step, about=2, level=Level.SPECIALISTS, person_id="agent-1") for step in PageStep),
    f.CallLogged(
        direction=Direction.OUT,
        contact_id="contact-1",
        outcome=Outcome.NOT_SOLVED,
        summary=WORDS,
        started_at=datetime(2026, 11, 25, 14, 5, tzinfo=UTC),
        lasted=timedelta(minutes=4),
    ),
    f.ChatBegun(ends_at=LIMIT),
    f.ChatTaken(agent_id="agent-1", takes_case=True),
    f.ChatTaken(agent_id="agent-1", takes_case=False),
    f.ChatSaid(body=WORDS),
    f.ChatSaid(body=WORDS, tells=True),
    f.ChatHandedOver(from_agent="agent-1", to_agent="agent-2", takes_case=True),
    f.ChatHandedOver(from_agent=None, to_agent="agent-2", takes_case=False),
    f.ChatEnded(outcome=Outcome.SOLVED, contact_id="contact-1", summary=WORDS, tells=True),
    f.ChatEnded(outcome=Outcome.NO_ANSWER, contact_id="contact-1", tells=True),
    f.ChatEnded(outcome=None, contact_id="contact-1"),
    f.ChatEnded(outcome=Outcome.SOLVED, contact_id="contact-1", with_case=True),
    f.InitialAttentionGiven(due_at=LIMIT, in_time=True),
    f.InitialAttentionMissed(),
    warned(ClockName.INITIAL_ATTENTION),
    warned(ClockName.LEVEL),
    warned(ClockName.LEVEL, 3),
    warned(ClockName.LEVEL, percent=None),
    f.PriorityConfirmed(priority=Priority.LOW, reason=WORDS),
    PRIORITY_CHANGED,
    f.InformationRequested(body=WORDS),
    f.InformationRequested(body=WORDS, answer_by=LIMIT),
    f.InformationReminded(answer_by=LIMIT),
    f.InformationLapsed(),
    f.CustomerAnswered(body=WORDS),
    f.CustomerAnswered(body=WORDS, brings_analysis=True),
    f.AnalysisRecorded(channel=Channel.PHONE, body=WORDS),
    handed_off("limit"),
    handed_off("by_hand", 2, 3, WORDS),
    handed_off("priority"),
    handed_off("functional", 1, 3, WORDS),
    handed_off("amendment"),
    f.CaseTransferred(from_group=None, to_group="sig", left_by=None, reason=WORDS),
    f.ProviderEscalated(provider="Google", provider_case="G-77"),
    f.ProviderUpdated(body=WORDS),
    f.CaseOverdue(),
    f.OverdueRepeated(periods=2),
    f.CaseResolved(summary=WORDS, reopen_until=LIMIT),
    f.CaseResolved(summary=None, reopen_until=LIMIT, unanswered=True),
    f.CaseReopened(reason=WORDS),
    closed(ClosingReason.CONFIRMED),
    closed(ClosingReason.UNANSWERED),
    closed(ClosingReason.NOT_COVERED),
    closed(ClosingReason.NOT_COVERED, words=WORDS),
    closed(ClosingReason.WITHDRAWN, words=WORDS),
    closed(ClosingReason.DUPLICATE, duplicate_of="MA-2026-000002"),
    *(closed(ClosingReason.OUT_OF_SCOPE, words=WORDS, out_of_scope_kind=kind) for kind in OutOfScopeKind),
]
"""At least one of every kind, and one of each manner in which it is told."""
