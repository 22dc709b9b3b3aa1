"""A customer opens a case at a screen and finds it in the list: wide and narrow, with JavaScript and without."""

from __future__ import annotations

import itertools
import re
from time import perf_counter

import pytest
from playwright.async_api import Browser, FilePayload, Request, ViewportSize, expect

from portal.customers.my_cases_news import CustomerNews
from portal.frame.session import SESSION_COOKIE
from tests.api.office import STANDARD, Office, pages_behind
from tests.portal.people import session_secret
from tests.support.browser import NARROW, RECONNECTS, WIDE, Screen, screen
from tests.support.cable import cable_to
from tests.support.promptness import CHANGES, assert_prompt
from tests.support.server import eventually

XSS = "<img src=x onerror=alert(1)>"
ATTACHED = FilePayload(name="registro <b>.log", mimeType="text/plain", buffer=b"hola")


async def fill_in(window: Screen, *, tried: str, title: str = "El mapa no carga") -> None:
    page = window.page
    await page.fill("#title", title)
    await page.fill("#description", "Aparece en blanco.")
    if not await page.locator(".optional[open]").count():
        await page.click(".optional > summary")
    await page.fill("#since_when", "Desde las 8:00")
    await page.fill("#what_tried", tried)
    await page.check("input[name=proposed_priority][value='2']")
    await page.set_input_files("#files", files=[ATTACHED])


def _keeps_the_priority(asked: Request) -> bool:
    """Whether it keeps a draft; what looks alike is asked for with the same fields."""
    return asked.url.endswith("/borrador") and "proposed_priority=2" in (asked.post_data or "")


def listening(office: Office) -> int:
    """How many open lists follow what happens."""
    news = getattr(pages_behind(office.app).state, CustomerNews.__name__, None)
    return news.waiting if news else 0


async def fits(window: Screen) -> bool:
    """Whether nothing is wider than the window."""
    return bool(await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(
    ("size", "javascript"),
    list(itertools.product([WIDE, NARROW], [True, False])),
    ids=["1280", "1280 without JavaScript", "360", "360 without JavaScript"],
)
async def test_a_case_is_opened(
    browser: Browser, site: str, office: Office, size: ViewportSize, *, javascript: bool
) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "contact")}
    async with screen(browser, site, size=size, javascript=javascript, cookies=cookies) as window:
        await window.go("/casos/nuevo")
        if javascript:
            assert await fits(window)
        await fill_in(window, tried="Otro navegador")
        await window.page.click("#enviar")
        await window.page.wait_for_url(re.compile("/casos/MA-"))
        await expect(window.page.locator("h1")).to_have_text("El mapa no carga")
        await expect(window.page.locator(".files a")).to_have_text("registro _b_.log")
        await window.go("/casos")
        await expect(window.page.locator(".listed .what a")).to_have_text("El mapa no carga")
        if javascript:
            assert await fits(window)
            await expect(window.page.locator(".ticks")).to_have_text(re.compile(r"^59 min"))


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_a_refused_form_stands_there_with_all_that_was_typed(
    browser: Browser, site: str, office: Office, *, javascript: bool
) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "contact")}
    async with screen(browser, site, javascript=javascript, cookies=cookies) as window:
        await window.go("/casos/nuevo")
        await fill_in(window, tried=" ", title=XSS)
        await window.page.fill("#since_when", "")
        await window.page.click("#enviar")
        await expect(window.page.locator("[role=alert]")).to_contain_text("REQ-5")
        await expect(window.page.locator("#title")).to_have_value(XSS)
        await expect(window.page.locator("input[name=kept_files]")).to_be_checked()
        await window.page.fill("#what_tried", "Otro navegador")
        await window.page.click("#enviar")
        await window.page.wait_for_url(re.compile("/casos/MA-"))
        await expect(window.page.locator(".files a")).to_have_count(1)


async def test_what_was_written_survives_a_closed_browser_until_it_is_sent(
    browser: Browser, site: str, office: Office
) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "contact")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go("/casos/nuevo")
        async with window.page.expect_request(_keeps_the_priority) as kept:
            await fill_in(window, tried="Otro navegador")
        assert await (await kept.value).response()
    async with screen(browser, site, cookies=cookies) as window:
        page = window.page
        await window.go("/casos/nuevo")
        await expect(page.locator("#what_tried")).to_have_value("Otro navegador")
        await expect(page.locator("input[name=proposed_priority][value='2']")).to_be_checked()
        await page.fill("#what_tried", "Otro navegador y otra red")
        await page.click("#enviar")
        await page.wait_for_url(re.compile("/casos/MA-"))
        await expect(page.get_by_text("Otro navegador y otra red")).to_be_visible()
        await window.go("/casos/nuevo")
        await expect(page.locator("#what_tried")).to_have_value("")


async def test_what_was_written_is_kept_without_javascript(browser: Browser, site: str, office: Office) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "contact")}
    async with screen(browser, site, javascript=False, cookies=cookies) as window:
        page = window.page
        await window.go("/casos/nuevo")
        await page.fill("#title", "A medias")
        await page.click("button[formaction]")
        await expect(page.locator("#title")).to_have_value("A medias")
        await page.click("form.kept button")
        await expect(page.locator("#title")).to_have_value("")


async def test_a_download_is_a_download(browser: Browser, site: str, office: Office) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "contact")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go("/casos/nuevo")
        await fill_in(window, tried="Otro navegador")
        await window.page.click("#enviar")
        async with window.page.expect_download() as coming:
            await window.page.click(".files a")
        download = await coming.value
        assert download.suggested_filename == "registro _b_.log"


async def test_the_list_follows_what_happens(browser: Browser, site: str, office: Office) -> None:
    number = await office.open()
    cookies = {SESSION_COOKIE: await session_secret(office, "contact")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go("/casos")
        await window.page.fill("#q", "a medias")
        await window.page.focus(f"#caso-{number}")
        await office.give(number, "resolution", summary="Listo.")
        await expect(window.page.locator(".waits-card")).to_have_count(1)
        await expect(window.page.locator("#q")).to_have_value("a medias")
        await expect(window.page.locator(f"#caso-{number}")).to_be_focused()


@pytest.mark.rule("PLAN-9")
async def test_a_change_shows_within_a_second(browser: Browser, site: str, office: Office) -> None:
    number = await office.open()
    cookies, took = {SESSION_COOKIE: await session_secret(office, "contact")}, []
    async with screen(browser, site, cookies=cookies) as window:
        await window.go("/casos")
        for turn in range(CHANGES):
            await window.page.wait_for_timeout(900)  # one change at a time; a burst is shown at once
            priority, begun = 1 + turn % 4, perf_counter()
            await office.give(number, "priority", priority=priority, reason="Cambia.")
            await window.page.wait_for_function(
                "words => document.querySelector('.listed .tags').innerText.includes(words)",
                arg=f"Prioridad {priority}",
            )
            took.append(perf_counter() - begun)
    assert_prompt(took)


async def test_the_list_catches_up_after_a_dropped_connection(browser: Browser, site: str, office: Office) -> None:
    number = await office.open()
    cookies = {SESSION_COOKIE: await session_secret(office, "contact")}
    async with cable_to(site) as cable, screen(browser, cable.address, cookies=cookies) as window:
        await window.go("/casos")
        await cable.cut()
        await expect(window.page.locator("#avisos")).to_have_text("Sin conexión; se reintenta")
        await office.give(number, "claim")
        await cable.mend()
        await expect(window.page.locator(".listed .tags")).to_contain_text("en curso", timeout=RECONNECTS)
        await expect(window.page.locator("#avisos")).to_have_text("")


async def test_a_computer_that_slept_counts_down_from_where_the_server_is(
    browser: Browser, site: str, office: Office
) -> None:
    await office.open()
    cookies = {SESSION_COOKIE: await session_secret(office, "contact")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go("/casos")
        await expect(window.page.locator(".ticks")).to_have_text(re.compile("^59 min"))
        office.clock.passes(minutes=20)
        await window.sleep()
        await expect(window.page.locator(".ticks")).to_have_text(re.compile("^39 min"))


async def test_nobody_is_asked_while_nobody_looks(browser: Browser, site: str, office: Office) -> None:
    """A tab in the background neither asks nor listens, and is up to date when it is looked at."""
    number = await office.open()
    cookies = {SESSION_COOKIE: await session_secret(office, "contact")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go("/casos")
        await eventually(lambda: listening(office) == 1)
        await window.look_away()
        await eventually(lambda: listening(office) == 0)
        await office.give(number, "claim")
        await window.look_away(away=False)
        await expect(window.page.locator(".listed .tags")).to_contain_text("en curso")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "360"])
async def test_every_page_fits_the_screen(browser: Browser, site: str, office: Office, size: ViewportSize) -> None:
    await office.open(title=f"{XSS} {'muylargo' * 20}")
    pages = {
        "contact": ("/casos", "/casos/nuevo", "/contactos", "/contratos", "/incidentes"),
        "commercial": (
            "/clientes",
            f"/clientes/{STANDARD}",
            f"/contactos?cliente={STANDARD}",
            f"/contratos?cliente={STANDARD}",
        ),
    }
    for who, paths in pages.items():
        cookies = {SESSION_COOKIE: await session_secret(office, who)}
        async with screen(browser, site, size=size, cookies=cookies) as window:
            for path in paths:
                await window.go(path)
                assert await fits(window), path


async def test_cases_that_look_alike_come_beside_what_is_typed(browser: Browser, site: str, office: Office) -> None:
    """And nothing moves under the hand that types."""
    await office.open(title="El certificado SSL venció")
    async with screen(browser, site, cookies={SESSION_COOKIE: await session_secret(office, "contact")}) as window:
        await window.go("/casos/nuevo")
        before = await window.page.locator("#description").bounding_box()
        await window.page.locator("#title").press_sequentially("Otro certificado SSL")
        await expect(window.page.locator("#parecidos")).to_contain_text("«certificado», «SSL»")
        assert await window.page.locator("#description").bounding_box() == before
        await window.page.fill("#title", "Otra cosa")
        await expect(window.page.locator("#parecidos a")).to_have_count(0)
