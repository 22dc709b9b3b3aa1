"""A case's page at a screen: live, with what is typed kept, and with a countdown that is the server's."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from portal.frame.session import SESSION_COOKIE
from storage.visit import municipalities
from storage.workbench import canned_replies
from storage.workbench.canned_replies import CannedReply
from tests.api.office import Office
from tests.portal.case.test_case_page import PAYLOAD
from tests.portal.people import session_secret
from tests.support.browser import NARROW, PATIENCE, RECONNECTS, WIDE, Screen, screen
from tests.support.cable import cable_to
from tests.support.promptness import CHANGES, assert_prompt

SHOWN = """words => new Promise((shown) => {
    const there = () => document.body.innerText.includes(words);
    if (there()) return shown();
    new MutationObserver((_, watch) => { if (there()) { watch.disconnect(); shown(); } })
        .observe(document.body, { childList: true, subtree: true, characterData: true });
})"""


@pytest.fixture
async def number(office: Office) -> str:
    return await office.open()


@asynccontextmanager
async def at_case(
    browser: Browser, site: str, office: Office, who: str, number: str, **more: Any
) -> AsyncIterator[Screen]:
    """Somebody's window with a case's page open, and its stream with it."""
    cookies = {SESSION_COOKIE: await session_secret(office, who)}
    async with screen(browser, site, cookies=cookies, **more) as window:
        await window.go(f"/casos/{number}")
        yield window


async def listening(office: Office) -> None:
    """Wait until an open page follows the case."""
    while office.app.state.desk.feed.waiting == 0:
        await asyncio.sleep(0.02)


async def test_a_change_shows_in_the_customers_open_page(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    """Within a second in 95 % of cases, from the agent's answer to the customer's screen."""
    waits: list[float] = []
    async with at_case(browser, site, office, "contact", number) as window:
        await listening(office)
        for turn in range(CHANGES):
            shown = asyncio.create_task(window.page.evaluate(SHOWN, f"Respuesta número {turn}."))
            await office.give(number, "replies", body=f"Respuesta número {turn}.")
            given = time.perf_counter()
            await asyncio.wait_for(shown, 10)
            waits.append(time.perf_counter() - given)
    assert_prompt(waits)


async def test_a_message_from_somebody_else_is_announced(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    async with at_case(browser, site, office, "contact", number) as window:
        page, told = window.page, window.page.locator("#avisos")
        await listening(office)
        await page.fill("#answers-body", "Desde Firefox.")
        await page.click("#f-answers .sends")
        await expect(page.locator(".said .words").first).to_have_text("Desde Firefox.")
        await expect(told).to_be_empty()
        await office.give(number, "replies", body="Gracias.")
        await expect(told).to_have_text("Nuevo mensaje de Ana Torres")


async def test_a_change_is_asked_for_again_until_it_is_there(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    """The stream stays up all the while, so that nothing else would ask."""
    async with at_case(browser, site, office, "contact", number) as window:
        failures: list[int] = []

        async def fail_twice(route: Route) -> None:
            failures.append(503)
            await (route.fulfill(status=503) if len(failures) < 3 else route.continue_())

        await window.page.route("**/partes/all", fail_twice)
        await listening(office)
        await office.give(number, "replies", body="Ya está.")
        await expect(window.page.get_by_text("Ya está.")).to_be_visible(timeout=PATIENCE)
        assert len(failures) == 3


async def test_a_change_leaves_what_is_typed_and_the_focus(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    async with at_case(browser, site, office, "contact", number) as window:
        field = window.page.locator("textarea[name=body]")
        await listening(office)
        await field.fill("Estoy escribiendo")
        await field.evaluate("each => each.setSelectionRange(5, 5)")
        await office.give(number, "hand-offs", reason="Es de base de datos.")
        await expect(window.page.locator(".steps .present")).to_have_text("Nivel 2")
        await expect(field).to_be_focused()
        assert await field.evaluate("each => [each.value, each.selectionStart]") == ["Estoy escribiendo", 5]


async def test_a_page_catches_up_after_a_dropped_connection(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    """As when the server starts again: the stream is cut, nobody answers for a while, then somebody does."""
    async with cable_to(site) as cable, at_case(browser, cable.address, office, "contact", number) as window:
        await listening(office)
        await window.page.evaluate("document.body.dataset.same = 'yes'")
        await window.page.fill("#answers-body", "A medias")
        await cable.cut()
        await office.give(number, "replies", body="Mientras tanto.")
        await cable.mend()
        await expect(window.page.get_by_text("Mientras tanto.")).to_be_visible(timeout=RECONNECTS)
        await office.give(number, "replies", body="Y después.")
        await expect(window.page.get_by_text("Y después.")).to_be_visible()
        await expect(window.page.locator("#answers-body")).to_have_value("A medias")
        assert await window.page.evaluate("document.body.dataset.same") == "yes"  # nobody reloaded it


@pytest.mark.parametrize("skew_hours", [0, 3, -3])
async def test_the_countdown_is_the_servers_to_the_second(
    browser: Browser, site: str, office: Office, number: str, skew_hours: int
) -> None:
    """Due at 10:00 by the server's clock, which stands at 9:51; whatever the browser thinks the hour is."""
    office.clock.passes(minutes=51)
    cookies = {SESSION_COOKIE: await session_secret(office, "contact")}
    async with screen(browser, site, cookies=cookies) as window:
        skew = skew_hours * 3_600_000
        await window.page.add_init_script(f"const now = Date.now; Date.now = () => now() + ({skew});")
        started = time.perf_counter()
        await window.go(f"/casos/{number}")
        ticks = window.page.locator(".countdown .ticks").first
        await expect(ticks).to_have_text(re.compile("^8:5"))
        shown = await ticks.text_content()
        passed = time.perf_counter() - started
    assert shown
    seconds = 8 * 60 + int(shown.partition(":")[2][:2])
    assert 540 - passed - 1 <= seconds <= 540


async def test_two_clocks_go_on_after_what_leaves_them_as_they_are(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    """The initial attention's and the level's; a note changes neither, and a reply ends the first."""
    async with at_case(browser, site, office, "agent", number) as window:
        page, clocks = window.page, window.page.locator("#clocks .ticks")
        await listening(office)
        for body in ("Parece la cuota.", "O la red."):
            await office.give(number, "notes", body=body)
            await expect(page.locator(".said.internal .words").last).to_have_text(body)
            await expect(clocks).to_have_text([re.compile(r"^\d+ min")] * 2)
        await office.give(number, "replies", body="Ya lo revisamos.")
        await expect(clocks).to_have_text([re.compile(r"^\d+ min")])


async def test_a_refusal_leaves_what_was_typed(browser: Browser, site: str, office: Office, number: str) -> None:
    async with at_case(browser, site, office, "agent", number) as window:
        page = window.page
        await page.fill("#replies-body", "Una respuesta a medias")
        await page.click("#d-more > summary")
        await page.click("#d-visits summary")
        await page.fill("#visits-city_code", "11001")
        await page.fill("#visits-address", "Calle 100")
        await page.fill("#visits-reason", "El servidor no responde.")
        await page.click("#f-visits button")
        await expect(page.locator("#actions .problem")).to_contain_text("Regla ONS-")
        await expect(page.locator("#actions .problem")).to_be_focused()
        await expect(page.locator("#visits-reason")).to_have_value("El servidor no responde.")
        await expect(page.locator("#replies-body")).to_have_value("Una respuesta a medias")


async def test_a_note_that_is_kept_leaves_a_fresh_composer(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    async with at_case(browser, site, office, "agent", number) as window:
        page = window.page
        await page.fill("#replies-body", "A medias")
        await page.click("#d-notes summary")
        await page.fill("#notes-body", "Parece la cuota.")
        await page.click("#f-notes .sends")
        await expect(page.locator(".said.internal .words")).to_have_text("Parece la cuota.")
        await expect(page.locator("#notes-body")).to_have_value("")
        await expect(page.locator("#notes-body")).to_be_focused()
        await expect(page.locator("#replies-body")).to_have_value("A medias")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "360"])
async def test_nothing_is_wider_than_the_screen(
    browser: Browser, site: str, office: Office, number: str, size: Any
) -> None:
    for who in ("agent", "contact"):
        async with at_case(browser, site, office, who, number, size=size) as window:
            assert await _overflow(window.page) <= 0


async def _overflow(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


async def test_at_1280_by_800_the_page_itself_does_not_scroll(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    async with at_case(browser, site, office, "agent", number) as window:
        assert await window.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        for part in ("#conversation", "#replies-body", "#clocks", "#side", "#f-claim button"):
            await expect(window.page.locator(part)).to_be_in_viewport()


@pytest.mark.parametrize("opener", ["contact", "premium_contact"])
async def test_at_1280_by_800_what_was_said_has_half_of_the_height(
    browser: Browser, site: str, office: Office, opener: str
) -> None:
    number = await office.open(opener)
    canned = CannedReply(id="can_1", account_id="acc-agent", shared=True, title="Saludo", body="Hola")
    async with at_case(browser, site, office, "agent", number) as window:
        await canned_replies.create(office.db, canned, at=office.clock())
        await window.go(f"/casos/{number}")
        await expect(window.page.locator("#f-canned-replies summary")).to_be_in_viewport()
        said = await window.page.locator("#conversation").bounding_box()
        assert said
        assert said["height"] >= 0.5 * WIDE["height"]


async def test_municipalities_are_fetched_when_they_are_needed(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    await municipalities.import_all(office.db, {"05400": "La Unión"}, at=office.clock())
    async with at_case(browser, site, office, "agent", number) as window:
        known = window.page.locator("#municipalities option[value='05400 La Unión, Antioquia']")
        await window.page.click("#d-more > summary")
        await window.page.click("#d-visits summary")
        await expect(known).to_have_count(0)
        await window.page.focus("#visits-city_code")
        await expect(known).to_have_count(1)
        await expect(window.page.locator("#visits-city_code")).to_be_focused()


async def test_targets_are_large_enough(browser: Browser, site: str, office: Office, number: str) -> None:
    for who in ("agent", "contact"):
        async with at_case(browser, site, office, who, number, size=NARROW) as window:
            small = await window.page.evaluate(
                "[...document.querySelectorAll('main button, main summary, main a, main select')]"
                ".filter((e) => e.checkVisibility() && !e.closest('p.words, .words'))"
                ".filter((e) => { const r = e.getBoundingClientRect(); return r.height < 24 || r.width < 24; })"
                ".map((e) => e.outerHTML.slice(0, 80))"
            )
            assert small == []


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_what_people_write_is_text(browser: Browser, site: str, office: Office, *, javascript: bool) -> None:
    """The window itself fails on a dialog, a violation of the policy or a foreign request."""
    number = await office.open(title=PAYLOAD, description=PAYLOAD, prior_analysis=PAYLOAD)
    for who in ("contact", "agent"):
        async with at_case(browser, site, office, who, number, javascript=javascript) as window:
            await expect(window.page.locator("h1")).to_have_text(PAYLOAD)
            if javascript:
                await listening(office)
                await office.give(number, "replies", body=f"{who} {PAYLOAD}")
            else:
                await office.give(number, "replies", body=f"{who} {PAYLOAD}")
                await window.go(f"/casos/{number}")
            await expect(window.page.get_by_text(f"{who} <img")).to_be_visible()


async def test_the_customers_way_without_javascript(browser: Browser, site: str, office: Office, number: str) -> None:
    async with at_case(browser, site, office, "contact", number, javascript=False) as window:
        page = window.page
        await page.fill("#answers-body", "Desde Firefox.")
        await page.click("#f-answers .sends")
        await expect(page.locator(".said .words").first).to_have_text("Desde Firefox.")
        await office.give(number, "resolution", summary="Se amplió la cuota.")
        await window.go(f"/casos/{number}")
        await page.check("input[name=score][value='5']")
        await page.click("#f-rating button")
        await expect(page.get_by_text("Calificado con 5 de 5")).to_be_visible()
        await page.click("#f-confirmation button")
        await expect(page.locator(".status-closed")).to_be_visible()
