"""Pages on paper: what is read is there, and what one clicks or writes in is not."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from portal.frame.session import SESSION_COOKIE
from tests.api.office import Office
from tests.portal.direction.test_board import a_day
from tests.portal.people import session_secret
from tests.support.browser import WIDE, screen

PAPER: Any = {"width": 794, "height": 1123}  # A4 at 96 dots an inch
ON_SCREEN_ONLY = "nav, form, button, input, select, textarea, summary:not(.case-side *, .sheet *), .skip"

VISIBLE = """selector => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility())
    .map((each) => each.outerHTML.slice(0, 90))"""


async def printed(browser: Browser, site: str, office: Office, path: str, content: dict[str, str], size: Any) -> None:
    """Each part of the content is on paper with its words, and nothing else than content is."""
    cookies = {SESSION_COOKIE: await session_secret(office, "director")}
    async with screen(browser, site, cookies=cookies, size=size) as window:
        await window.go(path)
        await window.page.emulate_media(media="print")
        for selector, words in content.items():
            await expect(window.page.locator(selector).filter(has_text=words).first).to_be_visible()
        assert await window.page.evaluate(VISIBLE, ON_SCREEN_ONLY) == []
        assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", [WIDE, PAPER], ids=["wide", "A4"])
class TestOnPaper:
    async def test_the_queue_is_its_rows(self, browser: Browser, site: str, office: Office, size: Any) -> None:
        number = await office.open(title="Se imprime")
        content = {"h1": "Todos", ".queue .number": number, ".queue .title": "Se imprime", ".queue .due time": "10:00"}
        await printed(browser, site, office, "/cola?tab=all&priority=2", content, size)

    async def test_a_case_is_what_was_said_its_clocks_and_its_timeline(
        self, browser: Browser, site: str, office: Office, size: Any
    ) -> None:
        """What is folded on the screen is unfolded."""
        number = await office.open(title="Se imprime")
        await office.give(number, "notes", body="Parece la cuota.")
        content = {
            "h1": "Se imprime",
            ".said .words": "Parece la cuota.",
            ".countdown .due": "10:00",
            "#d-why td": "Horario de atención",
            ".timeline li": "nota",
        }
        await printed(browser, site, office, f"/casos/{number}", content, size)

    async def test_the_board_is_its_figures(self, browser: Browser, site: str, office: Office, size: Any) -> None:
        await a_day(office)
        content = {"h1": "Tablero", "#attention h2": "", "#attention td": ""}
        await printed(browser, site, office, "/direccion/tablero", content, size)
