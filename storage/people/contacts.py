"""A customer's authorized contacts: the roster as it stands, replaced whole (REQ-1..3, REQ-6).

A contact is known by its e-mail address and keeps its id, and so its cases, from roster to roster. Who is left out
stays as a row that may no longer act.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Plan
from policy.people.contacts import (
    RosterChanged,
    RosterEntry,
    SignInChoicePending,
    SignIns,
    check_administered,
    check_choice,
    check_roster,
    is_active,
    mailbox_of,
    sign_ins,
)
from policy.terms.policy_file import PolicyFile
from storage.audit import audit
from storage.audit.acts import Act
from storage.engine.database import Database, Reader, insert
from storage.engine.prepared import Prepared
from storage.engine.tables import contacts
from storage.people import customers
from storage.search import names
from storage.signing_in import token_ends
from storage.terms.terms import bogota_date, plan_on


@dataclass(frozen=True, kw_only=True)
class Contact:
    """An authorized contact; `removed_at` says since when it is none any more."""

    id: str
    customer_id: str
    name: str
    email: str
    is_system_administrator: bool
    notice_reference: str
    notified_on: date
    can_sign_in: bool
    removed_at: datetime | None = None
    phone: str = ""

    @property
    def mailbox(self) -> str:
        """The address as one compares it."""
        return mailbox_of(self.email)

    @property
    def entry(self) -> RosterEntry:
        """The contact as the roster names it."""
        return RosterEntry(**{name: getattr(self, name) for name in RosterEntry.__dataclass_fields__})

    def is_active(self, *, at: datetime) -> bool:
        """Whether this contact may act at an instant (REQ-3)."""
        removed = self.removed_at is not None and self.removed_at <= at
        return is_active(notified_on=self.notified_on, removed=removed, on=bogota_date(at))


@dataclass(frozen=True)
class NewContact:
    """A roster's entry, and the id it gets if its e-mail address is new to the customer.

    `asked_at` is when it was asked for first, where that was before.
    """

    id: str
    entry: RosterEntry
    asked_at: datetime | None = None


@dataclass(frozen=True)
class NewRoster:
    """A roster to put in place of a customer's.

    `only_choosing`: nobody is named by it, and nobody's data changed; `expected` is the tag of the roster that it is
    to replace, None for whichever there is.
    """

    contacts: Sequence[NewContact]
    only_choosing: bool = False
    expected: str | None = None


@dataclass(frozen=True, kw_only=True)
class RosterState:
    """A customer's roster on a day: the contacts by name, the plan in force with its places, and who may sign in."""

    contacts: list[Contact]
    plan: Plan
    places: int
    sign_ins: SignIns

    @property
    def tag(self) -> str:
        """Another word for every other roster; plans and days do not change it."""
        return hashlib.sha256(repr(self.contacts).encode()).hexdigest()[:24]

    @property
    def asked(self) -> int:
        """How many are named to sign in."""
        return sum(each.can_sign_in for each in self.contacts)

    def may_sign_in(self, contact: Contact) -> bool:
        return contact.mailbox in self.sign_ins.mailboxes

    def check_sign_in(self, contact: Contact) -> None:
        """Refuse who is named to sign in and has no place while the customer has yet to choose (PLAN-8)."""
        if self.sign_ins.choice_needed and not self.may_sign_in(contact):
            raise SignInChoicePending(plan=self.plan, places=self.places, asked=self.asked)


async def replace_roster(
    db: Database, customer_id: str, new: NewRoster, *, policy: PolicyFile, at: datetime
) -> RosterState:
    """Put this roster in place of the customer's. LookupError for no such customer.

    Refuses as `check_roster` and `check_administered` do, as `check_choice` does where it is only choosing, and
    RosterChanged.
    """
    entries = [each.entry for each in new.contacts]
    async with db.write() as connection:
        await customers.hold(connection, customer_id)
        before = await state_in(connection, customer_id, policy=policy, on=bogota_date(at))
        if new.expected is not None and new.expected != before.tag:
            raise RosterChanged
        if new.only_choosing:
            check_choice([each.entry for each in before.contacts], entries, on=bogota_date(at))
        check_roster(entries, plan=before.plan, places=before.places, asked_before=before.asked)
        check_administered(before.contacts, entries, on=bogota_date(at))
        left_out = and_(
            contacts.c.customer_id == customer_id,
            contacts.c.mailbox.not_in([entry.mailbox for entry in entries]),
            contacts.c.removed_at.is_(None),
        )
        await connection.execute(update(contacts).where(left_out).values(removed_at=at))
        for each in new.contacts:
            await _put(connection, customer_id, each)
        await token_ends.of_roster(connection, customer_id, at=at)
        await _note(connection, customer_id, at=at)
        return await state_in(connection, customer_id, policy=policy, on=bogota_date(at))


async def add(db: Database, customer_id: str, new: NewContact, *, policy: PolicyFile, at: datetime) -> Contact:
    """Name one contact more, or change the one with this address. Refuses and raises as `replace_roster` does.

    Two that are named at once for the last place to sign in cannot both have it (REQ-6). Who was taken off since this
    was first asked for is not put back: RosterChanged.
    """
    async with db.write() as connection:
        await customers.hold(connection, customer_id)
        known = and_(contacts.c.customer_id == customer_id, contacts.c.mailbox == new.entry.mailbox)
        removed_at = await connection.scalar(select(contacts.c.removed_at).where(known))
        if removed_at is not None and removed_at > (new.asked_at or at):
            raise RosterChanged
        before = await state_in(connection, customer_id, policy=policy, on=bogota_date(at))
        others = [each.entry for each in before.contacts if each.mailbox != new.entry.mailbox]
        after = [*others, new.entry]
        check_roster(after, plan=before.plan, places=before.places, asked_before=before.asked)
        check_administered(before.contacts, after, on=bogota_date(at))
        await _put(connection, customer_id, new)
        await token_ends.of_roster(connection, customer_id, at=at)
        await _note(connection, customer_id, at=at)
        kept = await _roster(connection, customer_id)
        return next(each for each in kept if each.mailbox == new.entry.mailbox)


async def state(db: Reader, customer_id: str, *, policy: PolicyFile, at: datetime) -> RosterState:
    """The customer's roster as it stands at an instant."""
    async with db.read() as connection:
        return await state_in(connection, customer_id, policy=policy, on=bogota_date(at))


async def roster(db: Reader, customer_id: str) -> list[Contact]:
    """The customer's contacts that were not taken off, by name; some may not be active yet (REQ-3)."""
    async with db.read() as connection:
        return await _roster(connection, customer_id)


async def get(db: Reader, contact_id: str) -> Contact | None:
    """A contact, also one that was taken off the roster."""
    async with db.read() as connection:
        row = await _BY_ID.first(connection, id=contact_id)
    return None if row is None else _contact(row._asdict())


async def by_email(db: Reader, email: str) -> list[Contact]:
    """The contacts on any roster who have this address: the same person may speak for two customers."""
    wanted = _SELECT.where(contacts.c.mailbox == mailbox_of(email), contacts.c.removed_at.is_(None))
    async with db.read() as connection:
        return [_contact(row) for row in (await connection.execute(wanted.order_by(contacts.c.customer_id))).mappings()]


async def by_phone(db: Reader, number: str) -> list[Contact]:
    """The contacts on any roster who have this number (E.164): several may share a house's."""
    wanted = _SELECT.where(contacts.c.phone == number, contacts.c.removed_at.is_(None))
    async with db.read() as connection:
        rows = (await connection.execute(wanted.order_by(contacts.c.name, contacts.c.id))).mappings()
        return [_contact(row) for row in rows] if number else []


async def state_in(connection: AsyncConnection, customer_id: str, *, policy: PolicyFile, on: date) -> RosterState:
    """The customer's roster on a day, within a transaction."""
    plan = await plan_on(connection, policy, customer_id=customer_id, on=on)
    places = policy.plan(plan).portal_users
    found = await _roster(connection, customer_id)
    return RosterState(contacts=found, plan=plan, places=places, sign_ins=sign_ins(found, places=places, on=on))


async def _note(connection: AsyncConnection, customer_id: str, *, at: datetime) -> None:
    """Put the roster as it is now on the audit, by ids."""
    found = await _roster(connection, customer_id)
    people: dict[str, Any] = {
        "contacts": [each.id for each in found],
        "administrators": [each.id for each in found if each.is_system_administrator],
        "sign_in": [each.id for each in found if each.can_sign_in],
    }
    await audit.note(connection, Act.ROSTER_CHANGED, customer_id, at=at, **people)


async def _put(connection: AsyncConnection, customer_id: str, new: NewContact) -> None:
    entry = new.entry
    row: dict[str, Any] = {
        "name": entry.name,
        "email": entry.email.strip(),
        "is_system_administrator": entry.is_system_administrator,
        "notice_reference": entry.notice_reference,
        "notified_on": entry.notified_on,
        "can_sign_in": entry.can_sign_in,
        "removed_at": None,
    }
    if entry.phone is not None:
        row["phone"] = entry.phone
    put = insert(connection, contacts).values(id=new.id, customer_id=customer_id, mailbox=entry.mailbox, **row)
    kept = put.on_conflict_do_update(index_elements=["customer_id", "mailbox"], set_=row).returning(contacts.c.id)
    contact_id = str((await connection.execute(kept)).scalar_one())
    await names.keep_contact(connection, contact_id, customer_id, name=entry.name, email=entry.email)


async def _roster(connection: AsyncConnection, customer_id: str) -> list[Contact]:
    return [_contact(row._asdict()) for row in await _ROSTER.rows(connection, customer_id=customer_id)]


_SELECT: Select[Any] = select(*(contacts.c[name] for name in Contact.__dataclass_fields__))


_BY_ID = Prepared(_SELECT.where(contacts.c.id == bindparam("id")))
_ROSTER = Prepared(
    _SELECT.where(contacts.c.customer_id == bindparam("customer_id"), contacts.c.removed_at.is_(None)).order_by(
        contacts.c.name, contacts.c.id
    )
)


def _contact(row: Mapping[Any, Any]) -> Contact:
    return Contact(**row)
