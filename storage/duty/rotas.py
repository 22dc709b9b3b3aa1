"""Rotas, overrides and swaps: what says who is on duty (ESC-17). What they mean is policy/duty's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Actor, Level, Role
from policy.duty.changes import Swap, SwapState, Turn
from policy.duty.rota import Layer, Override, Roster, WeekHours
from storage.audit import audit
from storage.audit.acts import Act
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import agents, duty_layers, duty_overrides, duty_swaps
from storage.people import absences
from storage.people import agents as people

_KEPT_ANSWERS = 20


async def roster(db: Reader, holidays: frozenset[date], *, since: datetime) -> Roster:
    """All that says who is on duty from an instant on."""
    put = select(duty_overrides).where(duty_overrides.c.to_at > since, _lasts(duty_overrides, since))
    async with db.read() as connection:
        layers = (await connection.execute(select(duty_layers).where(_lasts(duty_layers, since)))).mappings().all()
        overrides = (await connection.execute(put)).mappings().all()
    return Roster(
        layers=[_layer(row) for row in layers],
        overrides=[_override(row) for row in overrides],
        holidays=holidays,
        absences=await absences.listing(db, at=since),
        staff=await absences.staff(db),
        levels={each.id: each.levels for each in await people.listing(db)},
    )


async def is_set_up(db: Reader) -> bool:
    """Whether there is any rota: without one nobody is paged."""
    async with db.read() as connection:
        some = select(duty_layers.c.id).where(duty_layers.c.ended_at.is_(None)).limit(1)
        return await connection.scalar(some) is not None


# -- rotas ------------------------------------------------------------------------------------------------------------


async def keep_layer(db: Database, new: Layer, *, instead_of: str | None = None) -> None:
    """Keep a rota, once; one that it replaces ends in the same moment. LookupError where that one does not hold."""
    hours = new.hours or WeekHours(days=())
    row = {
        "id": new.id,
        "level": int(new.level),
        "people": list(new.people),
        "starts_on": new.starts_on,
        "hands_over_at": _clock(new.hands_over_at),
        "every_hours": new.every_hours,
        "days": list(hours.days) if new.hours else None,
        "from_time": _clock(hours.from_time),
        "to_time": _clock(hours.to_time),
        "on_holidays": new.on_holidays,
        "made_at": new.made_at,
    }
    async with db.write() as connection:
        made = insert(connection, duty_layers).values(**row).on_conflict_do_nothing().returning(duty_layers.c.id)
        if await connection.scalar(made) is None:
            return
        if instead_of and not (await connection.execute(_ended(duty_layers, instead_of, new.made_at))).rowcount:
            raise LookupError(instead_of)
        people: dict[str, Any] = {"people": list(new.people), "instead_of": instead_of or ""}
        await audit.note(connection, Act.ROTA_MADE, new.id, at=new.made_at, level=int(new.level), **people)


async def end_layer(db: Database, layer_id: str, *, at: datetime) -> bool:
    """End a rota; what it said until now stays. False where there is none, or it has ended."""
    return await _end(db, duty_layers, layer_id, Act.ROTA_ENDED, at=at)


# -- overrides --------------------------------------------------------------------------------------------------------


async def keep_override(db: Database, new: Override, check: Callable[[Sequence[Override]], None]) -> None:
    """Keep an override, once, unless `check` refuses it, who is asked with all that are not over."""
    async with db.write() as connection:
        await _hold(connection)
        if await connection.scalar(select(duty_overrides.c.id).where(duty_overrides.c.id == new.id)):
            return
        o = duty_overrides.c
        known = select(duty_overrides).where(o.to_at > new.made_at, _lasts(duty_overrides, new.made_at))
        check([_override(row) for row in (await connection.execute(known)).mappings()])
        await _put(connection, new)
        span = {"from_at": new.from_at.isoformat(), "to_at": new.to_at.isoformat()}
        said: dict[str, Any] = {"level": int(new.level), "person": new.person, **span}
        await audit.note(connection, Act.OVERRIDE_MADE, new.id, at=new.made_at, **said)


async def end_override(db: Database, override_id: str, *, at: datetime) -> bool:
    """Take an override back, with the other one of its swap. False where there is none, or it is over."""
    o = duty_overrides.c
    async with db.read() as connection:
        swap = await connection.scalar(select(o.swap_id).where(o.id == override_id))
    ended = await _end(db, duty_overrides, override_id, Act.OVERRIDE_ENDED, at=at)
    if ended and swap:
        other = override_id[:-1] + ("2" if override_id.endswith("1") else "1")
        await _end(db, duty_overrides, other, Act.OVERRIDE_ENDED, at=at)
    return ended


async def _put(connection: AsyncConnection, new: Override) -> None:
    row = {
        "id": new.id,
        "level": int(new.level),
        "person_id": new.person,
        "from_at": new.from_at,
        "to_at": new.to_at,
        "made_at": new.made_at,
        "made_role": new.made_by.role,
        "made_by": new.made_by.id,
        "swap_id": new.swap,
    }
    await connection.execute(insert(connection, duty_overrides).values(**row).on_conflict_do_nothing())


# -- swaps ------------------------------------------------------------------------------------------------------------


async def keep_swap(db: Database, new: Swap) -> None:
    """Keep a proposed swap, once."""
    row = {
        "id": new.id,
        "level": int(new.level),
        "proposer_id": new.proposer,
        "other_id": new.other,
        "own_from_at": new.own.from_at,
        "own_to_at": new.own.to_at,
        "their_from_at": new.theirs.from_at,
        "their_to_at": new.theirs.to_at,
        "state": new.state,
        "proposed_at": new.proposed_at,
    }
    async with db.write() as connection:
        made = insert(connection, duty_swaps).values(**row).on_conflict_do_nothing().returning(duty_swaps.c.id)
        if await connection.scalar(made):
            people: dict[str, Any] = {"proposer": new.proposer, "other": new.other}
            await audit.note(connection, Act.SWAP_PROPOSED, new.id, at=new.proposed_at, **people)


async def answer_swap(db: Database, swap_id: str, state: SwapState, made: Sequence[Override], *, at: datetime) -> bool:
    """Answer a proposed swap, with the overrides that it makes. False where it was answered before."""
    s = duty_swaps.c
    answered = update(duty_swaps).where(s.id == swap_id, s.state == SwapState.PROPOSED)
    async with db.write() as connection:
        await _hold(connection)
        if not (await connection.execute(answered.values(state=state, answered_at=at))).rowcount:
            return False
        for each in made:
            await _put(connection, each)
        await audit.note(connection, Act.SWAP_ANSWERED, swap_id, at=at, state=state.value)
    return True


async def swap(db: Reader, swap_id: str) -> Swap | None:
    async with db.read() as connection:
        row = (await connection.execute(select(duty_swaps).where(duty_swaps.c.id == swap_id))).mappings().first()
    return _swap(row) if row else None


async def swaps(db: Reader) -> list[Swap]:
    """Those that wait for an answer, then the last that had one."""
    s = duty_swaps.c
    waits = select(duty_swaps).where(s.state == SwapState.PROPOSED).order_by(s.proposed_at)
    done = select(duty_swaps).where(s.state != SwapState.PROPOSED).order_by(s.answered_at.desc()).limit(_KEPT_ANSWERS)
    async with db.read() as connection:
        return [_swap(row) for each in (waits, done) for row in (await connection.execute(each)).mappings()]


# -- rows -------------------------------------------------------------------------------------------------------------


async def _hold(connection: AsyncConnection) -> None:
    """Everybody who serves is held fast: of two who change the same time at once, one comes after the other."""
    await connection.execute(select(agents.c.id).order_by(agents.c.id).with_for_update())


async def _end(db: Database, table: Any, id_: str, act: Act, *, at: datetime) -> bool:
    async with db.write() as connection:
        if not (await connection.execute(_ended(table, id_, at))).rowcount:
            return False
        await audit.note(connection, act, id_, at=at)
    return True


def _ended(table: Any, id_: str, at: datetime) -> Any:
    return update(table).where(table.c.id == id_, table.c.ended_at.is_(None)).values(ended_at=at)


def _lasts(table: Any, since: datetime) -> Any:
    return or_(table.c.ended_at.is_(None), table.c.ended_at > since)


def _clock(at: time) -> str:
    return at.strftime("%H:%M")


def _layer(row: Mapping[Any, Any]) -> Layer:
    span = {"from_time": time.fromisoformat(row["from_time"]), "to_time": time.fromisoformat(row["to_time"])}
    return Layer(
        id=row["id"],
        level=Level(row["level"]),
        people=tuple(row["people"]),
        starts_on=row["starts_on"],
        hands_over_at=time.fromisoformat(row["hands_over_at"]),
        every_hours=row["every_hours"],
        hours=WeekHours(days=tuple(row["days"]), **span) if row["days"] else None,
        on_holidays=row["on_holidays"],
        made_at=row["made_at"],
        ended_at=row["ended_at"],
    )


def _override(row: Mapping[Any, Any]) -> Override:
    return Override(
        id=row["id"],
        level=Level(row["level"]),
        person=row["person_id"],
        from_at=row["from_at"],
        to_at=row["to_at"],
        made_by=Actor(Role(row["made_role"]), row["made_by"]),
        made_at=row["made_at"],
        swap=row["swap_id"],
        ended_at=row["ended_at"],
    )


def _swap(row: Mapping[Any, Any]) -> Swap:
    return Swap(
        id=row["id"],
        level=Level(row["level"]),
        proposer=row["proposer_id"],
        other=row["other_id"],
        own=Turn(from_at=row["own_from_at"], to_at=row["own_to_at"]),
        theirs=Turn(from_at=row["their_from_at"], to_at=row["their_to_at"]),
        state=SwapState(row["state"]),
        proposed_at=row["proposed_at"],
        answered_at=row["answered_at"],
    )
