"""The director's visits: the proof beside the request, both decisions through the forms, and what is watched."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.given import BODIES, exhaust_channels, give
from tests.api.office import Office
from tests.portal.people import Visitor, unspaced, visitor


async def requested(office: Office) -> str:
    number = await office.open("premium_contact")
    await exhaust_channels(office, number)
    await give(office, number, "visits")
    return number


async def decide(them: Visitor, number: str, **fields: Any) -> int:
    page = (await them.get("/direccion/visitas")).text
    form = page.partition(f'action="/casos/{number}/ordenes/visits/approval"')[2]
    key = re.search(r'name="key" value="([^"]+)"', form)
    assert key
    answer = await them.post(f"/casos/{number}/ordenes/visits/approval", key=key[1], **fields)
    return answer.status_code


async def step(office: Office, number: str) -> str:
    return str((await office.get(f"/cases/{number}")).json()["visit"]["step"])


@pytest.mark.rule("ONS-4")
async def test_a_request_stands_with_the_proof_of_exhausted_channels(office: Office) -> None:
    number = await requested(office)
    async with visitor(office, "director") as them:
        text = unspaced((await them.get("/direccion/visitas")).text)
    assert number in text
    assert text.count('<li class="exhausted">') == 4
    assert text.count("Ana Torres: no lo resolvió. Llamamos; sigue en blanco.") == 4
    for said in ("Cliente premium-1", "Medellín, Antioquia, Carrera 50 # 41-20", BODIES["visits"]["reason"]):
        assert said in text


@pytest.mark.rule("ONS-3")
async def test_the_director_approves_with_a_quote(office: Office) -> None:
    number = await requested(office)
    async with visitor(office, "director") as them:
        assert await decide(them, number, approved="true", quote="$ 350.000") == 303
        text = (await them.get("/direccion/visitas")).text
    assert await step(office, number) == "quoted"
    assert "$ 350.000 COP" in text
    assert "Ninguna visita espera aprobación." in text


@pytest.mark.rule("ONS-3")
async def test_the_director_refuses_with_a_reason(office: Office) -> None:
    number = await requested(office)
    async with visitor(office, "director") as them:
        assert await decide(them, number, approved="false", reason="Aún se puede resolver de forma remota.") == 303
    assert await step(office, number) == "refused"


async def test_a_refusal_without_a_reason_is_not_taken(office: Office) -> None:
    number = await requested(office)
    async with visitor(office, "director") as them:
        assert await decide(them, number, approved="false") >= 400
    assert await step(office, number) == "requested"


@pytest.mark.rule("ESC-6")
async def test_overdue_cases_and_those_at_level_3_are_listed(office: Office) -> None:
    overdue = await office.open("premium_contact")
    office.clock.passes(hours=4)
    at_level_3 = await office.open("premium_contact")
    office.clock.passes(hours=3)
    for number in (overdue, at_level_3):
        await office.desk.settle(number)
    async with visitor(office, "director") as them:
        text = (await them.get("/direccion/visitas")).text
    assert [text.count(f'href="/casos/{number}"') for number in (overdue, at_level_3)] == [2, 1]


@pytest.mark.parametrize("who", ["contact", "agent", "commercial", "admin"])
async def test_nobody_else_sees_them(office: Office, who: str) -> None:
    async with visitor(office, who) as them:
        assert (await them.get("/direccion/visitas")).status_code == 403
