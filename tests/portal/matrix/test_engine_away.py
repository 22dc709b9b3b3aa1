"""Every route while the engine is away, or where its answers are lost: what needs it says so or is kept, all else goes
on, and a request that is made again is carried out once.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from desk.problems import EngineUnavailable
from storage.engine.tables import cases, facts, notices
from tests.api.given import BODIES
from tests.api.office import with_desk
from tests.portal.matrix.asking import Answer, ask
from tests.portal.matrix.bodies import request
from tests.portal.matrix.cells import Cell, cells
from tests.portal.matrix.desks import copied
from tests.portal.matrix.routes import routes
from tests.portal.matrix.trying import answer_to
from tests.portal.matrix.verdict import is_theirs
from tests.portal.matrix.world import World
from tests.support.desk import PaperDesk
from tests.support.thoroughness import IS_LONG, size

AT_LEAST = 80
"""So many routes and commands ask the engine, or none of this says anything."""


class Away:
    """An engine that is not there, or one that `does` what it is asked and whose answers are lost."""

    def __init__(self, does: PaperDesk | None = None) -> None:
        self._does, self.asked = does, 0

    async def ready(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        async def lost(*given: Any, **named: Any) -> None:
            self.asked += 1
            if self._does:
                await getattr(self._does, name)(*given, **named)
            raise EngineUnavailable

        return lost


def one_of_each(world: World) -> list[Cell]:
    """A question for each route, and for each command, of somebody who may ask it. What changes people comes last."""

    def found() -> Iterator[Cell]:
        for route in routes():
            mine = [cell for cell in cells(route, world.ids) if cell.may and is_theirs(cell) and cell.kind == "own"]
            yield from {cell.choice: cell for cell in reversed(mine)}.values()

    return sorted(found(), key=lambda cell: not cell.route.path.startswith(("/api/v1/cases", "/casos")))


def wrong(cell: Cell, answer: Answer) -> str | None:
    """What is wrong with an answer, if anything is."""
    if answer.status < 500:
        return None
    waits = int(answer.header("retry-after") or 0)
    kind = "application/problem+json" if cell.route.is_of_the_api else "text/"
    told = answer.status == 503 and waits >= 1 and answer.header("content-type").startswith(kind)
    if not told:
        return f"{cell}: {answer.status} {answer.headers} {answer.body[-300:]}"
    forgotten = [] if cell.route.is_of_the_api else [text for text in typed(cell) if text not in unescape(answer.body)]
    return f"{cell}: forgot {forgotten}" if forgotten else None


def typed(cell: Cell) -> list[str]:
    """The texts that a command's form brought."""
    return [value for value in BODIES.get(cell.choice, {}).values() if isinstance(value, str) and " " in value]


async def recorded(world: World) -> tuple[int, ...]:
    """How many cases, facts and notices there are."""
    async with world.office.db.read() as connection:
        each = [await connection.scalar(select(func.count()).select_from(table)) for table in (cases, facts, notices)]
    return tuple(int(count or 0) for count in each)


async def test_what_needs_it_says_so_or_is_kept(filled: World, tmp_path: Path) -> None:
    away, found, asked = Away(), [], 0
    async with copied(filled, tmp_path) as world:
        with_desk(world.office, engine=away)
        before = await recorded(world)
        for cell in one_of_each(world):
            found.append(wrong(cell, await answer_to(world, cell)))
            asked, away.asked = asked + bool(away.asked), 0
        assert await recorded(world) == before
    assert [each for each in found if each] == []
    assert asked >= AT_LEAST


async def test_what_was_carried_out_unheard_is_carried_out_once(filled: World, tmp_path: Path) -> None:
    """Asked again with the same key, once the engine is back: an answer, and nothing more recorded."""
    found, lost = [], 0
    theirs = [cell for cell in one_of_each(filled) if cell.route.method != "GET"]
    for place, cell in enumerate(theirs if IS_LONG else theirs[::4]):
        folder = tmp_path / str(place)
        folder.mkdir()
        async with copied(filled, folder) as world:
            headers, body = request(world, cell.route, cell.who, cell.choice)
            again = world.office.app, cell.route.method, cell.address, headers, body
            away = Away(world.office.desk)
            with_desk(world.office, engine=away)
            first = await ask(*again)
            found.append(wrong(cell, first))
            after = await recorded(world)
            if not away.asked or first.status != 503:
                continue
            lost += 1
            with_desk(world.office, engine=world.office.desk)
            second = await ask(*again)
            if second.status >= 400 or await recorded(world) != after:
                found.append(f"{cell}: {second.status} {second.body[-300:]}")
    assert [each for each in found if each] == []
    assert lost >= size(5, long=30)
