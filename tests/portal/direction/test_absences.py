"""The page of absences, and what a substitute is shown: whom they stand in for, and what they may decide (ESC-17)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from policy.case.case import Level
from policy.people.absences import Absence
from storage.people import absences, agents
from tests.api.given import exhaust_channels, give
from tests.api.office import AGENTS, Office
from tests.portal.people import Visitor, account, visitor
from tests.support.lives import ADMIN

pytestmark = pytest.mark.rule("ESC-17")


async def absent(office: Office, person: str, substitute: str) -> None:
    """Everybody of the house is there, and one of them away for an hour from now on."""
    for who in ("agent", "specialist", "director"):
        await account(office, who, password=False)
    await agents.put(office.db, replace(AGENTS["specialist"], levels=(Level.SPECIALISTS, Level.DIRECTOR)))
    now = office.clock()
    span: dict[str, Any] = {"from_at": now, "to_at": now + timedelta(hours=1)}
    new = Absence(id=f"abs-{person}", person=person, substitute=substitute, marked_by=ADMIN, marked_at=now, **span)
    await absences.keep(office.db, new, lambda _: new)


async def mark(them: Visitor, **fields: Any) -> int:
    key = re.search(r'name="key" value="([^"]+)"', (await them.get("/ausencias")).text)
    assert key
    return (await them.post("/ausencias", key=key[1], **fields)).status_code


async def test_an_agent_marks_and_takes_back_their_own(office: Office) -> None:
    await account(office, "director", password=False)
    span = {"from": "2026-11-25T09:00", "until": "2026-11-26T09:00"}
    async with visitor(office, "agent") as them:
        assert await mark(them, agent_id="ana", substitute_id="dora", **span) == 303
        page = (await them.get("/ausencias")).text
        assert "Terminarla ahora" in page
        end = re.search(r'action="(/ausencias/[^/]+/fin)"', page)
        assert end
        assert (await them.post(end[1])).status_code == 303
        assert "Nadie está ausente." in (await them.get("/ausencias")).text


async def test_a_refused_absence_says_why_and_keeps_what_was_typed(office: Office) -> None:
    await account(office, "director", password=False)
    span = {"from": "2026-11-25T09:00", "until": "2026-11-24T09:00"}
    async with visitor(office, "agent") as them:
        assert await mark(them, agent_id="ana", substitute_id="dora", **span) == 422
        assert await mark(them, agent_id="dora", substitute_id="ana", **span) == 403
        assert await mark(them, agent_id="ana", substitute_id="dora", **{"from": "ayer", "until": ""}) == 422


async def test_a_substitute_is_told_and_decides_in_the_directors_name(office: Office) -> None:
    number = await office.open("premium_contact")
    await exhaust_channels(office, number)
    await give(office, number, "visits")
    async with visitor(office, "specialist") as them:
        await absent(office, "dora", "eva")
        page = (await them.get("/direccion/visitas")).text
        assert "Usted reemplaza a Dora Ruiz." in page
        key = re.search(r'name="key" value="([^"]+)"', page.partition("visits/approval")[2])
        assert key
        fields: dict[str, Any] = {"key": key[1], "approved": "true", "quote": "350000"}
        assert (await them.post(f"/casos/{number}/ordenes/visits/approval", **fields)).status_code == 303
        assert "Eva Luna, en reemplazo de Dora Ruiz" in (await them.get(f"/casos/{number}")).text
        office.clock.passes(hours=1)
        assert (await them.get("/direccion/visitas")).status_code == 403
        assert "Usted reemplaza a" not in (await them.get("/cola")).text


async def test_an_assignment_says_who_is_away(office: Office) -> None:
    number = await office.open()
    await absent(office, "ana", "dora")
    async with visitor(office, "director") as them:
        page = " ".join((await them.get(f"/casos/{number}")).text.split())
    assert "Ana Torres · ausente: le reemplaza Dora Ruiz" in page
