"""Whoever may not see something is told what is told of what does not exist: tried on every route, by everybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.portal.matrix.cells import CHOICES, KINDS, MISSING, cells
from tests.portal.matrix.desks import copied
from tests.portal.matrix.routes import Route, routes
from tests.portal.matrix.trying import wrong_answers
from tests.portal.matrix.who_may import ORDER_ROUTE, WHO_MAY
from tests.portal.matrix.world import World

PAGES = [each for each in routes() if not each.is_of_the_api]
OTHERS = ("done", "plain", "internal_file", "loose_file")
SAMPLE = {whose: {**MISSING, **dict.fromkeys(OTHERS, "")} for whose in "ab"}


def test_every_route_says_who_may_use_it() -> None:
    names = {each.name for each in routes()} - {ORDER_ROUTE}
    assert names - WHO_MAY.keys() == set(), "place the new route in tests/portal/matrix/who_may.py"
    assert WHO_MAY.keys() - names == set(), "these are no routes any more"


def test_every_part_of_an_address_says_what_it_names() -> None:
    assert {name for each in routes() for name in each.parameters} <= {*KINDS, *CHOICES}


def test_there_are_more_than_two_thousand_cells() -> None:
    assert sum(1 for each in routes() for _ in cells(each, SAMPLE)) >= 2_000


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
async def test_a_page_tells_nobody_what_is_not_theirs(filled: World, tmp_path: Path, route: Route) -> None:
    if route.method == "GET":
        assert await wrong_answers(filled, route) == []
        return
    async with copied(filled, tmp_path) as world:
        assert await wrong_answers(world, route) == []
