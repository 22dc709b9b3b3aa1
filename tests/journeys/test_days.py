"""Three days at a screen, end to end on everything real: the customer's, the agent's and the director's.

Each at both widths, with and without JavaScript; and each with the keyboard alone.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from policy.case.case import Channel, Level, Role
from storage.engine.database import Database
from storage.people import agents
from storage.people.agents import Agent
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from tests.journeys.conftest import LiveDesk
from tests.portal.people import PASSWORD, PASSWORD_HASH
from tests.support.browser import NARROW, WIDE, Screen, chromium, screen
from tests.support.thoroughness import IS_LONG

CUSTOMER, AGENT, DIRECTOR = "ana@aguas.example", "agente@escala.example", "direccion@escala.example"
QUOTE = {"amount": "350000", "currency": "COP"}
CHANNELS = tuple(each.value for each in Channel)
_SCREENS = {"1280": (WIDE, True), "360 without JavaScript": (NARROW, False)}
if IS_LONG:
    _SCREENS |= {"360": (NARROW, True), "1280 without JavaScript": (WIDE, False)}
SCREENS = pytest.mark.parametrize(("size", "javascript"), _SCREENS.values(), ids=_SCREENS)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
async def staffed(live_desk: LiveDesk) -> LiveDesk:
    """The desk with an agent and its director, who may sign in as the customer's contact may."""
    db = Database.at(live_desk.database_url)
    try:
        levels = (Level.HELP_DESK, Level.SPECIALISTS)
        await agents.put(db, Agent(id="agent-1", name="Ana Torres", email=AGENT, levels=levels))
        await agents.put(
            db,
            Agent(id="director-1", name="Dora Ruiz", email=DIRECTOR, levels=(Level.DIRECTOR,), is_director=True),
        )
        for email in (CUSTOMER, AGENT, DIRECTOR):
            account = await accounts.create(
                db, NewAccount(id=f"acc-{email}", email=email, name=email), at=datetime.now(UTC)
            )
            await accounts.change(db, account.id, password_hash=PASSWORD_HASH)
    finally:
        await db.close()
    return live_desk


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


async def exhausted(desk: LiveDesk, number: str, *channels: str) -> None:
    for channel in channels:
        tried = {"channel": channel, "outcome": "not_solved", "summary": "Se guio al cliente, sin resultado."}
        await desk.post(Role.AGENT, f"/cases/{number}/attempts", tried)


async def wanting_a_visit(desk: LiveDesk) -> str:
    """A case whose agent has tried everything and asks the director for a visit."""
    number: str = (await desk.open_case(priority=3))["number"]
    await desk.post(Role.AGENT, f"/cases/{number}/claim")
    await exhausted(desk, number, *CHANNELS)
    where = {"city_code": "05001", "address": "Carrera 50 # 41-20", "reason": "Hay que abrir el servidor."}
    await desk.post(Role.AGENT, f"/cases/{number}/visits", where)
    return number


@SCREENS
async def test_the_customers_day(browser: Browser, staffed: LiveDesk, size: ViewportSize, *, javascript: bool) -> None:
    """Opens a case, sees when it is due, answers, accepts a quote, rates and confirms."""
    async with day_at(browser, staffed, size=size, javascript=javascript) as day:
        page = day.page
        await day.begin(CUSTOMER, "/casos/nuevo")
        await page.fill("#title", "El geovisor no abre")
        await page.fill("#description", "Aparece en blanco desde las 8:00.")
        await page.fill("#what_tried", "Otro navegador y otra red.")
        await page.check("input[name=proposed_priority][value='3']")
        await page.click("#enviar")
        await page.wait_for_url(re.compile("/casos/MA-"))
        day.number = day.window.path.rpartition("/")[2]
        await expect(page.locator(".countdown .left").first).to_have_text(
            re.compile(r"00:29|29 min" if javascript else "min")
        )
        await day.fits()

        await day.others(Role.AGENT, "claim")
        await day.others(Role.AGENT, "information-requests", body="¿Desde qué red acceden?")
        await day.said("¿Desde qué red acceden?")
        await day.send("answers", body="Desde la sede norte.")
        await day.said("Desde la sede norte.")

        await exhausted(staffed, day.number, *CHANNELS)
        await day.others(
            Role.AGENT, "visits", city_code="05001", address="Carrera 50 # 41-20", reason="No responde de forma remota."
        )
        await day.others(Role.DIRECTOR, "visits/approval", approved=True, quote=QUOTE)
        await expect(page.locator(".quote .amount")).to_contain_text("350.000")
        await day.fits()
        await day.send("visits-accept")
        await day.send("visits-acceptance")
        await expect(page.locator(".quote")).to_have_count(0)
        await day.others(Role.AGENT, "visits/cancellation", reason="Respondió de nuevo.")

        await day.others(Role.AGENT, "resolution", summary="Se reinició el servidor de mapas.")
        await page.check("input[name=score][value='5']")
        await day.send("rating", comment="Muy amables.")
        await expect(page.locator("#f-rating button")).to_have_text("Cambiar la calificación")
        await day.send("confirmation")
        await expect(page.locator(".status-closed")).to_be_visible()
        await day.fits()
        await day.go("/casos")
        await expect(page.locator(f"#caso-{day.number}")).to_be_visible()


@SCREENS
async def test_the_agents_day(browser: Browser, staffed: LiveDesk, size: ViewportSize, *, javascript: bool) -> None:
    """Finds a case in the queue, takes it, answers, notes, asks, logs an attempt, asks for a visit and resolves."""
    opened = await staffed.open_case(priority=3)
    async with day_at(browser, staffed, size=size, javascript=javascript) as day:
        page, day.number = day.page, opened["number"]
        await day.begin(AGENT, "/cola?tab=unassigned")
        await page.click(f"#filas a[href^='/casos/{day.number}?']")
        await day.send("claim")
        await expect(page.locator("#f-claim")).to_have_count(0)
        await day.send("replies", body="Ya lo revisamos.")
        await expect(page.locator(".words", has_text="Ya lo revisamos.").first).to_be_visible()
        await day.fits()
        await expect(page.locator("#side")).to_contain_text("Ana Torres")
        await day.send("notes", body="Parece la cuota.")
        await expect(page.locator(".said.internal .words").last).to_have_text("Parece la cuota.")
        await day.send("information-requests", body="¿Qué navegador usan?")
        await day.said("¿Qué navegador usan?")
        await day.others(Role.CONTACT, "answers", body="Firefox.")
        await day.said("Firefox.")

        await exhausted(staffed, day.number, *CHANNELS[1:])
        await day.send("attempts", channel="web", outcome="not_solved", summary="Se cargó de nuevo la capa.")
        await day.said("Se cargó de nuevo la capa.")
        await day.send("visits", city_code="05001", address="Carrera 50 # 41-20", reason="Hay que abrir el servidor.")
        await day.said("Hay que abrir el servidor.")
        await day.others(Role.DIRECTOR, "visits/approval", approved=False, reason="Primero cambie la fuente.")
        await day.said("Primero cambie la fuente.")
        if javascript:
            await day.said("Ya lo revisamos.")  # it has left by now, or leaves within ten seconds
        await day.send("resolution", summary="Se cambió la fuente.")
        await expect(page.locator(".status-resolved")).to_be_visible()


@SCREENS
async def test_the_directors_day(browser: Browser, staffed: LiveDesk, size: ViewportSize, *, javascript: bool) -> None:
    """Approves a visit with its proof before the eyes, reads the board, takes it away, and looks at the process."""
    number = await wanting_a_visit(staffed)
    async with day_at(browser, staffed, size=size, javascript=javascript) as day:
        page = day.page
        await day.begin(DIRECTOR, "/direccion/visitas")
        request = page.locator(f"article#{number}")
        await expect(request.locator(".proof > .exhausted")).to_have_count(len(CHANNELS))
        await request.locator("[name=quote]").fill("350.000")
        await request.locator("button").first.click()
        await page.wait_for_url(f"**/casos/{number}")
        visit = (await staffed.get(Role.DIRECTOR, f"/cases/{number}"))["visit"]
        assert (visit["step"], visit["quote"]["amount"]) == ("quoted", "350000")
        await day.go("/direccion/tablero")
        await expect(page.locator("svg.chart").first).to_be_visible()
        for suffix, begins in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
            async with page.expect_download() as coming:
                await page.click(f".downloads a[href*='.{suffix}']")
            with open(await (await coming.value).path(), "rb") as taken:  # noqa: ASYNC230, PTH123
                assert taken.read(len(begins)) == begins
        await day.go("/proceso")
        await expect(page.locator("#mapa svg:visible").first).to_be_visible()
        await expect(page.locator("#cifras [data-step]").first).to_be_visible()


async def test_the_customers_day_with_the_keyboard_alone(browser: Browser, staffed: LiveDesk) -> None:
    """Signs in, opens a case, and answers what the desk asks."""
    async with day_at(browser, staffed) as day:
        page = day.page
        await day.sign_in_by_keys(CUSTOMER)
        await day.enter("main a[href='/casos/nuevo']", to="**/casos/nuevo")
        await day.write("#title", "El geovisor no abre")
        await day.write("#description", "Aparece en blanco desde las 8:00.")
        await day.write("#what_tried", "Otro navegador y otra red.")
        await day.reach("input[name=proposed_priority]")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowDown")
        await expect(page.locator("input[name=proposed_priority][value='3']")).to_be_checked()
        await day.enter("#enviar", to="**/casos/MA-*")
        day.number = day.window.path.rpartition("/")[2]
        await day.others(Role.AGENT, "claim")
        await day.others(Role.AGENT, "information-requests", body="¿Desde qué red acceden?")
        await day.said("¿Desde qué red acceden?")
        await day.write("#answers-body", "Desde la sede norte.")
        await day.enter("#f-answers .sends")
        await day.said("Desde la sede norte.")


async def test_the_agents_day_with_the_keyboard_alone(browser: Browser, staffed: LiveDesk) -> None:
    """Finds a case in the queue, takes it, replies to the customer and resolves it."""
    opened = await staffed.open_case(priority=3)
    async with day_at(browser, staffed) as day:
        page, keys, day.number = day.page, day.page.keyboard, opened["number"]
        await day.sign_in_by_keys(AGENT)
        await day.enter(".tabs a[data-tab=unassigned]", to="**/cola?tab=unassigned*")
        await day.enter(f"#filas a[href^='/casos/{day.number}?']", to=f"**/casos/{day.number}?*")
        await day.command("tomar")
        await expect(page.locator("#f-claim")).to_have_count(0)
        await keys.press("r")
        await expect(page.locator("#replies-body")).to_be_focused()
        await keys.type("Ya lo revisamos.")
        await day.enter("#f-replies .sends")
        await expect(page.locator("#replies-body")).to_have_value("")
        await day.command("dar la solución")
        await expect(page.locator("#resolution-summary")).to_be_focused()
        await keys.type("Se reinició el servidor de mapas.")
        await day.enter("#f-resolution button")
        await expect(page.locator(".status-resolved")).to_be_visible()


async def test_the_directors_day_with_the_keyboard_alone(browser: Browser, staffed: LiveDesk) -> None:
    """Approves a visit with its quote, and takes the board's figures away."""
    number = await wanting_a_visit(staffed)
    async with day_at(browser, staffed) as day:
        await day.sign_in_by_keys(DIRECTOR)
        await day.enter("header a[href='/direccion/visitas']", to="**/direccion/visitas")
        await day.write(f"[id='{number}-quote']", "350.000")
        await day.enter(f"article#{number} button", to=f"**/casos/{number}")
        assert (await staffed.get(Role.DIRECTOR, f"/cases/{number}"))["visit"]["step"] == "quoted"
        await day.enter("header a[href='/direccion/tablero']", to="**/direccion/tablero")
        await expect(day.page.locator("svg.chart").first).to_be_visible()
        async with day.page.expect_download() as coming:
            await day.enter(".downloads a[href*='.csv']")
        assert (await coming.value).suggested_filename.endswith(".csv")
