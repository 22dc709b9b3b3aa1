"""What a customer analysed, where its case lacks it: by chat, by the portal, or written down by an agent (REQ-5)."""

from __future__ import annotations

import pytest

from policy.mail.thanks import tells_something
from tests.api.given import BODIES, lose_analysis
from tests.api.office import Office
from tests.portal.people import visitor

TOLD = BODIES["analysis"]


async def lacking(office: Office) -> str:
    """A Premium case that came by mail without what was analysed."""
    number = await office.open("premium_contact")
    await lose_analysis(office, number)
    assert await awaits(office, number)
    return number


async def awaits(office: Office, number: str) -> bool:
    return bool((await office.get(f"/cases/{number}")).json()["awaits_analysis"])


@pytest.mark.rule("REQ-4", "REQ-5", "ESC-10", "ESC-12")
async def test_an_agent_writes_down_what_the_customer_said(office: Office) -> None:
    """Once; it is the customer's word, so it ends the wait, and no answer to the customer."""
    number = await lacking(office)
    await office.give(number, "information-requests", body="¿Qué intentaron?")
    done = await office.give(number, "analysis", **TOLD)
    assert (done.status_code, done.json()["awaits_analysis"], done.json()["status"]) == (200, False, "in_progress")
    again = await office.give(number, "analysis", **TOLD)
    assert (again.status_code, again.json()["type"]) == (409, "urn:escala:analysis-not-awaited")
    assert again.json()["rule"] == "REQ-5"
    [told] = [each for each in await office.timeline(number, "premium_contact") if each["kind"] == "analysis_recorded"]
    assert (told["data"], told["actor"]["role"]) == (TOLD, "agent")


@pytest.mark.rule("REQ-5")
async def test_nobody_else_does_and_not_without_words(office: Office) -> None:
    number = await lacking(office)
    for who, status in (("premium_contact", 403), ("contact", 404), ("commercial", 403)):
        assert (await office.give(number, "analysis", who, **TOLD)).status_code == status, who
    for wrong in ({"body": " "}, {"body": ""}, {"channel": "fax"}, {"by": "ana"}):
        assert (await office.give(number, "analysis", **TOLD | wrong)).status_code == 422, wrong
    assert await awaits(office, number)


@pytest.mark.rule("REQ-5", "PLAN-7")
async def test_a_line_of_the_chat_that_tells_something_brings_it(office: Office) -> None:
    number = await lacking(office)
    await office.give(number, "chat", "premium_contact", body="Buenos días, ¿hay alguien ahí?")
    await office.give(number, "chat/claim")
    await office.give(number, "chat/lines", body="Sí: ¿qué han probado hasta ahora ustedes?")
    assert await awaits(office, number), "ours is not the customer's"
    said = "Probamos con otra red y otro navegador."
    done = await office.give(number, "chat/lines", "premium_contact", body=said)
    assert not done.json()["awaits_analysis"]
    lines = [each["data"] for each in await office.timeline(number) if each["kind"] == "chat_said"]
    assert [each["brings_analysis"] for each in lines] == [False, False, True]


@pytest.mark.rule("REQ-5", "PLAN-7")
async def test_a_chats_first_line_may_bring_it(office: Office) -> None:
    number = await lacking(office)
    await office.give(number, "chat", "premium_contact", body="Ya probamos otra red y sigue en blanco.")
    assert not await awaits(office, number)


@pytest.mark.parametrize(
    ("line", "tells"),
    [
        ("Hola", False),
        ("Buenos días", False),
        ("Gracias, quedo atenta.", False),
        ("¿Hay alguien que me ayude con esto?", False),
        ("Hola! Me pueden ayudar con el caso?", False),
        ("Un momento", False),
        ("sí", False),
        ("Reiniciamos el servidor dos veces.", True),
        ("Probamos otro navegador, ¿sirve de algo?", True),
        ("We tried another browser already", True),
    ],
)
def test_which_lines_tell_something(line: str, *, tells: bool) -> None:
    assert tells_something(line) is tells


@pytest.mark.rule("REQ-5")
async def test_both_sides_see_what_is_awaited_on_their_page(office: Office) -> None:
    number = await lacking(office)
    awaited = "Pendiente: qué analizó e intentó su equipo"
    async with visitor(office, "premium_contact") as contact, visitor(office, "agent") as agent:
        assert awaited in (await contact.get(f"/casos/{number}")).text
        page = (await agent.get(f"/casos/{number}")).text
        assert f'action="/casos/{number}/ordenes/analysis"' in page
        address = f"/casos/{number}/ordenes/analysis"
        empty = await agent.post(address, key="una-llave-0", channel="phone", body=" ")
        assert empty.status_code == 422
        for _ in range(2):  # a form that was sent twice
            done = await agent.post(address, key="una-llave-1", **TOLD)
            assert done.status_code == 303, done.text
        assert "ordenes/analysis" not in (await agent.get(f"/casos/{number}")).text
        page = (await contact.get(f"/casos/{number}")).text
        assert awaited not in page
        assert "anotó lo que el cliente analizó e intentó, dicho por teléfono (REQ-5)" in page
        assert TOLD["body"] in page
