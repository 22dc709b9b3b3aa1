"""Signing in at a screen: chromium, with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from escala.portal.session import SESSION_COOKIE
from tests.api.office import Office
from tests.portal.people import EMAILS, PASSWORD, account, session_secret
from tests.support.browser import screen


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_somebody_signs_in_and_out(browser: Browser, site: str, office: Office, *, javascript: bool) -> None:
    await account(office, "contact")
    async with screen(browser, site, javascript=javascript) as window:
        await window.sign_in(EMAILS["contact"], PASSWORD, back="/cuenta")
        await expect(window.page.locator("h1")).to_have_text("Mi cuenta")
        await window.page.click("header form[action='/salida'] button")
        await expect(window.page.locator("h1")).to_have_text("Ingreso")
        await window.go("/cuenta")
        assert window.path == "/ingreso?volver=/cuenta"


async def test_a_session_may_be_given_to_a_window(browser: Browser, site: str, office: Office) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "agent")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go("/cuenta")
        await expect(window.page.locator("header .who a")).to_have_text("Ana Torres")
