"""What came while somebody wrote is shown before their words leave; and what a reply may do besides."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import Response

from tests.api.office import Office
from tests.portal.case.test_workbench import kinds, let_go
from tests.portal.forms import forms_of
from tests.portal.people import Visitor, visitor

MINE, THEIRS, LATER = "Lo estamos revisando.", "Ya funciona, gracias.", "No, otra vez falla."
TOLD = "Llegó algo a este caso mientras usted escribía"


@pytest.fixture
async def number(office: Office) -> str:
    return await office.open()


@pytest.fixture
async def agent(office: Office, number: str) -> AsyncIterator[Visitor]:
    async with visitor(office, "agent") as person:
        yield person


def form_of(page: Response, order: str) -> dict[str, str]:
    """What the order's form holds on a page."""
    [form] = [each for each in forms_of(page.text) if each.action.endswith(f"/ordenes/{order}")]
    return form.hidden


async def send(who: Visitor, page: Response, number: str, order: str, **fields: Any) -> Response:
    """Send the form as it stands on a page, with what was written into it."""
    said = form_of(page, order) | fields
    said.pop("stamp")
    return await who.post(f"/casos/{number}/ordenes/{order}", **said)


WORDS = {"resolution": "summary", "reopening": "reason"}
WRITERS = [
    ("replies", "agent"),
    ("notes", "agent"),
    ("information-requests", "agent"),
    ("resolution", "agent"),
    ("answers", "contact"),
]


@pytest.mark.parametrize(("order", "who"), WRITERS)
async def test_what_came_is_shown_first_and_sent_all_the_same_if_wished(
    office: Office, number: str, order: str, who: str
) -> None:
    field = WORDS.get(order, "body")
    async with visitor(office, who) as writer:
        page = await writer.get(f"/casos/{number}")
        other = ("answers", "contact") if who == "agent" else ("replies", "agent")
        await office.give(number, *other, body=THEIRS)
        before = await kinds(office, number)
        answer = await send(writer, page, number, order, **{field: MINE})
        assert (answer.status_code, TOLD in answer.text, THEIRS in answer.text) == (409, True, True)
        assert f"{MINE}</textarea>" in answer.text
        assert "Enviar de todos modos" in answer.text
        assert await kinds(office, number) == before
        assert (await send(writer, answer, number, order, **{field: MINE})).status_code == 303
    office.clock.passes(seconds=11)
    await let_go(office)
    assert len(await kinds(office, number)) > len(before)


async def test_what_comes_after_that_is_shown_too(office: Office, number: str, agent: Visitor) -> None:
    page = await agent.get(f"/casos/{number}")
    for words in (THEIRS, LATER):
        await office.give(number, "answers", "contact", body=words)
        page = await send(agent, page, number, "replies", body=MINE)
        assert page.status_code == 409
    came = page.text.partition('class="came"')[2].partition("</ul>")[0]
    assert (LATER in came, THEIRS in came) == (True, False)


async def test_a_colleagues_reply_that_waits_for_its_undo_is_shown(office: Office, number: str, agent: Visitor) -> None:
    page = await agent.get(f"/casos/{number}")
    async with visitor(office, "director") as director:
        await send(director, await director.get(f"/casos/{number}"), number, "replies", body="Ya lo miro yo.")
    answer = await send(agent, page, number, "replies", body=MINE)
    assert (answer.status_code, "Ya lo miro yo." in answer.text) == (409, True)
    office.clock.passes(seconds=11)
    await let_go(office)  # once it has left it is no news to whoever saw it wait
    assert (await send(agent, answer, number, "replies", body=MINE)).status_code == 303


async def test_what_is_ones_own_or_says_nothing_is_no_news(office: Office, number: str, agent: Visitor) -> None:
    page = await agent.get(f"/casos/{number}")
    await office.give(number, "claim")
    await office.give(number, "notes", body="Una nota mía.")
    assert (await send(agent, page, number, "replies", body=MINE)).status_code == 303


async def test_a_note_is_no_news_to_the_customer(office: Office, number: str) -> None:
    async with visitor(office, "contact") as ana:
        page = await ana.get(f"/casos/{number}")
        await office.give(number, "notes", body="secreto")
        assert (await send(ana, page, number, "answers", body=THEIRS)).status_code == 303


async def test_a_click_that_is_repeated_is_done_whatever_came_since(
    office: Office, number: str, agent: Visitor
) -> None:
    page = await agent.get(f"/casos/{number}")
    await send(agent, page, number, "notes", body=MINE)
    await office.give(number, "answers", "contact", body=THEIRS)
    assert (await send(agent, page, number, "notes", body=MINE)).status_code == 303
    assert (await kinds(office, number)).count("note_added") == 1


@pytest.mark.parametrize("seen", ["", "nonsense", "9" * 40, "1 " + "x " * 50])
async def test_who_says_nothing_of_what_they_saw_is_not_asked(
    office: Office, number: str, agent: Visitor, seen: str
) -> None:
    page = await agent.get(f"/casos/{number}")
    await office.give(number, "answers", "contact", body=THEIRS)
    assert (await send(agent, page, number, "replies", body=MINE, seen=seen)).status_code == 303


async def test_files_that_came_with_it_need_not_be_sent_again(office: Office, number: str, agent: Visitor) -> None:
    page = await agent.get(f"/casos/{number}")
    await office.give(number, "answers", "contact", body=THEIRS)
    answer = await send(agent, page, number, "notes", body=MINE, files={"files": ("a.txt", b"hola")})
    kept = re.search(r'name="kept_files" value="([^"]+)" checked', answer.text)
    assert kept
    await send(agent, answer, number, "notes", body=MINE, kept_files=kept[1])
    assert f"/archivos/{kept[1]}" in (await agent.get(f"/casos/{number}")).text


class TestSendAnd:
    async def sent(self, agent: Visitor, number: str, then: str) -> Response:
        return await send(agent, await agent.get(f"/casos/{number}"), number, "replies", body=MINE, then=then)

    @pytest.mark.rule("ESC-10")
    async def test_wait_is_one_turn_that_stops_the_clock(self, office: Office, number: str, agent: Visitor) -> None:
        await self.sent(agent, number, "wait")
        turn = (await office.get(f"/cases/{number}")).json()["turn"]
        office.clock.passes(seconds=11)
        await let_go(office)
        case = (await office.get(f"/cases/{number}")).json()
        assert (case["status"], case["turn"]) == ("waiting_customer", turn + 1)
        assert (await kinds(office, number))[-2:] == ["information_requested", "initial_attention_given"]

    @pytest.mark.rule("ESC-14")
    async def test_resolve_is_one_turn_whose_solution_is_the_reply(
        self, office: Office, number: str, agent: Visitor
    ) -> None:
        page = await agent.get(f"/casos/{number}")
        await send(agent, page, number, "replies", body=MINE, then="resolve", files={"files": ("a.txt", b"hola")})
        office.clock.passes(seconds=11)
        await let_go(office)
        assert (await office.get(f"/cases/{number}")).json()["status"] == "resolved"
        async with visitor(office, "contact") as ana:
            page = await ana.get(f"/casos/{number}")
        assert (MINE in page.text, "a.txt" in page.text) == (True, True)

    @pytest.mark.parametrize("then", ["wait", "resolve", "next"])
    async def test_it_may_be_undone(self, office: Office, number: str, agent: Visitor, then: str) -> None:
        await self.sent(agent, number, then)
        before = await kinds(office, number)
        reply = re.search(r"/respuestas/([^/\"]+)/deshacer", (await agent.get(f"/casos/{number}")).text)
        assert reply
        await agent.post(f"/casos/{number}/respuestas/{reply[1]}/deshacer")
        office.clock.passes(seconds=11)
        await let_go(office)
        assert await kinds(office, number) == before
        assert f"{MINE}</textarea>" in (await agent.get(f"/casos/{number}")).text

    async def test_what_the_case_would_refuse_is_refused_at_once(
        self, office: Office, number: str, agent: Visitor
    ) -> None:
        await office.give(number, "information-requests", body="¿Desde cuándo?")
        answer = await self.sent(agent, number, "wait")
        assert answer.status_code == 409
        assert f"{MINE}</textarea>" in answer.text

    async def test_next_leads_to_ones_next_case_or_to_the_queue(
        self, office: Office, number: str, agent: Visitor
    ) -> None:
        assert (await self.sent(agent, number, "next")).headers["location"] == "/cola"
        other = await office.open(title="Otro")
        await office.give(other, "claim")
        await office.give(number, "claim")
        assert (await self.sent(agent, number, "next")).headers["location"] == f"/casos/{other}"
        last = await office.open(title="El último")
        await office.give(last, "claim")
        listed = {"referer": f"https://escala.test/casos/{other}?de=tab%3Dmine&lugar=2"}
        fields = form_of(await agent.get(f"/casos/{other}"), "replies") | {"body": MINE, "then": "next"}
        fields.pop("stamp")
        answer = await agent.post(f"/casos/{other}/ordenes/replies", headers=listed, **fields)
        assert answer.headers["location"].startswith(f"/casos/{last}?de=tab%3Dmine")
        page = await agent.get(f"/casos/{number}")
        by_script: dict[str, Any] = form_of(page, "replies") | {"body": MINE, "then": "next"}
        by_script.pop("stamp")
        answer = await agent.post(f"/casos/{number}/ordenes/replies", headers={"hx-request": "true"}, **by_script)
        assert answer.headers["hx-redirect"] == f"/casos/{other}"


class TestPreview:
    async def test_stands_beside_the_form_by_a_script(self, number: str, agent: Visitor) -> None:
        address = f"/casos/{number}/vista-previa/replies"
        answer = await agent.post(address, headers={"hx-request": "true"}, body="Es **así** <b>")
        assert answer.text == '<div class="formatted"><p>Es <strong>así</strong> &lt;b&gt;</p>\n</div>'

    async def test_stands_on_the_page_without_one_with_the_words(self, number: str, agent: Visitor) -> None:
        answer = await agent.post(f"/casos/{number}/vista-previa/notes", body="Es **así**")
        assert answer.status_code == 200
        assert "Es <strong>así</strong>" in answer.text
        assert "Es **así**</textarea>" in answer.text

    async def test_keeps_nothing(self, office: Office, number: str, agent: Visitor) -> None:
        before = await kinds(office, number)
        await agent.post(f"/casos/{number}/vista-previa/replies", body="Es **así**")
        assert await kinds(office, number) == before
        assert "Es **así**" not in (await agent.get(f"/casos/{number}")).text

    async def test_is_of_composers_and_ones_own_cases(self, office: Office, number: str, agent: Visitor) -> None:
        assert (await agent.post(f"/casos/{number}/vista-previa/claim", body="x")).status_code == 404
        async with visitor(office, "premium_contact") as stranger:
            assert (await stranger.post(f"/casos/{number}/vista-previa/answers", body="x")).status_code == 404


class TestMoney:
    """No one click accepts money (ONS-2): the page says how much, in words, in whose name, and asks once more."""

    @pytest.fixture
    async def quoted(self, office: Office) -> str:
        from tests.api.given import ready_for

        return await ready_for(office, "visits/acceptance")

    @pytest.mark.rule("ONS-2")
    @pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}], ids=["without a script", "with a script"])
    async def test_is_accepted_by_the_second_word(self, office: Office, quoted: str, headers: dict[str, str]) -> None:
        address = f"/casos/{quoted}/ordenes/visits/acceptance"
        async with visitor(office, "premium_contact") as ana:
            page = await ana.get(f"/casos/{quoted}")
            first = form_of_acceptance(page)
            assert "confirmed" not in first
            asked = await ana.post(address, headers=headers, **first)
            assert "visit_accepted" not in await kinds(office, quoted)
            assert asked.status_code == 200
            assert "trescientos cincuenta mil pesos" in asked.text
            assert "como Ana" in asked.text
            second = form_of_acceptance(asked)
            assert second["confirmed"] == second["amount"]
            await ana.post(address, headers=headers, **second)
        assert "visit_accepted" in await kinds(office, quoted)

    @pytest.mark.rule("ONS-2")
    @pytest.mark.parametrize("confirmed", ["", "1", "349999"])
    async def test_is_not_accepted_by_another_amount(self, office: Office, quoted: str, confirmed: str) -> None:
        async with visitor(office, "premium_contact") as ana:
            fields = form_of_acceptance(await ana.get(f"/casos/{quoted}")) | {"confirmed": confirmed}
            await ana.post(f"/casos/{quoted}/ordenes/visits/acceptance", **fields)
        assert "visit_accepted" not in await kinds(office, quoted)


def form_of_acceptance(page: Response) -> dict[str, Any]:
    """What the form that accepts the quote holds."""
    found: list[dict[str, Any]] = [
        {**each.hidden} for each in forms_of(page.text) if each.hidden.get("accepted") == "true"
    ]
    assert len(found) == 1
    found[0].pop("stamp")
    return found[0]
