"""The facts of a visit on site, in the past tense: those that `on_site` makes (ONS)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from policy.case.case import Text
from policy.visit.visit import Side, VisitStep


@dataclass(frozen=True, kw_only=True)
class VisitRequested:
    """A visit was asked for, the remote channels being exhausted (ONS-4); the director decides until `decide_by`."""

    internal: ClassVar[bool] = False
    kind: Literal["visit_requested"] = "visit_requested"
    visit: int
    city_code: str
    place: Text
    address: Text
    reason: Text
    decide_by: datetime


@dataclass(frozen=True, kw_only=True)
class VisitApproved:
    """The director agreed and quoted the expenses in COP; the customer decides until `decide_by` (ONS-2, ONS-3)."""

    internal: ClassVar[bool] = False
    kind: Literal["visit_approved"] = "visit_approved"
    visit: int
    quote: int
    decide_by: datetime
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class VisitRefused:
    """The director did not agree (ONS-3); the case goes on remotely."""

    internal: ClassVar[bool] = False
    kind: Literal["visit_refused"] = "visit_refused"
    visit: int
    reason: Text


@dataclass(frozen=True, kw_only=True)
class VisitAccepted:
    """The customer accepted the quote, or the expenses above it (`is_excess`): who, when and which amount (ONS-2)."""

    internal: ClassVar[bool] = False
    kind: Literal["visit_accepted"] = "visit_accepted"
    visit: int
    amount: int
    is_excess: bool
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class VisitDeclined:
    """The customer did not accept the quote, and the case goes on remotely; or not what exceeds it (`is_excess`)."""

    internal: ClassVar[bool] = False
    kind: Literal["visit_declined"] = "visit_declined"
    visit: int
    amount: int
    is_excess: bool
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class VisitReminded:
    """Half of a step's time has passed, or all of it where the step is still owed (ONS-3, ONS-5).

    `step` is what the visit waits for; `is_excess` where it is the answer to expenses above the quote.
    """

    internal: ClassVar[bool] = False
    kind: Literal["visit_reminded"] = "visit_reminded"
    visit: int
    step: VisitStep
    is_excess: bool
    is_past: bool
    limit_at: datetime


@dataclass(frozen=True, kw_only=True)
class VisitLapsed:
    """Nobody decided in time: the request lapsed and the case goes on remotely (ONS-3).

    With `is_excess` it is the answer to expenses above the quote that did not come: the customer does not bear them.
    """

    internal: ClassVar[bool] = False
    kind: Literal["visit_lapsed"] = "visit_lapsed"
    visit: int
    step: VisitStep
    is_excess: bool


@dataclass(frozen=True, kw_only=True)
class VisitScheduled:
    """A date was agreed and an engineer assigned; `from_starts_at` is the date it replaces (ONS-5).

    `sequence` is the calendar invitation's.
    """

    internal: ClassVar[bool] = False
    kind: Literal["visit_scheduled"] = "visit_scheduled"
    visit: int
    starts_at: datetime
    engineer_id: str
    sequence: int
    from_starts_at: datetime | None = None
    from_engineer_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class VisitCancelled:
    """One side called the visit off before it started, and who bears what was spent on it (ONS-5).

    `borne_by_customer` and `borne_by_support` are COP and add up to the expenses so far.
    """

    internal: ClassVar[bool] = False
    kind: Literal["visit_cancelled"] = "visit_cancelled"
    visit: int
    cancelled_by: Side
    borne_by_customer: int
    borne_by_support: int
    sequence: int
    starts_at: datetime | None = None
    engineer_id: str | None = None
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class VisitMissed:
    """The agreed date passed without a start: from that instant the level clock counts again (ESC-10)."""

    internal: ClassVar[bool] = False
    kind: Literal["visit_missed"] = "visit_missed"
    visit: int
    starts_at: datetime
    engineer_id: str


@dataclass(frozen=True, kw_only=True)
class VisitStarted:
    """The engineer is there; the level clock that waited for it goes on (ESC-10)."""

    internal: ClassVar[bool] = False
    kind: Literal["visit_started"] = "visit_started"
    visit: int
    engineer_id: str


@dataclass(frozen=True, kw_only=True)
class VisitExpenseLogged:
    """A travel expense with its receipt; `total` is all of them so far and `accepted` what the customer bears (COP)."""

    internal: ClassVar[bool] = False
    kind: Literal["visit_expense_logged"] = "visit_expense_logged"
    visit: int
    concept: Text
    amount: int
    receipt_reference: str
    total: int
    accepted: int


@dataclass(frozen=True, kw_only=True)
class VisitQuoteExceeded:
    """The expenses passed what the customer accepted: it decides anew until `decide_by` (ONS-2)."""

    internal: ClassVar[bool] = False
    kind: Literal["visit_quote_exceeded"] = "visit_quote_exceeded"
    visit: int
    total: int
    accepted: int
    decide_by: datetime


@dataclass(frozen=True, kw_only=True)
class VisitReported:
    """What was found and done; the customer signs off until `sign_off_by` (ONS-5)."""

    internal: ClassVar[bool] = False
    kind: Literal["visit_reported"] = "visit_reported"
    visit: int
    found: Text
    done: Text
    sign_off_by: datetime


@dataclass(frozen=True, kw_only=True)
class VisitSignedOff:
    """The visit ended: signed off by the customer, or `unanswered` until the limit. Who bears what, in COP (ONS-2)."""

    internal: ClassVar[bool] = False
    kind: Literal["visit_signed_off"] = "visit_signed_off"
    visit: int
    unanswered: bool
    borne_by_customer: int
    borne_by_support: int


VisitFact = (
    VisitRequested
    | VisitApproved
    | VisitRefused
    | VisitAccepted
    | VisitDeclined
    | VisitReminded
    | VisitLapsed
    | VisitScheduled
    | VisitCancelled
    | VisitMissed
    | VisitStarted
    | VisitExpenseLogged
    | VisitQuoteExceeded
    | VisitReported
    | VisitSignedOff
)
