"""The director's pages at a screen: both themes, narrow and wide, without a script, and nothing against the policy."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from portal.frame.session import SESSION_COOKIE
from tests.api.office import Office
from tests.portal.direction.test_board import a_day
from tests.portal.direction.test_board_visits import requested
from tests.portal.people import session_secret
from tests.support.browser import NARROW, WIDE, screen


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_the_board_fits_its_screen(
    browser: Browser, site: str, office: Office, *, dark: bool, size: ViewportSize
) -> None:
    await a_day(office)
    await requested(office)
    cookies = {SESSION_COOKIE: await session_secret(office, "director")}
    async with screen(browser, site, cookies=cookies, dark=dark, size=size) as window:
        for path in ("/direccion/tablero", "/direccion/visitas"):
            await window.go(path)
            await expect(window.page.locator("h1")).to_be_visible()
            assert await window.page.evaluate("document.documentElement.scrollWidth") <= size["width"]


async def test_a_period_is_chosen_and_downloaded_without_a_script(browser: Browser, site: str, office: Office) -> None:
    await a_day(office)
    cookies = {SESSION_COOKIE: await session_secret(office, "director")}
    async with screen(browser, site, cookies=cookies, javascript=False) as window:
        await window.go("/direccion/tablero")
        await window.page.click("text=El mes pasado")
        assert "desde=2026-10-01&hasta=2026-10-31" in window.path
        async with window.page.expect_download() as coming:
            await window.page.click("#d-export summary")
            await window.page.click("text=XLSX")
        assert (await coming.value).suggested_filename == "escala-2026-10-01-2026-10-31.xlsx"


async def test_bars_have_lengths(browser: Browser, site: str, office: Office) -> None:
    await a_day(office)
    cookies = {SESSION_COOKIE: await session_secret(office, "director")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go("/direccion/tablero")
        box = await window.page.locator("#attention .bar .good").first.bounding_box()
        assert box
        assert box["width"] > 20
