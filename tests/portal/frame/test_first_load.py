"""What a first visit costs: every byte over the wire, in a browser that has been nowhere yet."""

from __future__ import annotations

import re

import pytest
from httpx import AsyncClient
from playwright.async_api import Browser, Response

from portal.frame.session import SESSION_COOKIE
from tests.portal.demo_desk import DemoDesk
from tests.portal.frame.test_accessibility import PAGES
from tests.portal.matrix.world import World
from tests.support.browser import screen, served

MOST = 100_000


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


_NAMED = re.compile(r'<(?:link|script|img|use)\b[^>]*\b(?:href|src)="(/static/[^"#]+)|url\("?([^")#]+)')


async def test_every_page_of_every_role_is_small(demo_desk: DemoDesk) -> None:
    """Each page with all that its text and styles name, as the demonstration has it; without what scripts ask for."""
    known: dict[str, int] = {}
    large: dict[str, int] = {}
    async with AsyncClient(base_url=demo_desk.address, headers={"Accept-Encoding": "gzip"}) as client:

        async def sizes(path: str, **headers: str) -> dict[str, int]:
            """Of the page or file and of all that it names, each once."""
            answer = await client.get(path, headers=headers)
            its = {path: answer.num_bytes_downloaded + sum(len(a) + len(b) + 4 for a, b in answer.headers.raw)}
            named = "" if path.endswith((".js", ".woff2")) else answer.text
            for each in {a or b for a, b in _NAMED.findall(named)}:
                address = str(answer.url.join(each).raw_path, "ascii")
                if address not in known:
                    known.update(await sizes(address))
                its[address] = known[address]
            return its

        for who, paths in PAGES.items():
            cookie = f"{SESSION_COOKIE}={demo_desk.sessions.get(who, '')}"
            for path in paths:
                all_of_it = sum((await sizes(path.format_map(demo_desk.numbers), Cookie=cookie)).values())
                if all_of_it > MOST:
                    large[f"{who} {path}"] = all_of_it
    assert large == {}
    assert len(known) > 20
