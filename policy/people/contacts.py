"""A customer's roster: the contacts who may ask for support (REQ-1..3, REQ-6, PLAN-8).

A roster is judged whole, as it is to be. Where it is kept, and who replaced it when, is storage's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from policy.case.case import Plan
from policy.case.refusals import Refusal, RoleNotAllowed, StateRefusal


class AdministratorMissing(Refusal):
    """At least one contact is the system's administrator."""

    rule = "REQ-2"
    message = "The roster needs at least one system administrator among its authorized contacts."


class ActiveAdministratorMissing(Refusal):
    """Who answers for the customer today is not replaced by somebody of a later day."""

    rule = "REQ-3"
    message = (
        "This change would leave the customer without an active administrator today: leave one whose written notice is "
        "in force on the roster until the new one's is."
    )


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


class RosterChanged(StateRefusal):
    """Somebody else replaced the roster since it was read."""

    rule = "REQ-6"
    message = "The roster of contacts has changed since you read it: please read it again and repeat your change."


class WrittenNoticeNeeded(Refusal):
    """The customer's administrator chooses among the named persons; naming somebody takes a written notice."""

    rule = "REQ-3"
    message = (
        "Here you choose who of the contacts on the roster stays and who signs in. To name another person, or to "
        "change a contact's data, please notify us in writing."
    )


class AdministratorDecides(RoleNotAllowed):
    """The customer's administrator answers for the roster."""

    rule = "REQ-2"
    message = "Who stays on the roster and who signs in is chosen by your administrator: please ask them."


class AdministratorLockedOut(Refusal):
    """Somebody of the customer's must be able to choose again."""

    rule = "REQ-2"
    message = (
        "At least one administrator has to be able to sign in to the portal, or nobody could choose again: leave one "
        "of them among those who sign in."
    )


class SignInChoicePending(Refusal):
    """The plan has fewer places than persons who may sign in, and the customer has not chosen yet."""

    rule = "PLAN-8"
    message = (
        "The {plan} plan allows {places} contacts to sign in to the portal and {asked} are named. You can sign in "
        "again as soon as your administrator chooses you for one of the places."
    )


@dataclass(frozen=True, kw_only=True)
class RosterEntry:
    """An authorized contact as the customer names them. A notice (REQ-3) has a reference and a date.

    `phone` is in E.164, empty for none; None where nothing is said of it, which leaves it as it was.
    """

    name: str
    email: str
    is_system_administrator: bool
    notice_reference: str | None
    notified_on: date | None
    can_sign_in: bool
    phone: str | None = None

    @property
    def mailbox(self) -> str:
        """The address as one compares it: capitals make no other contact."""
        return mailbox_of(self.email)


class Named(Protocol):
    """What the rule of sign-ins reads of a contact, on a roster or in the tables."""

    @property
    def mailbox(self) -> str: ...
    @property
    def is_system_administrator(self) -> bool: ...
    @property
    def notified_on(self) -> date | None: ...
    @property
    def can_sign_in(self) -> bool: ...


@dataclass(frozen=True)
class SignIns:
    """Who may sign in on a day, by mailbox; `choice_needed` while more are named for it than there are places."""

    mailboxes: frozenset[str]
    choice_needed: bool


def mailbox_of(email: str) -> str:
    """An address as one compares it: the capitals of ASCII make no other address, and every other sign does.

    Elsewhere two signs fold into one (U+017F is an "s" to `casefold`), and so one person's address into another's.
    """
    return email.strip().encode(errors="replace").lower().decode()


def sign_ins(roster: Sequence[Named], *, places: int, on: date) -> SignIns:
    """Who may sign in on a day with the plan's `places` (PLAN-8); a smaller plan takes nothing off the roster.

    Until the customer has chosen who stays, the places are held by the active contacts in this order: administrators
    first, who can choose; then by the date of the written notice; then by address. The others wait.
    """
    named = [each for each in roster if each.can_sign_in]
    active = [each for each in named if each.notified_on and is_active(notified_on=each.notified_on, on=on)]
    active.sort(key=lambda each: (not each.is_system_administrator, each.notified_on, each.mailbox))
    return SignIns(frozenset(each.mailbox for each in active[:places]), len(named) > places)


def check_choice(before: Sequence[RosterEntry], after: Sequence[RosterEntry], *, on: date) -> None:
    """Refuse what the customer's administrator may not do: anything but who stays and who signs in (REQ-3).

    Nor may they lock every administrator out, themselves included (REQ-2).
    """
    known = {entry.mailbox: entry for entry in before}
    for entry in after:
        was = known.get(entry.mailbox)
        if was is None:
            raise WrittenNoticeNeeded
        phone = was.phone if entry.phone is None else entry.phone
        if replace(entry, email=was.email, can_sign_in=was.can_sign_in, phone=phone) != was:
            raise WrittenNoticeNeeded
    administrators = [entry for entry in after if entry.is_system_administrator]
    if administrators and not sign_ins(administrators, places=1, on=on).mailboxes:
        raise AdministratorLockedOut


def check_roster(roster: Sequence[RosterEntry], *, plan: Plan, places: int, asked_before: int = 0) -> None:
    """Refuse a roster without an administrator, without written notices, or with more sign-ins than `places`.

    Where more were named than a smaller plan has places for (`asked_before`), any roster that names no more of them
    is taken: the choice is made in as many steps as the customer likes (PLAN-8).
    """
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
    if asked > max(places, asked_before):
        raise TooManySignIns(plan=plan, places=places, asked=asked)


def check_administered(before: Sequence[Named], after: Sequence[Named], *, on: date) -> None:
    """Refuse a change after which nobody administers the customer on a day, while somebody does (REQ-2, REQ-3).

    A first roster may begin later, and so may one that comes where nobody is active anyway.
    """
    if _has_active_administrator(before, on=on) and not _has_active_administrator(after, on=on):
        raise ActiveAdministratorMissing


def _has_active_administrator(roster: Sequence[Named], *, on: date) -> bool:
    return any(
        each.is_system_administrator and each.notified_on is not None and is_active(notified_on=each.notified_on, on=on)
        for each in roster
    )


def is_active(*, notified_on: date, on: date, removed: bool = False) -> bool:
    """Whether a contact may act on a day: from the day of the written notice (REQ-3) until taken off the roster."""
    return not removed and notified_on <= on
