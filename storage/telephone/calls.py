"""The calls that a telephone system told of: each event once, whose calls they are, and where they were logged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, func, select, update

from policy.case.case import Direction, Status
from policy.telephone.call import Call, Heard, after, begun
from storage.engine import paging
from storage.engine.database import Database, Reader, insert
from storage.engine.paging import Page
from storage.engine.tables import cases, contacts, customers, phone_calls, phone_events

_C = phone_calls.c
_MOST_CASES = 20


@dataclass(frozen=True, kw_only=True)
class CallRow(Call):
    """A call under its id. `contact_id` is who it was, where somebody said so; `case_number` where it is logged."""

    id: str
    contact_id: str | None = None
    case_number: str | None = None
    logged_as: str | None = None
    """The command that logs it there."""


@dataclass(frozen=True, kw_only=True)
class Log:
    """A call's log: on which case, with whom, by which command."""

    number: str
    contact_id: str
    command: str


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """A case of the caller's customer that is not closed."""

    number: str
    title: str
    status: Status
    contact_id: str
    customer_id: str


async def hear(db: Database, call_id: str, event_id: str, heard: Heard) -> bool:
    """Take an event of a call in, in whatever order it comes; False for one that was taken in before.

    One that comes again under another call changes nothing either, and makes no call.
    """
    first = begun(heard)
    async with db.write() as connection:
        savepoint = await connection.begin_nested()
        new = insert(connection, phone_calls).on_conflict_do_nothing()
        await connection.execute(new, {"id": call_id, **vars(first)})
        event = {"event_id": event_id, "call_id": call_id, "kind": heard.event, "at": heard.at}
        took = insert(connection, phone_events).on_conflict_do_nothing().returning(phone_events.c.id)
        if (await connection.execute(took, event)).first() is None:
            await savepoint.rollback()
            return False
        await savepoint.commit()
        row = (await connection.execute(_SELECT.where(_C.id == call_id).with_for_update())).mappings().one()
        known = {name: row[name] for name in Call.__dataclass_fields__}
        now = after(Call(**{**known, "direction": Direction(row["direction"])}), heard)
        await connection.execute(update(phone_calls).where(_C.id == call_id).values(**vars(now)))
        return True


async def get(db: Reader, call_id: str) -> CallRow | None:
    """A call."""
    async with db.read() as connection:
        row = (await connection.execute(_SELECT.where(_C.id == call_id))).mappings().first()
    return _call(row) if row else None


async def listing(db: Reader, *, limit: int, cursor: str | None = None) -> Page[CallRow]:
    """The calls, the newest first. ValueError for no cursor of this list."""
    wanted = _SELECT.order_by(_C.first_at.desc(), _C.id.desc())
    if cursor is not None:
        at, id_ = paging.decode(cursor, "calls", datetime, str)
        wanted = wanted.where((_C.first_at < at) | ((_C.first_at == at) & (_C.id < id_)))
    limit = paging.clamp(limit)
    async with db.read() as connection:
        found = [_call(row) for row in (await connection.execute(wanted.limit(limit + 1))).mappings()]
    return paging.page(found, limit, lambda each: paging.encode("calls", each.first_at, each.id))


async def under_way(db: Reader, people: Collection[str], *, since: datetime, limit: int) -> list[CallRow]:
    """The calls that began since and have not ended, of these people or of nobody yet, the newest first."""
    mine = _C.agent_id.in_([*people, ""])
    wanted = _SELECT.where(_C.first_at >= since, _C.ended_at.is_(None), _C.case_number.is_(None), mine)
    async with db.read() as connection:
        rows = (await connection.execute(wanted.order_by(_C.first_at.desc()).limit(limit))).mappings()
        return [_call(row) for row in rows]


async def latest(db: Reader) -> int:
    """How far what is told of calls is: higher with each event."""
    async with db.read() as connection:
        return await connection.scalar(select(func.max(phone_events.c.id))) or 0


async def was(db: Database, call_id: str, *, contact_id: str) -> None:
    """Note who a call was with."""
    async with db.write() as connection:
        await connection.execute(update(phone_calls).where(_C.id == call_id).values(contact_id=contact_id))


async def take(db: Database, call_id: str, log: Log) -> CallRow | None:
    """Note where a call is being logged, and the call as it is then; the first log stays. None for no such call."""
    its = update(phone_calls).where(_C.id == call_id, _C.case_number.is_(None))
    async with db.write() as connection:
        await connection.execute(its.values(contact_id=log.contact_id, case_number=log.number, logged_as=log.command))
        row = (await connection.execute(_SELECT.where(_C.id == call_id))).mappings().first()
    return _call(row) if row else None


async def let_go(db: Database, call_id: str, log: Log) -> None:
    """Take it back: the case would not have this log."""
    its = update(phone_calls).where(_C.id == call_id, _C.logged_as == log.command)
    async with db.write() as connection:
        await connection.execute(its.values(case_number=None, logged_as=None))


async def callers_before(db: Reader, number: str) -> list[str]:
    """The contacts who were said to have called from this number, each once, the last first."""
    if not number:
        return []
    last = func.max(_C.first_at)
    wanted = select(_C.contact_id).where(_C.number == number, _C.contact_id.is_not(None))
    async with db.read() as connection:
        return list(await connection.scalars(wanted.group_by(_C.contact_id).order_by(last.desc()).limit(10)))


async def open_cases(db: Reader, customer_ids: Collection[str]) -> Sequence[OpenCase]:
    """The cases of these customers that are not closed, the newest first."""
    c = cases.c
    wanted = select(c.number, c.title, c.status, c.contact_id, c.customer_id)
    wanted = wanted.where(c.customer_id.in_(customer_ids), c.status != Status.CLOSED)
    async with db.read() as connection:
        rows = (await connection.execute(wanted.order_by(c.opened_at.desc()).limit(_MOST_CASES))).mappings()
        return [OpenCase(**{**row, "status": Status(row["status"])}) for row in rows]


async def names_by_number(db: Reader, numbers: Collection[str]) -> dict[str, list[str]]:
    """Who has which of these numbers: names with their customers'."""
    k = contacts.c
    wanted = select(k.phone, k.name, customers.c.name.label("customer")).join(
        customers, customers.c.id == k.customer_id
    )
    wanted = wanted.where(k.phone.in_([each for each in numbers if each]), k.removed_at.is_(None))
    found: dict[str, list[str]] = {}
    async with db.read() as connection:
        for row in (await connection.execute(wanted.order_by(k.name))).mappings():
            found.setdefault(row["phone"], []).append(f"{row['name']} ({row['customer']})")
    return found


_SELECT: Select[Any] = select(*(_C[name] for name in CallRow.__dataclass_fields__))


def _call(row: RowMapping) -> CallRow:
    return CallRow(**{**row, "direction": Direction(row["direction"])})
