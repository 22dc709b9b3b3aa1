"""Every answer, refusals too, has the strict policy; a page runs nothing of its own, and reading is only reading."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal.matrix.asking import ask
from tests.portal.matrix.bodies import request
from tests.portal.matrix.cells import Cell, cells
from tests.portal.matrix.desks import everything
from tests.portal.matrix.pages import wrong_with, wrong_with_what_is_no_page
from tests.portal.matrix.routes import Route, routes
from tests.portal.matrix.trying import answer_to
from tests.portal.matrix.world import World
from tests.support.thoroughness import IS_LONG

LOOKED_AT = [each for each in routes() if each.method == "GET" and not each.is_of_the_api and "static" not in each.path]
SENT = [each for each in routes() if each.method != "GET" and not each.is_of_the_api]
OTHERS = [each for each in routes() if each not in (*LOOKED_AT, *SENT)]
EXPORTED = (".csv", ".json", ".pdf", ".xlsx")
KINDS = ("own", "missing", "malformed 0")
WHO = ("nobody", "contact_a", "admin_a", "agent", "director", "commercial", "admin")


def looked_at(world: World, route: Route) -> Iterator[Cell]:
    for cell in cells(route, world.ids):
        if cell.who in WHO and cell.kind in KINDS and _is_tried(cell):
            yield cell


def _is_tried(cell: Cell) -> bool:
    """All in a long run; else half of them, so that everybody asks every route for something."""
    return IS_LONG or (WHO.index(cell.who) + KINDS.index(cell.kind)) % 2 == 0


@pytest.mark.parametrize("route", LOOKED_AT, ids=lambda route: route.name)
async def test_a_page_runs_nothing_of_its_own_and_changes_nothing(filled: World, route: Route) -> None:
    before, wrong = everything(filled), []
    for cell in looked_at(filled, route):
        wrong += [f"{cell}: {each}" for each in wrong_with(await answer_to(filled, cell))]
    assert wrong == []
    after = everything(filled)
    kept = {"audit"} if route.path.endswith(EXPORTED) else set()  # who took what away is on the audit
    assert {name for name in after if after[name] != before[name]} == kept


@pytest.mark.parametrize("route", SENT, ids=lambda route: route.name)
async def test_a_refused_form_is_a_page_like_all_others(filled: World, route: Route) -> None:
    wrong = []
    for cell in cells(route, filled.ids):
        if cell.kind not in KINDS[:2] or cell.choice not in ("", "claim", "replies") or cell.who not in WHO:
            continue
        if _is_tried(cell):
            headers, body = request(filled, route, cell.who, cell.choice, stamp="none")
            answer = await ask(filled.office.app, route.method, cell.address, headers, body)
            wrong += [f"{cell}: {each}" for each in wrong_with(answer)]
    assert wrong == []


@pytest.mark.parametrize("route", OTHERS, ids=lambda route: route.name)
async def test_what_is_no_page_comes_with_the_strictest_policy(filled: World, route: Route) -> None:
    wrong = []
    for cell in cells(route, filled.ids):
        if cell.kind not in KINDS or cell.who not in ("nobody", "contact_a", "agent"):
            continue
        headers, body = request(filled, route, cell.who, cell.choice)
        if route.method != "GET":  # nothing is changed here
            headers |= {"Content-Type": "application/json"}
            body = b"{"
        answer = await ask(filled.office.app, route.method, cell.address, headers, body)
        wrong += [f"{cell}: {each}" for each in wrong_with_what_is_no_page(answer)]
    assert wrong == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nada", 404),
        ("GET", "/api/v1/cases/", 404),
        ("GET", "/api/v1", 404),
        ("GET", "/api/", 404),
        ("PUT", "/api/v1/cases", 405),
        ("OPTIONS", "/api/v1/cases", 405),
        ("GET", "/static", 404),
        ("GET", "/static/", 404),
        ("GET", "/casos/", 404),
        ("POST", "/clave/olvido/", 404),
        ("GET", "//mala.example/casos/", 404),
    ],
)
async def test_no_address_leads_to_another_with_or_without_a_slash(
    filled: World, method: str, path: str, status: int
) -> None:
    answer = await ask(filled.office.app, method, path, {**filled.cookie("contact_a"), "Host": "mala.example"})
    assert (answer.status, answer.header("location")) == (status, "")
    wrong_with_it = wrong_with_what_is_no_page if path.startswith("/api") else wrong_with
    assert wrong_with_it(answer) == []


@pytest.mark.parametrize("path", ["/ingreso", "/api/v1/cases", "/nada"])
async def test_what_is_too_large_is_refused_with_the_strictest_policy(filled: World, path: str) -> None:
    answer = await ask(filled.office.app, "POST", path, {"Content-Length": "999999999"})
    assert answer.status == 413
    assert wrong_with_what_is_no_page(answer) == []


@pytest.mark.parametrize("path", ["/ingreso", "/casos", "/casos/nuevo", "/cuenta", "/nada"])
async def test_to_ask_for_the_headers_alone_is_answered_as_for_the_page(filled: World, path: str) -> None:
    headers = {**filled.cookie("contact_a"), "Host": "escala.test"}
    whole = await ask(filled.office.app, "GET", path, headers)
    bare = await ask(filled.office.app, "HEAD", path, headers)
    assert (bare.status, bare.body) == (whole.status, "")
    assert {name for name, _ in bare.headers} == {name for name, _ in whole.headers}
    assert wrong_with(bare) == []


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
