"""The window of somebody at a desk in service: what the days do at a screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from policy.case.case import Role
from tests.journeys.conftest import LiveDesk
from tests.portal.people import PASSWORD
from tests.support.browser import Screen, screen


@dataclass
class Day:
    """Somebody's window at the desk. Without a script, what others did shows when the page is loaded again."""

    window: Screen
    desk: LiveDesk
    javascript: bool = True
    number: str = ""

    @property
    def page(self) -> Page:
        return self.window.page

    async def begin(self, email: str, back: str) -> None:
        """Sign in, and be where one wanted to be."""
        await self.window.sign_in(email, PASSWORD, back=back)
        await self.page.wait_for_url(lambda url: "/ingreso" not in url)
        await self.fits()

    async def go(self, path: str) -> None:
        """Open a page, which may not scroll sideways."""
        await self.window.go(path)
        await self.fits()

    async def others(self, role: Role, command: str, **body: Any) -> None:
        """Somebody else does something to the case meanwhile."""
        await self.desk.post(role, f"/cases/{self.number}/{command}", body)
        if not self.javascript:
            await self.go(f"/casos/{self.number}")

    async def send(self, form: str, **fields: str) -> None:
        """Fill in one of the case's forms, unfolding what it is folded into, and send it."""
        its = self.page.locator(f"#f-{form}")
        await its.wait_for(state="attached")
        await self.page.wait_for_load_state()  # before its styles are there, everything is visible
        about = self.page.locator(".about:not([open]) > summary")
        if await its.locator("xpath=ancestor::*[@id='actions']").count() and await about.is_visible():
            await about.click()  # on a telephone all that can be done is in one fold
        folded = its.locator("xpath=ancestor::details[not(@open)]/summary")
        while await folded.count():
            await folded.first.click()
        for name, value in fields.items():
            field = its.locator(f"[name={name}]").first
            kind = await field.evaluate("e => e.type")
            if kind == "radio":
                await its.locator(f"[name={name}][value='{value}']").check()
            else:
                await (field.select_option(value) if kind == "select-one" else field.fill(value))
        await its.locator("button:not([formaction]):not([name=then])").last.click()

    async def said(self, words: str) -> None:
        """Wait until the conversation holds these words."""
        await expect(self.page.locator(".said:not(.pending) .words", has_text=words).last).to_be_visible(timeout=20_000)

    async def fits(self) -> None:
        """Nothing is wider than the window, once the page is there whole: without a script each form loads another."""
        await self.page.wait_for_load_state()
        assert await self.page.locator("body").evaluate("e => e.parentElement.scrollWidth <= innerWidth")

    # -- with the keyboard alone

    async def sign_in_by_keys(self, email: str) -> None:
        """The address has the focus when the page opens."""
        await self.window.go("/ingreso")
        await expect(self.page.locator("#email")).to_be_focused()
        await self.page.keyboard.type(email)
        await self.write("#password", PASSWORD)
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator("header > nav")).to_be_visible()

    async def reach(self, selector: str) -> None:
        """Go on with Tab until the focus is there."""
        for _ in range(200):
            await self.page.keyboard.press("Tab")
            if await self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"no Tab leads to {selector}")

    async def write(self, selector: str, words: str) -> None:
        await self.reach(selector)
        await self.page.keyboard.type(words)

    async def enter(self, selector: str, *, to: str = "") -> None:
        """Press what the selector means; `to` is the address that it leads to."""
        await self.reach(selector)
        await self.page.keyboard.press("Enter")
        if to:
            await self.page.wait_for_url(to)

    async def command(self, words: str) -> None:
        """Do what has these words in its name."""
        await self.page.keyboard.press("Control+k")
        await self.page.keyboard.type(words)
        await self.page.keyboard.press("Enter")


@asynccontextmanager
async def day_at(browser: Browser, desk: LiveDesk, **more: Any) -> AsyncIterator[Day]:
    """A window at the live desk."""
    async with screen(browser, desk.url.removesuffix("/api/v1"), **more) as window:
        yield Day(window, desk, more.get("javascript", True))
