"""A form that no page of ours gave to this visitor changes nothing: without its stamp, with another's, or from afar."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal.matrix.asking import ask
from tests.portal.matrix.bodies import request
from tests.portal.matrix.cells import CHOICES, Cell, cells
from tests.portal.matrix.desks import everything
from tests.portal.matrix.routes import Route, routes
from tests.portal.matrix.who_may import NOBODY
from tests.portal.matrix.world import World
from tests.support.thoroughness import IS_LONG

_SIXTH = 6
SIGNED = "POST /avisos/baja/{key}"
"""A mail program's one click: the signature in its address is all that it brings (RFC 8058)."""
FORMS = [each for each in routes() if each.method != "GET" and not each.is_of_the_api and each.name != SIGNED]
_FROM_AFAR: dict[str, dict[str, str]] = {
    "another site": {"Origin": "https://evil.example"},
    "another port": {"Origin": "https://escala.test:8443"},
    "nowhere": {"Origin": "null"},
    "a sister site": {"Sec-Fetch-Site": "same-site", "Origin": "https://escala.test"},
    "a link elsewhere": {"Sec-Fetch-Site": "cross-site"},
}


def own_cells(world: World, route: Route) -> Iterator[Cell]:
    """Who might send the form, and for what is theirs."""
    first = {CHOICES[each][0] for each in route.parameters if each in CHOICES}
    for cell in cells(route, world.ids):
        if cell.kind == "own" and cell.choice in (*first, "claim", ""):
            yield cell


@pytest.mark.parametrize("route", FORMS, ids=lambda route: route.name)
async def test_a_form_is_taken_from_our_own_pages_only(filled: World, route: Route) -> None:
    before, taken = everything(filled), []
    for turn, cell in enumerate(own_cells(filled, route)):
        another = filled.stamp("agent" if cell.who != "agent" else "admin")
        tries: list[tuple[str, dict[str, str], dict[str, str]]] = [
            ("no stamp", {"stamp": ""}, {}),
            ("another's stamp", {"stamp": another}, {}),
            ("a stamp that was cut", {"stamp": filled.stamp(cell.who)[:-1]}, {}),
            ("another's in a header", {}, {"X-Escala-Stamp": another}),
            *((place, {}, headers) for place, headers in _FROM_AFAR.items()),
        ]
        # In `make test` a sixth of them for each person, so that each is tried on every form.
        for said, changes, headers in tries if IS_LONG else tries[turn % _SIXTH :: _SIXTH]:
            own, body = request(filled, route, cell.who, cell.choice, **changes)
            answer = await ask(filled.office.app, route.method, cell.address, {**own, **headers}, body)
            goes_to_sign_in = cell.who == NOBODY and answer.header("location").startswith("/ingreso")
            is_in_already = route.path == "/ingreso" and cell.who != NOBODY and answer.header("location") == "/"
            if answer.status != 403 and not goes_to_sign_in and not is_in_already:
                taken.append(f"{cell} with {said}: {answer.status}")
    assert taken == []
    assert everything(filled) == before
