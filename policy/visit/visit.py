"""A visit on site: its vocabulary and its state. How it comes about is in on_site.py (ONS).

Amounts are whole Colombian pesos (COP). Places, reports and reasons are deposited texts and never stand here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class VisitStep(StrEnum):
    """What a visit waits for, or how it ended.

    REQUESTED waits for the director, QUOTED for the customer, AGREED for a date, SCHEDULED for its start, STARTED for
    its report and REPORTED for the customer's sign-off.
    """

    REQUESTED = "requested"
    QUOTED = "quoted"
    AGREED = "agreed"
    SCHEDULED = "scheduled"
    STARTED = "started"
    REPORTED = "reported"
    SIGNED_OFF = "signed_off"
    REFUSED = "refused"
    DECLINED = "declined"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


PENDING = frozenset({VisitStep.REQUESTED, VisitStep.QUOTED})
"""Still to be agreed by both sides (ONS-3)."""
UNDER_WAY = frozenset({VisitStep.AGREED, VisitStep.SCHEDULED, VisitStep.STARTED, VisitStep.REPORTED})
"""Agreed by both sides and not ended."""


class Side(StrEnum):
    """One of the two parties of an agreement."""

    CUSTOMER = "customer"
    SUPPORT = "support"


@dataclass(frozen=True, kw_only=True)
class Term:
    """A step's limit, and the reminder still to be given before it.

    It began at `since_at` and lasts `business_days`; None where the limit is an agreed instant.
    """

    since_at: datetime
    due_at: datetime
    remind_at: datetime | None
    business_days: int | None = None


@dataclass(frozen=True)
class Acceptance:
    """The customer's agreement in writing: who, when, which amount in COP (ONS-2)."""

    contact_id: str
    at: datetime
    amount: int


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A visit on site, whole. A case has one at a time; `number` counts them.

    `term` is the present step's limit. `excess` is the limit of the customer's answer to expenses above what it
    accepted (ONS-2); `excess_declined` says that it will not bear them. `invitations` counts the calendar messages
    sent, which is how a calendar knows the newer one.
    """

    number: int
    city_code: str
    requested_at: datetime
    step: VisitStep
    term: Term | None
    approved_by: str | None = None
    quote: int | None = None
    acceptances: tuple[Acceptance, ...] = ()
    starts_at: datetime | None = None
    engineer_id: str | None = None
    invitations: int = 0
    started_at: datetime | None = None
    expenses: int = 0
    receipts: tuple[str, ...] = ()
    excess: Term | None = None
    excess_asked: int | None = None
    excess_declined: bool = False

    @property
    def is_under_way(self) -> bool:
        """Whether both sides have agreed to it and it has not ended."""
        return self.step in UNDER_WAY

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.step in PENDING or self.is_under_way

    @property
    def goes_on(self) -> bool:
        """Whether it has not ended, and more of it is missing than the customer's signature."""
        return self.is_open and self.step is not VisitStep.REPORTED

    @property
    def awaits_its_date(self) -> bool:
        """Whether a date is agreed that has not come: its term is that date."""
        return self.step is VisitStep.SCHEDULED and self.term is not None and self.term.due_at == self.starts_at

    @property
    def accepted(self) -> int:
        """What the customer agreed to bear, in COP."""
        return self.acceptances[-1].amount if self.acceptances else 0

    @property
    def borne_by_customer(self) -> int:
        """What the customer bears of the expenses so far: never more than it accepted (ONS-2)."""
        return min(self.expenses, self.accepted)

    def ended(self, step: VisitStep) -> Visit:
        """The same visit at its end: nothing of it falls due any more."""
        return replace(self, step=step, term=None, excess=None)
