"""Three days at a screen, end to end on everything real: the customer's, the agent's and the director's.

Each at both widths, with and without JavaScript; and each with the keyboard alone. At the end the way to a visit, of
which each try came through its own channel.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from policy.case.case import Channel, Level, Role
from storage.engine.database import Database
from storage.people import agents
from storage.people.agents import Agent
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from tests.journeys.channels import Correspondent, tells
from tests.journeys.conftest import LiveDesk
from tests.journeys.day import Day, day_at
from tests.journeys.talk import PHONE
from tests.portal.people import PASSWORD_HASH
from tests.support.browser import NARROW, WIDE, chromium
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
        await expect(page.locator(".status-resolved")).to_have_count(1)


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
        await page.click("#d-export > summary")
        for suffix, begins in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
            async with page.expect_download() as coming:
                await page.click(f"#d-export a[href*='.{suffix}']")
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
        await expect(page.locator(".status-resolved")).to_have_count(1)


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
        await day.enter("#d-export > summary")
        async with day.page.expect_download() as coming:
            await day.enter("#d-export a[href*='.csv']")
        assert (await coming.value).suggested_filename.endswith(".csv")


# -- the four channels ------------------------------------------------------------------------------------------------


@pytest.mark.rule("ESC-12", "ESC-16", "ONS-4", "PLAN-7", "REQ-4")
async def test_a_visit_whose_four_tries_came_through_the_four_channels(browser: Browser, staffed: LiveDesk) -> None:
    """By mail, chat, telephone and the web, each by its own door; only after the fourth there is a visit."""
    ana = Correspondent(staffed, CUSTOMER)
    number = await _opened_by_mail(staffed, ana)
    await staffed.post(Role.AGENT, f"/cases/{number}/claim")
    await _tried_by_mail(staffed, ana, number)
    async with day_at(browser, staffed, size=NARROW) as customer:
        customer.number = number
        await customer.begin(CUSTOMER, f"/casos/{number}")
        await _tried_by_chat(customer)
        async with day_at(browser, staffed, javascript=False) as agent:
            agent.number = number
            await _tried_by_telephone(agent)
        assert await _asked_for_a_visit(staffed, number) == (422, "ONS-4"), "before the fourth"
        await customer.page.get_by_role("link", name="Continuar en el caso").click()
        await customer.send("answers", body="Seguimos sin servicio.")
        await customer.said("Seguimos sin servicio.")
    await exhausted(staffed, number, "web")
    assert await _asked_for_a_visit(staffed, number) == (200, None)

    await staffed.post(Role.DIRECTOR, f"/cases/{number}/visits/approval", {"approved": True, "quote": QUOTE})
    case = await staffed.get(Role.CONTACT, f"/cases/{number}")
    assert (case["channel"], case["visit"]["step"]) == ("email", "quoted")
    assert case["clocks"]["initial_attention"]["state"] == "met"
    kinds = [each["kind"] for each in await staffed.timeline(number)]
    tries = ["attempt_logged", "chat_ended", "call_logged", "attempt_logged"]
    assert [each for each in kinds if each in tries] == tries


async def _opened_by_mail(desk: LiveDesk, ana: Correspondent) -> str:
    kept = await ana.writes("El geovisor sale en blanco desde las ocho.", Subject="El geovisor no abre")
    assert (kept["state"], kept["effect"]) == ("done", "opened")
    case = await desk.get(Role.AGENT, f"/cases/{kept['case']}")
    assert (case["channel"], case["status"], case["contact_id"]) == ("email", "new", desk.ids["contact"])
    assert case["awaits_analysis"]
    return str(case["number"])


async def _tried_by_mail(desk: LiveDesk, ana: Correspondent, number: str) -> None:
    """A question by mail, which an absence notice does not answer; a person's answer does, and solves nothing."""
    at = f"/cases/{number}"
    await desk.post(Role.AGENT, f"{at}/information-requests", {"body": "¿Qué dice la consola?"})
    asked = await ana.hears("¿Qué dice la consola?")
    away = await ana.answers("Estoy fuera.", asked, Subject="Respuesta automática: caso", Auto_Submitted="auto-replied")
    assert (away["effect"], away["case"]) == ("automatic", number)
    assert (await desk.get(Role.AGENT, at))["status"] == "waiting_customer"
    answered = await ana.answers("Cuota excedida. Ya la ampliamos y sigue igual.", asked)
    assert (answered["effect"], answered["case"]) == ("answered", number)
    case = await desk.get(Role.AGENT, at)
    assert (case["status"], case["awaits_analysis"]) == ("in_progress", False)
    await exhausted(desk, number, "email")


async def _tried_by_chat(customer: Day) -> None:
    page, chat = customer.page, f"/cases/{customer.number}/chat"
    await page.click("#d-chat-begin summary")
    await page.fill("#chat-first", "¿Podemos verlo por aquí?")
    await page.click("#f-chat button")
    await page.wait_for_url("**/chat*")
    await customer.desk.post(Role.AGENT, f"{chat}/claim")
    await customer.desk.post(Role.AGENT, f"{chat}/lines", {"body": "Borre la caché, por favor."})
    await expect(page.locator("#chat-log").get_by_text("Borre la caché, por favor.", exact=True)).to_have_count(1)
    await page.fill("#chat-body", "Borrada, y no cambia.")
    await page.press("#chat-body", "Control+Enter")
    await expect(page.locator("#chat-log").get_by_text("Borrada, y no cambia.", exact=True)).to_have_count(1)
    ended = {"outcome": "not_solved", "summary": "Se borró la caché."}
    await customer.desk.post(Role.AGENT, f"{chat}/end", ended)
    await expect(page.get_by_role("link", name="Continuar en el caso")).to_be_visible()


async def _tried_by_telephone(agent: Day) -> None:
    """The telephone system tells of the call; who took it logs it on the page that it drafted."""
    said = {"call_id": f"pbx-{agent.number}", "number": PHONE, "agent": AGENT}
    for kind in ("ringing", "answered"):
        await tells(agent.desk, kind, **said)
    call = await tells(agent.desk, "ended", **said)
    await agent.begin(AGENT, f"/telefono/{call}")
    log = agent.page.locator("form.log")
    await log.locator("select[name=number]").select_option(agent.number)
    await log.locator("[name=outcome][value=not_solved]").check(force=True)
    await log.locator("[name=summary]").fill("Reiniciamos el equipo juntos, sin resultado.")
    await log.locator("button").click()
    await agent.page.wait_for_url(f"**/casos/{agent.number}")
    await agent.said("Reiniciamos el equipo juntos, sin resultado.")


async def _asked_for_a_visit(desk: LiveDesk, number: str) -> tuple[int, str | None]:
    """Ask for a visit; with which status, and by which rule, it is answered."""
    where = {"city_code": "05001", "address": "Carrera 50 # 41-20", "reason": "Hay que abrir el servidor."}
    async with desk.client(Role.AGENT) as http:
        answer = await http.post(
            f"/cases/{number}/visits", json=where, headers={"Idempotency-Key": f"key-{desk.keys()}"}
        )
    if answer.status_code == 422:
        assert "web" in answer.json()["detail"]
    return answer.status_code, answer.json().get("rule")


@pytest.mark.rule("PLAN-7", "REQ-7")
async def test_mail_of_a_customer_whose_plan_has_none_opens_nothing(staffed: LiveDesk) -> None:
    """It is kept for an agent, and its writer is told which channels the plan has."""
    today = datetime.now(UTC).date()
    customer = await staffed.post(Role.ADMIN, "/customers", {"name": "Rutas del Llano", "tax_id": "900777123"})
    at = f"/customers/{customer['id']}"
    contract = {
        "plan": "standard",
        "starts_on": str(today - timedelta(days=30)),
        "ends_on": str(today + timedelta(days=300)),
        "paid": True,
        "managed_support": False,
    }
    await staffed.post(Role.ADMIN, f"{at}/contracts", contract)
    await staffed.post(Role.ADMIN, f"{at}/solutions", {"name": "Visor", "kind": "software", "supplied_by_us": True})
    contact = {
        "name": "Sara Lara",
        "email": "sara@llano.example",
        "is_system_administrator": True,
        "notice_reference": "Carta 3",
        "notified_on": str(today - timedelta(days=10)),
        "can_sign_in": True,
    }
    async with staffed.client(Role.ADMIN) as http:
        assert (await http.put(f"{at}/contacts", json={"contacts": [contact]})).is_success
    sara = Correspondent(staffed, "sara@llano.example")
    kept = await sara.writes("El visor no abre.", Subject="No abre")
    assert (kept["state"], kept["case"]) == ("held", None)
    await sara.hears("plataforma web")
