"""Tags: the desk's own words about cases, put on their pages and sought in the queue, on closed cases too."""

from __future__ import annotations

import re

import pytest

from storage.workbench.tags import MOST
from tests.api.office import Office
from tests.portal.people import Visitor, visitor


def tags_in(page: str) -> list[str]:
    return re.findall(r'href="/cola\?tab=all&amp;tag=[^"]+">([^<]+)</a>', page)


async def tag(person: Visitor, number: str, *words: str) -> None:
    for each in words:
        assert (await person.post(f"/casos/{number}/etiquetas", tag=each)).status_code == 303


async def test_are_kept_in_one_way_put_once_and_taken_off(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "agent") as agent:
        await tag(agent, number, "  Cuota   API ", "#cuota api", "Migración")
        assert tags_in((await agent.get(f"/casos/{number}")).text) == ["cuota api", "migración"]
        await agent.post(f"/casos/{number}/etiquetas/fin", tag="CUOTA API")
        assert tags_in((await agent.get(f"/casos/{number}")).text) == ["migración"]


async def test_are_found_in_the_queue_on_closed_cases_too(office: Office) -> None:
    """Tagged after the case's workflow has ended: it is no fact, and the case's timeline does not change."""
    closed, other = await office.open(title="Cerrado"), await office.open(title="Otro")
    await office.give(closed, "withdrawal", "contact")
    before = await office.timeline(closed)
    async with visitor(office, "director") as director:
        await tag(director, closed, "migración")
        found = (await director.get("/cola", tab="all", tag="Migración")).text
        choices = re.findall(r'<option value="(migración)"( selected)?>', found)
    assert (f"/casos/{closed}" in found, f"/casos/{other}" in found) == (True, False)
    assert choices == [("migración", " selected")]
    assert await office.timeline(closed) == before


async def test_are_found_by_the_search_of_those_who_see_them(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "agent") as agent, visitor(office, "contact") as ana:
        await tag(agent, number, "migración 100%")
        for q in ("Migra", "#migración 100%"):
            found = (await agent.get("/buscar", q=q)).text
            assert "/cola?tab=all&amp;tag=migraci%C3%B3n+100%25" in found, q
        assert "tag=" not in (await agent.get("/buscar", q="%")).text
        assert "migraci%C3%B3n" not in (await ana.get("/buscar", q="migra")).text


async def test_are_nothing_for_customers_and_those_who_do_not_serve_cases(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "agent") as agent, visitor(office, "contact") as ana:
        await tag(agent, number, "difícil")
        assert "difícil" not in (await ana.get(f"/casos/{number}")).text
        assert (await ana.post(f"/casos/{number}/etiquetas", tag="mía")).status_code == 403
    async with visitor(office, "commercial") as carla:
        assert tags_in((await carla.get(f"/casos/{number}")).text) == ["difícil"]
        assert (await carla.post(f"/casos/{number}/etiquetas", tag="mía")).status_code == 403


@pytest.mark.parametrize("wrong", ["", " # ", "x" * 41])
async def test_that_are_none_are_refused(office: Office, wrong: str) -> None:
    number = await office.open()
    async with visitor(office, "agent") as agent:
        assert (await agent.post(f"/casos/{number}/etiquetas", tag=wrong)).status_code == 422


async def test_have_an_end(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "agent") as agent:
        await tag(agent, number, *(f"t{place}" for place in range(MOST)))
        answer = await agent.post(f"/casos/{number}/etiquetas", tag="una más")
        assert (answer.status_code, "10 etiquetas" in answer.text) == (422, True)
        await tag(agent, number, "t0")  # it has this one already


async def test_stand_in_the_queues_rows(office: Office) -> None:
    """Two of them, and how many more there are; none where there is none."""
    tagged, other = await office.open(title="Con etiquetas"), await office.open(title="Sin ellas")
    async with visitor(office, "agent") as agent:
        await tag(agent, tagged, "cuota", "migración", "vip", "<b>x")
        page = (await agent.get("/cola")).text
    shown = {}
    for number in (tagged, other):
        row = page[page.index(f'data-number="{number}"') :].partition("</tr>")[0]
        shown[number] = ["".join(each.split()) for each in re.findall(r'<span class="tag"[^>]*>([^<]+)<', row)]
    assert shown == {tagged: ["&lt;b&gt;x", "cuota", "+2"], other: []}
