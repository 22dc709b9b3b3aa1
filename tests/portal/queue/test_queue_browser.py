"""The queue at a screen: it follows what happens and takes nothing out of anybody's hands."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from portal.frame.session import SESSION_COOKIE
from tests.api.office import Office
from tests.portal.people import session_secret
from tests.support.browser import NARROW, RECONNECTS, Screen, screen
from tests.support.cable import cable_to
from tests.support.promptness import CHANGES, assert_prompt

_ROWS = "#filas tr"


@asynccontextmanager
async def at_queue(
    browser: Browser, site: str, office: Office, path: str = "/cola", who: str = "agent", **more: Any
) -> AsyncIterator[Screen]:
    async with screen(browser, site, cookies={SESSION_COOKIE: await session_secret(office, who)}, **more) as window:
        await window.go(path)
        yield window


def row(window: Screen, number: str) -> Any:
    return window.page.locator(f"{_ROWS}[data-number='{number}']")


@pytest.mark.rule("PLAN-9")
async def test_rows_change_come_and_go(browser: Browser, site: str, office: Office) -> None:
    first = await office.open()
    async with at_queue(browser, site, office, "/cola?tab=unassigned") as window:
        await expect(window.page.locator(_ROWS)).to_have_count(1)
        second = await office.open(title="Llegó después")
        await expect(row(window, second)).to_contain_text("Llegó después")
        await office.give(second, "priority", priority=1, reason="Todo está detenido.")
        await expect(row(window, second).locator(".priority")).to_contain_text("1")
        await office.give(first, "claim")
        await expect(row(window, first)).to_have_count(0)
        await expect(window.page.locator("[data-tab=mine] .count")).to_have_text("1")


async def test_choice_focus_and_scroll_stay(browser: Browser, site: str, office: Office) -> None:
    """What comes while the pointer is over the rows is offered at the foot, and comes once it leaves."""
    opened = [await office.open(proposed_priority=4) for _ in range(28)]
    chosen, last = opened[14], opened[-1]
    async with at_queue(browser, site, office, "/cola?tab=unassigned") as window:
        await row(window, chosen).locator("input").check()
        await row(window, last).locator(".title a").focus()
        await window.page.evaluate("window.scrollTo(0, 500)")
        sooner = await office.open(proposed_priority=1)
        await expect(window.page.locator("#nuevos")).to_have_text("1 caso nuevo, mostrarlo")
        await expect(row(window, sooner)).to_have_count(0)
        await window.page.mouse.move(0, 0)
        await office.give(chosen, "claim")
        await office.give(opened[0], "claim")
        await expect(row(window, sooner)).to_have_count(1)
        await expect(row(window, opened[0])).to_have_count(0)
        await expect(row(window, chosen)).to_have_class(re.compile(r"\bgone\b"))
        assert await row(window, chosen).locator("input").is_checked()
        await expect(row(window, last).locator(".title a")).to_be_focused()
        await expect(window.page.locator("#elegidos")).to_have_text("1 caso elegido")
        # The browser keeps what is seen in its place while rows above it come and go.
        assert 400 < await window.page.evaluate("window.scrollY") < 600
        await row(window, chosen).locator("input").uncheck()
        await row(window, opened[5]).locator(".title a").focus()
        await expect(row(window, chosen)).to_have_count(0)


@pytest.mark.rule("PLAN-9")
async def test_a_change_shows_within_a_second(browser: Browser, site: str, office: Office) -> None:
    number = await office.open()
    took = []
    async with at_queue(browser, site, office, "/cola") as window:
        await expect(row(window, number)).to_have_attribute("data-turn", "1")
        for turn in range(2, 2 + CHANGES):
            await window.page.wait_for_timeout(900)  # one change at a time; a burst is shown at once
            begun = perf_counter()
            await office.give(number, "notes", body=f"Nota {turn}.")
            await window.page.wait_for_function(
                "turn => document.querySelector('#filas tr').dataset.turn === turn", arg=str(turn)
            )
            took.append(perf_counter() - begun)
    assert_prompt(took)


async def test_keys_move_and_enter_opens_where_they_are_switched_on(
    browser: Browser, site: str, office: Office
) -> None:
    first, second = await office.open(), await office.open()
    async with at_queue(browser, site, office) as window:
        await window.page.keyboard.press("j")
        await window.page.keyboard.press("j")
        await expect(row(window, second).locator(".title a")).to_be_focused()
        await window.page.keyboard.press("k")
        await window.page.keyboard.press("x")
        await expect(row(window, first).locator("input")).to_be_checked()
        await window.page.keyboard.press("Enter")
        await window.page.wait_for_url(f"**/casos/{first}?de=*")
        await window.go("/cuenta")
        await window.page.locator("form[action='/cuenta/atajos'] input[type=checkbox]").uncheck()
        await window.page.locator("form[action='/cuenta/atajos'] button").click()
        await window.go("/cola")
        await window.page.keyboard.press("j")
        await expect(row(window, first).locator(".title a")).not_to_be_focused()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_filters_and_a_batch(browser: Browser, site: str, office: Office, *, javascript: bool) -> None:
    await office.open("premium_contact", title="Ajeno a este filtro")
    number = await office.open()
    async with at_queue(browser, site, office, javascript=javascript) as window:
        await window.page.click(".filters summary")
        await window.page.select_option("select[name=plan]", "standard")
        await window.page.click(".filters form[action='/cola'] button")
        await expect(window.page.locator(_ROWS)).to_have_count(1)
        assert "plan=standard" in window.path
        await row(window, number).locator("input").check()
        await window.page.click(".chosen-filters li a")
        assert "plan=" not in window.path
        await row(window, number).locator("input").check()
        await window.page.click(".batch [value=claim]")
        await expect(window.page.locator(".outcome")).to_contain_text("tomó el caso")
        await window.page.click("#aplicar button")
        await expect(window.page.locator(".outcome.done")).to_have_count(1)
    assert (await office.get(f"/cases/{number}")).json()["assignee"] == "ana"


async def test_a_batch_tells_its_progress(browser: Browser, site: str, office: Office) -> None:
    opened = [await office.open() for _ in range(5)]
    async with at_queue(browser, site, office) as window:
        for number in opened:
            await row(window, number).locator("input").check()
        await window.page.click(".batch [value=claim]")
        await window.page.click("#aplicar button")
        await expect(window.page.locator("#avance")).to_have_text("5 de 5 casos")
        await expect(window.page.locator(".outcome.done")).to_have_count(5)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_a_narrow_screen_has_cards_and_no_sideways_scroll(
    browser: Browser, site: str, office: Office, *, dark: bool
) -> None:
    await office.open(title="Título_" + "largo" * 30)
    async with at_queue(browser, site, office, size=NARROW, dark=dark) as window:
        assert await window.page.evaluate("document.documentElement.scrollWidth") <= 360
        await expect(window.page.locator(f"{_ROWS} .due .ticks")).to_be_visible()


async def test_the_countdown_is_the_servers(browser: Browser, site: str, office: Office) -> None:
    """Also where this computer's clock is three hours wrong."""
    await office.open(proposed_priority=1)
    office.clock.passes(minutes=25)
    async with at_queue(browser, site, office, "/cuenta") as window:
        await window.page.add_init_script("const real = Date.now; Date.now = () => real() + 10800000;")
        await window.go("/cola")
        ticks = window.page.locator(".ticks").first
        left = await ticks.evaluate("ticks => (Date.parse(ticks.dataset.due) - Date.parse(ticks.dataset.now)) / 1000")
        minutes, seconds = (await ticks.inner_text()).split()[0].split(":")
        assert abs(left - (int(minutes) * 60 + int(seconds))) <= 5


async def test_a_computer_that_slept_counts_down_from_where_the_server_is(
    browser: Browser, site: str, office: Office
) -> None:
    number = await office.open(proposed_priority=2)
    async with at_queue(browser, site, office) as window:
        ticks = row(window, number).locator(".ticks")
        await expect(ticks).to_have_text(re.compile("^59 min"))
        office.clock.passes(minutes=20)
        await window.sleep()
        await expect(ticks).to_have_text(re.compile("^39 min"))


async def test_a_queue_catches_up_after_a_dropped_connection(browser: Browser, site: str, office: Office) -> None:
    number = await office.open()
    async with cable_to(site) as cable, at_queue(browser, cable.address, office) as window:
        told = window.page.locator("#avisos")
        await window.page.evaluate("document.body.dataset.same = 'yes'")
        await cable.cut()
        await expect(told).to_have_text("Sin conexión; se reintenta")
        await office.give(number, "claim")
        await cable.mend()
        await expect(row(window, number).locator(".assignee")).to_contain_text("Ana Torres", timeout=RECONNECTS)
        await expect(told).to_have_text("")
        await office.give(number, "priority", priority=1, reason="Todo está detenido.")
        await expect(row(window, number).locator(".priority")).to_contain_text("1")
        assert await window.page.evaluate("document.body.dataset.same") == "yes"  # nobody reloaded it


async def test_a_stream_that_is_refused_once_is_tried_again(browser: Browser, site: str, office: Office) -> None:
    """As when a server that begins again answers 503 for a moment: a browser itself then gives up for good."""
    number = await office.open()
    async with at_queue(browser, site, office, "/cuenta") as window:
        await window.page.route("**/cola/eventos", lambda route: route.fulfill(status=503), times=1)
        await window.go("/cola")
        await office.give(number, "claim")
        await expect(row(window, number).locator(".assignee")).to_contain_text("Ana Torres")


async def test_what_cannot_be_asked_is_asked_ever_more_rarely(browser: Browser, site: str, office: Office) -> None:
    number = await office.open()
    async with at_queue(browser, site, office, "/cuenta") as window:
        await window.page.add_init_script("Math.random = () => 0;")
        await window.go("/cola")
        await window.page.route("**/cola/filas*", lambda route: route.abort(), times=4)
        await office.give(number, "claim")
        await expect(row(window, number).locator(".assignee")).to_contain_text("Ana Torres", timeout=15_000)
        asked = await window.page.evaluate(
            "performance.getEntriesByType('resource').filter((each) => each.name.includes('/cola/filas'))"
            ".map((each) => each.startTime)"
        )
    assert asked[4] - asked[3] > 1.8 * (asked[1] - asked[0]), asked


async def test_the_search_opens_over_the_page_and_forgives(browser: Browser, site: str, office: Office) -> None:
    number = await office.open(title="La geocerca no avisa")
    async with at_queue(browser, site, office, "/proceso") as window:
        page = window.page
        await page.keyboard.press("/")
        await page.keyboard.type("geocrka")
        await expect(page.locator("#paleta-dicho")).to_contain_text("¿Quiso decir geocerca?")
        await page.locator(f"#paleta-hallado [role=option][href='/casos/{number}']").wait_for()
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Escape")
        await page.locator(".seek-all input").click()
        await page.keyboard.type("cola")
        await expect(page.locator("#paleta-lista [aria-selected=true]")).to_contain_text("Cola")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/cola")
    async with at_queue(browser, site, office, "/proceso", who="director", javascript=False) as window:
        await window.page.fill(".seek-all input", "geocrka")
        await window.page.press(".seek-all input", "Enter")
        await expect(window.page.locator(".results h3")).to_have_count(1)


async def test_one_key_leads_to_the_next_case_of_the_list(browser: Browser, site: str, office: Office) -> None:
    """From the queue by keys alone; nothing is pressed while somebody types."""
    first, second = [await office.open() for _ in range(2)]
    async with at_queue(browser, site, office, "/cola?tab=unassigned") as window:
        await window.page.keyboard.press("j")
        await window.page.keyboard.press("Enter")
        await expect(window.page.locator("#lista")).to_contain_text("1 de 2")
        await window.page.wait_for_load_state()
        at_first = window.path
        await window.page.keyboard.press("j")
        await expect(window.page.locator("#lista")).to_contain_text("2 de 2")
        await window.page.wait_for_load_state()
        await window.page.locator("#replies-body").fill("k")
        await window.page.keyboard.press("k")
        await expect(window.page.locator("#replies-body")).to_have_value("kk")
        await window.page.locator("#contenido").focus()
        await window.page.keyboard.press("[")
        await expect(window.page.locator("#lista")).to_contain_text("1 de 2")
        assert window.path.split("?")[0] == at_first.split("?")[0]
        assert {first, second} >= {at_first.split("?")[0].removeprefix("/casos/")}
