"""Chats over HTTP and on the pages: a case from its first message, who has it, what is said, how it ends (PLAN-7)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from desk.budgets import Allowance, Budgets, Holder, Spending
from policy.case.case import Actor, Role
from policy.terms.terms import CHAT_ENDS_AFTER
from storage.workbench.chat_presence import LASTS, OpenChat, here
from tests.api.given import BODIES
from tests.api.office import BASE, PREMIUM, STANDARD, Office, with_desk
from tests.portal.people import visitor

NEW = {
    "solution_id": f"solution-{PREMIUM}",
    "title": "El mapa no carga",
    "description": "Buenos días: el mapa está en blanco.",
    "prior_analysis": "Probamos otra red.",
    "proposed_priority": 2,
}


async def begun(office: Office, who: str = "premium_contact", **changes: Any) -> str:
    answer = await office.post("/chats", NEW | changes, who)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


async def taken(office: Office) -> str:
    number = await begun(office)
    assert (await office.give(number, "chat/claim")).status_code == 200
    return number


async def kinds(office: Office, number: str, who: str = "premium_contact") -> list[str]:
    return [each["kind"] for each in await office.timeline(number, who)]


@pytest.mark.rule("REQ-4", "ESC-12")
async def test_a_chat_is_a_case_whose_first_line_of_ours_is_its_attention(office: Office) -> None:
    number = await begun(office)
    case = (await office.get(f"/cases/{number}", "premium_contact")).json()
    assert (case["channel"], case["chat"]["agent_id"]) == ("chat", None)
    assert (await office.give(number, "chat/claim")).json()["assignee"] == "ana"
    said = (await office.give(number, "chat/lines", body="Buenos días: ya lo reviso.")).json()
    assert said["clocks"]["initial_attention"]["state"] == "met"
    lines = [each for each in await office.timeline(number, "premium_contact") if each["kind"] == "chat_said"]
    assert [each["data"]["body"] for each in lines] == ["Buenos días: ya lo reviso."]


@pytest.mark.rule("PLAN-7", "REQ-7")
async def test_a_plan_without_the_channel_has_no_chat(office: Office) -> None:
    standard = {"solution_id": f"solution-{STANDARD}"}
    refused = await office.post("/chats", NEW | standard, "contact")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:escala:channel-not-in-plan")
    number = await office.open("contact")
    refused = await office.give(number, "chat", "contact", body="¿Hay alguien?")
    assert refused.json()["type"] == "urn:escala:channel-not-in-plan"
    async with visitor(office, "contact") as luz:
        page = (await luz.get("/chat")).text
        assert "no incluye el chat" in page
        assert "plataforma web" in page
        assert 'action="/chat"' not in page
        sent = await luz.post("/chat", key="una-llave-1", **form(**standard))
    assert sent.status_code == 422
    assert "no incluye el canal chat" in sent.text


def form(**changes: str) -> dict[str, Any]:
    return {name: str(value) for name, value in NEW.items()} | {"category": "incident"} | changes


async def test_two_who_take_one_are_told_apart(office: Office) -> None:
    number = await taken(office)
    late = await office.post(f"/cases/{number}/chat/claim", None, "director")
    assert (late.status_code, late.json()["type"]) == (409, "urn:escala:chat-taken-already")
    assert "Ana Torres" in late.json()["detail"]
    written = await office.post(f"/cases/{number}/chat/lines", {"body": "Yo también estoy"}, "director")
    assert written.json()["type"] == "urn:escala:chat-of-another"


async def test_the_same_line_again_is_one_line(office: Office) -> None:
    number = await taken(office)
    for _ in range(2):
        await office.post(f"/cases/{number}/chat/lines", {"body": "¿Siguen ahí?"}, "premium_contact", key="linea-1")
    assert (await kinds(office, number)).count("chat_said") == 1


@pytest.mark.rule("ONS-4")
async def test_its_end_is_the_attempt_that_the_director_is_shown(office: Office) -> None:
    number = await taken(office)
    for channel in ("web", "email", "phone"):
        await office.give(number, "attempts", **BODIES["attempts"] | {"channel": channel})
    await office.give(number, "chat/lines", body="Reinicie el visor, por favor.")
    refused = await office.give(number, "visits", **BODIES["visits"])
    assert refused.json()["type"] == "urn:escala:remote-channels-not-exhausted"
    ended = await office.give(number, "chat/end", outcome="not_solved", summary="Reiniciar no bastó.")
    assert ended.json()["chat"] is None
    assert (await office.give(number, "visits", **BODIES["visits"])).status_code == 200
    async with visitor(office, "director") as dora:
        assert "Reiniciar no bastó." in (await dora.get("/direccion/visitas")).text


async def test_after_its_end_a_line_is_refused_in_words_that_say_where_to_go_on(office: Office) -> None:
    number = await taken(office)
    await office.give(number, "chat/end", "premium_contact", outcome="solved")
    late = await office.give(number, "chat/lines", "premium_contact", body="Algo más")
    assert (late.status_code, late.json()["type"]) == (409, "urn:escala:chat-over")
    async with visitor(office, "premium_contact") as ana:
        page = await ana.post(f"/casos/{number}/ordenes/chat/lines", key="una-llave-2", body="Algo más")
        assert page.status_code == 409
        assert re.search(r'<textarea id="answers-body"[^>]*>Algo más</textarea>', page.text), "ready for the case"


async def test_nobody_of_another_customer_is_in_it(office: Office) -> None:
    number = await taken(office)
    assert (await office.give(number, "chat/lines", "contact", body="Hola")).status_code == 404
    async with visitor(office, "contact") as stranger:
        for path in ("chat", "chat/partes", "eventos"):
            assert (await stranger.get(f"/casos/{number}/{path}")).status_code == 404
        gone = await stranger.post(f"/casos/{number}/chat/presencia", page="pagina-de-nadie")
        assert gone.status_code == 404


class TestWhoIsToldByMail:
    """A line that the other side sees is not told by mail as well; one that nobody sees is."""

    async def tells(self, office: Office, number: str) -> list[bool]:
        return [each["data"]["tells"] for each in await office.timeline(number) if each["kind"] == "chat_said"]

    async def test_a_contact_who_is_there_is_not(self, office: Office) -> None:
        number = await taken(office)
        async with visitor(office, "premium_contact") as ana:
            await ana.post(f"/casos/{number}/chat/presencia", page="pagina-de-ana")
            await office.give(number, "chat/lines", body="Buenos días")
            await ana.post(f"/casos/{number}/chat/presencia/fin", page="pagina-de-ana")
        await office.give(number, "chat/lines", body="¿Sigue ahí?")
        await office.give(number, "chat/lines", body="Le escribo aquí")
        assert await self.tells(office, number) == [False, True, False], "once, until they are back"

    async def test_presence_passes(self, office: Office) -> None:
        number = await taken(office)
        row = (await office.get(f"/cases/{number}", "premium_contact")).json()
        actor = OpenChat(number=number, by=Actor(Role.CONTACT, row["contact_id"]), page="una-pagina")
        await here(office.db, actor, at=office.clock() - LASTS - timedelta(seconds=1))
        await office.give(number, "chat/lines", body="Buenos días")
        assert await self.tells(office, number) == [True]

    async def test_an_agent_with_the_case_open_is_not(self, office: Office) -> None:
        number = await taken(office)
        async with visitor(office, "agent") as ana:
            await ana.post(f"/casos/{number}/presencia", page="pagina-de-ana")
            await office.give(number, "chat/lines", "premium_contact", body="Gracias")
            await ana.post(f"/casos/{number}/presencia/fin", page="pagina-de-ana")
        await office.give(number, "chat/lines", "premium_contact", body="¿Sigue ahí?")
        assert await self.tells(office, number) == [False, True]


class TestWhatAwaits:
    async def test_says_who_takes_chats_and_what_today_took(self, office: Office) -> None:
        before = (await office.get("/chats/outlook", "premium_contact")).json()
        assert before == {"available": [], "waiting": 0, "today": {"taken": 0, "half_within_seconds": None}}
        await office.post("/chats/readiness", {"ready": True}, "agent")
        number = await begun(office)
        office.clock.at += timedelta(seconds=80)
        await office.post("/chats/readiness", {"ready": True}, "agent")
        await begun(office)
        await office.give(number, "chat/claim")
        after = (await office.get("/chats/outlook", "premium_contact")).json()
        assert after == {
            "available": ["Ana Torres"],
            "waiting": 1,
            "today": {"taken": 1, "half_within_seconds": 80},
        }

    async def test_nobody_is_there_whose_pages_are_closed(self, office: Office) -> None:
        await office.post("/chats/readiness", {"ready": True}, "agent")
        office.clock.at += timedelta(minutes=2)
        assert (await office.get("/chats/outlook", "premium_contact")).json()["available"] == []

    async def test_the_desk_sees_who_waits_in_their_order(self, office: Office) -> None:
        first = await begun(office)
        office.clock.at += timedelta(seconds=1)
        second = await begun(office)
        board = (await office.get("/chats", "agent")).json()
        assert [each["number"] for each in board["waiting"]] == [first, second]
        await office.give(first, "chat/claim")
        board = (await office.get("/chats", "agent")).json()
        assert [[each["number"] for each in board[name]] for name in ("waiting", "taken")] == [[second], [first]]


class TestThePages:
    async def test_without_a_script_are_forms_that_reload(self, office: Office) -> None:
        async with visitor(office, "premium_contact") as ana:
            door = (await ana.get("/chat")).text
            assert "Nadie atiende chats en este momento" in door
            sent = await ana.post("/chat", key="una-llave-1", **form())
            assert sent.status_code == 303, sent.text
            address = sent.headers["location"]
            number = address.split("/")[2]
            talk = (await ana.get(address)).text
            assert "Buenos días: el mapa está en blanco." in talk
            assert "Su caso" in talk, "nobody is there: what happens is said"
            line = await ana.post(f"/casos/{number}/ordenes/chat/lines", key="una-llave-2", body="¿Hay <b>alguien</b>?")
            assert line.headers["location"] == address
            assert "¿Hay &lt;b&gt;alguien&lt;/b&gt;?" in (await ana.get(address)).text
            await self.attended(office, number)
            assert "Ana Torres le atiende" in (await ana.get(address)).text
            ended = await ana.post(f"/casos/{number}/ordenes/chat/end", key="una-llave-4", outcome="solved")
            assert ended.headers["location"] == address
            assert "El chat terminó" in (await ana.get(address)).text

    async def attended(self, office: Office, number: str) -> None:
        async with visitor(office, "agent") as agent:
            assert number in (await agent.get("/chats")).text
            assert "1 chat espera" in (await agent.get("/cola")).text
            took = await agent.post(f"/casos/{number}/ordenes/chat/claim", key="una-llave-3")
            assert took.status_code == 303
            page = (await agent.get(f"/casos/{number}", plantilla="nada", para="chat/lines")).text
            assert 'action="/casos/' + number + '/ordenes/chat/lines"' in page
            said = await agent.post(f"/casos/{number}/ordenes/chat/lines", key="una-llave-5", body="Sí, aquí estoy")
            assert said.status_code == 303

    async def test_say_who_writes(self, office: Office) -> None:
        number = await taken(office)
        async with visitor(office, "premium_contact") as contact:
            await contact.post(f"/casos/{number}/chat/presencia", page="pagina-de-ana", writing="true")
            async with visitor(office, "agent") as agent:
                assert "está escribiendo" in (await agent.get(f"/casos/{number}")).text
                await agent.post(f"/casos/{number}/presencia", page="pagina-agente", writing="true")
            assert "está escribiendo" in (await contact.get(f"/casos/{number}/chat")).text

    async def test_that_a_chat_waits_long_goes_on_as_a_case(self, office: Office) -> None:
        number = await begun(office)
        office.clock.at += CHAT_ENDS_AFTER
        await office.give(number, "notes", body="Nadie lo tomó")
        assert "chat_ended" in await kinds(office, number)
        async with visitor(office, "premium_contact") as ana:
            assert "Su caso continúa" in (await ana.get(f"/casos/{number}/chat")).text

    async def test_of_a_case_without_one_lead_to_the_case(self, office: Office) -> None:
        number = await office.open("premium_contact")
        async with visitor(office, "premium_contact") as ana:
            assert (await ana.get(f"/casos/{number}/chat")).headers["location"] == f"/casos/{number}"
            began = await ana.post(f"/casos/{number}/ordenes/chat", key="una-llave-1", body="¿Podemos hablar?")
            assert began.headers["location"] == f"/casos/{number}/chat"


async def test_a_flood_of_lines_is_stopped(office: Office) -> None:
    number = await taken(office)
    allowed = {(Spending.COMMAND, Holder.CONTACT): Allowance(3, timedelta(minutes=1))}
    with_desk(office, budgets=Budgets(allowed))
    lines = [await office.give(number, "chat/lines", "premium_contact", body=f"línea {n}") for n in range(5)]
    assert [each.status_code for each in lines] == [200, 200, 200, 429, 429]


async def test_who_opens_the_case_is_there_at_once(office: Office) -> None:
    number = await taken(office)
    async with visitor(office, "premium_contact") as they, visitor(office, "agent") as ana:
        away = "no está en este momento"
        assert away in (await they.get(f"/casos/{number}/chat")).text
        await ana.get(f"/casos/{number}")
        assert away not in (await they.get(f"/casos/{number}/chat")).text


async def test_files_are_chosen_by_our_own_button(office: Office) -> None:
    async with visitor(office, "premium_contact") as they:
        for path in ("/chat", f"/casos/{await taken(office)}/chat"):
            text = (await they.get(path)).text
            field, button = re.search(r'<input id="([^"]+)"[^>]*type="file"', text), "Adjuntar archivos"
            assert field
            assert re.search(rf'<label class="button secondary" for="{field[1]}">.*?{button}', text, re.DOTALL)
            assert f'id="{field[1]}-chosen"' in text


async def test_presence_over_the_api_is_told_to_the_other_side_and_spares_the_letters(office: Office) -> None:
    number = await taken(office)
    address, ours, theirs = f"/cases/{number}/chat/presence", office.headers("agent"), office.headers("premium_contact")
    nobody = {"is_there": False, "writing": []}
    assert (await office.get(address, "premium_contact")).json() == nobody
    put = await office.client.put(f"{BASE}{address}", json={"writing": True}, headers=ours)
    assert (put.status_code, put.content) == (204, b"")
    assert (await office.get(address, "premium_contact")).json() == {"is_there": True, "writing": ["ana"]}
    assert (await office.get(address, "agent")).json() == nobody, "nobody of the other side"
    await office.client.put(f"{BASE}{address}", json={}, headers=theirs)
    await office.give(number, "chat/lines", body="Ya lo reviso.")
    [said] = [each["data"] for each in await office.timeline(number) if each["kind"] == "chat_said"]
    assert (said["body"], said["tells"]) == ("Ya lo reviso.", False), "they see it"
    office.clock.passes(seconds=LASTS.total_seconds() + 1)
    assert (await office.get(address, "premium_contact")).json() == nobody
    await office.client.put(f"{BASE}{address}", json={}, headers=ours)
    assert (await office.client.delete(f"{BASE}{address}", headers=ours)).status_code == 204
    assert (await office.get(address, "premium_contact")).json() == nobody


async def test_presence_has_a_budget_and_takes_nothing_else(office: Office) -> None:
    number = await taken(office)
    address, headers = f"{BASE}/cases/{number}/chat/presence", office.headers("premium_contact")
    assert (await office.client.put(address, json={"page": "x"}, headers=headers)).status_code == 422
    assert (await office.client.put(address, json={}, headers=office.headers("contact"))).status_code == 404
    assert (await office.client.put(address, json={}, headers=office.headers("commercial"))).status_code == 403
    few = Allowance(2, timedelta(minutes=1))
    with_desk(office, budgets=Budgets({(Spending.COMMAND, Holder.CONTACT): few}))
    asked = [(await office.client.put(address, json={}, headers=headers)).status_code for _ in range(3)]
    assert asked == [204, 204, 429]
