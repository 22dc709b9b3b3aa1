"""What somebody does with what is one customer's leaves every row of another's as it was: no write reaches too far."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.portal.matrix.cells import Cell, cells
from tests.portal.matrix.desks import copied, everything
from tests.portal.matrix.routes import routes
from tests.portal.matrix.trying import answer_to
from tests.portal.matrix.verdict import is_theirs
from tests.portal.matrix.world import World

Rows = dict[str, list[tuple[object, ...]]]
CASES = ("/api/v1/cases", "/casos")
AT_LEAST = 100
"""So many requests do something, or this says nothing."""


def of_the_other(world: World) -> Rows:
    """The rows that name something of customer B's and nothing of A's, by table."""
    ids = [set(world.ids[whose].values()) for whose in ("a", "b")]
    of_a, of_b = (re.compile("|".join(map(re.escape, sorted(own - other)))) for own, other in (ids, ids[::-1]))

    def is_of_b(row: tuple[object, ...]) -> bool:
        said = "\n".join(each for each in row if isinstance(each, str))
        return bool(of_b.search(said)) and not of_a.search(said)

    return {table: [row for row in rows if is_of_b(row)] for table, rows in everything(world).items()}


def acts(world: World) -> list[Cell]:
    """What changes something and names what is customer A's, of whoever may; what ends people's access comes last."""

    def found() -> Iterator[Cell]:
        for route in routes():
            if route.method == "GET":
                continue
            mine = [cell for cell in cells(route, world.ids) if cell.may and is_theirs(cell) and cell.kind == "own"]
            yield from {cell.choice: cell for cell in reversed(mine) if not cell.who.endswith("_b")}.values()

    return sorted(found(), key=lambda cell: not cell.route.path.startswith(CASES))


async def wrong(world: World, cell: Cell) -> str | None:
    """What a request changed that is none of its business; None where it did what it was asked, and nothing else."""
    before = of_the_other(world)
    answer = await answer_to(world, cell)
    after = of_the_other(world)
    changed = {table: [row for row in after[table] if row not in before[table]] for table in after}
    if after != before:
        return f"{cell} changes { ({table: rows for table, rows in changed.items() if after[table] != before[table]}) }"
    return f"{cell} is answered {answer.status}" if answer.status >= 400 else None


async def test_whatever_is_done_with_one_customers_things(filled: World, tmp_path: Path) -> None:
    """What the things before it have made impossible is tried once more, on a desk of its own."""
    found: dict[Cell, str | None] = {}
    async with copied(filled, tmp_path) as world:
        for cell in acts(world):
            found[cell] = await wrong(world, cell)
    for cell, what in found.items():
        if what and "is answered" in what and not cell.route.path.startswith(CASES):
            async with copied(filled, tmp_path) as world:
                found[cell] = await wrong(world, cell)
    assert [what for what in found.values() if what and "is answered" not in what] == []
    assert list(found.values()).count(None) >= AT_LEAST
