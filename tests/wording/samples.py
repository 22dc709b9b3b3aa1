"""A fact of every kind that a case can have, the notices that each calls for, and how one is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

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
from policy.case.notices import Notice, notices_of
from policy.people.recipients import recipient_from_text, recipient_to_text
from policy.terms.terms import CoverKind
from policy.time.clock import ClockName
from policy.visit import facts as v
from policy.visit.visit import PENDING, UNDER_WAY, Side, Visit, VisitStep
from tests.support.lives import HELP_DESK, STANDARD, bogota, opened
from wording.notices.letter import NoticeText, text_of
from wording.notices.occasion import Occasion

NUMBER = "MA-2026-000001"
BODY = "Revise el token {number} del mapa.\nLuego reinicie."
WORDS = Text("content-1", len(BODY))
LIMIT = bogota("2026-11-25 11:30")
MAILBOX = "comercial@escala.example"


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
PRIORITY_CHANGED = f.PriorityChanged(
    from_priority=Priority.LOW, to_priority=Priority.CRITICAL, spent=timedelta(minutes=5), reason=WORDS
)
DATE = bogota("2026-12-03 09:00")


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
    f.CallLogged(
        direction=Direction.OUT,
        contact_id="contact-1",
        outcome=Outcome.NOT_SOLVED,
        summary=WORDS,
        started_at=bogota("09:05"),
        lasted=timedelta(minutes=4),
    ),
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


def notices(fact: f.Fact) -> tuple[Notice, ...]:
    """The notices that the policy asks for when this happens to an assigned case that has a visit."""
    visit = Visit(
        number=1, city_code="05001", requested_at=LIMIT, step=VisitStep.SCHEDULED, term=None, engineer_id="agent-2"
    )
    case = replace(opened(), assignee="agent-1", visit=visit)
    entry = f.Entry(seq=1, at=LIMIT, by=replace(HELP_DESK, id="agent-7"), fact=fact)
    return notices_of((entry,), before=case, after=case, terms=STANDARD)


def occasion(fact: f.Fact, to: str, language: str = "es", **changes: Any) -> Occasion:
    recipient = recipient_from_text(to)
    limit_at = next((notice.limit_at for notice in notices(fact) if notice.recipient == recipient), None)
    given = Occasion(
        recipient=recipient,
        language=language,
        number=NUMBER,
        title="No carga el mapa {0}",
        customer="Alcaldía de Ejemplo",
        plan=Plan.PREMIUM,
        level=Level.SPECIALISTS,
        priority=Priority.CRITICAL,
        fact=fact,
        words={WORDS.content_id: BODY},
        limit_at=limit_at,
        due_at=LIMIT if isinstance(fact, f.CaseReleased) else None,
        link=f"https://mesa.example/casos/{NUMBER}",
        commercial_mailbox=MAILBOX,
        place="Calle 10 # 20-30, Medellín",
        names={"agent-2": "Luz Ñáñez", "contact-1": "Ana Gómez"},
    )
    return replace(given, **changes)


def told(fact: f.Fact, recipient: str, language: str = "es", **changes: Any) -> NoticeText:
    return text_of(occasion(fact, recipient, language, **changes))


def body(fact: f.Fact, recipient: str = "contact:contact-1", **changes: Any) -> str:
    return told(fact, recipient, **changes).body


EVERY_NOTICE = [(fact, recipient_to_text(notice.recipient)) for fact in SAMPLES for notice in notices(fact)]
