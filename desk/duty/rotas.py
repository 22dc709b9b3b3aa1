"""Changing who is on duty (ESC-17): rotas and overrides by who directs, swaps by the two whom they concern."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from desk.access import check_role, checked_id
from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.inputs import Body, Day, Id, Instant, LevelNumber
from desk.problems import NotFound
from policy.case.case import Actor, Level
from policy.case.refusals import RoleNotAllowed
from policy.duty.changes import (
    DIRECTS,
    Serving,
    Swap,
    SwapDecided,
    SwapState,
    Turn,
    check_layer,
    check_override,
    check_swap,
    may_answer,
    may_withdraw,
    overrides_of,
)
from policy.duty.rota import Layer, Override, Roster, WeekHours
from storage.duty import rotas
from storage.engine.database import Reader
from storage.people import agents
from storage.terms.terms import holidays_of

_LOOKS_BACK = timedelta(days=1)
_YEARS_AHEAD = 1


def _hour(value: object) -> object:
    if isinstance(value, time):
        return value
    try:
        return datetime.strptime(str(value), "%H:%M").time()  # noqa: DTZ007 - an hour has no zone
    except ValueError:
        raise PydanticCustomError("hour", "not an hour") from None


Hour = Annotated[
    time, BeforeValidator(_hour), WithJsonSchema({"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$"})
]
"""An hour of the day on Bogotá's wall clock: 08:00."""


class NewRota(Body):
    """People who take turns at a level; with `instead_of`, in place of a rota that ends now.

    No `days` means every hour; hours that end before they begin end the day after.
    """

    level: LevelNumber = Field(examples=[2])
    people: list[Id] = Field(max_length=50, examples=[["ana.torres", "eva.rojas"]])
    starts_on: Day = Field(examples=["2026-12-01"])
    hands_over_at: Hour = Field(default=time(), examples=["08:00"])
    every_hours: int = Field(examples=[168])
    days: list[Annotated[int, Field(ge=0, le=6)]] = Field(default=[], max_length=7)
    from_time: Hour = time()
    to_time: Hour = time()
    on_holidays: bool = False
    instead_of: Id | None = None


class NewOverride(Body):
    """That somebody is on duty for a while, whatever the rota says."""

    level: LevelNumber = Field(examples=[2])
    agent_id: Id = Field(examples=["eva.rojas"])
    from_at: Instant = Field(alias="from", examples=["2026-12-24T13:00:00Z"])
    to_at: Instant = Field(alias="until", examples=["2026-12-26T13:00:00Z"])


class NewSwap(Body):
    """That one takes the turn of somebody else, who takes one's own."""

    level: LevelNumber = Field(examples=[2])
    other_id: Id = Field(examples=["eva.rojas"])
    own_from: Instant = Field(examples=["2026-12-07T13:00:00Z"])
    own_until: Instant = Field(examples=["2026-12-14T13:00:00Z"])
    their_from: Instant = Field(examples=["2026-12-14T13:00:00Z"])
    their_until: Instant = Field(examples=["2026-12-21T13:00:00Z"])


async def roster(desk: Desk, db: Reader, *, since: datetime, until: datetime | None = None) -> Roster:
    """All that says who is on duty from an instant on, with the holidays until another."""
    last = (until or since).year + _YEARS_AHEAD
    return await rotas.roster(db, holidays_of(desk.policy, since.year - 1, last), since=since)


async def make(desk: Desk, new: NewRota, request: IdempotentRequest, *, by: Actor) -> Layer:
    """Make a rota. Raises RoleNotAllowed, NotFound where the one it replaces does not hold, or what the policy refuses
    (policy/duty/changes.py).
    """
    check_role(by.role, *DIRECTS)
    hours = WeekHours(days=tuple(sorted(set(new.days))), from_time=new.from_time, to_time=new.to_time)
    layer = Layer(
        id=request.derived("rot_"),
        level=Level(new.level),
        people=tuple(new.people),
        starts_on=new.starts_on,
        hands_over_at=new.hands_over_at,
        every_hours=new.every_hours,
        hours=hours if new.days else None,
        on_holidays=new.on_holidays,
        made_at=request.at,
    )
    check_layer(layer, await serving(desk, layer.level))
    try:
        await rotas.keep_layer(desk.database, layer, instead_of=new.instead_of)
    except LookupError:
        raise NotFound from None
    return layer


async def end(desk: Desk, layer_id: str, *, by: Actor, at: datetime) -> None:
    """End a rota now. Raises NotFound or RoleNotAllowed."""
    check_role(by.role, *DIRECTS)
    if not await rotas.end_layer(desk.database, checked_id(layer_id), at=at):
        raise NotFound


async def put(desk: Desk, new: NewOverride, request: IdempotentRequest, *, by: Actor) -> Override:
    """Put somebody on duty for a while. Raises RoleNotAllowed, or what the policy refuses."""
    check_role(by.role, *DIRECTS)
    override = Override(
        id=request.derived("ovr_"),
        level=Level(new.level),
        person=new.agent_id,
        from_at=new.from_at,
        to_at=new.to_at,
        made_by=by,
        made_at=request.at,
    )
    who = await serving(desk, override.level)
    await rotas.keep_override(desk.database, override, lambda known: check_override(override, who, known))
    return override


async def take_back(desk: Desk, override_id: str, *, by: Actor, at: datetime) -> None:
    """End an override, and the other one of its swap. Raises NotFound or RoleNotAllowed."""
    check_role(by.role, *DIRECTS)
    if not await rotas.end_override(desk.database, checked_id(override_id), at=at):
        raise NotFound


async def propose(desk: Desk, new: NewSwap, request: IdempotentRequest, *, by: Actor) -> Swap:
    """Propose to swap turns with a colleague. Raises what the policy refuses."""
    swap = Swap(
        id=request.derived("swp_"),
        level=Level(new.level),
        proposer=by.id,
        other=new.other_id,
        own=Turn(from_at=new.own_from, to_at=new.own_until),
        theirs=Turn(from_at=new.their_from, to_at=new.their_until),
        proposed_at=request.at,
    )
    await _check(desk, swap, at=request.at)
    await rotas.keep_swap(desk.database, swap)
    return swap


async def answer(desk: Desk, swap_id: str, state: SwapState, *, by: Actor, at: datetime) -> Swap:
    """Accept or decline a swap, or take it back. Raises NotFound, RoleNotAllowed, or what the policy refuses."""
    swap = await rotas.swap(desk.database, checked_id(swap_id))
    if swap is None:
        raise NotFound
    may = may_withdraw if state is SwapState.WITHDRAWN else may_answer
    if not may(by, swap):
        raise RoleNotAllowed
    if swap.state is not SwapState.PROPOSED:
        raise SwapDecided
    made: tuple[Override, ...] = ()
    if state is SwapState.ACCEPTED:
        await _check(desk, swap, at=at)
        made = overrides_of(swap, by, at=at)
    if not await rotas.answer_swap(desk.database, swap.id, state, made, at=at):
        raise SwapDecided
    return replace(swap, state=state, answered_at=at)


async def serving(desk: Desk, level: Level) -> Serving:
    """Who serves a level and may sign in: its agents, and at level 3 whoever is the director."""
    people = await agents.serving(desk.database)
    return Serving(level=level, people={each.id for each in people if level in each.levels})


async def _check(desk: Desk, swap: Swap, *, at: datetime) -> None:
    until = max(swap.own.to_at, swap.theirs.to_at)
    found = await roster(desk, desk.database, since=at - _LOOKS_BACK, until=until)
    check_swap(swap, await serving(desk, swap.level), found, at=at)
