"""A case's page without a screen: what it shows, to whom, and what its forms do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from tests.api.given import give, ready_for, tonight
from tests.api.office import STANDARD, Office
from tests.portal.case.test_customer_opening import uncovered
from tests.portal.people import Visitor, account, unspaced, visitor

PAYLOAD = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"


@asynccontextmanager
async def at_case(office: Office, who: str, number: str) -> AsyncIterator[Visitor]:
    """Somebody who has a case's page open."""
    async with visitor(office, who) as person:
        answer = await person.get(f"/casos/{number}")
        assert answer.status_code == 200, answer.text
        yield person


def key_of(page: Response, order: str) -> str:
    """The key of an order's form on a page."""
    found = re.search(rf'data-order="{order}".*?name="key" value="([^"]+)"', page.text, re.DOTALL)
    assert found, order
    return found[1]


@pytest.fixture
async def number(office: Office) -> str:
    return await office.open()


async def test_shows_everything_about_the_case(office: Office, number: str) -> None:
    async with visitor(office, "agent") as agent:
        page = (await agent.get(f"/casos/{number}")).text
    for expected in (number, "El mapa no carga", "Aparece en blanco", "Atención inicial", "Geoportal", "Nivel 1"):
        assert expected in page


@pytest.mark.parametrize("path", ["", "/partes/all", "/partes/conversation", "/eventos", "/duplicado"])
async def test_a_foreign_case_is_not_there(office: Office, number: str, path: str) -> None:
    async with visitor(office, "premium_contact") as stranger:
        assert (await stranger.get(f"/casos/{number}{path}")).status_code in {403, 404}
        assert (await stranger.get("/casos/MA-2026-999999")).status_code == 404
        assert (await stranger.get("/casos/%2e%2e")).status_code == 404


@pytest.mark.parametrize("part", ["", "/partes/all", "/partes/conversation", "/partes/side"])
async def test_a_customer_never_sees_an_internal_note(office: Office, number: str, part: str) -> None:
    await office.give(number, "notes", body="Parece la cuota de la API.")
    async with visitor(office, "contact") as contact:
        assert "la cuota de la API" not in (await contact.get(f"/casos/{number}{part}")).text


async def test_shows_what_people_wrote_as_text(office: Office) -> None:
    number = await office.open(title=PAYLOAD, description=PAYLOAD, prior_analysis=PAYLOAD)
    await office.give(number, "replies", body=PAYLOAD)
    for who in ("contact", "agent"):
        async with visitor(office, who) as person:
            page = (await person.get(f"/casos/{number}")).text
        assert "<img src=x" not in page
        assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Vea https://a.example/b?c=1&d=2.", 'href="https://a.example/b?c=1&amp;d=2" rel="noreferrer nofollow"'),
        ("(http://a.example)", 'rel="noreferrer nofollow" target="_blank">http://a.example</a>)'),
        ('https://a.example/"onclick=x', 'href="https://a.example/" rel='),
    ],
)
async def test_web_addresses_are_links(office: Office, number: str, said: str, shown: str) -> None:
    await office.give(number, "replies", body=f"{said} javascript:alert(1)")
    async with visitor(office, "contact") as contact:
        page = (await contact.get(f"/casos/{number}/partes/conversation")).text
    assert shown in page
    assert 'href="javascript:' not in page


async def test_an_order_twice_happens_once(office: Office, number: str) -> None:
    async with visitor(office, "agent") as agent:
        key = key_of(await agent.get(f"/casos/{number}"), "notes")
        for _ in range(2):
            answer = await agent.post(f"/casos/{number}/ordenes/notes", key=key, body="Una sola vez.")
            assert answer.status_code == 303
    assert [fact["kind"] for fact in await office.timeline(number)].count("note_added") == 1


async def test_a_refusal_says_the_rule_and_keeps_what_was_typed(office: Office, number: str) -> None:
    async with at_case(office, "agent", number) as agent:
        place = {"city_code": "11001", "address": "Calle 100 # 8A-55"}
        fields: dict[str, Any] = place | {"reason": "El servidor no responde."}
        answer = await agent.post(f"/casos/{number}/ordenes/visits", key="a-key-of-a-form", **fields)
    assert answer.status_code == 422
    assert "Regla ONS-" in answer.text
    assert "Calle 100 # 8A-55" in answer.text


async def test_a_refusal_answers_a_script_with_the_form_alone(office: Office, number: str) -> None:
    async with at_case(office, "agent", number) as agent:
        headers = {"hx-request": "true"}
        answer = await agent.post(f"/casos/{number}/ordenes/notes", headers=headers, key="a-key-of-a-form", body=" ")
    assert (answer.status_code, answer.text.lstrip()[:8]) == (422, "<section")


async def test_a_customer_confirms(office: Office, number: str) -> None:
    await office.give(number, "resolution", summary="Se amplió la cuota.")
    async with visitor(office, "contact") as contact:
        page = await contact.get(f"/casos/{number}")
        await contact.post(f"/casos/{number}/ordenes/confirmation", key=key_of(page, "confirmation"))
    assert (await office.get(f"/cases/{number}")).json()["status"] == "closed"


async def test_a_customer_rates_the_case_and_the_agents_see_it(office: Office, number: str) -> None:
    await office.give(number, "resolution", summary="Se amplió la cuota.")
    async with visitor(office, "contact") as contact:
        key = key_of(await contact.get(f"/casos/{number}"), "rating")
        answer = await contact.post(f"/casos/{number}/calificacion", key=key, score="4", comment="Muy claros.")
        assert answer.status_code == 303
    async with visitor(office, "agent") as agent:
        page = (await agent.get(f"/casos/{number}")).text
    assert "Calificado con 4 de 5" in page
    assert "Muy claros." in page


async def test_a_rating_without_a_score_is_asked_for_again(office: Office, number: str) -> None:
    await office.give(number, "resolution", summary="Se amplió la cuota.")
    async with at_case(office, "contact", number) as contact:
        answer = await contact.post(f"/casos/{number}/calificacion", key="a-key-of-a-form", comment="Muy claros.")
    assert answer.status_code == 422
    assert "Elija de 1 a 5." in answer.text
    assert "Muy claros." in answer.text


@pytest.mark.rule("PLAN-5")
async def test_the_explanation_adds_up_to_the_limit(office: Office, number: str) -> None:
    office.clock.passes(minutes=10)
    async with visitor(office, "contact") as contact:
        page = (await contact.get(f"/casos/{number}/partes/clocks")).text
    assert re.findall(r'class="figure total">([^<]+)<', page) == ["1:00:00", "1:00:00"]
    assert "por venir" in page


async def test_the_explanation_names_the_holidays(office: Office) -> None:
    office.clock.passes(days=12, hours=8, minutes=30)  # Monday, December 7, 17:30; the 8th is a holiday
    number = await office.open()
    async with visitor(office, "contact") as contact:
        page = (await contact.get(f"/casos/{number}/partes/clocks")).text
    assert "Inmaculada" in page
    assert re.findall(r'class="figure total">([^<]+)<', page) == ["1:00:00", "1:00:00"]


async def test_says_until_when_it_is_out_of_hours(office: Office, number: str) -> None:
    office.clock.passes(hours=12)
    number = await office.open()
    async with visitor(office, "contact") as contact:
        page = (await contact.get(f"/casos/{number}/partes/clocks")).text
    assert "Fuera del horario de atención hasta el jue 26 nov, 8:00" in page


@pytest.mark.rule("ESC-10")
async def test_says_what_a_pause_waits_for(office: Office, number: str) -> None:
    await office.give(number, "information-requests", body="¿Desde qué navegador?")
    async with visitor(office, "contact") as contact:
        page = (await contact.get(f"/casos/{number}/partes/clocks")).text
    assert "En pausa: en espera de información del cliente" in page
    assert "Se resuelve sin respuesta el" in page


def steps_of(page: Response) -> list[tuple[str, str]]:
    """Each step's state, and what it is called."""
    tracker = re.search(r'<ol class="steps.*?</ol>', unspaced(page.text))
    assert tracker
    return re.findall(r'<li class="([a-z-]+)"[^>]*><span>([^<]+)', tracker[0])


class TestTheStepTracker:
    @pytest.mark.parametrize(
        ("order", "who", "body", "last"),
        [
            ("withdrawal", "contact", {}, "Retirado"),
            ("out-of-scope", "agent", {"kind": "development", "reason": "Es desarrollo."}, "Fuera de alcance"),
            ("duplicate-of", "agent", {}, "Duplicado"),
        ],
    )
    async def test_ends_with_the_closing_reason(
        self, office: Office, number: str, order: str, who: str, body: dict[str, str], last: str
    ) -> None:
        await office.give(number, "hand-offs", reason="Es de base de datos.")
        other = {"number": await office.open()} if order == "duplicate-of" else {}
        assert (await office.give(number, order, who, **body, **other)).status_code == 200
        async with visitor(office, who) as person:
            steps = steps_of(await person.get(f"/casos/{number}"))
        came = [("done", "Recibido"), ("done", "Nivel 1"), ("done", "Nivel 2"), ("not-needed", "Nivel 3")]
        assert steps == [*came, ("present", last)]

    @pytest.mark.rule("WAR-3")
    async def test_shows_no_level_where_no_clock_ran(self, office: Office) -> None:
        await uncovered(office)
        number = await office.open()
        office.clock.passes(days=40)
        await office.desk.settle(number)
        async with visitor(office, "contact") as contact:
            steps = steps_of(await contact.get(f"/casos/{number}"))
        levels = [("not-needed", f"Nivel {level}") for level in (1, 2, 3)]
        assert steps == [("done", "Recibido"), *levels, ("present", "Sin cobertura")]

    async def test_ends_resolved_where_the_solution_was_given(self, office: Office, number: str) -> None:
        await office.give(number, "resolution", summary="Se amplió la cuota.")
        for order in ("", "confirmation"):
            if order:
                await office.give(number, order, "contact")
            async with visitor(office, "contact") as contact:
                assert steps_of(await contact.get(f"/casos/{number}"))[-1] == ("present", "Resuelto")


class TestWhatAgentsSee:
    async def test_the_group_and_the_provider_by_their_names(self, office: Office) -> None:
        number = await office.open("premium_contact")
        await office.give(number, "transfers", group="sig", reason="Es de capas.")
        await office.give(number, "provider-escalations", provider="google", provider_case="58120034")
        async with visitor(office, "agent") as agent:
            page = (await agent.get(f"/casos/{number}")).text
        assert "Sistemas de información geográfica<span" in page
        assert "trasladó el caso al grupo Sistemas de información geográfica" in page
        assert re.search(r">\s*Google, caso 58120034\s*<span", page)
        assert "escaló a Google, caso 58120034" in page
        assert not re.search(r">\s*sig\s*<", page)

    @pytest.mark.rule("ESC-9")
    @pytest.mark.parametrize(("written", "kept"), [("Google", "google"), ("Esri", "Esri")])
    async def test_a_provider_that_is_kept_by_its_own_name(
        self, office: Office, number: str, written: str, kept: str
    ) -> None:
        async with visitor(office, "agent") as agent:
            page = await agent.get(f"/casos/{number}")
            fields: dict[str, Any] = {
                "key": key_of(page, "provider-escalations"),
                "provider": written,
                "provider_case": "58120034",
            }
            assert 'name="provider" type="text" value="Google"' in page.text
            await agent.post(f"/casos/{number}/ordenes/provider-escalations", **fields)
        assert (await office.get(f"/cases/{number}")).json()["provider_case"]["provider"] == kept

    @pytest.mark.parametrize(("who", "offered"), [("agent", True), ("specialist", False), ("director", True)])
    async def test_the_case_to_take_only_where_they_serve_it(
        self, office: Office, number: str, who: str, *, offered: bool
    ) -> None:
        async with visitor(office, who) as person:
            assert ('data-order="claim"' in (await person.get(f"/casos/{number}")).text) is offered

    async def test_only_those_who_serve_the_case_to_assign_it_to(self, office: Office, number: str) -> None:
        for who in ("agent", "specialist", "director"):
            await account(office, who)
        await office.give(number, "hand-offs", reason="Es de base de datos.")
        async with visitor(office, "director") as director:
            page = unspaced((await director.get(f"/casos/{number}")).text)
        offered = re.search(r'<select id="assignments-agent".*?</select>', page)
        assert offered
        assert re.findall(r'value="([^"]+)"', offered[0]) == ["dora", "eva"]

    async def test_a_way_to_the_customers_page_and_the_contacts_address(self, office: Office, number: str) -> None:
        async with visitor(office, "agent") as agent:
            page = (await agent.get(f"/casos/{number}")).text
            assert (await agent.get(f"/clientes/{STANDARD}")).status_code == 200
        assert f'<a href="/clientes/{STANDARD}">' in page
        assert "mailto:" in page

    async def test_what_contacts_are_not_shown(self, office: Office, number: str) -> None:
        async with visitor(office, "contact") as contact:
            page = (await contact.get(f"/casos/{number}")).text
        assert "/clientes/" not in page
        assert "mailto:" not in page


class TestTransfers:
    async def transferred(self, office: Office, number: str, to: str) -> Response:
        async with visitor(office, "agent") as agent:
            key = key_of(await agent.get(f"/casos/{number}"), "transfers")
            return await agent.post(f"/casos/{number}/ordenes/transfers", key=key, to=to, reason="Es de facturación.")

    @pytest.mark.rule("ESC-8")
    @pytest.mark.parametrize(("to", "level", "group"), [("level 3", 3, None), ("group sig", 1, "sig")])
    async def test_go_to_a_group_or_straight_to_level_3(
        self, office: Office, to: str, level: int, group: str | None
    ) -> None:
        number = await office.open("premium_contact")
        assert (await self.transferred(office, number, to)).status_code == 303
        case = (await office.get(f"/cases/{number}")).json()
        assert (case["level"], case["group"]) == (level, group)

    @pytest.mark.rule("ESC-8")
    async def test_name_level_3_in_the_policys_words_until_the_case_is_there(self, office: Office) -> None:
        number, option = await office.open("premium_contact"), "Nivel 3 (Director de Tecnología y Operaciones)"
        async with visitor(office, "agent") as agent:
            assert option in (await agent.get(f"/casos/{number}")).text
            await office.give(number, "transfers", level=3, reason="Es urgente.")
            assert option not in (await agent.get(f"/casos/{number}")).text

    async def test_to_nowhere_are_refused_with_what_was_typed(self, office: Office) -> None:
        answer = await self.transferred(office, await office.open("premium_contact"), "reason x")
        assert answer.status_code == 422
        assert "Es de facturación." in answer.text


async def test_every_id_on_the_page_is_there_once(office: Office, number: str) -> None:
    for who in ("agent", "contact", "director"):
        async with visitor(office, who) as person:
            ids = re.findall(r'\sid="([^"]+)"', (await person.get(f"/casos/{number}")).text)
        assert len(ids) == len(set(ids))


@pytest.mark.rule("ONS-5")
async def test_a_visit_is_offered_to_be_started_by_who_was_sent_on_its_day(office: Office) -> None:
    """Not the day before, and not by a colleague."""
    number = await ready_for(office, "visits/start")
    starts = 'data-order="visits/start"'
    async with visitor(office, "agent") as agent:
        assert starts not in (await agent.get(f"/casos/{number}")).text
    await give(office, number, "visits/schedule", starts_at=tonight(office))
    for who, offered in (("agent", True), ("director", True), ("specialist", False)):
        async with visitor(office, who) as person:
            assert (starts in (await person.get(f"/casos/{number}")).text) is offered


@pytest.mark.rule("ONS-5")
async def test_a_resolved_case_is_still_signed_off_and_paid_for(office: Office) -> None:
    """Its customer signs, its engineer logs what the journey cost; nothing else of the visit is left to do."""
    number = await ready_for(office, "visits/sign-off")
    await give(office, number, "resolution")
    for who, orders in (("premium_contact", {"visits/sign-off"}), ("agent", {"visits/expenses"})):
        async with visitor(office, who) as person:
            page = (await person.get(f"/casos/{number}")).text
        assert set(re.findall(r'data-order="(visits[^"]*)"', page)) == orders


@pytest.mark.rule("WAR-4")
async def test_a_solution_of_equipment_that_nobody_diagnosed_is_refused_and_stays_as_it_was_typed(
    office: Office,
) -> None:
    number = await ready_for(office, "diagnosis")
    async with visitor(office, "agent") as agent:
        key = key_of(await agent.get(f"/casos/{number}"), "resolution")
        answer = await agent.post(f"/casos/{number}/ordenes/resolution", key=key, summary="Se cambió la batería.")
    assert answer.status_code == 409
    assert "no tiene diagnóstico" in answer.text
    assert "Regla WAR-4" in answer.text
    assert "Se cambió la batería." in answer.text


@pytest.mark.rule("WAR-2")
async def test_says_why_a_customer_with_an_unpaid_contract_has_other_terms(office: Office) -> None:
    """To both sides; not once it is paid, nor of a case under the contract."""
    unpaid = "El contrato Premium no está pagado para hoy"
    covered = await office.open("premium_contact")
    async with office.db.write() as connection:
        not_paid = "UPDATE contracts SET paid_through = NULL, registered_paid_through = NULL"
        await connection.execute(text(not_paid))
    held = await office.open("premium_contact")
    async with visitor(office, "agent") as agent, visitor(office, "premium_contact") as ana:
        for person in (agent, ana):
            told = [unpaid in unspaced((await person.get(f"/casos/{each}")).text) for each in (held, covered)]
            assert told == [True, False]
