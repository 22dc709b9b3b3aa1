"""Cover of a customer on a day: contract, else warranty, else none (WAR-1..3, PLAN-12). Dates are Bogotá's."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from policy.case.case import Plan
from policy.terms.terms import Cover, CoverKind


@dataclass(frozen=True, kw_only=True)
class CoverRef:
    """Which cover is meant: a customer's contract, or the warranty of one of its solutions, by that one's id."""

    kind: CoverKind
    id: str
    customer_id: str


@dataclass(frozen=True)
class ContractTerm:
    """A contract as cover sees it: in force from `starts_on` to `ends_on`, both included, once paid (WAR-2)."""

    id: str
    plan: Plan
    starts_on: date
    ends_on: date
    paid: bool

    def covers(self, on: date) -> bool:
        """Whether the contract entitles to support on that day."""
        return self.paid and self.starts_on <= on <= self.ends_on


def warranty_ends_on(accepted_on: date, *, months: int) -> date:
    """The warranty's last day, included: whole calendar months from the acceptance certificate (WAR-1).

    Where the month is shorter, its last day: 30 November and 3 months end on the last day of February.
    """
    years, month = divmod(accepted_on.month - 1 + months, 12)
    year = accepted_on.year + years
    return date(year, month + 1, min(accepted_on.day, monthrange(year, month + 1)[1]))


def cover_on(
    on: date, *, contracts: Sequence[ContractTerm], solution_id: str, accepted_on: date | None, warranty_months: int
) -> Cover:
    """The cover on a day: the paid contract that ends last, else the solution's warranty, else none (WAR-3)."""
    in_force = max((term for term in contracts if term.covers(on)), key=lambda term: term.ends_on, default=None)
    if in_force:
        return Cover(CoverKind.CONTRACT, in_force.id, in_force.ends_on)
    if accepted_on and accepted_on <= on:
        ends_on = warranty_ends_on(accepted_on, months=warranty_months)
        if on <= ends_on:
            return Cover(CoverKind.WARRANTY, solution_id, ends_on)
    return Cover(CoverKind.NONE)
