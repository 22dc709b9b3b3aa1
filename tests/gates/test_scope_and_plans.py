"""What each plan gives and what support is, over HTTP on the real service: PLAN-1 to 3, 9 to 15, SCOPE-1 to SCOPE-6.

Instants are Bogotá's and asserted to the second.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from httpx import AsyncClient

from policy.time.calendar import Closure
from policy.time.holiday_list import HolidayChanges
from tests.api.given import publish_incident
from tests.api.office import BASE, NEW_CASE, NEW_PREMIUM_CASE, PREMIUM, STANDARD, Office
from tests.gates.conftest import Gate
from tests.gates.reading import (
    ANA,
    CUSTOMERS,
    body,
    case_of,
    done,
    facts,
    letters,
    newcomer,
    opened,
    refused,
    shown,
)
from tests.support.lives import bogota, policy
from tests.support.serving import serving

MORNING = "2027-10-28 09:00"  # an ordinary Thursday
PLANS = pytest.mark.parametrize("plan", ["standard", "premium"])


@pytest.mark.rule("ESC-18")
async def test_two_cases_are_not_closed_as_duplicates_of_each_other_at_the_same_instant(gate: Gate) -> None:
    """Both are asked for at once, and both were open: one is closed, the other told why not, and goes on."""
    office, pair = gate.office, [await opened(gate, MORNING) for _ in range(2)]
    answers = await asyncio.gather(
        *(office.give(number, "duplicate-of", number=other) for number, other in zip(pair, reversed(pair), strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [second] = [answer for answer in answers if not answer.is_success]
    refused(second, 409, "duplicate-in-circle", "ESC-18", "se cerró a su vez como duplicado")
    [left] = [number for number, answer in zip(pair, answers, strict=True) if not answer.is_success]
    assert done(await office.give(left, "claim"))["status"] == "in_progress"


class TestBothPlans:
    @pytest.mark.rule("PLAN-2")
    @pytest.mark.parametrize(("plan", "name"), [("standard", "Estándar"), ("premium", "Premium")])
    async def test_speak_spanish(self, gate: Gate, plan: str, name: str) -> None:
        """In letters, and in refusals to whoever asks for a language that is not ours."""
        await opened(gate, MORNING, plan)
        [letter] = await letters(gate, ANA, "Recibimos su caso")
        assert f"con prioridad 2 (impacto grave), en el plan {name}." in body(letter)
        sent = gate.office.headers(CUSTOMERS[plan], **{"Idempotency-Key": "k", "Accept-Language": "fr"})
        answer = await gate.office.client.post(f"{BASE}/cases", json=NEW_CASE | {"title": 7}, headers=sent)
        refused(answer, 422, "invalid-input", None, "Algunos datos no son válidos")

    @PLANS
    @pytest.mark.parametrize(
        "category",
        [
            pytest.param("incident", marks=pytest.mark.rule("PLAN-3")),
            pytest.param("question", marks=pytest.mark.rule("SCOPE-1")),
            pytest.param("best_practice", marks=pytest.mark.rule("PLAN-10")),
            pytest.param("architecture", marks=pytest.mark.rule("PLAN-11")),
        ],
    )
    async def test_take_every_category_of_support(self, gate: Gate, plan: str, category: str) -> None:
        case = await case_of(gate.office, await opened(gate, MORNING, plan, category=category))
        assert (case["status"], case["category"], case["plan"]) == ("new", category, plan)

    @pytest.mark.rule("PLAN-11")
    @pytest.mark.parametrize(("plan", "goes"), [("standard", "recommended_practice"), ("premium", "concrete_cases")])
    async def test_say_how_far_help_with_an_architecture_goes(self, gate: Gate, plan: str, goes: str) -> None:
        number = await opened(gate, MORNING, plan, category="architecture")
        [first, *_] = await gate.office.timeline(number)
        assert first["data"]["architecture_help"] == goes

    @pytest.mark.rule("PLAN-3")
    @pytest.mark.rule("PLAN-10")
    @pytest.mark.rule("PLAN-11")
    @pytest.mark.rule("SCOPE-1")
    async def test_take_no_other_category(self, gate: Gate) -> None:
        for request, who in ((NEW_CASE, "contact"), (NEW_PREMIUM_CASE, "premium_contact")):
            answer = await gate.office.post("/cases", request | {"category": "development"}, who)
            refused(answer, 422, "invalid-input", None, "no son válidos")
            assert answer.json()["errors"][0]["path"] == "category"

    @pytest.mark.rule("PLAN-9")
    @PLANS
    async def test_let_the_customer_follow_its_case_in_real_time(self, gate: Gate, plan: str) -> None:
        """What support does, and what a clock does by itself, reach whoever is listening."""
        number = await opened(gate, MORNING, plan)
        async with asyncio.timeout(20), serving(gate.office.app) as address, AsyncClient(base_url=address) as client:
            sent = gate.office.headers(CUSTOMERS[plan])
            async with client.stream("GET", f"{BASE}/cases/{number}/stream", headers=sent) as answer:
                happens = _happenings(answer.aiter_lines())
                assert await anext(happens) == "case_opened"
                done(await gate.office.give(number, "claim"))
                assert await anext(happens) == "case_claimed"
                await gate.until(number, bogota("2027-10-28 10:00"))
                told = {await anext(happens) for _ in range(2)}
        assert told == {"initial_attention_missed", "handed_off"}

    @pytest.mark.rule("PLAN-9")
    async def test_let_no_other_customer_follow_it(self, gate: Gate) -> None:
        number = await opened(gate, MORNING)
        for page in ("", "/timeline", "/stream", "/clocks"):
            answer = await gate.office.get(f"/cases/{number}{page}", "premium_contact")
            refused(answer, 404, "not-found", None, "No se encontró lo que busca")


class TestTheHours:
    @pytest.mark.rule("PLAN-1")
    @pytest.mark.rule("PLAN-14")
    @pytest.mark.parametrize(
        ("opened_at", "standard", "premium"),
        [
            ("2027-10-28 11:30", "2027-10-28 13:30", "2027-10-28 12:30"),  # lunch
            ("2027-10-28 16:30", "2027-10-29 08:30", "2027-10-28 17:30"),  # night
            ("2027-10-29 16:30", "2027-11-02 08:30", "2027-10-29 17:30"),  # a weekend and All Saints' Monday
            ("2027-12-08 10:00", "2027-12-09 09:00", "2027-12-08 11:00"),  # a holiday in the week
            ("2026-07-10 16:30", "2026-07-14 08:30", "2026-07-10 17:30"),  # Ley 2578 of 2026, moved to 13 July
        ],
    )
    async def test_are_8x5_less_holidays_for_standard_and_7x24_for_premium(
        self, gate: Gate, opened_at: str, standard: str, premium: str
    ) -> None:
        """Level 1 holds priority 2 for an hour: on the case itself and in the preview."""
        for plan, level_2_at in (("standard", standard), ("premium", premium)):
            asked: dict[str, Any] = {"plan": plan, "priority": 2, "opened_at": shown(opened_at)}
            assert done(await gate.office.get("/sla/preview", **asked))["level_2_at"] == shown(level_2_at)
        if opened_at > "2027":
            number = await opened(gate, opened_at)
            assert (await case_of(gate.office, number))["next_hand_off_at"] == shown(standard)

    @pytest.mark.rule("PLAN-14")
    async def test_may_be_others_by_contract(self, gate: Gate) -> None:
        gate.office.clock.at = bogota(MORNING)
        customer = await newcomer(gate.office)
        unknown = await customer.contract("2027-10-01", "2027-12-31", paid=True, calendar="9x6")
        refused(unknown, 422, "unknown-calendar", "PLAN-14", "No existe un horario de atención llamado 9x6")
        done(await customer.contract("2027-10-01", "2027-12-31", paid=True, calendar="7x24"))
        case = await customer.case("2027-10-30 10:00")
        assert (case["plan"], case["next_hand_off_at"]) == ("standard", shown("2027-10-30 11:00"))


class TestTheContract:
    @pytest.mark.rule("PLAN-12")
    async def test_says_what_the_service_is_and_without_one_there_is_none(self, gate: Gate) -> None:
        gate.office.clock.at = bogota(MORNING)
        customer = await newcomer(gate.office)
        held = await customer.case(MORNING)
        done(await customer.contract("2027-10-29", "2027-12-31", paid=True, plan="premium"))
        served = await customer.case("2027-10-29 09:00", channel="phone")
        assert (held["status"], held["cover"], held["clocks"]["level"]) == ("held", "none", None)
        assert (served["status"], served["cover"], served["plan"]) == ("new", "contract", "premium")

    @pytest.mark.rule("PLAN-12")
    async def test_has_days_in_order_and_of_its_own(self, gate: Gate) -> None:
        gate.office.clock.at = bogota(MORNING)
        customer = await newcomer(gate.office)
        backwards = await customer.contract("2027-12-31", "2027-12-01")
        refused(backwards, 422, "term-ends-before-it-starts", "PLAN-12", "no puede terminar (1 de diciembre de 2027)")
        done(await customer.contract("2027-10-01", "2027-12-31"))
        second = await customer.contract("2027-12-31", "2028-12-31")
        refused(second, 422, "contracts-overlap", "PLAN-12", "dos contratos no pueden coincidir en el tiempo")

    @pytest.mark.rule("PLAN-13")
    async def test_may_hold_managed_support(self, gate: Gate) -> None:
        gate.office.clock.at = bogota(MORNING)
        customer = await newcomer(gate.office)
        unclear = await customer.contract("2027-10-01", "2027-10-31", managed_support="sí")
        refused(unclear, 422, "invalid-input", None, "no son válidos")
        done(await customer.contract("2027-10-01", "2027-10-31", paid=True, managed_support=True))
        done(await customer.contract("2027-11-01", "2027-12-31", paid=True))
        assert (await customer.case(MORNING))["managed_support"] is True
        assert (await customer.case("2027-11-02 09:00"))["managed_support"] is False


class TestWhatACaseWasOpenedUnder:
    @pytest.mark.rule("PLAN-15")
    async def test_stays_though_another_contract_follows(self, gate: Gate) -> None:
        """Standard to the year's end, Premium from then on: 16 business hours of level 3 from Friday at 11:00."""
        contract = {"plan": "premium", "starts_on": "2028-01-01", "ends_on": "2028-12-31", "paid": True}
        number = await opened(gate, "2027-12-30 16:00", proposed_priority=4)
        done(await gate.office.post(f"/customers/{STANDARD}/contracts", contract, "commercial"))
        old = await gate.until(number, bogota("2028-01-03 08:00"))
        new = await case_of(gate.office, await opened(gate, "2028-01-03 08:00", proposed_priority=4))
        assert (old["plan"], old["clocks"]["level"]["due_at"]) == ("standard", shown("2028-01-04 11:00"))
        assert (new["plan"], new["next_hand_off_at"]) == ("premium", shown("2028-01-03 10:00"))

    @pytest.mark.rule("PLAN-14")
    @pytest.mark.rule("PLAN-15")
    async def test_stays_though_the_policy_file_changes_until_the_director_amends_it(self, gate: Gate) -> None:
        """A law makes Thursday a holiday, the day after the case was opened with two hours at its level."""
        number = await opened(gate, "2027-10-27 16:30", proposed_priority=4)
        version = _law(gate.office)
        new = await case_of(gate.office, await opened(gate, "2027-10-27 16:30", proposed_priority=4))
        kept = await case_of(gate.office, number)
        amendment = {"what": ["holidays"], "numbers": [number], "reason": "Ley nueva.", "policy_version": version}
        done(await gate.office.post("/amendments", amendment, "director"))
        amended = await case_of(gate.office, number)
        assert [each["next_hand_off_at"] for each in (new, kept, amended)] == [
            shown("2027-10-29 09:30"),
            shown("2027-10-28 09:30"),
            shown("2027-10-29 09:30"),
        ]

    @pytest.mark.rule("PLAN-15")
    async def test_is_amended_by_nobody_else_and_as_it_was_previewed(self, gate: Gate) -> None:
        number = await opened(gate, MORNING)
        amendment = {"what": ["holidays"], "numbers": [number], "reason": "Ley nueva.", "policy_version": "old"}
        refused(await gate.office.post("/amendments", amendment), 403, "role-not-allowed", None, "Su rol no permite")
        outdated = await gate.office.post("/amendments", amendment, "director")
        refused(outdated, 422, "policy-changed", "PLAN-15", "Vuelva a ver primero la vista previa")


class TestSupportIs:
    @pytest.mark.rule("SCOPE-1")
    async def test_the_review_of_a_case_that_says_what_happens_to_the_customers_own_solution(self, gate: Gate) -> None:
        silent = await gate.office.post("/cases", NEW_CASE | {"description": " "}, "contact")
        refused(silent, 422, "description-missing", "SCOPE-1", "una descripción de lo que ocurre")
        foreign = NEW_CASE | {"solution_id": NEW_PREMIUM_CASE["solution_id"]}
        refused(await gate.office.post("/cases", foreign), 422, "solution-unknown", "SCOPE-1", "no tiene esa solución")
        number = await opened(gate, MORNING)
        done(await gate.office.give(number, "replies", body="Le recomendamos agrupar las capas."))
        [reply] = await facts(gate.office, number, "reply_sent", "contact")
        assert reply["data"]["body"] == "Le recomendamos agrupar las capas."


class TestSupportIsNot:
    @pytest.mark.rule("SCOPE-5")
    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            pytest.param("development", "desarrollo o consultoría", marks=pytest.mark.rule("SCOPE-2")),
            pytest.param("data_load", "carga de información en la solución", marks=pytest.mark.rule("SCOPE-3")),
            pytest.param("database_update", "actualización de las bases de datos", marks=pytest.mark.rule("SCOPE-4")),
        ],
    )
    async def test_what_is_closed_with_its_reason_and_where_to_turn(self, gate: Gate, kind: str, words: str) -> None:
        """Its clocks stop, and nothing of it is kept or missed."""
        number = await opened(gate, MORNING)
        reason = "Esto lo cotiza el equipo comercial."
        case = done(await gate.office.give(number, "out-of-scope", kind=kind, reason=reason))
        told = (case["status"], case["closing_reason"], case["out_of_scope_kind"])
        assert told == ("closed", "out_of_scope", kind)
        assert {clock["state"] for clock in case["clocks"].values()} == {"stopped"}
        assert await gate.ended(number) == "out_of_scope"
        [letter] = await letters(gate, ANA, "Cerramos su caso")
        assert all(each in body(letter) for each in (words, reason, "comercial@"))

    @pytest.mark.rule("SCOPE-2")
    @pytest.mark.rule("SCOPE-3")
    @pytest.mark.rule("SCOPE-4")
    @pytest.mark.rule("SCOPE-5")
    async def test_said_without_a_reason_nor_by_the_customer_nor_of_another_kind(self, gate: Gate) -> None:
        number = await opened(gate, MORNING)
        found = {"kind": "data_load", "reason": "No hace parte del soporte."}
        silent = await gate.office.give(number, "out-of-scope", **found | {"reason": ""})
        refused(silent, 422, "reason-missing", "SCOPE-5", "Indique el motivo")
        by_the_customer = await gate.office.give(number, "out-of-scope", "contact", **found)
        refused(by_the_customer, 403, "role-not-allowed", None, "Su rol no permite")
        unknown = await gate.office.give(number, "out-of-scope", **found | {"kind": "training"})
        refused(unknown, 422, "invalid-input", None, "no son válidos")
        assert (await case_of(gate.office, number))["status"] == "new"

    @pytest.mark.rule("SCOPE-5")
    async def test_worked_on_any_more(self, gate: Gate) -> None:
        number = await opened(gate, MORNING)
        done(await gate.office.give(number, "out-of-scope", kind="data_load", reason="No hace parte del soporte."))
        for command, sent in (("replies", {"body": "Hola."}), ("claim", {})):
            refused(await gate.office.give(number, command, **sent), 409, "case-closed", None, "está cerrado")
        assert [each["kind"] for each in await gate.office.timeline(number)] == ["case_opened", "case_closed"]


class TestProvidersIncidents:
    CODE = "google-maps-platform:outage"

    @pytest.mark.rule("SCOPE-6")
    async def test_that_overlap_a_cloud_case_in_time_and_product_are_shown_and_linked(self, gate: Gate) -> None:
        number = await self._about(gate, "cloud")
        assert await self._beside(gate, number) == [(self.CODE, False)]
        case = done(await gate.office.give(number, "provider-incidents", incident_id=self.CODE))
        assert (case["provider_incidents"], case["clocks"]["level"]["state"]) == ([self.CODE], "running")
        assert await self._beside(gate, number) == [(self.CODE, True)]

    @pytest.mark.rule("SCOPE-6")
    async def test_are_linked_once_and_only_if_they_were_published(self, gate: Gate) -> None:
        number = await self._about(gate, "cloud")
        unknown = await gate.office.give(number, "provider-incidents", incident_id="google-cloud:none")
        refused(unknown, 422, "incident-unknown", "SCOPE-6", "No se conoce aquí un incidente google-cloud:none")
        done(await gate.office.give(number, "provider-incidents", incident_id=self.CODE))
        again = await gate.office.give(number, "provider-incidents", incident_id=self.CODE)
        refused(again, 409, "provider-incident-already-linked", "SCOPE-6", "ya está vinculado al incidente")

    @pytest.mark.rule("SCOPE-6")
    async def test_are_not_shown_beside_a_case_on_anything_else(self, gate: Gate) -> None:
        """On software of the customer's own, or on another product of the provider's."""
        assert await self._beside(gate, await self._about(gate, "software")) == []
        assert await self._beside(gate, await self._about(gate, "cloud", "Places API")) == []

    @staticmethod
    async def _about(gate: Gate, kind: str, product: str = "Maps JavaScript API") -> str:
        """A case on a solution of that kind, opened two hours after the incident began."""
        await publish_incident(gate.office, "2027-10-28 07:00")
        map_ = {"name": "Mapa", "kind": kind, "provider_product": product}
        solution = done(await gate.office.post(f"/customers/{PREMIUM}/solutions", map_, "commercial"))
        return await opened(gate, MORNING, "premium", solution_id=solution["id"])

    @staticmethod
    async def _beside(gate: Gate, number: str) -> list[tuple[str, bool]]:
        found = done(await gate.office.get(f"/cases/{number}/provider-incidents", "premium_contact"))["items"]
        return [(each["id"], each["linked"]) for each in found]


def _law(office: Office) -> str:
    """A policy file with a holiday more, as the API would read it when it starts; its version."""
    holiday = Closure(date(2027, 10, 28), "Día de la vida")
    changed = replace(policy(), version="2027-10+law", holidays={"CO": HolidayChanges((holiday,))})
    office.app.state.desk = replace(office.app.state.desk, policy=changed)
    return changed.version


async def _happenings(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    """The kinds of what a stream tells of, as it comes."""
    async for line in lines:
        if line.startswith("data: "):
            told: dict[str, Any] = json.loads(line.removeprefix("data: "))
            yield told["kind"]
