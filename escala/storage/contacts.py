"""A customer's authorized contacts: the roster as it stands, replaced whole (REQ-1..3, REQ-6).

A contact is known by its e-mail address and keeps its id, and so its cases, from roster to roster. Who is left out
stays as a row that may no longer act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, Select, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from escala.policy.case import Plan
from escala.policy.contacts import RosterEntry, check_roster, is_active
from escala.policy.policy_file import PolicyFile
from escala.storage import customers
from escala.storage.engine import Database, insert
from escala.storage.tables import contacts
from escala.storage.terms import bogota_date, plan_on


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

    def is_active(self, *, at: datetime) -> bool:
        """Whether this contact may act at an instant (REQ-3)."""
        return is_active(notified_on=self.notified_on, removed=self.removed_at is not None, on=bogota_date(at))


@dataclass(frozen=True)
class NewContact:
    """A roster's entry, and the id it gets if its e-mail address is new to the customer."""

    id: str
    entry: RosterEntry


async def replace_roster(
    db: Database, customer_id: str, roster: Sequence[NewContact], *, policy: PolicyFile, at: datetime
) -> list[Contact]:
    """Put this roster in place of the customer's. Refuses as `check_roster` does. LookupError for no such customer."""
    async with db.write() as connection:
        await customers.hold(connection, customer_id)
        plan: Plan = await plan_on(connection, policy, customer_id=customer_id, on=bogota_date(at))
        check_roster([each.entry for each in roster], plan=plan, places=policy.plans[plan].portal_users)
        mailboxes = [each.entry.mailbox for each in roster]
        left_out = and_(
            contacts.c.customer_id == customer_id,
            contacts.c.mailbox.not_in(mailboxes),
            contacts.c.removed_at.is_(None),
        )
        await connection.execute(update(contacts).where(left_out).values(removed_at=at))
        for each in roster:
            await _put(connection, customer_id, each)
        return await _roster(connection, customer_id)


async def roster(db: Database, customer_id: str) -> list[Contact]:
    """The customer's contacts that were not taken off, by name; some may not be active yet (REQ-3)."""
    async with db.read() as connection:
        return await _roster(connection, customer_id)


async def get(db: Database, contact_id: str) -> Contact | None:
    """A contact, also one that was taken off the roster."""
    async with db.read() as connection:
        row = (await connection.execute(_SELECT.where(contacts.c.id == contact_id))).mappings().first()
    return None if row is None else _contact(row)


async def by_email(db: Database, email: str) -> list[Contact]:
    """The contacts on any roster who have this address: the same person may speak for two customers."""
    wanted = _SELECT.where(contacts.c.mailbox == email.strip().casefold(), contacts.c.removed_at.is_(None))
    async with db.read() as connection:
        return [_contact(row) for row in (await connection.execute(wanted.order_by(contacts.c.customer_id))).mappings()]


async def _put(connection: AsyncConnection, customer_id: str, new: NewContact) -> None:
    entry = new.entry
    row = {
        "name": entry.name,
        "email": entry.email.strip(),
        "is_system_administrator": entry.is_system_administrator,
        "notice_reference": entry.notice_reference,
        "notified_on": entry.notified_on,
        "can_sign_in": entry.can_sign_in,
        "removed_at": None,
    }
    put = insert(connection, contacts).values(id=new.id, customer_id=customer_id, mailbox=entry.mailbox, **row)
    await connection.execute(put.on_conflict_do_update(index_elements=["customer_id", "mailbox"], set_=row))


async def _roster(connection: AsyncConnection, customer_id: str) -> list[Contact]:
    wanted = _SELECT.where(contacts.c.customer_id == customer_id, contacts.c.removed_at.is_(None))
    return [
        _contact(row) for row in (await connection.execute(wanted.order_by(contacts.c.name, contacts.c.id))).mappings()
    ]


_SELECT: Select[Any] = select(*(contacts.c[name] for name in Contact.__dataclass_fields__))


def _contact(row: RowMapping) -> Contact:
    return Contact(**row)
