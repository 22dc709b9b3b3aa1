"""Whatever stands in a form's field, the answer is a page and never a failure of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import FormData

from tests.portal.matrix.asking import ask
from tests.portal.matrix.bodies import request
from tests.portal.matrix.cells import cells
from tests.portal.matrix.desks import copied
from tests.portal.matrix.routes import Route, routes
from tests.portal.matrix.who_may import ORDER_ROUTE
from tests.portal.matrix.world import World
from tests.support.thoroughness import IS_LONG

FORMS = [each for each in routes() if each.method != "GET" and not each.is_of_the_api]
NONSENSE = ("\0", "\x01\x1b[31m", "x" * 45_000, "\u202egnp.exe", "9" * 5_000, "🗺\ufeff\uffff/../[]")
_KEPT = frozenset({"stamp"})
_ORDERS = ("replies", "visits", "visits/approval", "visits/schedule", "remote-sessions/end")
"""All orders walk one way; these have each kind of field."""


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The fields that a route asks a form for, noted while it does."""
    found: set[str] = set()
    get, getlist, contains = FormData.get, FormData.getlist, FormData.__contains__

    def noted(name: Any) -> Any:
        found.add(str(name))
        return name

    monkeypatch.setattr(FormData, "get", lambda form, name, *more: get(form, noted(name), *more))
    monkeypatch.setattr(FormData, "getlist", lambda form, name: getlist(form, noted(name)))
    monkeypatch.setattr(FormData, "__contains__", lambda form, name: contains(form, noted(name)))
    return found


@pytest.mark.parametrize("route", FORMS, ids=lambda route: route.name)
async def test_nonsense_is_refused_in_words(filled: World, tmp_path: Path, route: Route, asked_for: set[str]) -> None:
    failed, seen = [], set[str]()
    async with copied(filled, tmp_path) as world:
        for cell in cells(route, world.ids):
            if cell.kind != "own" or not cell.may or cell.choice in seen:
                continue
            if route.name == ORDER_ROUTE and cell.choice not in _ORDERS:
                continue
            seen.add(cell.choice)  # one who may is enough
            asked_for.clear()
            headers, body = request(world, route, cell.who, cell.choice)
            await ask(world.office.app, route.method, cell.address, headers, body)
            for place, field in enumerate(sorted(asked_for - _KEPT)):
                for value in NONSENSE if IS_LONG else (NONSENSE[(len(seen) + place) % len(NONSENSE)],):
                    headers, body = request(world, route, cell.who, cell.choice, **{field: value})
                    answer = await ask(world.office.app, route.method, cell.address, headers, body)
                    if answer.status >= 500:
                        failed.append(f"{cell} with {field}={value[:20]!r}: {answer.body[:300]}")
    assert failed == []
