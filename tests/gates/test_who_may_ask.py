"""Who may ask and how, over HTTP on the real service: REQ-1 to REQ-7, each refused and each accepted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from httpx import Response

from tests.api.office import NEW_CASE, NEW_PREMIUM_CASE, PREMIUM, STANDARD, Office
from tests.gates.conftest import Gate
from tests.support.lives import bogota

ANA = "ana@cliente.example"
ROSTER, PREMIUM_ROSTER = f"/customers/{STANDARD}/contacts", f"/customers/{PREMIUM}/contacts"


def person(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "email": f"{name.lower()}@cliente.example",
        "is_system_administrator": name == "Ana",
        "notice_reference": "Carta 17",
        "notified_on": "2026-11-02",
        "can_sign_in": True,
    } | changes


def told(answer: Response) -> tuple[int, str, str]:
    body = answer.json()
    return answer.status_code, body["type"].removeprefix("urn:escala:"), body.get("rule", "")


async def name_for(office: Office, customer: str, *people: dict[str, Any]) -> dict[str, str]:
    """The ids of the customer's roster by name, once it is these people."""
    answer = await office.put(f"/customers/{customer}/contacts", list(people))
    assert answer.status_code == 200, answer.text
    return {each["name"]: each["id"] for each in answer.json()["items"]}


class TestContacts:
    @pytest.mark.rule("REQ-1")
    async def test_a_named_contact_opens_a_case(self, gate: Gate) -> None:
        assert (await gate.office.post("/cases", NEW_CASE, "contact")).status_code == 201

    @pytest.mark.rule("REQ-1")
    async def test_nobody_else_does(self, gate: Gate) -> None:
        """An unknown person, and one who was taken off the roster."""
        ids = await name_for(gate.office, STANDARD, person("Ana"), person("Luz", can_sign_in=False))
        await name_for(gate.office, STANDARD, person("Ana"))
        for nobody in ("nobody", ids["Luz"]):
            answer = await gate.office.post("/cases", NEW_CASE | {"contact_id": nobody}, "agent")
            assert told(answer) == (422, "contact-not-authorized", "REQ-1")

    @pytest.mark.rule("REQ-1")
    async def test_a_contact_of_another_customer_is_not_there(self, gate: Gate) -> None:
        foreign = NEW_CASE | {"contact_id": NEW_PREMIUM_CASE["contact_id"]}
        assert told(await gate.office.post("/cases", foreign, "contact"))[:2] == (404, "not-found")
        assert told(await gate.office.post("/cases", foreign, "agent"))[:2] == (422, "solution-unknown")

    @pytest.mark.rule("REQ-2")
    async def test_a_roster_has_an_administrator(self, gate: Gate) -> None:
        refused = await gate.office.put(ROSTER, [person("Luz")])
        assert told(refused) == (422, "administrator-missing", "REQ-2")
        assert set(await name_for(gate.office, STANDARD, person("Ana"), person("Luz"))) == {"Ana", "Luz"}

    @pytest.mark.rule("REQ-3")
    async def test_a_contact_is_named_in_writing_and_active_from_that_day(self, gate: Gate) -> None:
        refused = await gate.office.put(ROSTER, [person("Ana"), person("Luz", notice_reference=None)])
        assert told(refused) == (422, "written-notice-missing", "REQ-3")
        ids = await name_for(gate.office, STANDARD, person("Ana"), person("Luz", notified_on="2026-11-26"))
        case = NEW_CASE | {"contact_id": ids["Luz"]}
        assert told(await gate.office.post("/cases", case))[:2] == (422, "contact-not-authorized")
        gate.office.clock.at = bogota("2026-11-26 00:00")
        assert (await gate.office.post("/cases", case)).status_code == 201

    @pytest.mark.rule("REQ-5")
    async def test_a_case_says_what_was_analysed(self, gate: Gate) -> None:
        refused = await gate.office.post("/cases", NEW_CASE | {"prior_analysis": " "}, "contact")
        assert told(refused) == (422, "prior-analysis-missing", "REQ-5")
        assert (await gate.office.post("/cases", NEW_CASE, "contact")).status_code == 201


class TestPlacesToSignIn:
    @pytest.mark.rule("REQ-6")
    @pytest.mark.rule("PLAN-8")
    @pytest.mark.parametrize(("roster", "plan", "places"), [(ROSTER, "Estándar", 2), (PREMIUM_ROSTER, "Premium", 5)])
    async def test_are_those_of_the_plan(self, gate: Gate, roster: str, plan: str, places: int) -> None:
        people = [person("Ana"), *(person(f"P{n}") for n in range(places))]
        refused = await gate.office.put(roster, people)
        assert told(refused) == (422, "too-many-sign-ins", "REQ-6")
        assert f"El plan {plan} permite que {places} contactos" in refused.json()["detail"]
        kept = (await gate.office.put(roster, people[:places])).json()
        assert (kept["plan"], kept["places"], len(kept["items"]), kept["sign_in_choice_needed"]) == (
            "standard" if places == 2 else "premium", places, places, False
        )  # fmt: skip

    @pytest.mark.rule("REQ-6")
    async def test_the_last_one_goes_to_one_of_those_who_race_for_it(self, gate: Gate) -> None:
        race = (gate.office.post(ROSTER, person(f"P{n}"), "admin") for n in range(4))
        answers = await asyncio.gather(*race)
        assert sorted(each.status_code for each in answers) == [201, 422, 422, 422]
        assert len((await gate.office.get(ROSTER)).json()["items"]) == 2

    @pytest.mark.rule("REQ-6")
    async def test_of_two_new_rosters_in_place_of_the_same_one_is_taken(self, gate: Gate) -> None:
        office = gate.office
        headers = office.headers("admin", **{"If-Match": (await office.get(ROSTER)).headers["etag"]})
        race = (
            office.client.put(f"/api/v1{ROSTER}", json=[person("Ana"), person(name)], headers=headers)
            for name in ("Luz", "Sol")
        )
        answers = await asyncio.gather(*race)
        assert sorted(each.status_code for each in answers) == [200, 409]
        assert told(max(answers, key=lambda each: each.status_code)) == (409, "roster-changed", "REQ-6")

    @pytest.mark.rule("REQ-6")
    async def test_a_token_holds_while_its_contact_is_named_to_sign_in(self, gate: Gate) -> None:
        assert (await gate.office.get("/cases", "contact")).status_code == 200
        await gate.office.post(ROSTER, person("Ana", can_sign_in=False), "admin")
        assert (await gate.office.get("/cases", "contact")).status_code == 401


class TestAPlanThatShrinks:
    """A Premium contract of five ends; without another one a customer has the places of Standard."""

    @pytest.fixture
    async def shrunk(self, gate: Gate) -> Office:
        await name_for(gate.office, PREMIUM, person("Ana"), *(person(f"P{n}") for n in range(4)))
        gate.office.clock.at = bogota("2028-01-01 00:00")
        return gate.office

    @pytest.mark.rule("PLAN-8")
    async def test_keeps_its_data_and_asks_which_stay(self, shrunk: Office) -> None:
        roster = (await shrunk.get(PREMIUM_ROSTER)).json()
        assert (roster["plan"], roster["places"], roster["sign_in_choice_needed"]) == ("standard", 2, True)
        assert [each["can_sign_in"] for each in roster["items"]] == [True] * 5
        assert [each["may_sign_in"] for each in roster["items"]] == [True, True, False, False, False]
        assert [each["choice_pending"] for each in roster["items"]] == [False, False, True, True, True]

    @pytest.mark.rule("PLAN-8")
    async def test_its_administrator_chooses(self, shrunk: Office) -> None:
        chosen = [person("Ana"), person("P3"), *(person(f"P{n}", can_sign_in=False) for n in range(3))]
        kept = (await shrunk.put(PREMIUM_ROSTER, chosen, "premium_contact")).json()
        assert kept["sign_in_choice_needed"] is False
        assert [each["name"] for each in kept["items"] if each["may_sign_in"]] == ["Ana", "P3"]

    @pytest.mark.rule("PLAN-8")
    async def test_its_administrator_may_choose_step_by_step(self, shrunk: Office) -> None:
        """Three of the five are still one too many: they are asked on, and two of them sign in."""
        three = [person("Ana"), person("P0"), person("P1")]
        kept = (await shrunk.put(PREMIUM_ROSTER, three, "premium_contact")).json()
        assert kept["sign_in_choice_needed"] is True
        assert [each["name"] for each in kept["items"] if each["may_sign_in"]] == ["Ana", "P0"]

    @pytest.mark.rule("REQ-6")
    async def test_nobody_more_is_named_to_sign_in_meanwhile(self, shrunk: Office) -> None:
        """A name is corrected and a contact who does not sign in is named; a sixth who does is refused."""
        assert (await shrunk.post(PREMIUM_ROSTER, person("P0", notice_reference="Carta 9"), "admin")).status_code == 201
        assert (await shrunk.post(PREMIUM_ROSTER, person("Sol", can_sign_in=False), "admin")).status_code == 201
        assert told(await shrunk.post(PREMIUM_ROSTER, person("Luz"), "admin")) == (422, "too-many-sign-ins", "REQ-6")

    @pytest.mark.rule("REQ-2")
    async def test_its_administrator_locks_no_administrator_out(self, shrunk: Office) -> None:
        nobody = [person("Ana", can_sign_in=False), *(person(f"P{n}", can_sign_in=False) for n in range(4))]
        answer = await shrunk.put(PREMIUM_ROSTER, nobody, "premium_contact")
        assert told(answer) == (422, "administrator-locked-out", "REQ-2")

    @pytest.mark.rule("REQ-3")
    async def test_its_administrator_names_nobody_without_a_written_notice(self, shrunk: Office) -> None:
        answer = await shrunk.put(PREMIUM_ROSTER, [person("Ana"), person("Nueva")], "premium_contact")
        assert told(answer) == (422, "written-notice-needed", "REQ-3")

    @pytest.mark.rule("PLAN-8")
    async def test_who_has_no_place_yet_is_told_to_ask_the_administrator(self, shrunk: Office) -> None:
        """The token's contact came last to the roster."""
        people = [person(f"P{n}", is_system_administrator=True) for n in range(4)]
        shrunk.clock.at = bogota("2027-12-31 09:00")
        await name_for(shrunk, PREMIUM, person("Ana"), *people)
        await name_for(shrunk, PREMIUM, person("Ana", is_system_administrator=False), *people)
        shrunk.clock.at = bogota("2028-01-01 09:00")
        answer = await shrunk.get("/cases", "premium_contact")
        assert told(answer) == (403, "sign-in-choice-pending", "PLAN-8")
        assert "su empresa" in answer.json()["detail"]


async def test_who_is_no_administrator_chooses_nothing(gate: Gate) -> None:
    await name_for(
        gate.office, STANDARD, person("Ana", is_system_administrator=False), person("Luz", is_system_administrator=True)
    )
    assert told(await gate.office.put(ROSTER, [person("Luz")], "contact")) == (403, "administrator-decides", "REQ-2")


class TestChannels:
    @pytest.mark.rule("REQ-4")
    @pytest.mark.rule("PLAN-7")
    @pytest.mark.parametrize("channel", ["web", "chat", "email", "phone"])
    async def test_what_comes_on_a_channel_of_the_plan_becomes_a_case(self, gate: Gate, channel: str) -> None:
        answer = await gate.office.post("/cases", NEW_PREMIUM_CASE | {"channel": channel}, "agent")
        assert (answer.status_code, answer.json()["channel"]) == (201, channel)

    @pytest.mark.rule("REQ-7")
    @pytest.mark.rule("PLAN-7")
    @pytest.mark.parametrize(("channel", "day"), [("chat", "07"), ("email", "09"), ("phone", "10")])
    async def test_on_another_channel_no_case_is_opened_and_the_sender_is_told(
        self, gate: Gate, channel: str, day: str
    ) -> None:
        """Each on a day of its own, for the offices of these tests share the engine."""
        gate.office.clock.at = bogota(f"2026-12-{day} 09:00")
        answer = await gate.office.post("/cases", NEW_CASE | {"channel": channel}, "agent")
        await gate.ended(f"misdirected-contact-{STANDARD}-202612{day}")
        assert told(answer) == (422, "channel-not-in-plan", "PLAN-7")
        assert (await gate.office.get("/cases")).json()["items"] == []
        [letter] = gate.letters(ANA)
        assert "Por favor, pídalo de nuevo por: plataforma web." in letter.get_content()
        assert "Su plan Estándar no lo incluye" in letter.get_content()

    @pytest.mark.rule("REQ-7")
    async def test_the_sender_is_told_once_a_day(self, gate: Gate) -> None:
        """However many channels were tried; the day is Bogotá's."""
        for at, channel in (("03 09:00", "phone"), ("03 09:00", "chat"), ("03 23:59", "email"), ("04 00:00", "phone")):
            gate.office.clock.at = bogota(f"2026-12-{at}")
            assert (await gate.office.post("/cases", NEW_CASE | {"channel": channel})).status_code == 422
        for day in ("03", "04"):
            await gate.ended(f"misdirected-contact-{STANDARD}-202612{day}")
        assert len(gate.letters(ANA)) == 2
