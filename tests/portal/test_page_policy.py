"""Each answer of the pages', refusals too, comes with the strict policy, runs nothing of its own, and reading is only
reading.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal.matrix.asking import ask
from tests.portal.matrix.bodies import request
from tests.portal.matrix.cells import Cell, cells
from tests.portal.matrix.desks import everything
from tests.portal.matrix.pages import wrong_with
from tests.portal.matrix.routes import Route, routes
from tests.portal.matrix.trying import answer_to
from tests.portal.matrix.world import World

LOOKED_AT = [each for each in routes() if each.method == "GET" and not each.is_of_the_api and "static" not in each.path]
SENT = [each for each in routes() if each.method != "GET" and not each.is_of_the_api]
WHO = ("nobody", "contact_a", "admin_a", "agent", "director", "commercial", "admin")


def looked_at(world: World, route: Route) -> Iterator[Cell]:
    for cell in cells(route, world.ids):
        if cell.who in WHO and cell.kind in ("own", "missing", "malformed 0"):
            yield cell


@pytest.mark.parametrize("route", LOOKED_AT, ids=lambda route: route.name)
async def test_a_page_runs_nothing_of_its_own_and_changes_nothing(filled: World, route: Route) -> None:
    before, wrong = everything(filled), []
    for cell in looked_at(filled, route):
        wrong += [f"{cell}: {each}" for each in wrong_with(await answer_to(filled, cell))]
    assert wrong == []
    assert everything(filled) == before


@pytest.mark.parametrize("route", SENT, ids=lambda route: route.name)
async def test_a_refused_form_is_a_page_like_all_others(filled: World, route: Route) -> None:
    wrong = []
    for cell in cells(route, filled.ids):
        if cell.kind in ("own", "missing") and cell.choice in ("", "claim", "replies") and cell.who in WHO:
            headers, body = request(filled, route, cell.who, cell.choice, stamp="none")
            answer = await ask(filled.office.app, route.method, cell.address, headers, body)
            wrong += [f"{cell}: {each}" for each in wrong_with(answer)]
    assert wrong == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nada", 404),
        ("GET", "/<script>alert(1)</script>", 404),
        ("PUT", "/casos", 405),
        ("DELETE", "/cuenta", 405),
        ("OPTIONS", "/cola", 405),
        ("POST", "/casos/nuevo", 403),
        ("GET", "/casos?q=%00", 404),
        ("GET", "/casos?q=%1B", 422),
        ("GET", "/nada%00", 404),
        ("GET", "/static/nada.css", 404),
        ("GET", "/static/../routes.py", 404),
        ("GET", "/static/%2e%2e/routes.py", 404),
        ("GET", "/static/vendor/%2e%2e/%2e%2e/%2e%2e/settings.py", 404),
    ],
)
async def test_an_error_is_a_page_like_all_others(filled: World, method: str, path: str, status: int) -> None:
    answer = await ask(filled.office.app, method, path, {**filled.cookie("contact_a"), "Host": "escala.test"})
    assert answer.status == status
    assert wrong_with(answer) == []
