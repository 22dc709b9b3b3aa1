"""All that is on record of a case's last visit: where and why, who decided what, expenses with receipts, the report.

For our side also the proof that the remote channels were exhausted, on which the director decides (ONS-3, ONS-4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from api.case.timeline import ActorAnswer, actor_answer
from api.http.auth import Caller
from api.http.bodies import Answer, MoneyAnswer, Z, show_money
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.visibility import VisibleCase
from api.visit.visit_answer import EXAMPLE, VisitAnswer, visit_answer
from desk.problems import NotFound
from policy.case.case import Channel, Outcome, Role, Text
from policy.case.facts import AttemptLogged
from policy.visit.facts import (
    VisitAccepted,
    VisitApproved,
    VisitCancelled,
    VisitDeclined,
    VisitExpenseLogged,
    VisitFact,
    VisitRefused,
    VisitReported,
    VisitRequested,
)
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
    rows = await views.timeline(desk.database, row.number)
    channels = None
    if principal.actor.role is not Role.CONTACT:
        terms = await views.terms(desk.database, row.number)
        assert terms is not None
        channels = _channels(terms.channels, rows)
    about = [each for each in rows if isinstance(each.fact, VisitFact) and each.fact.visit == visit.number]
    return _record(visit_answer(visit), about, channels)


def _record(visit: VisitAnswer, rows: Sequence[TimelineRow], channels: list[ChannelAnswer] | None) -> VisitRecord:
    row, requested = next((row, row.fact) for row in rows if isinstance(row.fact, VisitRequested))
    reports = [_report(row, row.fact) for row in rows if isinstance(row.fact, VisitReported)]
    cancellations = [_cancellation(row, row.fact) for row in rows if isinstance(row.fact, VisitCancelled)]
    return VisitRecord(
        visit=visit,
        place=row.body(requested.place),
        address=row.body(requested.address),
        reason=row.body(requested.reason),
        requested_by=actor_answer(row.actor),
        decisions=[decision for row in rows if (decision := _decision(row))],
        expenses=[_expense(row, row.fact) for row in rows if isinstance(row.fact, VisitExpenseLogged)],
        report=reports[-1] if reports else None,
        cancellation=cancellations[-1] if cancellations else None,
        channels=channels,
    )


def _decision(row: TimelineRow) -> DecisionAnswer | None:
    amount: int | None
    reason: Text | None
    match row.fact:
        case VisitApproved(quote=int(amount), reason=reason) | VisitDeclined(amount=amount, reason=reason):
            pass
        case VisitAccepted(amount=amount):
            reason = None
        case VisitRefused(reason=reason):
            amount = None
        case _:
            return None
    return DecisionAnswer(
        **_said(row),
        kind=row.fact.kind,
        amount=None if amount is None else show_money(amount),
        reason=_words(row, reason),
    )


def _expense(row: TimelineRow, fact: VisitExpenseLogged) -> ExpenseAnswer:
    return ExpenseAnswer(
        **_said(row),
        concept=row.body(fact.concept),
        amount=show_money(fact.amount),
        receipt_reference=fact.receipt_reference,
    )


def _report(row: TimelineRow, fact: VisitReported) -> ReportAnswer:
    return ReportAnswer(**_said(row), found=row.body(fact.found), done=row.body(fact.done))


def _cancellation(row: TimelineRow, fact: VisitCancelled) -> CancellationAnswer:
    return CancellationAnswer(
        **_said(row),
        cancelled_by=fact.cancelled_by,
        reason=_words(row, fact.reason),
        borne_by_customer=show_money(fact.borne_by_customer),
        borne_by_support=show_money(fact.borne_by_support),
    )


def _channels(plan: Iterable[Channel], rows: Iterable[TimelineRow]) -> list[ChannelAnswer]:
    """Each channel of the plan with the attempts made on it, in order."""
    logged = [(row, row.fact) for row in rows if isinstance(row.fact, AttemptLogged)]
    found = []
    for channel in plan:
        attempts = [
            AttemptAnswer(**_said(row), outcome=fact.outcome, summary=row.body(fact.summary))
            for row, fact in logged
            if fact.channel is channel
        ]
        exhausted = any(attempt.outcome is not Outcome.SOLVED for attempt in attempts)
        found.append(ChannelAnswer(channel=channel, exhausted=exhausted, attempts=attempts))
    return found


def _said(row: TimelineRow) -> dict[str, Any]:
    return {"at": row.at, "by": actor_answer(row.actor)}


def _words(row: TimelineRow, text: Text | None) -> str | None:
    """A deposited text of the fact, where it has one."""
    return row.words.get(text.content_id) if text else None
