"""A customer's roster of authorized contacts: read, replaced whole, and one named more (REQ-1..3, REQ-6).

Registrars put any roster; the customer's administrator chooses who of it stays and who signs in.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field, SerializerFunctionWrapHandler, StrictBool, model_serializer, model_validator

from desk.access import REGISTRARS
from desk.desk import Desk
from desk.idempotency import IdempotentRequest, asked_first_at
from desk.inputs import Body, Day, EmailAddress, Name, Phone, Reference
from policy.people.contacts import AdministratorDecides, RosterEntry
from storage.people import contacts
from storage.people.contacts import Contact, NewContact, NewRoster, RosterState
from storage.signing_in.tokens import Principal


class RosterContact(Body):
    """An authorized contact, with the written notice that names it (REQ-3)."""

    name: Name = Field(examples=["Ana María Rojas"])
    email: EmailAddress = Field(examples=["ana.rojas@cliente.example"])
    is_system_administrator: StrictBool = Field(default=False, examples=[True])
    notice_reference: Reference | None = Field(default=None, examples=["Oficio 2026-045"])
    notified_on: Day | None = Field(default=None, examples=["2026-11-02"])
    can_sign_in: StrictBool = Field(default=False, examples=[True])
    phone: Phone | None = Field(
        default=None, description="Empty: none; left out: as it was", examples=["+57 300 123 4567"]
    )

    @model_serializer(mode="wrap")
    def _as_before(self, told: SerializerFunctionWrapHandler) -> dict[str, object]:
        """Where no telephone is spoken of it is the same request as before: a key that was used then still fits."""
        said: dict[str, object] = told(self)
        if self.phone is None:
            del said["phone"]
        return said


class Roster(Body):
    """The whole roster; who is not in it may no longer act. A bare list is taken too."""

    contacts: list[RosterContact] = Field(max_length=200)

    @model_validator(mode="before")
    @classmethod
    def _from_a_list(cls, given: Any) -> Any:
        return {"contacts": given} if isinstance(given, list) else given


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """A roster to put in place of a customer's; `instead_of` is the tag of that one, None for whichever there is."""

    customer_id: str
    contacts: Sequence[RosterContact]
    instead_of: str | None = None


@dataclass(frozen=True, kw_only=True)
class Member(Contact):
    """A contact as of an instant. `active`: since the day of its written notice.

    `may_sign_in` says whether it may that day; `choice_pending` that it is named for it and waits for the customer's
    choice, because the plan has fewer places (PLAN-8).
    """

    active: bool
    may_sign_in: bool
    choice_pending: bool


async def read(desk: Desk, customer_id: str, *, at: datetime) -> RosterState:
    """The customer's roster as it stands at an instant."""
    return await contacts.state(desk.database, customer_id, policy=desk.policy, at=at)


async def replace(desk: Desk, principal: Principal, wanted: Replacement, *, at: datetime) -> RosterState:
    """Put a roster in place of the customer's.

    Raises AdministratorDecides for who neither registers customers nor administers this one, RosterChanged where it is
    another one's place by now, and the refusals of `check_roster` and, for an administrator, `check_choice`.
    """
    only_choosing = principal.actor.role not in REGISTRARS
    if only_choosing:
        await _check_administrator(desk, principal)
    return await contacts.replace_roster(
        desk.database,
        wanted.customer_id,
        NewRoster(
            [_entry(wanted.customer_id, each) for each in wanted.contacts],
            only_choosing=only_choosing,
            expected=wanted.instead_of,
        ),
        policy=desk.policy,
        at=at,
    )


async def name_contact(desk: Desk, customer_id: str, contact: RosterContact, request: IdempotentRequest) -> Member:
    """Name one contact more, or change the one with this address.

    Raises the refusals of `check_roster`, and RosterChanged for who was taken off since this was asked for first.
    """
    entry, at = (
        dataclasses.replace(_entry(customer_id, contact), asked_at=await asked_first_at(desk, request)),
        request.at,
    )
    kept = await contacts.add(desk.database, customer_id, entry, policy=desk.policy, at=at)
    return member(kept, await read(desk, customer_id, at=at), at=at)


def member(contact: Contact, state: RosterState, *, at: datetime) -> Member:
    """The contact of that roster, as of an instant."""
    active, may = contact.is_active(at=at), state.may_sign_in(contact)
    return Member(
        **vars(contact), active=active, may_sign_in=may, choice_pending=contact.can_sign_in and active and not may
    )


def may_choose(principal: Principal, state: RosterState) -> bool:
    """Whether somebody may say who of the roster stays and who signs in: registrars, and its administrators."""
    if principal.actor.role in REGISTRARS:
        return True
    return any(each.id == principal.actor.id and each.is_system_administrator for each in state.contacts)


async def _check_administrator(desk: Desk, principal: Principal) -> None:
    contact = await contacts.get(desk.database, principal.actor.id) if principal.customer_id else None
    if contact is None or not contact.is_system_administrator:
        raise AdministratorDecides


def _entry(customer_id: str, given: RosterContact) -> NewContact:
    """The entry, and an id that the same address of the same customer always has."""
    entry = RosterEntry(**dict(given))
    return NewContact("cnt_" + hashlib.sha256(f"{customer_id}\0{entry.mailbox}".encode()).hexdigest()[:24], entry)
