"""What one keeps beside a case: drafts, canned replies, who is there, a reply's way back, and duplicates."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from desk import replies
from portal.case.case_page import TAKE_CANNED
from storage.workbench import pending_replies
from storage.workbench.pending_replies import TAKEN_FOR
from tests.api.office import Office
from tests.portal.case.test_case_page import key_of
from tests.portal.people import Visitor, visitor
from tests.support.lives import policy

WORDS = "Lo estamos revisando."


@pytest.fixture
async def number(office: Office) -> str:
    return await office.open()


@pytest.fixture
async def agent(office: Office, number: str) -> AsyncIterator[Visitor]:
    async with visitor(office, "agent") as person:
        await person.get(f"/casos/{number}")
        yield person


async def let_go(office: Office) -> None:
    """What the worker does twice a second."""
    await replies.let_go(office.db, office.desk, policy(), at=office.clock())


async def replied(agent: Visitor, number: str, words: str = WORDS) -> str:
    """Send a reply by the form; answers its id as it waits."""
    key = key_of(await agent.get(f"/casos/{number}"), "replies")
    answer = await agent.post(f"/casos/{number}/ordenes/replies", key=key, body=words)
    assert answer.status_code == 303
    return await waiting(agent, number)


async def waiting(agent: Visitor, number: str) -> str:
    page = (await agent.get(f"/casos/{number}")).text
    found = re.search(r"/respuestas/([^/\"]+)/deshacer", page)
    return found[1] if found else ""


async def kinds(office: Office, number: str) -> list[str]:
    return [fact["kind"] for fact in await office.timeline(number)]


class TestDrafts:
    async def test_are_there_when_the_page_is_opened_again(self, office: Office, number: str, agent: Visitor) -> None:
        headers = {"hx-request": "true"}
        answer = await agent.post(f"/casos/{number}/borradores/replies", headers=headers, body="Estamos a punto de")
        assert answer.status_code == 204
        assert "Estamos a punto de</textarea>" in (await agent.get(f"/casos/{number}")).text

    async def test_are_kept_without_a_script_too(self, number: str, agent: Visitor) -> None:
        answer = await agent.post(f"/casos/{number}/borradores/notes", body="Parece la cuota")
        assert answer.headers["location"] == f"/casos/{number}#composer"

    async def test_are_their_authors_alone(self, office: Office, number: str, agent: Visitor) -> None:
        await agent.post(f"/casos/{number}/borradores/notes", body="Parece la cuota")
        for who in ("director", "contact"):
            async with visitor(office, who) as other:
                assert "Parece la cuota" not in (await other.get(f"/casos/{number}")).text

    @pytest.mark.parametrize(("composer", "who"), [("notes", "agent"), ("replies", "agent"), ("answers", "contact")])
    async def test_are_gone_once_sent(self, office: Office, number: str, composer: str, who: str) -> None:
        async with visitor(office, who) as person:
            key = key_of(await person.get(f"/casos/{number}"), composer)
            await person.post(f"/casos/{number}/borradores/{composer}", body="Un borrador")
            await person.post(f"/casos/{number}/ordenes/{composer}", key=key, body="Enviado.")
            assert "Un borrador" not in (await person.get(f"/casos/{number}")).text

    @pytest.mark.parametrize(
        ("draft", "unfolded"), [("resolution/summary", "resolution"), ("attempts/summary", "attempts")]
    )
    async def test_of_an_orders_text_stand_in_its_unfolded_form(
        self, number: str, agent: Visitor, draft: str, unfolded: str
    ) -> None:
        await agent.post(f"/casos/{number}/borradores/{draft}", body="Se amplió")
        page = (await agent.get(f"/casos/{number}")).text
        assert f'data-draft="{draft}">Se amplió</textarea>' in page
        assert re.search(rf'<details [^>]*id="d-{unfolded}" open>', page)

    async def test_of_an_orders_text_are_gone_once_it_is_given(self, number: str, agent: Visitor) -> None:
        for draft in ("attempts/summary", "resolution/summary"):
            await agent.post(f"/casos/{number}/borradores/{draft}", body=f"Borrador de {draft}")
        fields: dict[str, Any] = {"channel": "web", "outcome": "not_solved", "summary": "Se guió al usuario."}
        await agent.post(f"/casos/{number}/ordenes/attempts", key="a-key-of-a-form", **fields)
        page = (await agent.get(f"/casos/{number}")).text
        assert "Borrador de attempts" not in page
        assert "Borrador de resolution" in page

    async def test_of_a_visits_report_are_kept_field_by_field(self, number: str, agent: Visitor) -> None:
        for field in ("found", "done"):
            answer = await agent.post(f"/casos/{number}/borradores/visits/report/{field}", body="A medias")
            assert answer.status_code == 303

    async def test_of_another_customers_case_are_not_there(self, office: Office, number: str) -> None:
        async with visitor(office, "premium_contact") as stranger:
            assert (await stranger.post(f"/casos/{number}/borradores/answers", body="x")).status_code == 404

    async def test_are_kept_for_composers_only(self, number: str, agent: Visitor) -> None:
        assert (await agent.post(f"/casos/{number}/borradores/claim", body="x")).status_code == 404


class TestUndo:
    @pytest.mark.rule("PLAN-5")
    async def test_a_reply_counts_when_it_leaves(self, office: Office, number: str, agent: Visitor) -> None:
        await replied(agent, number)
        await let_go(office)
        assert "reply_sent" not in await kinds(office, number)
        office.clock.passes(seconds=11)
        await let_go(office)
        assert "reply_sent" in await kinds(office, number)
        case = (await office.get(f"/cases/{number}")).json()
        assert case["first_answered_at"] == "2026-11-25T14:00:11Z"

    async def test_a_reply_that_is_undone_is_a_draft_again(self, office: Office, number: str, agent: Visitor) -> None:
        reply = await replied(agent, number)
        await agent.post(f"/casos/{number}/respuestas/{reply}/deshacer")
        office.clock.passes(seconds=11)
        await let_go(office)
        assert "reply_sent" not in await kinds(office, number)
        assert f"{WORDS}</textarea>" in (await agent.get(f"/casos/{number}")).text

    @pytest.mark.parametrize(("files", "told"), [({"files": ("a.txt", b"hola")}, True), (None, False)])
    @pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}], ids=["without a script", "with a script"])
    async def test_a_reply_that_had_files_asks_for_them_again(
        self, number: str, agent: Visitor, headers: dict[str, str], files: Any, *, told: bool
    ) -> None:
        await agent.post(f"/casos/{number}/ordenes/replies", key="a-key-of-a-form", body=WORDS, files=files)
        reply = await waiting(agent, number)
        answer = await agent.post(f"/casos/{number}/respuestas/{reply}/deshacer", headers=headers)
        page = answer if headers else await agent.get(answer.headers["location"])
        assert ("elija de nuevo sus archivos" in page.text) is told
        assert f"{WORDS}</textarea>" in page.text

    async def test_the_time_that_is_left_is_no_news(self, number: str, agent: Visitor) -> None:
        await replied(agent, number)
        page = (await agent.get(f"/casos/{number}")).text
        assert re.search(r'<span class="ticks" role="timer" aria-live="off" [^>]*data-short>', page)

    async def test_undoing_loses_nothing_that_was_written_since(self, number: str, agent: Visitor) -> None:
        reply = await replied(agent, number)
        await agent.post(f"/casos/{number}/borradores/replies", body="Y además")
        await agent.post(f"/casos/{number}/respuestas/{reply}/deshacer")
        assert f"{WORDS}\n\nY además</textarea>" in (await agent.get(f"/casos/{number}")).text

    async def test_is_too_late_once_it_left(self, office: Office, number: str, agent: Visitor) -> None:
        reply = await replied(agent, number)
        office.clock.passes(seconds=11)
        await let_go(office)
        answer = await agent.post(f"/casos/{number}/respuestas/{reply}/deshacer")
        assert answer.status_code == 409
        assert "Ya es tarde" in answer.text

    async def test_is_the_authors(self, office: Office, number: str, agent: Visitor) -> None:
        reply = await replied(agent, number)
        async with visitor(office, "director") as other:
            assert WORDS in (await other.get(f"/casos/{number}")).text
            assert (await other.post(f"/casos/{number}/respuestas/{reply}/deshacer")).status_code == 409

    async def test_a_customer_does_not_see_what_has_not_left(self, office: Office, number: str, agent: Visitor) -> None:
        await replied(agent, number)
        async with visitor(office, "contact") as contact:
            assert WORDS not in (await contact.get(f"/casos/{number}/partes/all")).text

    async def test_a_double_click_sends_one_reply(self, office: Office, number: str, agent: Visitor) -> None:
        key = key_of(await agent.get(f"/casos/{number}"), "replies")
        for _ in range(2):
            await agent.post(f"/casos/{number}/ordenes/replies", key=key, body=WORDS)
        office.clock.passes(seconds=11)
        await let_go(office)
        await agent.post(f"/casos/{number}/ordenes/replies", key=key, body=WORDS)
        office.clock.passes(seconds=11)
        await let_go(office)
        assert (await kinds(office, number)).count("reply_sent") == 1

    async def test_a_reply_waits_for_the_engine(self, office: Office, number: str, agent: Visitor) -> None:
        await replied(agent, number)
        office.clock.passes(seconds=11)
        office.desk.down = True
        await let_go(office)
        office.desk.down = False
        office.clock.passes(seconds=TAKEN_FOR.total_seconds() + 1)
        await let_go(office)
        assert (await kinds(office, number)).count("reply_sent") == 1

    async def test_a_worker_that_ended_in_between_sends_nothing_twice(
        self, office: Office, number: str, agent: Visitor
    ) -> None:
        await replied(agent, number)
        office.clock.passes(seconds=11)
        [taken] = await pending_replies.take_due(office.db, at=office.clock())
        await replies._send(office.db, office.desk, taken, at=office.clock())  # and it ends before it says so
        assert await pending_replies.take_due(office.db, at=office.clock()) == []
        office.clock.passes(seconds=TAKEN_FOR.total_seconds() + 1)
        await let_go(office)
        assert (await kinds(office, number)).count("reply_sent") == 1
        assert await waiting(agent, number) == ""

    async def test_what_a_closed_case_does_not_take_goes_back(
        self, office: Office, number: str, agent: Visitor
    ) -> None:
        reply = await replied(agent, number)
        await office.give(number, "withdrawal", "contact")
        office.clock.passes(seconds=11)
        await let_go(office)
        assert "Su respuesta no salió." in (await agent.get(f"/casos/{number}")).text
        await agent.post(f"/casos/{number}/respuestas/{reply}/deshacer")
        assert await waiting(agent, number) == ""

    async def test_an_empty_reply_is_refused_at_once(self, number: str, agent: Visitor) -> None:
        answer = await agent.post(f"/casos/{number}/ordenes/replies", key="a-key-of-a-form", body="  ")
        assert answer.status_code == 422


class TestPresence:
    async def test_shows_who_else_is_there(self, office: Office, number: str, agent: Visitor) -> None:
        async with visitor(office, "director") as director:
            assert "Ana Torres tiene abierto este caso" in (await director.get(f"/casos/{number}")).text

    async def test_shows_who_writes(self, office: Office, number: str, agent: Visitor) -> None:
        await agent.post(f"/casos/{number}/presencia", page="a-page-of-mine", writing="true")
        async with visitor(office, "director") as director:
            page = (await director.get(f"/casos/{number}/partes/presence")).text
        assert "Ana Torres está escribiendo" in page

    async def test_is_over_when_the_page_is_closed_or_silent(self, office: Office, number: str, agent: Visitor) -> None:
        office.clock.passes(minutes=1)
        await agent.post(f"/casos/{number}/presencia", page="a-page-of-mine")
        await agent.post(f"/casos/{number}/presencia/fin", page="a-page-of-mine")
        async with visitor(office, "director") as director:
            assert "Ana Torres tiene" not in (await director.get(f"/casos/{number}/partes/presence")).text

    async def test_is_nothing_for_customers(self, office: Office, number: str, agent: Visitor) -> None:
        async with visitor(office, "contact") as contact:
            assert "tiene abierto" not in (await contact.get(f"/casos/{number}")).text
            assert (await contact.post(f"/casos/{number}/presencia", page="a-page-of-mine")).status_code == 403


class TestCannedReplies:
    async def make(self, agent: Visitor, **fields: str) -> str:
        """A canned reply's id."""
        words = "Hola {contacto}, soy {agente}: {caso} { x }."
        given: dict[str, Any] = {"key": "a-key-of-mine", "title": "Saludo", "body": words} | fields
        assert (await agent.post("/respuestas", **given)).status_code == 303
        found = re.search(r'href="/respuestas/([^"]+)"', (await agent.get("/respuestas")).text)
        assert found
        return found[1]

    async def test_are_filled_in_for_the_case(self, number: str, agent: Visitor) -> None:
        reply = await self.make(agent)
        words = (await agent.get(f"/casos/{number}/plantillas/{reply}")).text
        assert words == f"Hola Ana, soy Ana Torres: {number} {{ x }}."

    async def test_are_put_into_the_composer_without_a_script(self, number: str, agent: Visitor) -> None:
        reply = await self.make(agent)
        for draft in set(TAKE_CANNED) - {
            "chat/lines"
        }:  # into what the customer reads: a reply, a question, the solution
            page = html.unescape((await agent.get(f"/casos/{number}", plantilla=reply, para=draft)).text)
            assert re.search(rf'data-draft="{draft}"[^>]*>Hola Ana, soy Ana Torres', page), draft
        other = html.unescape((await agent.get(f"/casos/{number}", plantilla=reply, para="notes")).text)
        assert "Hola Ana" not in other

    @pytest.mark.parametrize("body", ["Hola {contact}", "{nombre}, buenas", "{caso} y {Contacto}"])
    async def test_with_a_placeholder_that_nobody_knows_are_not_kept(self, agent: Visitor, body: str) -> None:
        answer = await agent.post("/respuestas", key="a-key-of-mine", title="Saludo", body=body)
        assert (answer.status_code, "{contacto}, {caso}, {agente}" in answer.text) == (422, True)
        assert html.escape(body) in answer.text  # nothing that was typed is lost

    async def test_are_previewed_filled_in(self, agent: Visitor) -> None:
        reply = await self.make(agent)
        assert "Hola Ángela Patricia Suárez, soy Ana Torres" in (await agent.get(f"/respuestas/{reply}")).text

    async def test_have_an_end(self, agent: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("storage.workbench.canned_replies.MOST", 1)
        reply = await self.make(agent)
        answer = await agent.post("/respuestas", key="another-key", title="Despedida", body="Quedamos atentos.")
        assert (answer.status_code, "1 respuestas" in answer.text, "Quedamos atentos." in answer.text) == (
            422,
            True,
            True,
        )
        assert (await agent.post(f"/respuestas/{reply}", title="Otro", body="Buenos días")).status_code == 303

    async def test_are_changed_and_removed(self, agent: Visitor) -> None:
        reply = await self.make(agent)
        await agent.post(f"/respuestas/{reply}", title="Otro saludo", body="Buenos días")
        assert "Otro saludo" in (await agent.get("/respuestas")).text
        await agent.post(f"/respuestas/{reply}/eliminar")
        assert "Otro saludo" not in (await agent.get("/respuestas")).text

    @pytest.mark.parametrize(("shared", "seen"), [("true", True), ("false", False)])
    async def test_are_ones_own_unless_shared(self, office: Office, agent: Visitor, shared: str, seen: bool) -> None:
        reply = await self.make(agent, shared=shared)
        async with visitor(office, "director") as other:
            assert ("Saludo" in (await other.get("/respuestas")).text) is seen
            assert ((await other.get(f"/respuestas/{reply}")).status_code == 200) is seen

    async def test_of_two_who_send_the_same_key_are_two(self, office: Office, agent: Visitor) -> None:
        await self.make(agent)
        async with visitor(office, "director") as other:
            await self.make(other, title="Mío")
            assert "Mío" in (await other.get("/respuestas")).text

    @pytest.mark.parametrize("key", ["", "corta", "x" * 101, "una llave", "../../otra", "llave'--ñ"])
    async def test_are_made_under_a_key_of_our_pages(self, agent: Visitor, key: str) -> None:
        answer = await agent.post("/respuestas", key=key, title="Saludo", body="Hola")
        assert answer.status_code in (404, 422)
        assert "Saludo" not in (await agent.get("/respuestas")).text

    async def test_need_a_title_and_a_text(self, agent: Visitor) -> None:
        answer = await agent.post("/respuestas", key="a-key-of-mine", title="", body="Hola")
        assert (answer.status_code, "Hola</textarea>" in answer.text) == (422, True)

    async def test_are_nothing_for_customers(self, office: Office, number: str) -> None:
        async with visitor(office, "contact") as contact:
            assert (await contact.get("/respuestas")).status_code == 403


class TestMerging:
    async def test_links_both_ways(self, office: Office, number: str, agent: Visitor) -> None:
        other = await office.open(title="Otra vez el mapa")
        preview = await agent.get(f"/casos/{other}/duplicado", de=number, q="mapa")
        found = re.search(r'name="key" value="([^"]+)"', preview.text)
        assert found
        await agent.post(f"/casos/{other}/ordenes/duplicate-of", key=found[1], number=number)
        assert f"Duplicado de {number}" in (await agent.get(f"/casos/{other}")).text
        async with visitor(office, "contact") as contact:
            assert f"Lo repite {other}" in (await contact.get(f"/casos/{number}")).text

    async def test_finds_the_customers_other_cases(self, office: Office, number: str, agent: Visitor) -> None:
        other, foreign = await office.open(title="Otra vez el mapa"), await office.open("premium_contact")
        page = (await agent.get(f"/casos/{number}/duplicado", q="otra vez")).text
        assert f"de={other}" in page
        assert f"de={foreign}" not in page

    async def test_previews_no_other_customers_case(self, office: Office, number: str, agent: Visitor) -> None:
        foreign = await office.open("premium_contact")
        assert (await agent.get(f"/casos/{number}/duplicado", de=foreign)).status_code == 404
