"""A long conversation on a case's page: the last of it and its opening, and the older by a link, without a script."""

from __future__ import annotations

import re

import pytest

from desk.reading import case
from tests.api.office import Office
from tests.portal.people import Visitor, visitor

ANSWERS, AT_ONCE = 8, 3
OLDER = re.compile(r'<a href="(/casos/[^"]+\?antes=\d+)" rel="prev"\s+hx-get="([^"]+)"')


@pytest.fixture
async def number(office: Office, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case with many answers, a note among them: as many as little is shown at once."""
    monkeypatch.setattr(case, "SAID_AT_ONCE", AT_ONCE)
    monkeypatch.setattr(case, "FACTS_AT_ONCE", AT_ONCE)
    number = await office.open()
    for place in range(ANSWERS):
        await office.give(number, "answers", "contact", body=f"Respuesta {place:03}")
        if place == 4:
            await office.give(number, "notes", body="Nota interna")
    return number


def said(page: str) -> list[int]:
    conversation = page.partition('id="conversation"')[2].partition("</section>")[0]
    return [int(each) for each in re.findall(r"Respuesta (\d+)", conversation)]


async def walk(person: Visitor, path: str, *, by_script: bool = False) -> list[str]:
    """The page, and those that its link to what was said before leads to."""
    pages = [(await person.get(path)).text]
    while found := OLDER.search(pages[-1]):
        pages.append((await person.get(found[2 if by_script else 1].replace("&amp;", "&"))).text)
    return pages


@pytest.mark.parametrize("who", ["contact", "agent"])
@pytest.mark.parametrize("by_script", [False, True])
async def test_all_of_it_is_reached_by_links(office: Office, number: str, who: str, by_script: bool) -> None:
    async with visitor(office, who) as person:
        pages = await walk(person, f"/casos/{number}", by_script=by_script)
    newest_first = who == "contact"
    told = [place for page in reversed(pages) for place in (said(page)[::-1] if newest_first else said(page))]
    assert told == list(range(ANSWERS))
    assert len(pages) == 3
    assert max(len(said(page)) for page in pages) <= AT_ONCE
    assert all("Aparece en blanco" in page for page in pages)  # what it was opened with
    assert any("Nota interna" in page for page in pages) is (who == "agent")


async def test_every_part_is_bounded_and_leads_on(office: Office, number: str) -> None:
    async with visitor(office, "contact") as ana:
        pages = await walk(ana, f"/casos/{number}/partes/all")
        side = (await ana.get(f"/casos/{number}/partes/side")).text
    assert len(said(pages[0])) == AT_ONCE
    assert "data-before" not in pages[0]
    assert "data-before" in pages[1]
    timeline = side.partition('class="timeline"')[2]
    assert (timeline.count("<time"), "antes=" in timeline) == (AT_ONCE, True)


async def test_a_short_one_has_no_links(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "contact") as ana:
        page = (await ana.get(f"/casos/{number}")).text
    assert "antes=" not in page
    assert "data-before" not in page


@pytest.mark.parametrize("antes", ["0", "-1", "x", "99999999999999999999"])
async def test_nonsense_is_told(office: Office, number: str, antes: str) -> None:
    async with visitor(office, "contact") as ana:
        assert (await ana.get(f"/casos/{number}", antes=antes)).status_code == 422


async def test_the_api_gives_it_in_pages(office: Office, number: str) -> None:
    first = (await office.get(f"/cases/{number}/timeline", "contact", limit=5)).json()
    rest = (await office.get(f"/cases/{number}/timeline", "contact", cursor=first["next_cursor"])).json()
    told = [each["data"].get("body") for each in (*first["items"], *rest["items"])]
    assert len(first["items"]) <= 5
    assert [each for each in told if each] == [f"Respuesta {place:03}" for place in range(ANSWERS)]
