"""The process map at a screen: its picture follows the desk, and the viewer comes when it is asked for."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from portal.frame.session import SESSION_COOKIE
from tests.api.office import Office
from tests.portal.people import session_secret
from tests.support.browser import NARROW, WIDE, Screen, screen


async def explored(window: Screen) -> None:
    """The viewer was asked for, and has taken the picture's place."""
    await window.page.click("text=Ver en BPMN")
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
        await explored(window)
        await expect(window.page.locator(".viewer [data-element-id=level_2].djs-shape")).to_be_visible()
        await expect(window.page.locator(".viewer .tally.broken")).to_have_text("1 tarde")
        await expect(window.page.locator("svg.map")).to_be_hidden()
        await window.page.click(".viewer [data-element-id=level_2] .djs-hit")
        await window.page.wait_for_url("**/cola?status=in_progress&status=new&level=2")


async def test_the_viewer_comes_when_asked_and_goes_again(browser: Browser, site: str, office: Office) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "director")}
    async with screen(browser, site, cookies=cookies) as window:
        asked: list[str] = []
        window.page.on("request", lambda request: asked.append(request.url))
        await window.go("/proceso")
        await expect(window.page.locator("svg.map")).to_be_visible()
        await expect(window.page.locator("#explorar")).to_be_visible()
        assert not [url for url in asked if "bpmn" in url or "diagram" in url]
        before = await window.page.locator("#cifras").bounding_box()
        await explored(window)
        assert await window.page.locator("#cifras").bounding_box() == before
        await window.page.click("text=Ver en BPMN")
        await expect(window.page.locator("svg.map")).to_be_visible()
        await expect(window.page.locator(".viewer")).to_be_hidden()


async def test_a_viewer_that_does_not_come_leaves_the_picture(browser: Browser, site: str, office: Office) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "director")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.page.route("**/bpmn-viewer*", lambda route: route.abort())
        await window.go("/proceso")
        await window.page.click("text=Ver en BPMN")
        await expect(window.page.locator("#explorar")).to_have_attribute("aria-pressed", "false")
        await expect(window.page.locator("svg.map")).to_be_visible()
        await window.page.unroute("**/bpmn-viewer*")
        await explored(window)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_the_picture_and_the_table_follow_the_desk(
    browser: Browser, site: str, office: Office, size: ViewportSize
) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "agent")}
    async with screen(browser, site, cookies=cookies, size=size) as window:
        await window.go("/proceso")
        number = await office.open()
        count = window.page.locator("svg.map .count a[href$='new&level=1']")
        await expect(count).to_have_text("1")
        await expect(window.page.locator("tr[data-step=level_1] td").first).to_have_text("1")
        office.clock.passes(minutes=90)
        await office.desk.settle(number)
        await expect(window.page.locator("svg.map tspan.late")).to_have_text("1 tarde")
        await window.page.locator("svg.map tspan.late").click()
        await window.page.wait_for_url("**/cola?status=in_progress&status=new&level=2&overdue=true")
        await expect(window.page.locator("#filas tr")).to_have_count(1)


async def test_a_tab_that_nobody_sees_asks_nothing_until_it_is_seen(
    browser: Browser, site: str, office: Office
) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "agent")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go("/proceso")
        asked: list[str] = []
        window.page.on("request", lambda request: asked.append(request.url))
        await window.page.evaluate(HIDDEN, True)
        await window.page.evaluate(LISTENING)
        await office.open()
        await window.page.evaluate("heard")
        assert not [url for url in asked if url.endswith("/cifras")]
        await window.page.evaluate(HIDDEN, False)
        await expect(window.page.locator("tr[data-step=level_1] td").first).to_have_text("1")


HIDDEN = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
LISTENING = """() => new Promise(listening => {
  let began = false;
  window.heard = new Promise(heard => new EventSource("/cola/eventos").addEventListener("cambio", () => {
    if (began) setTimeout(heard, 500); else listening();
    began = true;
  }));
})"""
"""A second reader of the desk's news: what it heard, the page must have heard and acted on half a second later."""


async def test_late_cases_lead_to_their_list_in_the_viewer_too(browser: Browser, site: str, office: Office) -> None:
    number = await office.open()
    office.clock.passes(minutes=90)
    await office.desk.settle(number)
    cookies = {SESSION_COOKIE: await session_secret(office, "director")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go("/proceso")
        await explored(window)
        await window.page.click(".viewer .tally.broken")
        await window.page.wait_for_url("**/cola?**&overdue=true")


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
        await explored(window)
        await expect(window.page.locator(".viewer [data-element-id=resolved].djs-shape")).to_have_class(
            "djs-element djs-shape taken last"
        )
