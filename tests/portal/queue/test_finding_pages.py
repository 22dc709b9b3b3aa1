"""Finding one's work over HTTP: the one search, what is unread, the list in any order and as a file, and notices."""

from __future__ import annotations

import csv
import re
from io import StringIO

import pytest

from desk.budgets import Allowance, Holder, Spending
from storage.people import customers
from storage.people.customers import Customer
from tests.api.office import STANDARD, Office
from tests.portal.people import Visitor, unspaced, visitor
from tests.portal.queue.test_queue import numbers, rows

# -- the search


async def test_one_box_finds_cases_customers_contacts_and_commands(office: Office) -> None:
    await customers.create(office.db, Customer("cus_alta", "Altaneblina S.A.S.", "909104382"), at=office.clock())
    number = await office.open(title="Altaneblina: avería del visor")
    async with visitor(office, "agent") as agent:
        page = unspaced((await agent.get("/buscar", q="altan")).text)
        few = unspaced((await agent.get("/buscar/rapido", q="altan")).text)
        by_nit = (await agent.get("/buscar", q="909.104.382-3")).text
        by_place = (await agent.get("/buscar", q="cola")).text
        by_mail = unspaced((await agent.get("/buscar", q="ana@cliente.example")).text)
    for text in (page, few):
        assert (
            '<a href="/clientes/cus_alta"><mark>Altan</mark>eblina S.A.S.' in text
            or 'href="/clientes/cus_alta"' in text
        )
        assert f'href="/casos/{number}"' in text
        assert "Abrir un caso para Altaneblina S.A.S." in text
    assert "/clientes/cus_alta" in by_nit
    assert 'href="/cola">Cola</a>' in unspaced(by_place)
    assert f'href="/contactos?cliente={STANDARD}"' in by_mail


async def test_figures_offer_that_case_first(office: Office) -> None:
    number, _ = await office.open(title="Uno"), await office.open(title="El contador llegó a 1")
    async with visitor(office, "agent") as agent, visitor(office, "premium_contact") as other:
        few = (await agent.get("/buscar/rapido", q=str(int(number[-6:])))).text
        theirs = (await other.get("/buscar/rapido", q=number)).text
    assert re.findall(r'href="/casos/([^"]+)"', few)[0] == number
    assert "/casos/" not in theirs


@pytest.mark.parametrize("path", ["/buscar", "/buscar/rapido"])
async def test_a_letter_or_two_may_be_wrong(office: Office, path: str) -> None:
    """For each by what they may read: another customer's words and internal ones are not even guessed."""
    number = await office.open(title="La geocerca no avisa")
    await office.give(number, "notes", body="Es el cortafuegos.")
    async with visitor(office, "agent") as agent, visitor(office, "contact") as own:
        found = [(await each.get(path, q="geocrka")).text for each in (agent, own)]
        notes = [(await each.get(path, q="cortafeugos")).text for each in (agent, own)]
    async with visitor(office, "premium_contact") as other:
        foreign = (await other.get(path, q="geocrka")).text
    assert [("¿Quiso decir" in text, number in text, "geocerca" in text) for text in found] == [(True,) * 3] * 2
    assert [number in text for text in notes] == [True, False]
    assert ("geocerca" in foreign, "¿Quiso decir" in foreign, number in foreign) == (False, False, False)


async def test_a_customer_finds_its_own_people_and_nobody_elses(office: Office) -> None:
    async with visitor(office, "contact") as contact:
        page = (await contact.get("/buscar", q="ana")).text
        clients = (await contact.get("/buscar", q="cliente")).text
    assert "</mark>@standard.example" in page
    assert "premium.example" not in page
    assert "/clientes/" not in clients


# -- unread


async def test_what_the_customer_said_is_unread_until_one_looks(office: Office) -> None:
    """Each agent by themselves; the words stay, without weight, until somebody answers."""
    number = await office.open()
    await office.give(number, "answers", "contact", body="Sigue igual.")
    async with visitor(office, "agent") as ana, visitor(office, "director") as dora:
        before = [_marks((await each.get("/cola")).text) for each in (ana, dora)]
        await ana.get(f"/casos/{number}")
        after = [_marks((await each.get("/cola")).text) for each in (ana, dora)]
        unread = [await rows(each, unread="true") for each in (ana, dora)]
        answered = await rows(ana, answered="true")
        await office.give(number, "answers", "contact", body="¿Hay alguien?")
        again = _marks((await ana.get("/cola")).text)
        await office.give(number, "replies", body="Ya lo vemos.")
        told = _marks((await ana.get("/cola")).text)
    assert (before, after, again, told) == ([(1, 1)] * 2, [(1, 0), (1, 1)], (1, 1), (0, 0))
    assert (unread, answered) == ([[], [number]], [number])


def _marks(page: str) -> tuple[int, int]:
    """How many rows say that the customer answered, and how many of them are unread."""
    return page.count(">Respondió el cliente<"), page.count('class="title unread"')


# -- the order, and the list as a file


async def test_the_list_is_put_in_order_by_any_column_from_page_to_page(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await office.open("premium_contact", title="Árbol caído", proposed_priority=4)
    second = await office.open(title="«Bus» sin señal", proposed_priority=1)
    third = await office.open(title="Zona vacía", proposed_priority=2)
    await office.give(third, "claim")
    await office.give(second, "hand-offs", reason="Es de base de datos.")
    orders = {
        "title": [first, second, third], "-title": [third, second, first], "number": [first, second, third],
        "-number": [third, second, first], "priority": [second, third, first], "customer": [first, second, third],
        "-customer": [third, second, first], "-level": [second, third, first], "assignee": [third, first, second],
        "status": [first, second, third], "-status": [third, second, first],
    }  # fmt: skip
    async with visitor(office, "agent") as agent:
        assert {each: await rows(agent, sort=each) for each in orders} == orders
        page = (await agent.get("/cola", sort="title", level="1")).text
        assert 'aria-sort="ascending"' in page
        assert "/cola?tab=open&amp;level=1&amp;sort=-title" in page or "level=1&amp;sort=-title" in page
        assert "data-group" not in page
        monkeypatch.setattr("desk.reading.queue.AT_ONCE", 1)
        for sort, expected in orders.items():
            assert await _walked(agent, sort) == expected


async def _walked(agent: Visitor, sort: str) -> list[str]:
    """The numbers of all pages, one after the other."""
    found, query = [], f"/cola?sort={sort}"
    while query:
        page = (await agent.get(query)).text
        found += numbers(page)
        following = re.search(r'<a href="([^"]+)" rel="next"', page)
        query = following[1].replace("&amp;", "&") if following else ""
    return found


async def test_the_list_as_it_is_filtered_is_a_file(office: Office) -> None:
    """What a spreadsheet would compute is quoted; who may not see the list has no file of it."""
    number = await office.open(title='=HYPERLINK("https://mala.example")')
    await office.open("premium_contact", title="De otro plan")
    await office.give(number, "answers", "contact", body="Sigue igual.")
    async with visitor(office, "agent") as agent:
        answer = await agent.get("/cola.csv", plan="standard", sort="-title")
        everything = await agent.get("/cola.csv")
    async with visitor(office, "contact") as contact:
        assert (await contact.get("/cola.csv")).status_code == 403
    table = list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row[:3] for row in table] == [
        ["Caso", "Título", "Cliente"],
        [number, '\'=HYPERLINK("https://mala.example")', f"Cliente {STANDARD}"],
    ]
    assert dict(zip(table[0], table[1], strict=True))["Respondió el cliente"] == "sí"
    assert len(everything.text.splitlines()) == 3
    assert "attachment" in answer.headers["content-disposition"]


async def test_files_of_the_list_have_a_budget(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    async with visitor(office, "agent") as agent:
        await agent.get("/cola")
        budgets = office.app.state.desk.budgets
        few = {(Spending.EXPORT, Holder.TOKEN): Allowance(1, timedelta(hours=1))}
        monkeypatch.setattr(budgets, "allowed", few)
        assert [(await agent.get("/cola.csv")).status_code for _ in range(2)] == [200, 429]


# -- past their limit: one count everywhere


@pytest.mark.rule("ESC-6")
async def test_the_tab_the_head_and_the_links_count_the_same_late_cases(office: Office) -> None:
    """A passed promise before anybody marks it, one that is marked, and one that waits overdue for the customer."""
    overdue, waits = await office.open("premium_contact"), await office.open("premium_contact")
    office.clock.passes(minutes=8 * 60)
    for each in (overdue, waits):
        await office.desk.settle(each)
    await office.give(waits, "information-requests", body="¿Desde qué navegador?")
    passed = await office.open("premium_contact", proposed_priority=4)
    office.clock.passes(minutes=45)
    fresh = await office.open("premium_contact", proposed_priority=4)
    async with visitor(office, "director") as director:
        page = (await director.get("/cola")).text
        late = await rows(director, tab="overdue")
        explained = (await director.get("/cola", tab="overdue")).text
    [tab] = re.findall(r'data-tab="overdue".*?<span class="count"[^>]*>(\d+)<', page, re.DOTALL)
    heads = [int(count) for count in re.findall(r'data-group="Vencidos[^"]*?(\d+)"', page)]
    [link] = re.findall(r"<strong>(\d+)</strong> vencidos", page)
    assert set(late) == {overdue, waits, passed}
    assert fresh not in late
    assert (int(tab), sum(heads), int(link)) == (3, 3, 3)
    assert "Vencidos: los casos abiertos" in explained


async def test_time_alone_makes_a_case_late_in_the_counts(office: Office) -> None:
    await office.open("premium_contact", proposed_priority=4)
    found = []
    async with visitor(office, "agent") as agent:
        for _ in range(2):
            page = (await agent.get("/cola")).text
            found += re.findall(r'data-tab="overdue".*?<span class="count"[^>]*>(\d+)<', page, re.DOTALL)
            office.clock.passes(minutes=45)
    assert found == ["0", "1"]


# -- notices


async def test_what_concerns_one_is_told_until_it_is_read(office: Office) -> None:
    mine, other = await office.open(title="El mío"), await office.open("premium_contact", title="El ajeno")
    async with visitor(office, "agent") as ana, visitor(office, "director") as dora:
        await office.give(mine, "claim")
        await office.give(mine, "answers", "contact", body="Sigue igual.")
        await office.give(other, "assignments", "director", agent_id="ana")
        bells = [_bell((await each.get("/cola")).text) for each in (ana, dora)]
        listed = unspaced((await ana.get("/avisos")).text)
        nothing = (await dora.get("/avisos")).text
        alone = (await ana.get("/avisos/campana")).text
        await ana.get(f"/casos/{mine}")
        opened = _bell((await ana.get("/cola")).text)
        page = (await ana.get("/avisos")).text
        [last] = re.findall(r'name="hasta" value="(\d+)"', page)
        await office.give(mine, "answers", "contact", body="¿Hay alguien?")
        answer = await ana.post("/avisos/leidos", hasta=last)
        left = _bell((await ana.get("/cola")).text)
    assert bells == [2, 0]
    assert listed.index("El ajeno") < listed.index("El mío")
    assert ("Le asignaron el caso" in listed, "Respondió el cliente" in listed) == (True, True)
    assert "Todavía no hay nada para usted." in nothing
    assert f'data-case="/casos/{other}"' in alone
    assert (opened, answer.status_code, left) == (1, 303, 1)


async def test_nobody_is_told_of_what_they_did_themselves_and_customers_of_nothing(office: Office) -> None:
    number = await office.open()
    await office.give(number, "claim")
    async with (
        visitor(office, "agent") as ana,
        visitor(office, "contact") as contact,
        visitor(office, "admin") as admin,
    ):
        assert _bell((await ana.get("/cola")).text) == 0
        for each in (contact, admin):
            assert 'id="campana"' not in (await each.get("/buscar")).text
            assert (await each.get("/avisos")).status_code == 403


def _bell(page: str) -> int:
    [count] = re.findall(r"Avisos: (\d+) sin leer", page)
    return int(count)
