"""A visit on site as the case shows it. Its texts, expenses and decisions one by one are visit_record.py's."""

from __future__ import annotations

from pydantic import Field

from api.http.bodies import Answer, MoneyAnswer, Z, show_money
from policy.visit.visit import Acceptance, Term, Visit, VisitStep

EXAMPLE = {
    "number": 1,
    "step": "reported",
    "city_code": "05001",
    "requested_at": "2026-11-23T14:00:00Z",
    "due_at": "2026-12-11T16:30:00Z",
    "remind_at": "2026-12-07T15:00:00Z",
    "approved_by": "diana.rincon",
    "quote": {"amount": "350000", "currency": "COP"},
    "accepted": {
        "amount": {"amount": "350000", "currency": "COP"},
        "by": "cnt_4f6c0f5f21d0",
        "at": "2026-11-24T15:20:00Z",
    },
    "starts_at": "2026-12-03T14:00:00Z",
    "engineer_id": "luis.mora",
    "invitations": 2,
    "started_at": "2026-12-03T14:05:00Z",
    "expenses": {"amount": "410000", "currency": "COP"},
    "borne_by_customer": {"amount": "350000", "currency": "COP"},
    "excess": {"amount": {"amount": "410000", "currency": "COP"}, "decide_by": "2026-12-07T16:30:00Z"},
    "excess_declined": False,
}
"""A visit at its busiest: whatever can be null is not, for FastAPI leaves nulls out of examples."""


class AcceptanceAnswer(Answer):
    """What the customer agreed to bear, in writing: who, when, which amount (ONS-2)."""

    amount: MoneyAnswer
    by: str
    at: Z


class ExcessAnswer(Answer):
    """Expenses above what was accepted: the amount that the customer decides on, and until when (ONS-2)."""

    amount: MoneyAnswer
    decide_by: Z


class VisitAnswer(Answer):
    """A visit of a case, ended or not. `due_at` and `remind_at` are of its present step; none once it ended."""

    number: int = Field(ge=1)
    step: VisitStep
    city_code: str
    requested_at: Z
    due_at: Z | None
    remind_at: Z | None
    approved_by: str | None
    quote: MoneyAnswer | None
    accepted: AcceptanceAnswer | None
    starts_at: Z | None
    engineer_id: str | None
    invitations: int
    started_at: Z | None
    expenses: MoneyAnswer
    borne_by_customer: MoneyAnswer
    excess: ExcessAnswer | None
    excess_declined: bool


def visit_answer(visit: Visit) -> VisitAnswer:
    accepted = visit.acceptances[-1] if visit.acceptances else None
    return VisitAnswer(
        number=visit.number,
        step=visit.step,
        city_code=visit.city_code,
        requested_at=visit.requested_at,
        due_at=visit.term.due_at if visit.term else None,
        remind_at=visit.term.remind_at if visit.term else None,
        approved_by=visit.approved_by,
        quote=None if visit.quote is None else show_money(visit.quote),
        accepted=_acceptance_answer(accepted) if accepted else None,
        starts_at=visit.starts_at,
        engineer_id=visit.engineer_id,
        invitations=visit.invitations,
        started_at=visit.started_at,
        expenses=show_money(visit.expenses),
        borne_by_customer=show_money(visit.borne_by_customer),
        excess=_excess_answer(visit, visit.excess) if visit.excess else None,
        excess_declined=visit.excess_declined,
    )


def _acceptance_answer(accepted: Acceptance) -> AcceptanceAnswer:
    return AcceptanceAnswer(amount=show_money(accepted.amount), by=accepted.contact_id, at=accepted.at)


def _excess_answer(visit: Visit, excess: Term) -> ExcessAnswer:
    return ExcessAnswer(amount=show_money(visit.expenses), decide_by=excess.due_at)
