"""A visit as its facts tell it: a case keeps its last one alone, and its earlier ones are read from the record (ONS-5).

It holds for visits that have ended, whose terms are over: what is still to come stands in no fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from policy.visit import facts as v
from policy.visit.visit import Acceptance, Visit, VisitStep

Told = tuple[datetime, str, v.VisitFact]
"""When a fact happened, by whom (their id), and the fact."""


def ended_visit(told: Iterable[Told]) -> Visit:
    """The visit that these facts tell of, in their order from its request on. ValueError where it has not ended."""
    visit: Visit | None = None
    for at, by, fact in told:
        visit = _requested(fact, at) if isinstance(fact, v.VisitRequested) else _after(visit, fact, at, by)
    if visit is None or visit.is_open:
        raise ValueError("only a visit that has ended can be told anew")
    return visit


def _requested(fact: v.VisitRequested, at: datetime) -> Visit:
    return Visit(number=fact.visit, city_code=fact.city_code, requested_at=at, step=VisitStep.REQUESTED, term=None)


def _after(visit: Visit | None, fact: v.VisitFact, at: datetime, by: str) -> Visit:
    if visit is None:
        raise ValueError("a visit begins with its request")
    match fact:
        case v.VisitApproved(quote=quote):
            return replace(visit, step=VisitStep.QUOTED, approved_by=by, quote=quote)
        case v.VisitRefused():
            return visit.ended(VisitStep.REFUSED)
        case v.VisitAccepted(amount=amount, is_excess=is_excess):
            accepted = replace(visit, acceptances=(*visit.acceptances, Acceptance(by, at, amount)))
            return accepted if is_excess else replace(accepted, step=VisitStep.AGREED)
        case v.VisitDeclined(is_excess=True) | v.VisitLapsed(is_excess=True):
            return replace(visit, excess_declined=True)
        case v.VisitDeclined():
            return visit.ended(VisitStep.DECLINED)
        case v.VisitLapsed():
            return visit.ended(VisitStep.LAPSED)
        case v.VisitScheduled(starts_at=starts_at, engineer_id=engineer_id, sequence=sequence):
            dated = replace(visit, step=VisitStep.SCHEDULED, starts_at=starts_at, engineer_id=engineer_id)
            return replace(dated, invitations=sequence + 1)
        case v.VisitCancelled(sequence=sequence):
            return replace(visit.ended(VisitStep.CANCELLED), invitations=sequence + 1)
        case v.VisitStarted():
            return replace(visit, step=VisitStep.STARTED, started_at=at)
        case v.VisitExpenseLogged(total=total, receipt_reference=receipt):
            return replace(visit, expenses=total, receipts=(*visit.receipts, receipt))
        case v.VisitQuoteExceeded(total=total):
            asked = visit.excess_asked if visit.excess_asked and not _is_decided(visit) else total
            return replace(visit, excess_asked=asked, excess_declined=False)
        case v.VisitReported():
            return replace(visit, step=VisitStep.REPORTED)
        case v.VisitSignedOff():
            return visit.ended(VisitStep.SIGNED_OFF)
        case _:
            return visit


def _is_decided(visit: Visit) -> bool:
    return visit.excess_declined or visit.accepted >= (visit.excess_asked or 0)
