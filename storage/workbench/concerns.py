"""The concerns of the desk's people: rows of the turns that made them, until their people have read them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.concerns import Concern, Concerned
from storage.engine import paging
from storage.engine.database import Database, Reader, insert
from storage.engine.paging import Page
from storage.engine.prepared import Prepared
from storage.engine.tables import cases, concerns

MOST = 99
"""Counting ends here: one more means that there are more."""

_C = concerns.c


@dataclass(frozen=True, kw_only=True)
class ConcernRow:
    """Why a case concerns somebody (`agent_id`), by which of its facts, since when, and when they read it."""

    id: int
    agent_id: str
    case_number: str
    title: str
    seq: int
    why: Concern
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class Unread:
    """How much was not read yet; `last` is the id of the newest of it.

    What waits for anybody at all is told beside it: `chats`, open cases that are `late`, and `visits` to be approved,
    for whoever decides on them.
    """

    count: int = 0
    last: int = 0
    chats: int = 0
    late: int = 0
    visits: int = 0


async def keep(connection: AsyncConnection, number: str, found: Sequence[Concerned], *, at: datetime) -> None:
    """Keep whom a turn concerns, in the turn's own transaction."""
    rows = [
        {"agent_id": each.agent_id, "case_number": number, "seq": each.seq, "kind": each.why, "at": at}
        for each in found
    ]
    if rows:
        await connection.execute(insert(connection, concerns).on_conflict_do_nothing(), rows)


async def listing(db: Reader, people: Collection[str], *, limit: int, cursor: str | None = None) -> Page[ConcernRow]:
    """What concerns these people, the newest first. ValueError for a cursor that is not of this list."""
    listed = f"concerns {sorted(people)}"
    wanted = select(
        _C.id, _C.agent_id, _C.case_number, cases.c.title, _C.seq, _C.kind.label("why"), _C.at, _C.read_at
    ).join(cases, cases.c.number == _C.case_number)
    wanted = wanted.where(_C.agent_id.in_(people)).order_by(_C.id.desc())
    if cursor is not None:
        wanted = wanted.where(_C.id < paging.decode(cursor, listed, int)[0])
    limit = paging.clamp(limit)
    async with db.read() as connection:
        rows = list((await connection.execute(wanted.limit(limit + 1))).mappings())
    found = paging.page(rows, limit, lambda row: paging.encode(listed, row["id"]))
    return Page([ConcernRow(**{**row, "why": Concern(row["why"])}) for row in found.items], found.next_cursor)


async def unread(db: Reader, people: Collection[str]) -> Unread:
    """How many of these people's were not read yet, up to MOST + 1, and the id of the last of them."""
    async with db.read() as connection:
        found = await _NEWEST_UNREAD.first(connection, people=sorted(people))
    return Unread(found.unread, found.last or 0)


_newest = (
    select(_C.id)
    .where(_C.agent_id.in_(bindparam("people", expanding=True)), _C.read_at.is_(None))
    .order_by(_C.id.desc())
    .limit(MOST + 1)
    .subquery()
)
_NEWEST_UNREAD = Prepared(select(func.count().label("unread"), func.max(_newest.c.id).label("last")))


async def latest(db: Reader, people: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """For each of these people what is another as soon as something concerns them, or was read: the last, how many."""
    wanted = select(_C.agent_id, func.max(_C.id), func.count()).where(_C.agent_id.in_(people), _C.read_at.is_(None))
    async with db.read() as connection:
        rows = await connection.execute(wanted.group_by(_C.agent_id))
        return {agent_id: (last, count) for agent_id, last, count in rows}


async def read(
    db: Database, people: Collection[str], *, at: datetime, number: str | None = None, up_to: int | None = None
) -> None:
    """Note that these people have read what concerns them: of one case, or all that there was up to an id."""
    wanted = update(concerns).where(_C.agent_id.in_(people), _C.read_at.is_(None))
    if number is not None:
        wanted = wanted.where(_C.case_number == number)
    if up_to is not None:
        wanted = wanted.where(_C.id <= up_to)
    async with db.write() as connection:
        await connection.execute(wanted.values(read_at=at))
