"""The record of a case's visits as JSON; desk/reading/visits.py reads it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from api.case.timeline import ActorAnswer, actor_answer
from api.http.auth import Caller
from api.http.bodies import Answer, MoneyAnswer, Z, show_money
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.lists import Listed
from api.http.visibility import VisibleCase
from api.visit.visit_answer import EXAMPLE, VisitAnswer, visit_answer
from desk.problems import NotFound
from desk.reading import visits
from policy.case.case import Channel, Outcome, Role
from policy.visit.visit import Side
from storage.case import views

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
    "/cases/{number}/visits",
    response_model=Listed[VisitRecord],
    summary="Read all that is on record of every visit of a case",
    responses=can_refuse(NotFound),
)
async def read_visits(row: VisibleCase, principal: Caller, desk: DeskDep) -> Listed[VisitRecord]:
    async with desk.database.snapshot() as db:
        case = (await views.case(db, row.number) or row).case
        rows, terms = await views.timeline(db, row.number), await views.terms(db, row.number)
    plan = terms.channels if terms and principal.actor.role is not Role.CONTACT else None
    return Listed(items=[_answer(each) for each in visits.visit_records(case, rows, plan)])


@router.get(
    "/cases/{number}/visit",
    response_model=VisitRecord,
    summary="Read all that is on record of a case's visit",
    responses=can_refuse(NotFound),
)
async def read_visit(row: VisibleCase, principal: Caller, desk: DeskDep) -> VisitRecord:
    async with desk.database.snapshot() as db:
        case = (await views.case(db, row.number) or row).case
        if case.visit is None:
            raise NotFound
        rows, terms = await views.timeline(db, row.number), await views.terms(db, row.number)
    plan = terms.channels if terms and principal.actor.role is not Role.CONTACT else None
    return _answer(visits.visit_record(case.visit, rows, plan))


def _answer(record: visits.VisitRecord) -> VisitRecord:
    report = record.report
    return VisitRecord(
        visit=visit_answer(record.visit),
        place=record.place,
        address=record.address,
        reason=record.reason,
        requested_by=actor_answer(record.requested_by),
        decisions=[_decision(each) for each in record.decisions],
        expenses=[_expense(each) for each in record.expenses],
        report=ReportAnswer(**_said(report), found=report.found, done=report.done) if report else None,
        cancellation=_cancellation(record.cancellation) if record.cancellation else None,
        channels=None if record.channels is None else [_channel(each) for each in record.channels],
    )


def _decision(each: visits.Decision) -> DecisionAnswer:
    amount = None if each.amount is None else show_money(each.amount)
    return DecisionAnswer(**_said(each), kind=each.kind, amount=amount, reason=each.reason)


def _expense(each: visits.Expense) -> ExpenseAnswer:
    amount, receipt = show_money(each.amount), each.receipt_reference
    return ExpenseAnswer(**_said(each), concept=each.concept, amount=amount, receipt_reference=receipt)


def _cancellation(each: visits.Cancellation) -> CancellationAnswer:
    return CancellationAnswer(
        **_said(each),
        cancelled_by=each.cancelled_by,
        reason=each.reason,
        borne_by_customer=show_money(each.borne_by_customer),
        borne_by_support=show_money(each.borne_by_support),
    )


def _channel(each: visits.ChannelTried) -> ChannelAnswer:
    attempts = [AttemptAnswer(**_said(one), outcome=one.outcome, summary=one.summary) for one in each.attempts]
    return ChannelAnswer(channel=each.channel, exhausted=each.exhausted, attempts=attempts)


def _said(each: visits.Said) -> dict[str, Any]:
    return {"at": each.at, "by": actor_answer(each.by)}
