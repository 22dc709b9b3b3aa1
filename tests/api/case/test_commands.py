"""Each command of the contract: taken, refused with its rule and a Spanish sentence, and allowed by role."""

from __future__ import annotations

from typing import Any

import pytest

from desk.commands.commands import OFFERS
from policy.case.commands import COMMANDS, AmendTerms, RecordPage
from policy.case.lifecycle import ROLES
from tests.api.given import BODIES, path_of, publish_incident, put_on_its_day, ready_for, who_gives
from tests.api.office import Office

PROVIDED_FOR_ELSEWHERE = {AmendTerms, RecordPage}
"""Amendments are of many cases at once: test_amendments tries them. Pages are the desk's: tests/desk/duty does."""


def test_the_api_offers_every_command_of_the_policy() -> None:
    assert {offer.command for offer in OFFERS} == set(COMMANDS) - PROVIDED_FOR_ELSEWHERE
    assert {offer.path for offer in OFFERS} == set(BODIES)


@pytest.mark.parametrize("command", BODIES)
async def test_is_taken_and_answers_the_case_after_its_turn(office: Office, command: str) -> None:
    number = await ready_for(office, command)
    await put_on_its_day(office, number, command)
    before = (await office.get(f"/cases/{number}")).json()["turn"]
    answer = await office.give(number, path_of(command), who_gives(command), **BODIES[command])
    assert answer.status_code == 200, answer.text
    assert (answer.json()["number"], answer.json()["turn"]) == (number, before + 1)


@pytest.mark.parametrize("command", BODIES)
async def test_is_refused_once_the_case_is_closed(office: Office, command: str) -> None:
    await publish_incident(office)
    number = await ready_for(office, "claim")
    await office.give(number, "withdrawal", "premium_contact")
    answer = await office.give(number, path_of(command), who_gives(command), **BODIES[command])
    told = answer.json()
    assert (answer.status_code, told["type"]) == (409, "urn:escala:case-closed")
    assert told["detail"].startswith(f"El caso {number} está cerrado")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.path)
async def test_is_refused_to_every_role_that_may_not_give_it(office: Office, offer: Any) -> None:
    number = await office.open("premium_contact")
    refusals = {"urn:escala:role-not-allowed", *(f"urn:escala:{each.name}" for each in offer.refusals)}
    people = {"premium_contact": "contact", "agent": "agent", "director": "director"}
    others = {"commercial": "commercial", "admin": "admin"}
    for who, role in {**people, **others}.items():
        if role not in ROLES[offer.command]:
            answer = await office.give(number, path_of(offer.path), who, **BODIES[offer.path])
            assert answer.status_code == 403, who
            assert answer.json()["type"] in refusals


@pytest.mark.parametrize(
    ("command", "body", "status", "name", "rule", "sentence"),
    [
        pytest.param("replies", {"body": "  "}, 422, "text-missing", "ESC-12", "no puede quedar vacío", id="replies"),
        pytest.param(
            "provider-escalations",
            {"provider": "google", "provider_case": " "},
            422,
            "provider-case-missing",
            "ESC-9",
            "el número del caso",
            id="provider-escalations",
        ),
        pytest.param("hand-offs", {"reason": ""}, 422, "reason-missing", "ESC-7", "motivo", id="hand-offs"),
        pytest.param(
            "transfers",
            {"group": "cocina", "reason": "x"},
            422,
            "unknown-group",
            "ESC-8",
            "cocina",
            id="unknown group",
            marks=pytest.mark.rule("ESC-8"),
        ),
        pytest.param(
            "transfers",
            {"reason": "x"},
            422,
            "transfer-target-unclear",
            "ESC-8",
            "indique solo uno",
            id="no target",
            marks=pytest.mark.rule("ESC-8"),
        ),
        pytest.param(
            "confirmation",
            {},
            409,
            "case-not-resolved",
            "ESC-14",
            "aún no se ha resuelto",
            id="confirmation",
            marks=pytest.mark.rule("ESC-14"),
        ),
        pytest.param(
            "provider-updates",
            {"body": "x"},
            409,
            "provider-not-involved",
            "ESC-9",
            "proveedor",
            id="provider-updates",
            marks=pytest.mark.rule("ESC-9"),
        ),
        pytest.param(
            "assignments", {"agent_id": "nadie"}, 422, "agent-unknown", None, "No existe el agente nadie", id="agent"
        ),
        pytest.param(
            "duplicate-of", {"number": "MA-2026-999999"}, 404, "duplicate-unknown", None, "no tiene un caso", id="dup"
        ),
    ],
)
async def test_is_refused_with_its_rule_and_a_spanish_sentence(
    office: Office, command: str, body: dict[str, Any], status: int, name: str, rule: str | None, sentence: str
) -> None:
    number = await office.open("premium_contact")
    answer = await office.give(number, command, who_gives(command), **body)
    told = answer.json()
    assert (answer.status_code, told["status"]) == (status, status), answer.text
    assert (told["type"], told.get("rule")) == (f"urn:escala:{name}", rule)
    assert sentence in told["detail"]


@pytest.mark.rule("ESC-8")
@pytest.mark.rule("PLAN-6")
async def test_a_transfer_is_refused_for_the_standard_plan_and_says_why(office: Office) -> None:
    told = (await office.give(await office.open(), "transfers", **BODIES["transfers"])).json()
    assert (told["type"], told["rule"]) == ("urn:escala:functional-escalation-not-in-plan", "ESC-8")
    assert "Premium" in told["detail"]


@pytest.mark.rule("ESC-7")
async def test_a_hand_off_stops_at_level_3(office: Office) -> None:
    number = await office.open()
    for _ in range(2):
        await office.give(number, "hand-offs", **BODIES["hand-offs"])
    answer = await office.give(number, "hand-offs", **BODIES["hand-offs"])
    assert (answer.status_code, answer.json()["rule"]) == (409, "ESC-7")


async def test_a_claim_is_refused_while_somebody_has_the_case(office: Office) -> None:
    number = await office.open()
    await office.give(number, "claim")
    answer = await office.give(number, "claim", "director")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:escala:already-claimed")
    assert "asignado a Ana Torres." in answer.json()["detail"]


async def test_a_claim_is_refused_to_an_agent_of_another_level(office: Office) -> None:
    answer = await office.give(await office.open(), "claim", "specialist")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:level-not-served")


async def test_a_case_of_another_customer_is_no_duplicate_and_not_told_of(office: Office) -> None:
    """The same answer as for a number that nobody has."""
    foreign, own = await office.open("premium_contact"), await office.open()
    found = await office.give(own, "duplicate-of", number=foreign)
    missing = await office.give(own, "duplicate-of", number="MA-2026-999999")
    assert found.status_code == missing.status_code == 404
    assert found.json()["detail"].replace(foreign, "") == missing.json()["detail"].replace("MA-2026-999999", "")


async def test_a_refusal_speaks_english_to_who_asks_for_it(office: Office) -> None:
    number = await office.open()
    answer = await office.post(f"/cases/{number}/replies", {"body": ""}, **{"Accept-Language": "en"})
    assert answer.json()["detail"] == "The text cannot be empty."
    assert answer.headers["content-language"] == "en"


async def test_free_text_never_reaches_the_engine(office: Office) -> None:
    number = await office.open()
    await office.give(number, "replies", body="Mi cédula es 52.123.456")
    [command] = office.desk.heard.values()
    assert "cédula" not in repr(command)
    assert (await office.timeline(number))[1]["data"]["body"] == "Mi cédula es 52.123.456"


class TestIfMatch:
    """A command that names the turn that its caller read is given to a case of that turn, or not at all."""

    async def test_a_case_that_went_on_takes_nothing(self, office: Office) -> None:
        number = await office.open()
        read = await office.get(f"/cases/{number}")
        assert read.headers["etag"] == f'"{read.json()["turn"]}"'
        await office.give(number, "answers", "contact", body="Otra cosa.")
        sent: dict[str, Any] = {"key": "mine", "If-Match": read.headers["etag"]}
        answer = await office.post(f"/cases/{number}/replies", {"body": "Lo vemos."}, **sent)
        assert (answer.status_code, answer.json()["type"]) == (412, "urn:escala:case-went-on")
        assert "reply_sent" not in [fact["kind"] for fact in await office.timeline(number)]
        sent["If-Match"] = (await office.get(f"/cases/{number}")).headers["etag"]
        for _ in range(2):  # repeated, it is the same request, though the case has gone on by it
            assert (await office.post(f"/cases/{number}/replies", {"body": "Lo vemos."}, **sent)).status_code == 200

    @pytest.mark.parametrize("named", ["7", '"x"', "*", 'W/"1"', '"1", "2"', '"' + "9" * 20 + '"'])
    async def test_names_one_turn(self, office: Office, named: str) -> None:
        number = await office.open()
        answer = await office.post(f"/cases/{number}/claim", **{"If-Match": named})
        assert answer.status_code == 422
