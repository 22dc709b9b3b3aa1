"""Claims on equipment over HTTP: what was supplied, with its serial number, diagnosed by a specialist (WAR-4)."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from tests.api.given import BODIES, equipment
from tests.api.office import NEW_PREMIUM_CASE, Office

pytestmark = pytest.mark.rule("WAR-4")


async def claim(office: Office, about: dict[str, Any], **changes: Any) -> Response:
    return await office.post("/cases", NEW_PREMIUM_CASE | about | changes, "premium_contact")


@pytest.mark.parametrize("serial_number", ["SN-48213", "sn 48213", "SN48213"])
async def test_a_claim_names_the_serial_number(office: Office, serial_number: str) -> None:
    about = await equipment(office)
    assert (await claim(office, about, serial_number=serial_number)).status_code == 201


@pytest.mark.parametrize(
    ("serial_number", "name"), [(None, "serial-number-missing"), ("SN-48214", "serial-number-unknown")]
)
async def test_is_refused_without_the_right_one(office: Office, serial_number: str | None, name: str) -> None:
    answer = await claim(office, await equipment(office), serial_number=serial_number)
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:escala:{name}")
    assert answer.json()["rule"] == "WAR-4"


async def test_is_refused_for_what_others_supplied(office: Office) -> None:
    answer = await claim(office, await equipment(office, supplied_by_us=False))
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:equipment-not-supplied-by-us")


async def test_a_question_needs_no_serial_number(office: Office) -> None:
    assert (await claim(office, await equipment(office), category="question", serial_number=None)).status_code == 201


async def test_a_refused_claim_takes_no_number(office: Office) -> None:
    about = await equipment(office)
    await claim(office, about, serial_number=None)
    assert (await claim(office, about)).json()["number"] == "MA-2026-000001"


async def diagnosed(office: Office, who: str = "specialist", **changes: Any) -> Response:
    number = (await claim(office, await equipment(office))).json()["number"]
    return await office.give(number, "diagnosis", who, **BODIES["diagnosis"] | changes)


async def test_a_defect_is_covered_and_the_case_goes_on(office: Office) -> None:
    case = (await diagnosed(office)).json()
    assert (case["diagnosis"], case["status"]) == ("manufacturing_defect", "in_progress")


@pytest.mark.parametrize("cause", ["misuse", "wear", "other"])
async def test_any_other_cause_is_denied_with_its_reason(office: Office, cause: str) -> None:
    case = (await diagnosed(office, cause=cause, summary="La caja tiene señales de un golpe.")).json()
    assert (case["diagnosis"], case["closing_reason"]) == (cause, "not_covered")
    closed = (await office.timeline(case["number"], "premium_contact"))[-1]
    assert closed["data"]["words"] == "La caja tiene señales de un golpe."


@pytest.mark.parametrize(("who", "name"), [("agent", "specialist-diagnoses"), ("premium_contact", "role-not-allowed")])
async def test_is_diagnosed_by_a_specialist(office: Office, who: str, name: str) -> None:
    answer = await diagnosed(office, who)
    assert (answer.status_code, answer.json()["type"]) == (403, f"urn:escala:{name}")


async def test_what_is_no_equipment_is_not_diagnosed(office: Office) -> None:
    number = await office.open("premium_contact")
    answer = await office.give(number, "diagnosis", "director", **BODIES["diagnosis"])
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:not-equipment")


async def test_is_diagnosed_once_with_a_known_cause_and_in_words(office: Office) -> None:
    number = (await diagnosed(office)).json()["number"]
    again = await office.give(number, "diagnosis", "specialist", **BODIES["diagnosis"])
    assert (again.status_code, again.json()["type"]) == (409, "urn:escala:already-diagnosed")
    for bad, name in (({"cause": "ghosts"}, "invalid-input"), ({"summary": ""}, "text-missing")):
        assert (await diagnosed(office, **bad)).json()["type"] == f"urn:escala:{name}"
