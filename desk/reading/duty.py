"""The duty: who is on it, now and through the coming weeks, and who was paged when: as one snapshot (ESC-17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.desk import Desk
from desk.duty.rotas import roster
from policy.case.case import Level
from policy.duty.changes import Swap
from policy.duty.rota import Duty, Layer, Override, Stretch
from storage.duty import pages, rotas
from storage.duty.pages import Page, Step
from storage.engine.database import Reader
from storage.people import agents
from storage.people.agents import Agent

SHOWN_FOR = timedelta(days=14)
_MOST_OPEN, _MOST_WAITING = 50, 500
"""Pages that wait, as they are shown, and as they may be acknowledged together: in a storm there are many."""


@dataclass(frozen=True, kw_only=True)
class LevelDuty:
    """A level: who is on duty now, and through the coming two weeks."""

    level: Level
    now: Duty
    stretches: Sequence[Stretch]

    @property
    def until(self) -> datetime | None:
        """Until when that stays so; None if for longer than is looked ahead."""
        return self.stretches[0].to_at if len(self.stretches) > 1 else None

    @property
    def follows(self) -> Stretch | None:
        return self.stretches[1] if len(self.stretches) > 1 else None

    @property
    def gaps(self) -> Sequence[Stretch]:
        """When nobody will be there."""
        return [each for each in self.stretches if each.duty.person is None]


@dataclass(frozen=True, kw_only=True)
class OnDuty:
    """Each level, and what people are called by id."""

    at: datetime
    levels: Sequence[LevelDuty]
    names: Mapping[str, str]
    is_set_up: bool


@dataclass(frozen=True, kw_only=True)
class Paged:
    """A page with what happened with it."""

    page: Page
    steps: Sequence[Step]


@dataclass(frozen=True, kw_only=True)
class DutyPage:
    """All that the page of duty shows; `next_cursor` leads to older pages. `open` are the oldest of those `waiting`."""

    on_duty: OnDuty
    waiting: Sequence[Page]
    open: Sequence[Paged]
    earlier: Sequence[Paged]
    next_cursor: str | None
    swaps: Sequence[Swap]


@dataclass(frozen=True, kw_only=True)
class WhatSays:
    """Rotas that hold, by level, and overrides that are not over, the soonest first."""

    layers: Sequence[Layer]
    overrides: Sequence[Override]


@dataclass(frozen=True, kw_only=True)
class Rotas:
    """What says who is on duty, to be changed; `people` are those who may be put there."""

    on_duty: OnDuty
    now: WhatSays
    people: Sequence[Agent]


async def on_duty(desk: Desk, *, at: datetime) -> OnDuty:
    """Who is on duty at an instant, and after it."""
    async with desk.database.snapshot() as db:
        return await _on_duty(desk, db, at=at)


async def duty_page(desk: Desk, *, at: datetime, cursor: str | None = None) -> DutyPage:
    """The page of duty. ValueError for no cursor of its list."""
    async with desk.database.snapshot() as db:
        waiting = await pages.open_ones(db, most=_MOST_WAITING)
        still = waiting[:_MOST_OPEN]
        listed = await pages.listing(db, limit=30, cursor=cursor)
        steps = await pages.steps_of(db, [each.id for each in (*still, *listed.items)])
        return DutyPage(
            on_duty=await _on_duty(desk, db, at=at),
            waiting=waiting,
            open=[Paged(page=each, steps=steps[each.id]) for each in still],
            earlier=[Paged(page=each, steps=steps[each.id]) for each in listed.items if not each.is_open],
            next_cursor=listed.next_cursor,
            swaps=await rotas.swaps(db),
        )


async def paged(desk: Desk, *, limit: int, cursor: str | None) -> tuple[Sequence[Paged], str | None]:
    """Pages, the newest first, and the cursor that follows. ValueError for no cursor of this list."""
    async with desk.database.snapshot() as db:
        listed = await pages.listing(db, limit=limit, cursor=cursor)
        steps = await pages.steps_of(db, [each.id for each in listed.items])
    return [Paged(page=each, steps=steps[each.id]) for each in listed.items], listed.next_cursor


async def one_page(desk: Desk, page_id: str) -> Paged:
    """A page that there is."""
    async with desk.database.snapshot() as db:
        [found] = await pages.of_ids(db, [page_id])
        return Paged(page=found, steps=(await pages.steps_of(db, [page_id]))[page_id])


async def what_says(desk: Desk, *, at: datetime) -> WhatSays:
    """What says who is on duty from now on."""
    async with desk.database.snapshot() as db:
        return await _what_says(desk, db, at=at)


async def rota_page(desk: Desk, *, at: datetime) -> Rotas:
    """The page on which rotas are changed."""
    async with desk.database.snapshot() as db:
        return Rotas(
            on_duty=await _on_duty(desk, db, at=at),
            now=await _what_says(desk, db, at=at),
            people=await agents.serving(db),
        )


async def _what_says(desk: Desk, db: Reader, *, at: datetime) -> WhatSays:
    found = await roster(desk, db, since=at)
    return WhatSays(
        layers=sorted((each for each in found.layers if each.ended_at is None), key=_of_level),
        overrides=sorted(found.overrides, key=lambda each: (each.from_at, each.id)),
    )


async def _on_duty(desk: Desk, db: Reader, *, at: datetime) -> OnDuty:
    until = at + SHOWN_FOR
    found = await roster(desk, db, since=at, until=until)
    return OnDuty(
        at=at,
        levels=[
            LevelDuty(level=level, now=found.on_duty(level, at), stretches=found.stretches(level, at, until))
            for level in Level
        ],
        names={each.id: each.name for each in await agents.listing(db)},
        is_set_up=await rotas.is_set_up(db),
    )


def _of_level(layer: Layer) -> tuple[int, tuple[object, ...]]:
    return int(layer.level), layer.rank
