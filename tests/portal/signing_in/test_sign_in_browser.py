"""Signing in at a screen: chromium, with and without JavaScript."""

from __future__ import annotations

import pyotp
import pytest
from playwright.async_api import Browser, expect

from portal.frame.session import SESSION_COOKIE
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from tests.api.office import Office
from tests.portal.letters import key_path
from tests.portal.people import EMAILS, PASSWORD, account, session_secret
from tests.support.browser import NARROW, screen


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_somebody_signs_in_and_out(browser: Browser, site: str, office: Office, *, javascript: bool) -> None:
    await account(office, "contact")
    async with screen(browser, site, javascript=javascript) as window:
        await window.sign_in(EMAILS["contact"], PASSWORD, back="/cuenta")
        await expect(window.page.locator("h1")).to_have_text("Mi cuenta")
        await window.page.click("header .account > summary")
        await window.page.click("header form[action='/salida'] button")
        await expect(window.page.locator("h1")).to_have_text("Ingresar")
        await window.go("/cuenta")
        assert window.path == "/ingreso?volver=/cuenta"


async def test_a_session_may_be_given_to_a_window(browser: Browser, site: str, office: Office) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "agent")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go("/cuenta")
        await expect(window.page.locator("header .account .name")).to_have_text("Ana Torres")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_an_agent_sets_a_second_factor_up_and_signs_in_with_it(
    browser: Browser, site: str, office: Office, *, javascript: bool
) -> None:
    await account(office, "agent")
    async with screen(browser, site, javascript=javascript, size=NARROW) as window:
        page = window.page
        await window.sign_in(EMAILS["agent"], PASSWORD, back="/cuenta")
        await page.fill("#on", PASSWORD)
        await page.click("form[action='/cuenta/codigo'] button")
        secret = await page.locator("main p > code").text_content()
        assert secret
        telephone = pyotp.TOTP(secret)
        shown = await page.locator("img.qr").evaluate("it => it.naturalWidth") if javascript else 1
        assert shown > 0
        await page.fill("#code", telephone.at(office.clock()))
        await page.click("main button")
        await expect(page.locator(".codes li")).to_have_count(10)
        await page.click("header .account > summary")
        await page.click("header form[action='/salida'] button")
        office.clock.passes(minutes=1)
        await window.sign_in(EMAILS["agent"], PASSWORD, back="/cuenta")
        await expect(page.locator("h1")).to_have_text("Segundo factor")
        await page.fill("#code", telephone.at(office.clock()))
        await page.click("main button")
        await expect(page.locator("h1")).to_have_text("Mi cuenta")


async def test_an_administrator_invites_and_the_key_of_the_letter_opens(
    browser: Browser, site: str, office: Office
) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "admin")}
    async with screen(browser, site, cookies=cookies) as window, screen(browser, site) as own:
        await window.go("/usuarios")
        await window.page.fill("#email", "ana@escala.example")
        await window.page.click("form[action='/usuarios/invitacion'] button >> nth=0")
        await expect(window.page.locator("[role=status]").first).to_contain_text("va en camino")
        await own.go(await key_path(office, "ana@escala.example"))
        for field in ("#password", "#again"):
            await own.page.fill(field, PASSWORD)
        await own.page.click("main button")
        await expect(own.page.locator(".tabs")).to_be_visible()  # signed in by that, at an agent's first page
        await own.go("/cuenta")
        await expect(own.page.locator("h1")).to_have_text("Mi cuenta")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_a_name_that_would_be_a_script_is_a_name(
    browser: Browser, site: str, office: Office, *, dark: bool
) -> None:
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    await accounts.create(
        office.db, NewAccount(id="acc-x", email='"><svg/onload=alert(3)>@x', name=nasty), at=office.clock()
    )
    cookies = {SESSION_COOKIE: await session_secret(office, "admin")}
    async with screen(browser, site, cookies=cookies, dark=dark) as window:
        await window.go("/usuarios?busca=<script>alert(4)</script>")
        await window.go("/usuarios")
        await expect(window.page.locator("tbody").first).to_contain_text(nasty)
