"""Every route while the database is away: 503 with the time to try again, and never a failure of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.portal.matrix.cells import Cell, cells
from tests.portal.matrix.desks import copied
from tests.portal.matrix.routes import Route, routes
from tests.portal.matrix.trying import answer_to
from tests.portal.matrix.verdict import is_theirs
from tests.portal.matrix.world import World
from tests.support.thoroughness import IS_LONG

WITHOUT_IT = frozenset(
    {
        "GET /api/v1/docs",
        "GET /api/v1/health/live",
        "GET /api/v1/openapi.json",
        "GET /static/{path:path}",
        "POST /api/v1/telephone/events",  # without a signature it is refused before
    }
)
"""What asks the database nothing."""


class Away:
    """What gives connections, for so many transactions and no more."""

    def __init__(self, given: Any, left: Iterator[object]) -> None:
        self._given, self._left = given, left

    def connect(self) -> Any:
        return self._while_there(self._given.connect)

    def connection(self) -> Any:
        return self._while_there(self._given.connection)

    def _while_there(self, do: Callable[[], Any]) -> Any:
        if next(self._left, None) is None:
            raise asyncpg.CannotConnectNowError("the database system is starting up")  # 57P03, as asyncpg raises it
        return do()


async def asked(world: World, cell: Cell, monkeypatch: pytest.MonkeyPatch, *, transactions: int) -> str | None:
    """What is wrong with the answer after so many transactions, if anything is."""
    db, left = world.office.db, iter(range(transactions))
    with monkeypatch.context() as patched:
        for each in ("_readers", "_brief_writers", "_writers"):
            patched.setattr(db, each, Away(getattr(db, each), left))
        answer = await answer_to(world, cell)
    if answer.status != 503:
        done = answer.status < 500 and (transactions or cell.route.name in WITHOUT_IT)
        return None if done else f"{cell}: {answer.status}"
    waits = int(answer.header("retry-after") or 0)
    kind = "application/problem+json" if cell.route.is_of_the_api else "text/"
    told = answer.header("content-type").startswith(kind)
    return None if waits >= 1 and told else f"{cell}: {answer.headers}"


def one_cell(route: Route, world: World) -> Cell:
    """A question of somebody who may ask it."""
    mine = [cell for cell in cells(route, world.ids) if cell.may and is_theirs(cell)]
    return next((cell for cell in mine if cell.kind == "own"), mine[0])


@pytest.mark.parametrize("transactions", [0, 1], ids=["from the start", "once it is known who asks"])
async def test_every_route_says_so(
    filled: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transactions: int
) -> None:
    async with copied(filled, tmp_path) as world:
        wrong = [
            await asked(world, one_cell(route, world), monkeypatch, transactions=transactions) for route in routes()
        ]
    assert [each for each in wrong if each] == []


async def test_every_route_says_so_in_the_middle_of_its_work(
    filled: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After two to five transactions: each number for a part of the routes here, for all of them in the long run."""
    deeper = range(2, 6)
    async with copied(filled, tmp_path) as world:
        wrong = [
            await asked(world, one_cell(route, world), monkeypatch, transactions=transactions)
            for place, route in enumerate(routes())
            for transactions in (deeper if IS_LONG else [deeper[place % len(deeper)]])
        ]
    assert [each for each in wrong if each] == []
