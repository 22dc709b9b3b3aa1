"""All that is on record of a case's last visit: where and why, who decided what, expenses with receipts, the report.

For our side also the proof that the remote channels were exhausted, on which the director decides (ONS-3, ONS-4).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from api.case.timeline import ActorAnswer
from api.http.auth import Caller
from api.http.bodies import Answer, MoneyAnswer, Z, show_money
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.visibility import VisibleCase
from api.visit.visit_answer import EXAMPLE, VisitAnswer, visit_answer
from desk.problems import NotFound
from policy.case.case import Channel, Outcome, Role
from policy.visit.visit import Side
from storage.case import views
from storage.case.views import TimelineRow

router = APIRouter(tags=["visits"])


class Said(Answer):
    """Who did something, and when."""

    at: Z
    by: ActorAnswer


class DecisionAnswer(Said):
    """A decision of one party: the director's on the request, the customer's on a quote or on expenses above it."""

    kind: str = Field(examples=["visit_accepted"])
    amount: MoneyAnswer | None
    reason: str | None


class ExpenseAnswer(Said):
    """A travel expense, and the receipt that proves it (ONS-2)."""

    concept: str
    amount: MoneyAnswer
    receipt_reference: str


class ReportAnswer(Said):
    """What was found and done (ONS-5)."""

    found: str
    done: str


class CancellationAnswer(Said):
    """Which side called the visit off, and who bears what was spent (ONS-5)."""

    cancelled_by: Side
    reason: str | None
    borne_by_customer: MoneyAnswer
    borne_by_support: MoneyAnswer


class AttemptAnswer(Said):
    """A logged try on a remote channel, and how it ended."""

    outcome: Outcome
    summary: str


class ChannelAnswer(Answer):
    """A channel of the plan; exhausted once an attempt on it did not solve the case (ONS-4)."""

    channel: Channel
    exhausted: bool
    attempts: list[AttemptAnswer]


class VisitRecord(Answer):
    """The visit and its record. `channels` is not shown to contacts."""

    visit: VisitAnswer = Field(examples=[EXAMPLE])
    place: str = Field(examples=["Medellín, Antioquia"])
    address: str
    reason: str
    requested_by: ActorAnswer
    decisions: list[DecisionAnswer]
    expenses: list[ExpenseAnswer]
    report: ReportAnswer | None
    cancellation: CancellationAnswer | None
    channels: list[ChannelAnswer] | None


_DECISIONS = {"visit_approved", "visit_refused", "visit_accepted", "visit_declined"}


@router.get(
    "/cases/{number}/visit",
    response_model=VisitRecord,
    summary="Read all that is on record of a case's visit",
    responses=can_refuse(NotFound),
)
async def read_visit(row: VisibleCase, principal: Caller, desk: DeskDep) -> VisitRecord:
    visit = row.case.visit
    if visit is None:
        raise NotFound
    facts = await views.timeline(desk.database, row.number)
    about = [fact for fact in facts if fact.data.get("visit") == visit.number]
    channels = None
    if principal.actor.role is not Role.CONTACT:
        terms = await views.terms(desk.database, row.number)
        assert terms is not None
        channels = _channels(terms.channels, facts)
    return _record(visit_answer(visit), about, channels)


def _record(visit: VisitAnswer, facts: list[TimelineRow], channels: list[ChannelAnswer] | None) -> VisitRecord:
    requested = next(fact for fact in facts if fact.kind == "visit_requested")
    report = _last(facts, "visit_reported")
    cancelled = _last(facts, "visit_cancelled")
    return VisitRecord(
        visit=visit,
        place=_words(requested, "place") or "",
        address=_words(requested, "address") or "",
        reason=_words(requested, "reason") or "",
        requested_by=_said(requested)["by"],
        decisions=[_decision(fact) for fact in facts if fact.kind in _DECISIONS],
        expenses=[_expense(fact) for fact in facts if fact.kind == "visit_expense_logged"],
        report=_report(report) if report else None,
        cancellation=_cancellation(cancelled) if cancelled else None,
        channels=channels,
    )


def _decision(fact: TimelineRow) -> DecisionAnswer:
    amount = fact.data.get("amount", fact.data.get("quote"))
    return DecisionAnswer(
        **_said(fact),
        kind=fact.kind,
        amount=None if amount is None else show_money(amount),
        reason=_words(fact, "reason"),
    )


def _expense(fact: TimelineRow) -> ExpenseAnswer:
    return ExpenseAnswer(
        **_said(fact),
        concept=_words(fact, "concept") or "",
        amount=show_money(fact.data["amount"]),
        receipt_reference=fact.data["receipt_reference"],
    )


def _report(fact: TimelineRow) -> ReportAnswer:
    return ReportAnswer(**_said(fact), found=_words(fact, "found") or "", done=_words(fact, "done") or "")


def _cancellation(fact: TimelineRow) -> CancellationAnswer:
    return CancellationAnswer(
        **_said(fact),
        cancelled_by=fact.data["cancelled_by"],
        reason=_words(fact, "reason"),
        borne_by_customer=show_money(fact.data["borne_by_customer"]),
        borne_by_support=show_money(fact.data["borne_by_support"]),
    )


def _channels(plan: Iterable[Channel], facts: list[TimelineRow]) -> list[ChannelAnswer]:
    """Each channel of the plan with the attempts made on it, in order."""
    found = []
    for channel in plan:
        attempts = [
            AttemptAnswer(**_said(fact), outcome=fact.data["outcome"], summary=_words(fact, "summary") or "")
            for fact in facts
            if fact.kind == "attempt_logged" and fact.data["channel"] == channel
        ]
        exhausted = any(attempt.outcome is not Outcome.SOLVED for attempt in attempts)
        found.append(ChannelAnswer(channel=channel, exhausted=exhausted, attempts=attempts))
    return found


def _last(facts: list[TimelineRow], kind: str) -> TimelineRow | None:
    return next((fact for fact in reversed(facts) if fact.kind == kind), None)


def _said(fact: TimelineRow) -> dict[str, Any]:
    return {"at": fact.at, "by": ActorAnswer(role=fact.actor.role, id=fact.actor.id)}


def _words(fact: TimelineRow, name: str) -> str | None:
    """A deposited text of the fact."""
    text = fact.data.get(name)
    return text["body"] if text else None
