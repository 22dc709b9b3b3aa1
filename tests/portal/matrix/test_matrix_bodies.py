"""Another customer's ids inside a body do what ids that do not exist do, and nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.portal.matrix.asking import Answer, ask
from tests.portal.matrix.bodies import request
from tests.portal.matrix.cells import MISSING, Cell, cells
from tests.portal.matrix.desks import copied, everything
from tests.portal.matrix.nested import FIELDS, Nested, is_named, questions
from tests.portal.matrix.routes import Route, routes
from tests.portal.matrix.verdict import leaks, plain
from tests.portal.matrix.who_may import CONTACTS, ORDER_ROUTE
from tests.portal.matrix.world import World

BODIES = [each for each in routes() if each.body and each.is_of_the_api and any(map(is_named, each.body.model_fields))]
ORDER = next(each for each in routes() if each.name == ORDER_ROUTE)
ORDERS = {each.path.partition("{number}/")[2].replace("/{session}", ""): each for each in BODIES}
OPENING = next(each for each in routes() if each.name == "POST /casos/nuevo")
"""Its form names no contact: whoever asks is the one who is signed in."""

_KEPT_UNSEEN = {"contents", "reservations", "number_sequences"}
"""A text is deposited, and a number reserved, before a file of it is refused; nobody sees them without a fact."""


def test_every_field_that_names_something_says_what() -> None:
    found = {field for route in BODIES if route.body for field in route.body.model_fields if is_named(field)}
    assert found <= FIELDS.keys()


async def wrong(world: World, route: Route, fields: list[str], choice: str = "") -> list[str]:
    """The questions that were answered otherwise than for what does not exist, or that changed something."""
    found, before = [], everything(world)
    for asked in [each for field in fields for each in questions(field, world.ids, MISSING)]:
        cell = next(
            each for each in cells(route, world.ids) if (each.who, each.kind, each.choice) == (asked.who, "own", choice)
        )
        theirs = await _answer(world, route, cell, asked, asked.value)
        nothing = await _answer(world, route, cell, asked, asked.missing)
        as_nothing = _bare(cell, theirs, asked.value) == _bare(cell, nothing, asked.missing)
        if cell.who in CONTACTS and not as_nothing:
            found.append(
                f"{cell} {asked.field}={asked.value}: {theirs.status} {theirs.body[-300:]}, not {nothing.status}"
            )
        if theirs.status < 400 or theirs.status >= 500:
            found.append(f"{cell} {asked.field}={asked.value} ({asked.kind}): {theirs.status}")
        if words := leaks(world, cell, theirs):
            found += [f"{cell} {asked.field}: tells {each}" for each in words if each not in str(asked.value)]
    after = everything(world)
    return found + [f"{name} changed" for name in after.keys() - _KEPT_UNSEEN if after[name] != before[name]]


async def _answer(world: World, route: Route, cell: Cell, asked: Nested, value: object) -> Answer:
    headers, body = request(world, route, cell.who, cell.choice, **{asked.field: value})
    return await ask(world.office.app, route.method, cell.address, headers, body)


def _bare(cell: Cell, answer: Answer, value: object) -> object:
    named = value if isinstance(value, list) else [value]
    return plain(Cell(cell.route, cell.who, cell.kind, cell.address, (*cell.named, *named)), answer)


@pytest.mark.parametrize("route", BODIES, ids=lambda route: route.name)
async def test_an_operation_takes_no_foreign_id(filled: World, tmp_path: Path, route: Route) -> None:
    assert route.body
    async with copied(filled, tmp_path) as world:
        assert await wrong(world, route, [each for each in route.body.model_fields if is_named(each)]) == []


@pytest.mark.parametrize("order", sorted(ORDERS))
async def test_an_order_takes_no_foreign_id(filled: World, tmp_path: Path, order: str) -> None:
    body = ORDERS[order].body
    if order in ("cases", "") or body is None or "{" in order or "/" in order.removeprefix("visits/"):
        return
    async with copied(filled, tmp_path) as world:
        fields = [each for each in body.model_fields if is_named(each) and each != "files"]
        assert await wrong(world, ORDER, fields, order) == []


async def test_opening_takes_no_foreign_id(filled: World, tmp_path: Path) -> None:
    async with copied(filled, tmp_path) as world:
        assert await wrong(world, OPENING, ["solution_id", "kept_files"]) == []
