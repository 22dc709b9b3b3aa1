"""Debian's chromium, driven by Playwright: what a test needs to use the pages as somebody does at a screen.

Every page is watched: a violation of the content security policy, an error on the console, a dialog, or a request to
anybody but us fails the test that opened it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, ViewportSize, async_playwright

from tests.api.office import Office
from tests.support.serving import serving

WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=740)
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-gpu-compositing", "--disable-software-rasterizer"]
"""Nothing is drawn by way of a graphics card that is not there: a fifth of each page's time."""
_ONE_RENDERER = "--renderer-process-limit=1"
"""A process for each window would take a tenth more."""
RECONNECTS = 30_000
"""Milliseconds within which an open page is connected again: above the longest pause between two of its tries."""
PATIENCE = 10_000  # milliseconds that Playwright waits for what is to come


def missing(what: str) -> NoReturn:
    """What a test needs is not here: its author may do without, the check of the whole (CI) may not."""
    (pytest.fail if "CI" in os.environ else pytest.skip)(what)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser, for a whole session of tests; each person at a screen has a context of their own.

    Debian's headless shell is the same browser without the window that chromium draws for nobody, at half the time.
    """
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if found is None:
        missing("chromium is not installed: make system-packages")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=[*_ARGUMENTS, _ONE_RENDERER])
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Screen:
    """Somebody's browser window on a served office. `page` is Playwright's; `wrong` is what must not have happened."""

    address: str
    context: BrowserContext
    page: Page
    wrong: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        """Open a page of ours by its path."""
        await self.page.goto(self.address + path)

    @property
    def path(self) -> str:
        """Where the window is now: path and query."""
        return self.page.url.removeprefix(self.address)

    async def sign_in(self, email: str, password: str, *, back: str = "/") -> None:
        """Through the form, as everybody does."""
        await self.go(f"/ingreso?volver={back}")
        await self.page.fill("input[name=email]", email)
        await self.page.fill("input[name=password]", password)
        await self.page.click("main button")

    async def sleep(self) -> None:
        """Let the computer have slept for 20 minutes: the hour leaps, and what counts the page's time stood still."""
        await self.page.evaluate("() => { const real = Date.now; Date.now = () => real() + 20 * 60000; }")

    async def look_away(self, *, away: bool = True) -> None:
        """Bring another tab to the front, or this one again."""
        await self.page.evaluate(
            "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
            " document.dispatchEvent(new Event('visibilitychange')); }",
            away,
        )

    def watch(self, page: Page) -> None:
        """Note what must not happen on a page (tabs that a test opens itself are watched by the context)."""
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: self._said(said.type, said.text))
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._asked)

    def _said(self, kind: str, text: str) -> None:
        # A page that is refused (422, 404) is logged as a failed resource too; tests look at such answers themselves.
        if (kind == "error" and "Failed to load resource" not in text) or "Content Security Policy" in text:
            self.wrong.append(f"{kind}: {text}")

    async def _dialog(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:")):
            self.wrong.append(f"foreign request: {request.url}")


@asynccontextmanager
async def screen(
    browser: Browser,
    address: str,
    *,
    javascript: bool = True,
    size: ViewportSize | None = None,
    dark: bool = False,
    language: str = "es-CO",
    cookies: dict[str, str] | None = None,
    **more: Any,
) -> AsyncIterator[Screen]:
    """A window of its own, without anybody's cookies but those given. At its end nothing may have gone wrong in it."""
    context = await browser.new_context(
        java_script_enabled=javascript,
        viewport=size or WIDE,
        color_scheme="dark" if dark else "light",
        locale=language,
        **more,
    )
    try:
        for name, value in (cookies or {}).items():
            # Chromium takes `__Host-` cookies over plain HTTP from this machine; Playwright wants to hear of https.
            await context.add_cookies([{"name": name, "value": value, "url": address.replace("http:", "https:")}])
        window = Screen(address=address, context=context, page=await context.new_page())
        window.watch(window.page)
        context.on("page", window.watch)
        yield window
        assert window.wrong == [], window.wrong
    finally:
        await context.close()


@asynccontextmanager
async def served(office: Office) -> AsyncIterator[str]:
    """The office's address on this machine, for a browser."""
    async with serving(office.app) as address:
        yield address
