"""Who may ask for support for a customer: its roster of authorized contacts (REQ-1..3, REQ-6, PLAN-8).

A roster is judged whole, as it is to be. Where it is kept, and who replaced it when, is storage's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from escala.policy.case import Plan
from escala.policy.refusals import Refusal


class AdministratorMissing(Refusal):
    """At least one contact is the system's administrator."""

    rule = "REQ-2"
    message = "The roster needs at least one system administrator among its authorized contacts."


class WrittenNoticeMissing(Refusal):
    """Contacts are notified in writing."""

    rule = "REQ-3"
    message = "Contact {place} of the roster needs the reference and the date of the written notice that names them."


class TooManySignIns(Refusal):
    """The plan's places in the portal are taken."""

    rule = "REQ-6"
    message = "The {plan} plan allows {places} contacts to sign in to the portal; this roster has {asked}."


class ContactListedTwice(Refusal):
    """One e-mail address is one contact."""

    rule = "REQ-1"
    message = "Contacts {first} and {second} of the roster have the same e-mail address."


@dataclass(frozen=True, kw_only=True)
class RosterEntry:
    """An authorized contact as the customer names them. A notice (REQ-3) has a reference and a date."""

    name: str
    email: str
    is_system_administrator: bool
    notice_reference: str | None
    notified_on: date | None
    can_sign_in: bool

    @property
    def mailbox(self) -> str:
        """The address as one compares it: capitals make no other contact."""
        return self.email.strip().casefold()


def check_roster(roster: Sequence[RosterEntry], *, plan: Plan, places: int) -> None:
    """Refuse a roster without an administrator, without written notices, or with more sign-ins than `places`."""
    for place, entry in enumerate(roster, start=1):
        if not (entry.notice_reference or "").strip() or entry.notified_on is None:
            raise WrittenNoticeMissing(place=place)
    twice = next((box for box, times in Counter(entry.mailbox for entry in roster).items() if times > 1), None)
    if twice is not None:
        first, second, *_ = (place for place, entry in enumerate(roster, start=1) if entry.mailbox == twice)
        raise ContactListedTwice(first=first, second=second)
    if not any(entry.is_system_administrator for entry in roster):
        raise AdministratorMissing
    asked = sum(entry.can_sign_in for entry in roster)
    if asked > places:
        raise TooManySignIns(plan=plan.value, places=places, asked=asked)


def is_active(*, notified_on: date, removed: bool, on: date) -> bool:
    """Whether a contact may act on a day: from the day of the written notice (REQ-3) until taken off the roster."""
    return not removed and notified_on <= on
