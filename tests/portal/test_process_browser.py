"""The process map at a screen: the viewer takes the picture's place, and nothing breaks the policy of contents."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from escala.portal.session import SESSION_COOKIE
from tests.api.office import Office
from tests.portal.people import session_secret
from tests.support.browser import NARROW, Screen, screen


async def drawn(window: Screen) -> None:
    """The viewer has taken the picture's place."""
    await expect(window.page.locator("#mapa")).to_have_attribute("data-ready", "true")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_the_viewer_shows_the_map_with_its_figures(
    browser: Browser, site: str, office: Office, *, dark: bool
) -> None:
    number = await office.open()
    office.clock.passes(minutes=90)
    await office.desk.settle(number)
    cookies = {SESSION_COOKIE: await session_secret(office, "director")}
    async with screen(browser, site, cookies=cookies, dark=dark) as window:
        await window.go("/proceso")
        await drawn(window)
        await expect(window.page.locator(".viewer [data-element-id=level_2].djs-shape")).to_be_visible()
        await expect(window.page.locator(".viewer .tally.broken")).to_have_text("1 tarde")
        await window.page.click(".viewer [data-element-id=level_2] .djs-hit")
        await window.page.wait_for_url("**/cola?status=in_progress&status=new&level=2")


async def test_nothing_jumps_when_the_viewer_comes(browser: Browser, site: str, office: Office) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "director")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go("/proceso")
        before = await window.page.locator("#cifras").bounding_box()
        await drawn(window)
        assert await window.page.locator("#cifras").bounding_box() == before


async def test_the_map_is_there_without_a_script(browser: Browser, site: str, office: Office) -> None:
    await office.open()
    cookies = {SESSION_COOKIE: await session_secret(office, "agent")}
    async with screen(browser, site, cookies=cookies, javascript=False) as window:
        await window.go("/proceso")
        await expect(window.page.locator("svg.map")).to_be_visible()
        await expect(window.page.locator("tr[data-step=level_1] td").first).to_have_text("1")


async def test_a_narrow_screen_scrolls_the_picture_only(browser: Browser, site: str, office: Office) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "agent")}
    async with screen(browser, site, cookies=cookies, size=NARROW) as window:
        await window.go("/proceso")
        assert await window.page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_a_cases_path_is_marked_on_the_map(browser: Browser, site: str, office: Office) -> None:
    number = await office.open("premium_contact")
    await office.give(number, "resolution", summary="Se amplió la cuota.")
    cookies = {SESSION_COOKIE: await session_secret(office, "premium_contact")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go(f"/casos/{number}/proceso")
        await drawn(window)
        await expect(window.page.locator(".viewer [data-element-id=resolved].djs-shape")).to_have_class(
            "djs-element djs-shape taken last"
        )
