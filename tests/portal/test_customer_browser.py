"""A customer opens a case at a screen and finds it in the list: wide and narrow, with JavaScript and without."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.async_api import Browser, FilePayload, ViewportSize, expect

from escala.portal.session import SESSION_COOKIE
from tests.api.office import STANDARD, Office
from tests.portal.people import session_secret
from tests.support.browser import NARROW, WIDE, Screen, screen

XSS = "<img src=x onerror=alert(1)>"
ATTACHED = FilePayload(name="registro <b>.log", mimeType="text/plain", buffer=b"hola")


async def fill_in(window: Screen, *, tried: str, title: str = "El mapa no carga") -> None:
    page = window.page
    await page.fill("#title", title)
    await page.fill("#description", "Aparece en blanco.")
    await page.fill("#since_when", "Desde las 8:00")
    await page.fill("#what_tried", tried)
    await page.check("input[name=proposed_priority][value='2']")
    await page.set_input_files("#files", files=[ATTACHED])


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
            await expect(window.page.locator(".ticks")).to_have_text(re.compile(r"^0[01]:\d\d:\d\d$"))


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
        await expect(window.page.locator(".listed.done")).to_have_count(1)
        await expect(window.page.locator("#q")).to_have_value("a medias")
        await expect(window.page.locator(f"#caso-{number}")).to_be_focused()


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
