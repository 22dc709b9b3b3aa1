"""Whatever people write stays words: on every page and stream, in a browser, nothing of it runs, loads or is sent."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page
from sqlalchemy import text

from policy.case.incidents import Incident
from portal.frame.session import SESSION_COOKIE
from storage.providers import incidents
from tests.api.office import open_office
from tests.portal.matrix.cells import cells
from tests.portal.matrix.payloads import CANARY, PAYLOADS, nastily
from tests.portal.matrix.routes import routes
from tests.portal.matrix.world import World, furnish
from tests.support.browser import screen, served
from tests.support.lives import bogota
from tests.support.thoroughness import IS_LONG

_NO_PAGES = (
    "/static",
    "/eventos",
    "/partes/",
    "/filas",
    "/cifras",
    "/lista",
    ".bpmn",
    ".csv",
    ".json",
    ".xlsx",
    ".pdf",
    "/archivos",
)
_UNTOUCHED = """() => window.pwned === undefined
  && !document.querySelector('[data-xss], iframe, object, embed, base, [src*="evil.example"], [href^="javascript:" i]')
  && ![...document.querySelectorAll('*')].some(e => [...e.attributes].some(a => /^on/i.test(a.name)))"""


@pytest.fixture(scope="module")
async def nasty(migrated: Path, front: FastAPI, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The same desk, whose every text would like to run; what no form lets in stands in the tables."""
    folder = tmp_path_factory.mktemp("nasty")
    shutil.copy(migrated, folder / "escala.db")
    async with open_office(f"sqlite+aiosqlite:///{folder / 'escala.db'}", folder) as office:
        world = await furnish(office, folder, front, nastily)
        told: dict[str, Any] = {name: nastily("", name) for name in ("severity", "impact", "summary")}
        told |= {"products": ("Maps JavaScript API", nastily("", "product")), "began_at": bogota("08:00")}
        links = (f"javascript:{CANARY}", "data:text/html,<script>1</script>", f'https://a.example/"onclick={CANARY}')
        for place, link in enumerate(links):
            told |= {"id": f"nasty-{place}", "link": link}
            await incidents.keep(office.db, [Incident(provider="google-maps-platform", **told)])
        async with office.db.write() as connection:
            await connection.execute(text("UPDATE files SET name = :name || name"), {"name": PAYLOADS[1]})
            await connection.execute(text("UPDATE saved_views SET name = :name"), {"name": PAYLOADS[5]})
            await connection.execute(text("UPDATE solutions SET serial_number = :name"), {"name": PAYLOADS[4]})
        yield world


def paths(world: World, who: str) -> Iterator[str]:
    """Every page that this person may open, and each with payloads in all parts of its query.

    One part at a time in `make test-long`, for a page may stop at the first part that it cannot read.
    """
    for route in routes():
        if route.method != "GET" or route.is_of_the_api or any(each in route.path for each in _NO_PAGES):
            continue
        own = [cell for cell in cells(route, world.ids) if cell.who == who and cell.kind == "own" and cell.may]
        asked = [f"{name}={quote(PAYLOADS[place % 3])}" for place, name in enumerate(route.queries)]
        queries = asked if IS_LONG else ["&".join(asked)] if asked else []
        for cell in own:
            yield cell.address
            yield from [f"{cell.address}?{each}" for each in queries if "?" not in cell.address]
    yield f"/{quote(PAYLOADS[0], safe='')}"


async def look_around(page: Page) -> None:
    """Open what is folded, and let scripts do what they do."""
    await page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true; })")
    await page.keyboard.press("Control+k")
    await page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 60)))")


@pytest.mark.parametrize("who", ["contact_a", "admin_a", "agent", "director", "commercial", "admin", "nobody"])
async def test_no_word_runs_on_any_page(browser: Browser, nasty: World, who: str) -> None:
    cookies = {} if who == "nobody" else {SESSION_COOKIE: nasty.sessions[who]}
    async with served(nasty.office) as site, screen(browser, site, cookies=cookies) as window:
        told = 0
        for path in paths(nasty, who):
            await window.page.goto(site + path, wait_until="load")
            await look_around(window.page)
            assert await window.page.evaluate(_UNTOUCHED), path
            assert window.wrong == [], path
            told += CANARY in await window.page.inner_text("body")
    assert told >= (0 if who == "nobody" else 8), "the words have to stand on the pages"


async def test_no_word_runs_that_a_stream_brings(browser: Browser, nasty: World) -> None:
    number, cookie = nasty.ids["a"]["case"], {SESSION_COOKIE: nasty.sessions["contact_a"]}
    async with served(nasty.office) as site, screen(browser, site, cookies=cookie) as window:
        await window.go(f"/casos/{number}")
        for payload in PAYLOADS:
            answer = await nasty.office.give(number, "replies", body=f"recién dicho {payload}")
            assert answer.status_code == 200
        last = window.page.locator("#conversation li").filter(has_text="recién dicho").nth(len(PAYLOADS) - 1)
        await last.wait_for()
        assert PAYLOADS[-1] in (await last.text_content() or "")
        assert await window.page.evaluate(_UNTOUCHED)
        await window.page.reload()
        assert await window.page.evaluate(_UNTOUCHED)


async def test_no_word_runs_that_a_form_gives_back(browser: Browser, nasty: World) -> None:
    cookie = {SESSION_COOKIE: nasty.sessions["contact_a"]}
    async with served(nasty.office) as site, screen(browser, site, cookies=cookie, javascript=True) as window:
        await window.go("/casos/nuevo?solucion=sol-a")
        for place, field in enumerate(["#title", "#description", "#since_when", "#who_affected", "#what_changed"]):
            await window.page.fill(field, PAYLOADS[place])
        await window.page.evaluate("() => { document.getElementById('apertura').noValidate = true; }")
        await window.page.click("#enviar")
        await window.page.locator("[role=alert]").wait_for()
        assert await window.page.input_value("#title") == PAYLOADS[0]
        assert await window.page.evaluate(_UNTOUCHED)
