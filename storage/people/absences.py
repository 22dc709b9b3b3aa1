"""Absences: who is away and who stands in (ESC-17). What they mean is policy/people/absences.py's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Actor, Role
from policy.people.absences import Absence, Staff, absent_ones, in_the_name_of, stand_in
from storage.audit import audit
from storage.audit.acts import Act
from storage.engine.database import Database, Reader, insert
from storage.engine.prepared import Prepared
from storage.engine.tables import absences, agents
from storage.people import agents as people
from storage.people.agents import Agent


async def keep(db: Database, new: Absence, check: Callable[[Sequence[Absence]], Absence]) -> Absence:
    """Keep an absence as `check` leaves it, who is asked with all that are not over. The same id again changes nothing.

    Everybody who serves is held fast meanwhile: of two who hand over to each other at once, one is refused.
    """
    async with db.write() as connection:
        await connection.execute(select(agents.c.id).order_by(agents.c.id).with_for_update())
        kept = (await connection.execute(select(absences).where(absences.c.id == new.id))).mappings().first()
        if kept is not None:
            return _absence(kept)
        checked = check(await _found(connection, _not_over(new.marked_at)))
        row = {
            "id": checked.id,
            "person_id": checked.person,
            "substitute_id": checked.substitute,
            "from_at": checked.from_at,
            "to_at": checked.to_at,
            "marked_at": checked.marked_at,
            "marked_role": checked.marked_by.role,
            "marked_by": checked.marked_by.id,
        }
        await connection.execute(insert(connection, absences).values(**row))
        said: dict[str, Any] = {"person": checked.person, "substitute": checked.substitute}
        said |= {"from_at": checked.from_at.isoformat(), "to_at": checked.to_at.isoformat()}
        await audit.note(connection, Act.ABSENCE_MARKED, checked.id, at=checked.marked_at, **said)
        return checked


async def end(db: Database, absence_id: str, *, by: Actor, at: datetime) -> None:
    """End an absence before its time; one that is over stays as it was."""
    lasting = and_(absences.c.id == absence_id, _not_over(at))
    ended = update(absences).where(lasting).values(ended_at=at, ended_role=by.role, ended_by=by.id)
    async with db.write() as connection:
        if (await connection.execute(ended)).rowcount:
            await audit.note(connection, Act.ABSENCE_ENDED, absence_id, at=at)


async def get(db: Reader, absence_id: str) -> Absence | None:
    async with db.read() as connection:
        found = await _found(connection, absences.c.id == absence_id)
    return found[0] if found else None


async def listing(db: Reader, *, at: datetime) -> Sequence[Absence]:
    """All that are not over at an instant, the soonest first."""
    async with db.read() as connection:
        return [_absence(row._asdict()) for row in await _NOT_OVER.rows(connection, at=at)]


async def disabled(db: Reader) -> frozenset[str]:
    """Who serves by the list and may not sign in, by id: their account is disabled."""
    serving = {each.id for each in await people.serving(db)}
    return frozenset(each.id for each in await people.listing(db)) - serving


async def staff(db: Reader) -> Staff:
    """Who serves now, and who of them may not sign in."""
    listed = await people.listing(db)
    return Staff(actors={each.id: each.actor for each in listed}, disabled=await disabled(db))


@dataclass(frozen=True)
class StoodInFor:
    """As whom else somebody acts, and what the absent one is called in whose name it is."""

    actor: Actor
    name: str


async def stands_in_for(db: Reader, agent_id: str, *, at: datetime) -> tuple[StoodInFor, ...]:
    """As whom else this agent may act at an instant: in the name of each one that it stands in for."""
    lasting = await listing(db, at=at)
    if not lasting:
        return ()
    absent = absent_ones(agent_id, lasting, at=at, staff=await staff(db))
    found = [await people.get(db, each) for each in absent]
    return tuple(StoodInFor(in_the_name_of(each.actor, agent_id), each.name) for each in found if each)


async def away(db: Reader, *, at: datetime) -> dict[str, Agent | None]:
    """Who is away at an instant, by id, and who stands in; None where nobody is there."""
    lasting = [each for each in await listing(db, at=at) if each.is_on(at)]
    if not lasting:
        return {}
    now = await staff(db)
    stand_ins = {each.person: stand_in(each.person, lasting, at=at, staff=now) for each in lasting}
    known = {each.id: each for each in await people.listing(db)}
    return {person: known.get(each or "") for person, each in stand_ins.items()}


def _not_over(at: Any) -> ColumnElement[bool]:
    c = absences.c
    return and_(c.to_at > at, or_(c.ended_at.is_(None), c.ended_at > at))


_NOT_OVER = Prepared(select(absences).where(_not_over(bindparam("at"))).order_by(absences.c.from_at, absences.c.id))


async def _found(connection: AsyncConnection, which: ColumnElement[bool]) -> Sequence[Absence]:
    wanted = select(absences).where(which).order_by(absences.c.from_at, absences.c.id)
    return [_absence(row) for row in (await connection.execute(wanted)).mappings()]


def _absence(row: Mapping[Any, Any]) -> Absence:
    ended: dict[str, Any] = {"ended_at": row["ended_at"]}
    if row["ended_role"]:
        ended["ended_by"] = Actor(Role(row["ended_role"]), row["ended_by"])
    return Absence(
        id=row["id"],
        person=row["person_id"],
        substitute=row["substitute_id"],
        from_at=row["from_at"],
        to_at=row["to_at"],
        marked_at=row["marked_at"],
        marked_by=Actor(Role(row["marked_role"]), row["marked_by"]),
        **ended,
    )
