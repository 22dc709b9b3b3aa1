"""The agents' queue over HTTP: what it lists, its tabs and filters, kept views, and the search."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from desk.reading.queue import how_many
from storage.case.queue import Tally, tally
from storage.case.views import CaseFilter
from storage.engine.database import Database
from tests.api.given import exhaust_channels, give
from tests.api.office import PREMIUM, STANDARD, Office
from tests.portal.people import Visitor, unspaced, visitor
from tests.support.lives import bogota


def numbers(page: str) -> list[str]:
    """The rows' cases, in order."""
    return re.findall(r'<tr class="\w+" data-number="(MA-\d+-\d+)"', page)


def counts(page: str) -> dict[str, int]:
    """How many cases each tab says that it has, where it has any."""
    found = re.findall(r'data-tab="([\w-]+)"((?:(?!</a>).)*?)class="count">(\d+)<', page, re.DOTALL)
    return {tab: int(count) for tab, _, count in found}


def views(page: str) -> dict[str, str]:
    """What each kept view says that it has, by its name; a plus is more, and nothing where it is not counted."""
    found = re.findall(
        r'data-view="\w+"(?:(?!</a>).)*class="name">([^<]+)</span><span class="count"[^>]*>(\d*\+?)<', unspaced(page)
    )
    return {name.strip(): cases for name, cases in found}


def at_view(page: str) -> list[tuple[str, str]]:
    """Where one stands: the address and the name of each tab or view that is the present one."""
    return re.findall(
        r'<a href="/cola\?([^"]+)" data-(?:tab|view)="[^"]+" aria-current="page">(?:(?!</a>).)*class="name">([^<]+)<',
        unspaced(page),
    )


def bar(page: str) -> dict[str, str]:
    """What the bar counts beside its places, in words, by their addresses."""
    found = re.findall(r'data-bar="([^"]+)"(?: title="([^"]+)"| data-none)', page)
    return dict(found)


async def rows(agent: Visitor, **query: Any) -> list[str]:
    answer = await agent.get("/cola", **query)
    assert answer.status_code == 200, answer.text
    return numbers(answer.text)


@pytest.mark.rule("ESC-4")
async def test_what_is_due_next_comes_first(office: Office) -> None:
    later = await office.open(proposed_priority=4)
    sooner = await office.open(proposed_priority=1)
    waits = await office.open(proposed_priority=1)
    await office.give(waits, "information-requests", body="¿Desde qué navegador?")

    async with visitor(office, "agent") as agent:
        page = (await agent.get("/cola")).text

    assert numbers(page) == [sooner, later, waits]
    assert "información del cliente" in page
    assert page.count('class="ticks"') == 2


async def test_a_row_says_that_the_customer_had_the_last_word(office: Office) -> None:
    mine, other = await office.open(), await office.open()
    for number in (mine, other):
        await office.give(number, "answers", "contact", body="Sigue igual.")
    await office.give(mine, "claim")
    await office.give(other, "replies", body="Ya lo revisamos.")
    async with visitor(office, "agent") as agent:
        page = (await agent.get("/cola")).text
        await office.give(other, "answers", "contact", body="Gracias.")
        both = (await agent.get("/cola")).text
    assert page.count(">Respondió el cliente<") == 1
    assert both.count(">Respondió el cliente<") == 2


async def test_tabs_count_what_is_behind_them(office: Office) -> None:
    mine, other, done = await office.open(), await office.open(), await office.open()
    await office.give(mine, "claim")
    await office.give(done, "resolution", summary="Se amplió la cuota.")
    await office.give(other, "hand-offs", reason="Es de base de datos.")

    async with visitor(office, "agent") as agent:
        page = (await agent.get("/cola")).text
        listed = {tab: await rows(agent, tab=tab) for tab in ("mine", "unassigned", "level-2", "resolved", "all")}

    assert counts(page) == {
        "open": 2, "mine": 1, "unassigned": 1, "level-1": 1, "level-2": 1, "resolved": 1, "all": 3
    }  # fmt: skip
    assert listed["mine"] == [mine]
    assert listed["unassigned"] == listed["level-2"] == [other]
    assert listed["resolved"] == [done]
    assert set(listed["all"]) == {mine, other, done}


async def test_the_limit_that_comes_next_orders_the_list_again(office: Office) -> None:
    """Its button leads to the same filters in that order, and says whether the list is in it."""
    await office.open()
    button = re.compile(r'<a class="button quiet by-limit" href="([^"]+)"[^>]*?(?: aria-current="(true)")?>')
    async with visitor(office, "agent") as agent:
        found = [
            button.findall((await agent.get(f"/cola?tab=open&level=1{more}")).text) for more in ("", "&sort=title")
        ]
    assert found == [[("/cola?tab=open&amp;level=1", "true")], [("/cola?tab=open&amp;level=1", "")]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"level": 1}, {"standard", "premium"}),
        ({"level": 2}, set()),
        ({"priority": 1}, {"premium"}),
        ({"plan": "standard"}, {"standard"}),
        ({"customer_id": PREMIUM}, {"premium"}),
        ({"assignee": "ana"}, {"premium"}),
        ({"overdue": "true"}, set()),
        ({"due_before": "2026-11-25T09:45"}, {"premium"}),
        ({"q": "servidór"}, {"premium"}),
        ({"status": "in_progress"}, {"premium"}),
        ({"status": ["closed", "resolved"]}, set()),
        ({"reason": "confirmed"}, set()),
        ({"tab": "mine", "priority": 1}, {"premium"}),
        ({"level": "9", "plan": "x", "tab": "nothing", "due_before": "soon", "priority": ""}, {"standard", "premium"}),
    ],
)
async def test_filters_stand_in_the_address(office: Office, query: dict[str, Any], found: set[str]) -> None:
    """In Bogotá's time; what nobody knows is passed over."""
    known = {"standard": await office.open()}
    known["premium"] = await office.open("premium_contact", proposed_priority=1)
    await office.give(known["premium"], "claim")
    await office.give(known["premium"], "notes", body="Es el servidor de mapas.")

    async with visitor(office, "agent") as agent:
        assert set(await rows(agent, **query)) == {known[name] for name in found}


async def test_an_overdue_case_is_told(office: Office) -> None:
    number = await office.open(proposed_priority=1)
    office.clock.passes(days=2)
    await office.desk.settle(number)

    async with visitor(office, "director") as director:
        page = (await director.get("/cola", tab="overdue")).text

    assert numbers(page) == [number]
    assert '<tr class="late"' in page


async def test_a_promise_that_has_passed_is_late_on_the_queue_as_on_the_map(office: Office) -> None:
    """The initial attention too; and while nobody has settled it yet."""
    number = await office.open("premium_contact", proposed_priority=4)
    await office.open(proposed_priority=4)
    office.clock.passes(minutes=40)
    async with visitor(office, "agent") as agent:
        for _ in ("before it is settled", "and after"):
            queue, figures = (await agent.get("/cola")).text, (await agent.get("/proceso")).text
            assert re.findall(r'<tr class="late" data-number="([^"]+)"', queue) == [number]
            assert re.search(r'<tr data-step="level_1" [^>]*data-late="1"', figures)
            await office.desk.settle(number)


async def test_a_promise_that_does_not_count_now_says_until_when(office: Office) -> None:
    """Out of a Standard customer's hours, and where the customer is waited for; a Premium case always counts."""
    office.clock.at = bogota("11:50")
    paused = await office.open("premium_contact")
    await office.give(paused, "information-requests", body="¿Desde qué navegador?")
    standard, always = await office.open(), await office.open("premium_contact")
    async with visitor(office, "agent") as agent:
        in_hours = stands((await agent.get("/cola")).text)
        office.clock.at = bogota("12:10")
        at_lunch = stands((await agent.get("/cola")).text)

    waits = "En pausa. Hasta el mié 2 dic, 17:00, a más tardar."
    until = "Fuera del horario de atención hasta el mié 25 nov, 13:00"
    assert in_hours == {paused: waits, standard: "", always: ""}
    assert at_lunch == {paused: waits, standard: until, always: ""}


def stands(page: str) -> dict[str, str]:
    """Why each row's promise does not count now, or nothing."""
    rows = re.findall(r'<tr class="\w+" data-number="(MA-[\d-]+)"(.*?)</tr>', page, re.DOTALL)
    found = {number: re.search(r'class="stands"\s+title="([^"]*)"', cells) for number, cells in rows}
    return {number: re.sub(r"\s", " ", its[1]) if its else "" for number, its in found.items()}


async def test_the_filters_keep_what_the_address_asks(office: Office) -> None:
    """Both states that the map's link names, and all else where a customer is chosen."""
    await office.open()
    async with visitor(office, "agent") as agent:
        page = unspaced((await agent.get("/cola?status=in_progress&status=new&level=1&plan=standard")).text)

    chosen = re.findall(r'<input type="checkbox" name="status" value="(\w+)" checked>', page)
    assert sorted(chosen) == ["in_progress", "new"]
    customer = re.search(r'<td class="customer"><a href="([^"]+)"', page)
    assert customer
    assert customer[1].replace("&amp;", "&") == (
        f"/cola?tab=all&status=in_progress&status=new&level=1&plan=standard&customer_id={STANDARD}"
    )


async def test_the_list_goes_on_from_page_to_page(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.reading.queue.AT_ONCE", 2)
    opened = [await office.open() for _ in range(3)]

    async with visitor(office, "agent") as agent:
        first = (await agent.get("/cola")).text
        following = re.search(r'href="([^"]+)" rel="next"', first)
        assert following
        second = (await agent.get(following[1].replace("&amp;", "&"))).text

    assert numbers(first) + numbers(second) == opened


async def test_a_cursor_of_another_list_is_refused(office: Office) -> None:
    async with visitor(office, "agent") as agent:
        assert (await agent.get("/cola", cursor="AAAA")).status_code == 422


@pytest.mark.parametrize("path", ["/cola", "/cola/filas", "/cola/eventos"])
async def test_the_queue_is_not_for_customers(office: Office, path: str) -> None:
    async with visitor(office, "contact") as contact:
        assert (await contact.get(path)).status_code == 403


async def test_the_counts_are_made_once_for_all_until_something_happens(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Tally] = []

    async def counted(db: Database, *, at: datetime) -> Tally:
        made.append(await tally(db, at=at))
        return made[-1]

    monkeypatch.setattr("portal.queue.queue_news.tally", counted)
    await office.open()
    async with visitor(office, "agent") as agent, visitor(office, "director") as director:
        for who in (agent, director, agent):
            assert counts((await who.get("/cola/filas")).text)["all"] == 1
        await office.open()
        for who in (agent, director):
            assert counts((await who.get("/cola/filas")).text)["all"] == 2

    assert [each.total for each in made] == [1, 2]


# -- kept views


async def test_a_view_is_kept_and_removed(office: Office) -> None:
    async with visitor(office, "agent") as agent:
        await agent.get("/cola")
        await agent.post("/cola/vistas", name="Urgentes", query="tab=mine&priority=1&nobody=knows")
        kept = (await agent.get("/cola", tab="mine", priority="1")).text
        assert at_view(kept) == [("tab=mine&amp;priority=1", "Urgentes")]
        assert "<h1>Urgentes</h1>" in kept
        remove = re.search(r'action="(/cola/vistas/\w+/fin)"', kept)
        assert remove
        await agent.post(remove[1])
        assert (await agent.post(remove[1])).status_code == 404
        assert "Urgentes" not in (await agent.get("/cola")).text


async def test_a_view_is_shared_with_a_level_of_ones_own(office: Office) -> None:
    """Ana is of level 1, Eva of level 2; a director shares with every level, and has their views, to remove them."""
    people = ("agent", "specialist", "director")
    async with visitor(office, "agent") as ana, visitor(office, "specialist") as eva, visitor(office, "director") as d:
        for person, name, share in ((ana, "Mía", "1"), (ana, "Ajena", "2"), (d, "Del dos", "2"), (ana, "Toda", "all")):
            await person.get("/cola")
            await person.post("/cola/vistas", name=name, query="tab=overdue", share=share)
        seen = {who: (await each.get("/cola")).text for who, each in zip(people, (ana, eva, d), strict=True)}
    assert {
        who: [name for name in ("Mía", "Ajena", "Del dos", "Toda") if f">{name}" in page] for who, page in seen.items()
    } == {"agent": ["Mía", "Ajena", "Toda"], "specialist": ["Del dos"], "director": ["Mía", "Del dos"]}
    assert "Del dos (director)" in unspaced(seen["specialist"])


async def test_directors_share_views_with_everybody_and_agents_do_not(office: Office) -> None:
    async with visitor(office, "director") as director, visitor(office, "agent") as agent:
        await director.get("/cola")
        await director.post("/cola/vistas", name="De todos", query="tab=overdue", share="all")
        await agent.get("/cola")
        await agent.post("/cola/vistas", name="De Ana", query="tab=held", share="all")

        assert "De todos" in (await agent.get("/cola")).text
        theirs = (await director.get("/cola", tab="overdue")).text
        assert "De Ana" not in theirs
        remove = re.search(r'action="(/cola/vistas/\w+/fin)"', theirs)
        assert remove
        assert (await agent.post(remove[1])).status_code == 404  # is not hers
        assert "De todos" in (await agent.get("/cola")).text


async def test_a_director_removes_what_others_share_and_nothing_of_their_own(office: Office) -> None:
    """Who shared it may have left, and nobody else could."""
    async with visitor(office, "director") as director, visitor(office, "agent") as agent:
        await agent.get("/cola")
        removing: dict[str, str] = {}
        for share in ("1", ""):
            await agent.post("/cola/vistas", name=f"Vista {share}", query="tab=held", share=share)
            found = re.findall(r'action="(/cola/vistas/\w+/fin)"', (await agent.get("/cola", tab="held")).text)
            [removing[share]] = {*found} - {*removing.values()}
        offered = (await director.get("/cola", tab="held")).text
        assert [each in offered for each in removing.values()] == [True, False]
        gone = [(await director.post(each)).status_code for each in removing.values()]
        assert gone == [303, 404]


async def test_views_say_how_many_cases_are_behind_them(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """To each who has them their own; counted once for all until something happens, or the time that they ask passes.

    Of many a look counts some, and the page asks again for the others.
    """
    counted: list[CaseFilter] = []

    async def counts_it(db: Database, wanted: CaseFilter, *, at_most: int) -> int | None:
        counted.append(wanted)
        return await how_many(db, wanted, at_most=at_most)

    monkeypatch.setattr("portal.queue.queue_news.how_many", counts_it)
    for module in ("queue_news", "queue"):
        monkeypatch.setattr(f"portal.queue.{module}.MOST", 2)
    mine = await office.open(proposed_priority=1)
    await office.give(mine, "claim")
    for _ in range(3):
        await office.open("premium_contact", proposed_priority=2)
    asked = {"Mías": "tab=mine", "Premium": "tab=open&plan=premium", "Vencidas": "tab=overdue", "Nada": "tab=held"}
    async with visitor(office, "director") as director, visitor(office, "agent") as agent:
        await director.get("/cola")
        for name, query in asked.items():
            await director.post("/cola/vistas", name=name, query=query, share="all")
        to_ana = views((await agent.get("/cola")).text)
        to_dora = views((await director.get("/cola")).text)
        said = dict(zip(asked, ("1", "2+", "0", "0"), strict=True))
        assert to_ana == {f"{name} (director)": cases for name, cases in said.items()}
        assert to_dora == {f"{name} (compartida)": cases for name, cases in (said | {"Mías": "0"}).items()}
        assert len(counted) == len(asked) + 1  # only what is whose own is counted for each
        office.clock.passes(minutes=100)
        assert views((await agent.get("/cola/filas")).text)["Vencidas (director)"] == "2+"
        await office.give(mine, "resolution", summary="Se amplió la cuota.")
        assert views((await agent.get("/cola/filas")).text)["Mías (director)"] == "0"

        monkeypatch.setattr("portal.queue.queue_news._AT_ONCE", 3)
        await office.open()
        looks = [(await agent.get("/cola/filas")).text for _ in range(3)]
    assert [" data-more" in each for each in looks] == [True, False, False]


async def test_a_view_that_would_take_long_is_not_counted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.case.views.only_common", lambda *_: True)
    await office.open()
    async with visitor(office, "agent") as agent:
        await agent.get("/cola")
        await agent.post("/cola/vistas", name="De mapas", query="tab=all&q=mapa")
        assert views((await agent.get("/cola")).text) == {"De mapas": ""}


async def test_the_bar_counts_what_is_late_and_what_is_to_be_decided(office: Office) -> None:
    """The same on every page as the queue's own tab, whoever looks, and anew where a page asks by itself."""
    late, waits, done = [await office.open(proposed_priority=1) for _ in range(3)]
    await office.give(done, "resolution", summary="Se amplió la cuota.")
    for _ in range(2):
        await office.give(waits, "hand-offs", reason="Es de base de datos.")
    visited = await office.open("premium_contact", proposed_priority=4)
    await exhaust_channels(office, visited)
    await give(office, visited, "visits")
    async with visitor(office, "agent") as ana, visitor(office, "director") as dora, visitor(office, "admin") as root:
        assert bar((await ana.get("/clientes")).text) == {"/cola": ""}
        assert bar((await dora.get("/ausencias")).text) == {"/cola": "", "/direccion/visitas": "1 visita por aprobar"}
        office.clock.passes(minutes=100)
        await office.desk.settle(waits)
        await office.give(waits, "information-requests", "director", body="¿Sigue igual?")
        for page in ("/cola", "/avisos", f"/casos/{late}", "/avisos/campana"):
            answer = (await ana.get(page)).text
            assert bar(answer)["/cola"] == "2 casos vencidos", page
        assert counts((await ana.get("/cola")).text)["overdue"] == 2
        await office.give(late, "resolution", summary="Se amplió la cuota.")
        assert bar((await dora.get("/direccion/tablero")).text)["/cola"] == "1 caso vencido"
        assert bar((await root.get("/clientes")).text) == {}


async def test_views_have_an_end(office: Office) -> None:
    async with visitor(office, "agent") as agent:
        await agent.get("/cola")
        answers = [await agent.post("/cola/vistas", name=f"Vista {each}", query="") for each in range(31)]

    assert [answer.status_code for answer in answers] == [303] * 30 + [422]


# -- the search


async def test_the_best_finds_come_with_their_words(office: Office) -> None:
    number = await office.open(title="Avería del visor")
    await office.give(number, "notes", body="Parece el cortafuegos <script>alert(1)</script> de siempre.")

    async with visitor(office, "agent") as agent:
        found = (await agent.get("/buscar", q="cortafuegos")).text
        by_title = (await agent.get("/buscar", q="averia")).text

    assert "<mark>cortafuegos</mark> &lt;script&gt;" in found
    assert f'href="/casos/{number}"' in by_title
    assert "<mark>Avería</mark>" in by_title


@pytest.mark.parametrize("q", ["secreto", "ajeno"])
async def test_customers_find_neither_notes_nor_others_cases(office: Office, q: str) -> None:
    own, foreign = await office.open(), await office.open("premium_contact", title="Un caso ajeno")
    await office.give(own, "notes", body="Un secreto.")

    async with visitor(office, "contact") as contact:
        page = (await contact.get("/buscar", q=q)).text
    items = (await office.get("/cases", "contact", q=q)).json()["items"]

    assert (own in page, foreign in page, items) == (False, False, [])
    assert "No se encontró nada" in page


async def test_customers_find_what_was_said_to_them(office: Office) -> None:
    number = await office.open()
    await office.give(number, "replies", body="Revise el enrutador.")

    assert [each["number"] for each in (await office.get("/cases", "contact", q="ENRUTADOR")).json()["items"]] == [
        number
    ]
