"""The chats of cases as rows: which wait, who has which, and how long those of a day waited. The ledger writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case import facts as f
from policy.case.decision import Decision
from storage.engine.database import Reader, insert
from storage.engine.prepared import Prepared
from storage.engine.tables import cases, chats, contacts, customers

_C = chats.c
_MOST = 500
"""Chats that are read at once: more go on together on no desk of ours."""


@dataclass(frozen=True, kw_only=True)
class ChatRow:
    """A chat that goes on, with what lists show of its case."""

    case_number: str
    title: str
    priority: int
    customer: str
    contact: str
    begun_at: datetime
    agent_id: str | None
    taken_at: datetime | None


async def keep(connection: AsyncConnection, decision: Decision) -> None:
    """Note what a turn did to its case's chat, in the turn's own transaction."""
    number = decision.case.number
    for entry in decision.entries:
        match entry.fact:
            case f.ChatBegun():
                begun = {"case_number": number, "seq": entry.seq, "contact_id": entry.by.id, "begun_at": entry.at}
                await connection.execute(insert(connection, chats).on_conflict_do_nothing(), begun)
            case f.ChatTaken(agent_id=agent_id) | f.ChatHandedOver(to_agent=agent_id):
                taken_at = func.coalesce(_C.taken_at, entry.at)
                await connection.execute(_going_on(number).values(agent_id=agent_id, taken_at=taken_at))
            case f.ChatEnded():
                await connection.execute(_going_on(number).values(ended_at=entry.at))


def _going_on(number: str) -> Update:
    return update(chats).where(_C.case_number == number, _C.ended_at.is_(None))


async def going_on(db: Reader) -> Sequence[ChatRow]:
    """The chats that go on, in the order in which they began."""
    wanted = (
        select(
            _C.case_number,
            cases.c.title,
            cases.c.priority,
            customers.c.name.label("customer"),
            contacts.c.name.label("contact"),
            _C.begun_at,
            _C.agent_id,
            _C.taken_at,
        )
        .join(cases, cases.c.number == _C.case_number)
        .join(customers, customers.c.id == cases.c.customer_id)
        .join(contacts, contacts.c.id == _C.contact_id)
        .where(_C.ended_at.is_(None))
        .order_by(_C.begun_at, _C.case_number)
        .limit(_MOST)
    )
    async with db.read() as connection:
        return [ChatRow(**row) for row in (await connection.execute(wanted)).mappings()]


async def waiting(db: Reader) -> Sequence[str]:
    """The numbers of the cases whose chats wait for an agent, the first who came first."""
    async with db.read() as connection:
        return [row.case_number for row in await _WAITING.rows(connection)]


_WAITING = Prepared(
    select(_C.case_number)
    .where(_C.ended_at.is_(None), _C.agent_id.is_(None))
    .order_by(_C.begun_at, _C.case_number)
    .limit(_MOST)
)


async def waits_since(db: Reader, since: datetime) -> Sequence[timedelta]:
    """How long each chat waited that began at `since` or later and was taken, the shortest first."""
    wanted = select(_C.begun_at, _C.taken_at).where(_C.begun_at >= since, _C.taken_at.is_not(None))
    async with db.read() as connection:
        rows = await connection.execute(wanted.limit(10 * _MOST))
        return sorted(row.taken_at - row.begun_at for row in rows)


async def last_began(db: Reader, number: str) -> int | None:
    """The place of the fact that began the case's last chat; None where it had none."""
    async with db.read() as connection:
        found: int | None = await connection.scalar(select(func.max(_C.seq)).where(_C.case_number == number))
    return found
