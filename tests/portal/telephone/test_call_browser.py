"""A call at an agent's screen: it is offered as it rings, and its log is drafted as it ends, beside what was typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from portal.frame.session import SESSION_COOKIE
from tests.api.office import PREMIUM, Office, with_desk
from tests.api.telephone.test_events import SECRET, send, told
from tests.portal.people import session_secret
from tests.portal.telephone.test_calls_pages import has_number
from tests.support.browser import NARROW, screen


@pytest.mark.rule("ESC-12", "ONS-4", "REQ-4")
async def test_a_call_from_its_ringing_to_its_log(browser: Browser, site: str, office: Office) -> None:
    with_desk(office, telephone_secrets=(SECRET,))
    number = await office.open("premium_contact")
    await has_number(office, PREMIUM)
    ours = {SESSION_COOKIE: await session_secret(office, "agent")}
    async with screen(browser, site, cookies=ours) as desk:
        page = desk.page
        await desk.go("/telefono")
        await page.fill("#numero", "lo que escribía")
        assert (await send(office, told(office, "ringing", agent="ana"))).status_code == 200
        offered = page.get_by_role("link", name="Llamada entrante")
        await expect(offered).to_be_visible()
        assert await page.input_value("#numero") == "lo que escribía", "it opens nothing over what one does"

        await page.set_viewport_size(NARROW)
        box = await page.locator("#llamadas").bounding_box()
        assert box
        assert box["y"] + box["height"] < NARROW["height"] / 4, "not where one writes and sends"
        await offered.click()
        await expect(page.locator("#about-call")).to_contain_text("timbra")
        await expect(page.get_by_role("link", name="Cliente premium-1")).to_be_visible()
        await page.get_by_label("Qué se habló").fill("Sigue sin conexión.")
        ended = {"timestamp": (office.clock() + timedelta(minutes=2)).isoformat()}
        await send(office, told(office, "answered", agent="ana"))
        await expect(page.locator("#about-call")).to_contain_text("en curso")
        office.clock.passes(minutes=2)
        await send(office, told(office, "ended", agent="ana") | ended)
        await expect(page.locator("#about-call")).to_contain_text("2 minutos")
        await expect(page.get_by_label("Qué se habló")).to_have_value("Sigue sin conexión.")
        await page.get_by_role("button", name="Registrar la llamada").click()
        await expect(page.get_by_text("Sigue sin conexión.").first).to_be_visible()
        assert desk.path == f"/casos/{number}"
    [fact] = [each["data"] for each in await office.timeline(number) if each["kind"] == "call_logged"]
    assert (fact["lasted_seconds"], fact["outcome"]) == (120, "not_solved")
    case = (await office.get(f"/cases/{number}")).json()
    assert case["clocks"]["initial_attention"]["state"] == "met"
