"""From case to case through the list that one came from."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.office import Office
from tests.portal.case.test_case_page import key_of
from tests.portal.people import Visitor, unspaced, visitor


async def pager(person: Visitor, address: str) -> tuple[str, str, dict[str, str]]:
    """The name of the list, the case's place, and the addresses before and after."""
    page = unspaced((await person.get(address)).text)
    bar = page[page.index('class="case-bar"') :]
    name = re.search(r'<a class="back"[^>]*><svg.*?</svg>([^<]+)</a>', bar)
    place = re.search(r'<nav class="pager".*?<span>([^<]+)</span>', bar)
    links = dict(re.findall(r'<a href="([^"]+)" rel="(prev|next)"', bar))
    assert name
    return name[1], place[1] if place else "", {rel: link.replace("&amp;", "&") for link, rel in links.items()}


@pytest.fixture
async def mine(office: Office) -> list[str]:
    """Three cases of the agent's, in the order of what is due."""
    numbers = []
    for _ in range(3):
        numbers.append(await office.open())
        await office.give(numbers[-1], "claim")
        office.clock.passes(minutes=1)
    await office.open()
    return numbers


async def test_the_queue_leads_to_a_case_with_its_place_in_the_list(office: Office, mine: list[str]) -> None:
    async with visitor(office, "agent") as agent:
        rows = (await agent.get("/cola?tab=mine")).text
        found = re.search(rf'href="(/casos/{mine[1]}[^"]*)"', rows)
        assert found
        name, place, links = await pager(agent, found[1].replace("&amp;", "&"))
        assert (name, place) == ("Míos", "2 de 3")
        assert [urlsplit(links[rel]).path for rel in ("prev", "next")] == [f"/casos/{mine[0]}", f"/casos/{mine[2]}"]
        assert (await pager(agent, links["next"]))[1] == "3 de 3"
        assert "next" not in (await pager(agent, links["next"]))[2]


async def test_a_case_that_left_the_list_leads_on_from_where_it_stood(office: Office, mine: list[str]) -> None:
    """Also without a script: the page after an order comes from the same list."""
    address = f"/casos/{mine[1]}?de=tab%3Dmine&lugar=2"
    async with visitor(office, "agent") as agent:
        key = key_of(await agent.get(address), "resolution")
        referer = {"referer": f"https://escala.test{address}"}
        path = f"/casos/{mine[1]}/ordenes/resolution"
        answer = await agent.post(path, headers=referer, key=key, summary="Listo.")
        back = answer.headers["location"]
        assert parse_qs(urlsplit(back).query) == {"de": ["tab=mine"], "lugar": ["2"]}
        name, place, links = await pager(agent, back)
    assert (name, place) == ("Míos", "ya no está en la lista")
    assert [urlsplit(links[rel]).path for rel in ("prev", "next")] == [f"/casos/{mine[0]}", f"/casos/{mine[2]}"]


@pytest.mark.parametrize(
    "asked",
    [
        "de=tab%3Dnada%26level%3D9",
        "de=x&lugar=x",
        "de=tab%3Dmine&lugar=-3",
        f"de=tab%3Dmine&lugar={10**25}",
        "de=q%3D'",
    ],
)
async def test_a_list_that_nobody_knows_is_no_error(office: Office, mine: list[str], asked: str) -> None:
    async with visitor(office, "agent") as agent:
        assert (await agent.get(f"/casos/{mine[0]}?{asked}")).status_code == 200


async def test_without_a_list_and_for_contacts_there_is_none(office: Office, mine: list[str]) -> None:
    async with visitor(office, "agent") as agent, visitor(office, "contact") as ana:
        assert (await pager(agent, f"/casos/{mine[0]}"))[:2] == ("Cola", "")
        assert 'class="pager"' not in (await ana.get(f"/casos/{mine[0]}?de=tab%3Dall")).text
