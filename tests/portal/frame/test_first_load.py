"""What a first visit costs: every byte over the wire, in a browser that has been nowhere yet."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Response

from portal.frame.session import SESSION_COOKIE
from tests.portal.matrix.world import World
from tests.support.browser import screen, served

MOST = 100 * 1024


@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("", "/ingreso"),
        ("agent", "/cola"),
        ("agent", "case"),
        ("agent", "/proceso"),
        ("agent", "path"),
        ("director", "/direccion/tablero"),
        ("commercial", "/inicio"),
        ("commercial", "/clientes"),
        ("contact_a", "/casos"),
        ("contact_a", "opening"),
        ("contact_a", "case"),
        ("contact_a", "path"),
    ],
)
async def test_the_first_load_is_small(browser: Browser, filled: World, who: str, page: str) -> None:
    case = f"/casos/{filled.ids['a']['case']}"
    opening = f"/casos/nuevo?solucion={filled.ids['a']['solution']}"
    path = {"case": case, "path": f"{case}/proceso", "opening": opening}.get(page, page)
    cookies = {SESSION_COOKIE: filled.sessions[who]} if who else {}
    came: list[Response] = []

    def note(response: Response) -> None:
        came.append(response)

    async with served(filled.office) as site, screen(browser, site, cookies=cookies) as window:
        window.page.on("response", note)
        await window.page.goto(site + path, wait_until="load")
        await window.page.wait_for_timeout(200)  # what scripts ask for at once
        sizes = {each.url.removeprefix(site): await _size(each) for each in came}
    assert sum(sizes.values()) <= MOST, sizes


async def _size(response: Response) -> int:
    """Headers and body as they came; a stream has no end, and costs what its headers do."""
    if "event-stream" in (response.headers.get("content-type") or ""):
        return len(str(response.headers))
    found = await response.request.sizes()
    return found["responseHeadersSize"] + found["responseBodySize"]
