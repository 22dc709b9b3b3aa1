"""Whatever people write stays words: on every page and stream, in a browser, nothing of it runs, loads or is sent."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
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
from tests.portal.matrix.payloads import CANARY, MARKED, PAYLOADS, nastily
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
    "/original",
)
_UNTOUCHED = """page => window.pwned === undefined
  && !page.querySelector('[data-xss], iframe:not([sandbox=""]), object, embed, base')
  && !page.querySelector('[src*="evil.example"], [href^="javascript:" i]')
  && ![...page.querySelectorAll('*')].some(e => [...e.attributes].some(a => /^on/i.test(a.name)))"""
_READ = f"""async paths => {{
  const untouched = {_UNTOUCHED}, found = {{ touched: [], told: 0 }};
  for (const path of paths) {{
    const answer = await fetch(path);
    if (!answer.headers.get('content-type').startsWith('text/html')) continue;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!untouched(page)) found.touched.push(path);
    found.told += page.body.textContent.includes('{CANARY}');
  }}
  return found;
}}"""
"""Reads pages with the browser's own parser, and runs nothing."""
_UNFOLD = "() => document.querySelectorAll('details').forEach(each => { each.open = true; })"
_ALIKE = (("contact_a", "admin_a"), ("agent", "director", "commercial", "admin"), ("nobody",))
"""Who is shown the same templates; the first of them who may open a page does."""


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


@dataclass
class Pages:
    """The addresses of somebody's pages: those that are opened, and those that are read."""

    lived: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)


def pages_of(world: World, who: str) -> Pages:
    """Every page that this person may open, and each with payloads in all parts of its query.

    `make test-long` opens all of them in the browser, and with one part at a time, for a page may stop at the first
    part that it cannot read. `make test` opens each page for the first person who may, every third of them with its
    query too, and reads the others.
    """
    found = Pages(lived=[f"/{quote(PAYLOADS[0], safe='')}"])
    for place, route in enumerate(routes()):
        if route.method != "GET" or route.is_of_the_api or any(each in route.path for each in _NO_PAGES):
            continue
        its = [cell for cell in cells(route, world.ids) if cell.kind == "own" and cell.may]
        may = {cell.who for cell in its}
        is_first = who in [next((each for each in alike if each in may), None) for alike in _ALIKE]
        asked = [f"{name}={quote(PAYLOADS[part % 3])}" for part, name in enumerate(route.queries)]
        queries = asked if IS_LONG else ["&".join(asked)] if asked else []
        for address in [cell.address for cell in its if cell.who == who]:
            to = found.lived if is_first or IS_LONG else found.read
            to.append(address)
            to = to if IS_LONG or place % 3 == 0 else found.read
            to.extend(f"{address}?{each}" for each in queries if "?" not in address)
    return found


async def look_around(page: Page) -> None:
    """Open what is folded, and let scripts do what they do."""
    await page.evaluate(_UNFOLD)
    await page.keyboard.press("Control+k")
    await page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 60)))")


async def _is_untouched(page: Page) -> bool:
    return bool(await page.evaluate(f"() => ({_UNTOUCHED})(document)"))


@pytest.mark.parametrize("who", ["contact_a", "admin_a", "agent", "director", "commercial", "admin", "nobody"])
async def test_no_word_runs_on_any_page(browser: Browser, nasty: World, who: str) -> None:
    cookies = {} if who == "nobody" else {SESSION_COOKIE: nasty.sessions[who]}
    async with served(nasty.office) as site, screen(browser, site, cookies=cookies) as window:
        told, pages = 0, pages_of(nasty, who)
        for path in pages.lived:
            await window.page.goto(site + path, wait_until="load")
            await look_around(window.page)
            assert await _is_untouched(window.page), path
            assert window.wrong == [], path
            told += CANARY in await window.page.inner_text("body")
        read = await window.page.evaluate(_READ, pages.read)
        assert read["touched"] == []
        told += read["told"]
    assert told >= (0 if who == "nobody" else 8), "the words have to stand on the pages"


async def test_no_word_runs_that_a_stream_brings(browser: Browser, nasty: World) -> None:
    number, cookie = nasty.ids["a"]["case"], {SESSION_COOKIE: nasty.sessions["contact_a"]}
    async with served(nasty.office) as site, screen(browser, site, cookies=cookie) as window:
        await window.go(f"/casos/{number}")
        for payload in (*MARKED, *PAYLOADS):
            answer = await nasty.office.give(number, "replies", body=f"recién dicho {payload}")
            assert answer.status_code == 200
        last = window.page.locator("#conversation li").filter(has_text=f"recién dicho {PAYLOADS[-1]}").last
        await last.wait_for()
        assert PAYLOADS[-1] in (await last.text_content() or "")
        assert await _is_untouched(window.page)
        await window.page.reload()
        assert await _is_untouched(window.page)


async def test_no_word_runs_among_similar_cases(browser: Browser, nasty: World) -> None:
    cookie = {SESSION_COOKIE: nasty.sessions["agent"]}
    async with served(nasty.office) as site, screen(browser, site, cookies=cookie) as window:
        await window.go(f"/casos/{nasty.ids['a']['case']}")
        assert CANARY in await window.page.locator(".alike").inner_text()
        assert await _is_untouched(window.page)
        assert window.wrong == []


async def test_no_word_runs_that_a_form_gives_back(browser: Browser, nasty: World) -> None:
    cookie = {SESSION_COOKIE: nasty.sessions["contact_a"]}
    async with served(nasty.office) as site, screen(browser, site, cookies=cookie, javascript=True) as window:
        await window.go("/casos/nuevo?solucion=sol-a")
        await window.page.evaluate(_UNFOLD)
        for place, field in enumerate(["#title", "#description", "#since_when", "#who_affected", "#what_changed"]):
            await window.page.fill(field, PAYLOADS[place])
        await window.page.evaluate("() => { document.getElementById('apertura').noValidate = true; }")
        await window.page.click("#enviar")
        await window.page.locator("[role=alert]").wait_for()
        assert await window.page.input_value("#title") == PAYLOADS[0]
        assert await _is_untouched(window.page)
