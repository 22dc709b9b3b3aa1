"""The matrix of the API's routes: see test_matrix.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.portal.matrix.desks import copied
from tests.portal.matrix.routes import Route, routes
from tests.portal.matrix.trying import wrong_answers
from tests.portal.matrix.world import World

OPERATIONS = [each for each in routes() if each.is_of_the_api]


@pytest.mark.parametrize("route", OPERATIONS, ids=lambda route: route.name)
async def test_an_operation_tells_nobody_what_is_not_theirs(filled: World, tmp_path: Path, route: Route) -> None:
    if route.method == "GET":
        assert await wrong_answers(filled, route) == []
        return
    async with copied(filled, tmp_path) as world:
        assert await wrong_answers(world, route) == []
