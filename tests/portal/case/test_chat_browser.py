"""A chat at two screens, from its first message to its end: the customer at a phone's width, the agent at the desk."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from desk.replies import let_go
from portal.frame.session import SESSION_COOKIE
from tests.api.office import Office
from tests.portal.people import session_secret
from tests.support.browser import NARROW, screen
from tests.support.lives import policy


@pytest.mark.rule("ESC-12", "ONS-4", "PLAN-7", "REQ-4")
async def test_a_chat_to_its_end(browser: Browser, site: str, office: Office) -> None:
    """Nothing said is lost or comes twice, also where the connection was away; both see the other one write."""
    theirs = {SESSION_COOKIE: await session_secret(office, "premium_contact")}
    ours = {SESSION_COOKIE: await session_secret(office, "agent")}
    async with (
        screen(browser, site, cookies=ours) as desk,
        screen(browser, site, cookies=theirs, size=NARROW) as phone,
    ):
        agent, contact = desk.page, phone.page
        await desk.go("/chats")
        await agent.get_by_role("button", name="Atender chats desde ahora").click()

        await phone.go("/chat")
        await expect(contact.get_by_text("Ana Torres", exact=True)).to_be_visible()
        await contact.fill("#title", "El mapa no carga")
        await contact.fill("#description", "Buenos días: el mapa está en blanco.")
        await contact.fill("#prior_analysis", "Probamos otra red.")
        await contact.check("input[name=proposed_priority][value='2']", force=True)
        await contact.get_by_role("button", name="Empezar el chat").press("Enter")
        await expect(contact.get_by_text("Usted es el siguiente.")).to_be_visible()
        number = phone.path.split("/")[2]

        # The list at the desk hears of it by itself; taking it leads to the case.
        await agent.get_by_role("button", name=f"Tomar el chat {number}").click()
        await expect(contact.get_by_text("Ana Torres le atiende")).to_be_visible()

        await contact.type("#chat-body", "¿Hay alguien?")
        await expect(agent.locator("#chat-bar").get_by_text("está escribiendo")).to_be_visible()
        await contact.press("#chat-body", "Control+Enter")
        await expect(agent.locator("#conversation").get_by_text("¿Hay alguien?", exact=True)).to_have_count(1)

        await agent.fill("#chat-lines-body", "Sí: ya reviso la cuota.")
        await agent.press("#chat-lines-body", "Control+Enter")
        said = contact.locator("#chat-log").get_by_text("Sí: ya reviso la cuota.", exact=True)
        await expect(said).to_have_count(1)

        # Without a connection a line waits, and leaves once.
        await phone.context.set_offline(True)
        await contact.fill("#chat-body", "Se fue la red un momento.")
        await contact.press("#chat-body", "Control+Enter")
        await expect(contact.locator(".unsent")).to_have_count(1)
        await phone.context.set_offline(False)
        await expect(contact.locator(".unsent")).to_have_count(0)
        for page in (contact.locator("#chat-log"), agent.locator("#conversation")):
            await expect(page.get_by_text("Se fue la red un momento.", exact=True)).to_have_count(1)

        # While the engine is away a line is kept, and is there once when it is back.
        office.desk.down = True
        await contact.fill("#chat-body", "Y la leyenda tampoco.")
        await contact.press("#chat-body", "Control+Enter")
        await expect(contact.locator(".kept").get_by_text("Y la leyenda tampoco.")).to_have_count(1)
        await expect(contact.locator(".unsent")).to_have_count(1)
        office.desk.down = False
        await let_go(office.db, office.desk, policy(), at=office.clock())
        await expect(contact.locator(".unsent")).to_have_count(0)
        for page in (contact.locator("#chat-log"), agent.locator("#conversation")):
            await expect(page.get_by_text("Y la leyenda tampoco.", exact=True)).to_have_count(1)

        assert await contact.evaluate("document.documentElement.scrollWidth <= innerWidth"), "no sideways scroll"

        await agent.click("#d-chat-end summary")
        await agent.fill("#chat-end-summary", "Ampliamos la cuota, y sigue en blanco.")
        await agent.click("#f-chat-end button.sends")
        await expect(contact.get_by_text("El chat terminó.").first).to_be_visible()
        await contact.get_by_role("link", name="Continuar en el caso").click()
        await expect(contact.get_by_text("terminó el chat: no lo resolvió", exact=True)).to_be_visible()
        phone.wrong[:] = [each for each in phone.wrong if "ERR_INTERNET_DISCONNECTED" not in each]

    case = (await office.get(f"/cases/{number}")).json()
    assert (case["channel"], case["chat"]) == ("chat", None)
    assert case["clocks"]["initial_attention"]["state"] == "met"
    kinds = [each["kind"] for each in await office.timeline(number)]
    assert kinds.count("chat_said") == 4
    assert kinds[-1] == "chat_ended"
