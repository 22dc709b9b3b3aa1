"""Lines of a chat that the engine does not take in time: kept, delivered in their order, and there once (PLAN-7)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from desk.problems import EngineUnavailable
from desk.replies import let_go
from policy.case.commands import Command
from storage.engine.tables import contacts
from tests.api.case.test_chats import taken
from tests.api.office import PREMIUM, Office
from tests.portal.people import Visitor, visitor
from tests.support.lives import policy

pytestmark = pytest.mark.rule("PLAN-7", "REQ-4")


async def said(office: Office, number: str) -> list[str]:
    return [each["data"]["body"] for each in await office.timeline(number) if each["kind"] == "chat_said"]


async def say(them: Visitor, number: str, key: str, body: str) -> int:
    return (await them.post(f"/casos/{number}/ordenes/chat/lines", key=key, body=body)).status_code


async def engine_is_back(office: Office) -> None:
    office.desk.down = False
    office.clock.passes(seconds=10)
    await let_go(office.db, office.desk, policy(), at=office.clock())


async def test_what_is_written_while_the_engine_is_away_is_there_once_and_in_order(office: Office) -> None:
    number = await taken(office)
    async with visitor(office, "premium_contact") as ana:
        office.desk.down = True
        for _ in range(2):  # a browser that heard no answer sends it again
            assert await say(ana, number, "linea-0001", "El mapa sigue en blanco.") == 303
        assert await say(ana, number, "linea-0002", "También la leyenda.") == 303
        page = (await ana.get(f"/casos/{number}/chat")).text
        assert page.count("Guardado: se entrega en cuanto el servicio lo reciba") == 2
        await let_go(office.db, office.desk, policy(), at=office.clock())
        assert await said(office, number) == []

        office.desk.down = False
        assert await say(ana, number, "linea-0003", "Y los filtros.") == 303, "behind those that wait"
        await engine_is_back(office)
        lines = ["El mapa sigue en blanco.", "También la leyenda.", "Y los filtros."]
        assert await said(office, number) == lines
        assert await say(ana, number, "linea-0001", lines[0]) == 303
        office.clock.passes(minutes=1)
        await let_go(office.db, office.desk, policy(), at=office.clock())
        assert await said(office, number) == lines
        assert "Guardado:" not in (await ana.get(f"/casos/{number}/chat")).text


async def test_a_line_that_the_engine_took_late_is_there_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was slow: nobody heard that the line had been taken."""
    number = await taken(office)
    give = office.desk.command

    async def slow(number: str, command: Command, *, key: str) -> None:
        await give(number, command, key=key)
        raise EngineUnavailable

    async with visitor(office, "premium_contact") as ana:
        monkeypatch.setattr(office.desk, "command", slow)
        assert await say(ana, number, "linea-0001", "El mapa sigue en blanco.") == 303
        monkeypatch.setattr(office.desk, "command", give)
        await engine_is_back(office)
    assert await said(office, number) == ["El mapa sigue en blanco."]


async def test_a_line_for_a_chat_that_ended_meanwhile_goes_back_to_its_writer(office: Office) -> None:
    number = await taken(office)
    async with visitor(office, "premium_contact") as ana:
        office.desk.down = True
        await say(ana, number, "linea-0001", "El mapa sigue en blanco.")
        page = (await ana.get(f"/casos/{number}")).text
        assert "Su línea quedó guardada" in page
        assert page.index("por chat; se entrega en cuanto") < page.index("abrió el caso"), "the newest first"
        assert "/deshacer" not in page, "it may be there already"
        office.desk.down = False
        await office.give(number, "chat/end", outcome="not_solved", summary="Sigue en blanco.")
        await engine_is_back(office)
        page = (await ana.get(f"/casos/{number}")).text
        undo = re.search(rf'action="(/casos/{number}/respuestas/[^"]+/deshacer)"', page)
        assert undo
        assert (await ana.post(undo[1])).status_code == 303
        assert "El mapa sigue en blanco.</textarea>" in (await ana.get(f"/casos/{number}")).text
    assert await said(office, number) == []


async def test_an_agents_line_is_kept_as_well(office: Office) -> None:
    number = await taken(office)
    async with visitor(office, "agent") as ana:
        office.desk.down = True
        assert await say(ana, number, "linea-0001", "Ya reviso la cuota.") == 303
        await engine_is_back(office)
    assert await said(office, number) == ["Ya reviso la cuota."]
    case = (await office.get(f"/cases/{number}")).json()
    assert case["clocks"]["initial_attention"]["state"] == "met"


async def test_a_line_that_is_refused_stays_in_the_chats_own_form(office: Office) -> None:
    """Without a script: the words are in the box; what may be taken later goes on under its key."""
    number = await taken(office)
    async with visitor(office, "premium_contact") as ana:
        answer = await ana.post(f"/casos/{number}/ordenes/chat/lines", key="linea-0001", body=" ")
        assert answer.status_code == 422
        assert f'action="/casos/{number}/ordenes/chat/lines"' in answer.text
        assert "linea-0001" not in answer.text


async def test_what_waits_does_not_outlive_its_writers_right_to_write(office: Office) -> None:
    number = await taken(office)
    async with visitor(office, "premium_contact") as ana:
        office.desk.down = True
        assert await say(ana, number, "linea-0001", "El mapa sigue en blanco.") == 303
    async with office.db.write() as connection:
        gone = update(contacts).where(contacts.c.customer_id == PREMIUM)
        await connection.execute(gone.values(removed_at=office.clock()))

    await engine_is_back(office)
    assert await said(office, number) == []
