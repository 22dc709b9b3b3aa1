"""The addresses behind the recipients of notices: people's from the database, the desk's own as they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import assert_never

from sqlalchemy import ColumnElement, Select, bindparam, select

from policy.case.case import Level
from policy.people.recipients import (
    Administrators,
    Agent,
    Commercial,
    Contact,
    Director,
    GroupQueue,
    LevelQueue,
    Person,
    Recipient,
)
from storage.engine.database import Reader
from storage.engine.prepared import Prepared
from storage.engine.tables import contacts
from storage.people import absences
from storage.people import agents as agent_list
from storage.terms.terms import bogota_date


@dataclass(frozen=True, kw_only=True)
class DeskMailboxes:
    """The desk's own addresses. A group that has none is reached at level 2, the director at level 3."""

    levels: Mapping[Level, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    commercial: str = ""

    def of(self, recipient: LevelQueue | GroupQueue | Director | Commercial) -> str:
        """The recipient's address; empty where it has none."""
        match recipient:
            case LevelQueue(level):
                return self.levels.get(level, "")
            case GroupQueue(group):
                return self.groups.get(group) or self.levels.get(Level.SPECIALISTS, "")
            case Director():
                return self.levels.get(Level.DIRECTOR, "")
            case Commercial():
                return self.commercial
            case _:
                assert_never(recipient)


async def addresses(db: Reader, recipient: Recipient, desk: DeskMailboxes, *, at: datetime) -> list[str]:
    """The addresses behind a notice's recipient at an instant; none if nobody is there.

    What reaches somebody absent reaches their substitute as well (ESC-17).
    """
    if isinstance(recipient, Person):
        found = await personal_addresses(db, recipient, at=at)
    else:
        found = [mailbox] if (mailbox := desk.of(recipient)) else []
    meanwhile = [each.substitute.email for each in await substitutes(db, recipient, at=at)]
    return list(dict.fromkeys([*found, *meanwhile]))


@dataclass(frozen=True)
class Substitution:
    """Somebody who is absent, and who stands in meanwhile."""

    absent: agent_list.Agent
    substitute: agent_list.Agent


async def substitutes(db: Reader, recipient: Recipient, *, at: datetime) -> list[Substitution]:
    """Who stands in for those whom a notice is for: an agent, or whoever is the director (ESC-17)."""
    if not isinstance(recipient, Agent | Director) and recipient != LevelQueue(Level.DIRECTOR):
        return []
    away = await absences.away(db, at=at)
    people = await agent_list.listing(db) if away else []
    return [
        Substitution(each, substitute)
        for each in people
        if (substitute := away.get(each.id))
        and (each.id == recipient.id if isinstance(recipient, Agent) else each.is_director)
    ]


async def unattended(db: Reader, recipient: Recipient, *, at: datetime) -> agent_list.Agent | None:
    """The agent whom a notice is for, where nobody is there to act on it: the account is disabled, or they are absent
    and nobody stands in (any more).
    """
    agent = await agent_list.get(db, recipient.id) if isinstance(recipient, Agent) else None
    if agent is None or await agent_list.is_shut_out(db, agent):
        return agent
    away = await absences.away(db, at=at)
    return agent if agent.id in away and away[agent.id] is None else None


async def stand_ins(db: Reader, customer_id: str, desk: DeskMailboxes, *, at: datetime) -> list[str]:
    """Who is told what nobody else of a customer can be: all its active contacts, and the commercial team (ESC-6)."""
    c = contacts.c
    active = select(c.email).where(c.customer_id == customer_id, *_is_active(on=bogota_date(at)))
    return [*await _emails(db, active), *([desk.commercial] if desk.commercial else [])]


async def personal_addresses(db: Reader, person: Person, *, at: datetime) -> list[str]:
    """The addresses of people at an instant; none if nobody is there.

    A contact who was taken off the roster is no longer written to: the customer's administrators are, those whose
    written notice is in force (REQ-3). Nor is an agent whose account is disabled: see `unattended`.
    """
    match person:
        case Contact(id_):
            return await _contact_addresses(db, id_, on=bogota_date(at))
        case Administrators(customer_id):
            return await _emails(db, _administrators(customer_id, on=bogota_date(at)))
        case Agent(id_):
            agent = await agent_list.get(db, id_)
            return [agent.email] if agent and not await agent_list.is_shut_out(db, agent) else []
        case _:
            assert_never(person)


async def _contact_addresses(db: Reader, contact_id: str, *, on: date) -> list[str]:
    async with db.read() as connection:
        contact = await _CONTACT.first(connection, id=contact_id)
    if contact is None:
        return []
    if contact.removed_at is None:
        return [contact.email]
    return await _emails(db, _administrators(contact.customer_id, on=on))


_CONTACT = Prepared(
    select(contacts.c.email, contacts.c.customer_id, contacts.c.removed_at).where(contacts.c.id == bindparam("id"))
)


def _administrators(customer_id: str, *, on: date) -> Select[tuple[str]]:
    c = contacts.c
    return select(c.email).where(c.customer_id == customer_id, c.is_system_administrator.is_(True), *_is_active(on=on))


def _is_active(*, on: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return contacts.c.removed_at.is_(None), contacts.c.notified_on <= on


async def _emails(db: Reader, wanted: Select[tuple[str]]) -> list[str]:
    async with db.read() as connection:
        return sorted(await connection.scalars(wanted))
