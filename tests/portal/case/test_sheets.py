"""What a case's page has open by its address, and the properties that lead there: without a script too."""

from __future__ import annotations

import re

import pytest
from httpx import Response

from portal.case.sheets import COMPOSERS, SHEETS
from tests.api.given import exhaust_channels, give
from tests.api.office import Office
from tests.portal.case.test_case_page import key_of
from tests.portal.people import unspaced, visitor

LIST = "?de=tab%3Dmine&lugar=1"
EDITS = {"asignar", "prioridad", "nivel", "proveedor"}


def opened(page: str) -> set[str]:
    """The folds of a page that stand open, by their ids."""
    return {tag[1] for tag in re.finditer(r'<details[^>]*\bid="d-([\w-]+)"[^>]*\bopen\b', page)}


def edits(page: str) -> dict[str, str]:
    """The properties that can be changed: the sheet that each opens, and its address."""
    found = re.findall(r'class="edits" href="([^"]+)"', page)
    return {re.findall(r"hoja=([\w-]+)", each)[0]: each.replace("&amp;", "&") for each in found}


@pytest.fixture
async def number(office: Office) -> str:
    return await office.open()


async def test_the_address_says_what_stands_open(office: Office, number: str) -> None:
    async with visitor(office, "agent") as agent:
        asked = {"intento": {"attempts"}, "solucion": {"resolution"}, "por-que": {"why"}, "nada": set(), "more": set()}
        asked |= {name: {SHEETS[name], "more"} for name in ("prioridad", "asignar", "nivel", "proveedor", "llamada")}
        for name, sheets in asked.items():
            page = (await agent.get(f"/casos/{number}?hoja={name}")).text
            assert opened(page) - set(COMPOSERS.values()) == sheets, name
        for name, tab in COMPOSERS.items():
            assert opened((await agent.get(f"/casos/{number}?redactar={name}")).text) == {tab}


async def test_a_property_leads_to_its_sheet_and_back_and_keeps_the_list(office: Office, number: str) -> None:
    async with visitor(office, "agent") as agent:
        found = edits((await agent.get(f"/casos/{number}{LIST}")).text)
        assert set(found) == EDITS
        for name, address in found.items():
            assert address == f"/casos/{number}{LIST}&hoja={name}"
            page = (await agent.get(address)).text
            assert SHEETS[name] in opened(page)
            assert f'class="cancels" href="/casos/{number}{LIST.replace("&", "&amp;")}"' in page


@pytest.mark.rule("ONS-4")
async def test_each_channel_says_how_often_and_when_it_was_tried_last_and_a_visit_by_whom(office: Office) -> None:
    number = await office.open("premium_contact")
    async with visitor(office, "agent") as agent:
        assert tries(await agent.get(f"/casos/{number}?hoja=intento"))["Teléfono"] == "0 intentos"
        await exhaust_channels(office, number)
        office.clock.passes(minutes=25)
        await give(office, number, "attempts")
        page = await agent.get(f"/casos/{number}?hoja=intento")
        assert tries(page)["Teléfono"] == "2 intentos, 9:25"
        assert tries(page)["Plataforma web"] == "1 intento, 9:00"
        assert 'title="Ana Torres">9:25<' in unspaced(page.text)
        await give(office, number, "visits")
        told = unspaced((await agent.get(f"/casos/{number}")).text)
        assert "mié 25 nov, 9:25</time>, Ana Torres: no lo resolvió. Llamamos; sigue en blanco." in told


def tries(page: Response) -> dict[str, str]:
    """What each channel's card of the attempt's sheet says, by its name."""
    cards = re.findall(r'name="channel" value="\w+"[^>]*><span>([^<]+)<small>(.*?)</small>', unspaced(page.text))
    return {name: re.sub(r"<[^>]*>", " ", said).replace(" ,", ",").strip() for name, said in cards}


async def test_a_priority_is_changed_there_without_a_script(office: Office, number: str) -> None:
    async with visitor(office, "agent") as agent:
        page = await agent.get(edits((await agent.get(f"/casos/{number}")).text)["prioridad"])
        form = re.search(r'<form class="order[^"]*" id="f-priority".*?</form>', page.text, re.DOTALL)
        assert form
        key = re.findall(r'name="key" value="([^"]+)"', form[0])[0]
        assert re.findall(r'name="priority" value="(\d)"\s+checked', form[0]) == ["2"]
        path = f"/casos/{number}/ordenes/priority"
        refused = await agent.post(path, key=key, priority="1", reason=" ")
        assert refused.status_code == 422
        assert {"priority", "more"} <= opened(refused.text)
        key = key_of(refused, "priority")
        taken = await agent.post(path, key=key, priority="1", reason="Nadie puede despachar.")
        assert (taken.status_code, taken.headers["location"]) == (303, f"/casos/{number}")
    assert (await office.get(f"/cases/{number}", "agent")).json()["priority"] == 1


@pytest.mark.parametrize("who", ["contact", "commercial", "admin"])
async def test_nobody_else_is_led_there(office: Office, number: str, who: str) -> None:
    async with visitor(office, who) as person:
        page = (await person.get(f"/casos/{number}?hoja=prioridad")).text
        assert edits(page) == {}
        assert 'data-order="priority"' not in page


async def test_a_closed_case_is_not_edited(office: Office, number: str) -> None:
    await office.give(number, "withdrawal", "contact")
    async with visitor(office, "agent") as agent:
        assert edits((await agent.get(f"/casos/{number}")).text) == {}
