"""A duplicate goes on in an open case of the same customer: chains lead to their last, circles are refused (ESC-18)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from tests.api.office import Office
from tests.portal.people import visitor

pytestmark = pytest.mark.rule("ESC-18")

ENDS: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "resolved": [("resolution", "agent", {"summary": "Listo."})],
    "confirmed": [("resolution", "agent", {"summary": "Listo."}), ("confirmation", "contact", {})],
    "withdrawn": [("withdrawal", "contact", {})],
    "out of scope": [("out-of-scope", "agent", {"kind": "data_load", "reason": "Carga de datos."})],
}


async def case_of(office: Office, number: str) -> dict[str, Any]:
    return dict((await office.get(f"/cases/{number}")).json())


@pytest.mark.parametrize("end", ENDS)
async def test_what_has_ended_is_nothing_to_go_on_in(office: Office, end: str) -> None:
    number, other = await office.open(), await office.open()
    for command, who, body in ENDS[end]:
        assert (await office.give(other, command, who, **body)).is_success
    answer = await office.give(number, "duplicate-of", number=other)
    told = answer.json()
    assert (answer.status_code, told["type"], told["rule"]) == (409, "urn:escala:duplicate-of-ended", "ESC-18")
    assert other in told["detail"]
    assert (await case_of(office, number))["status"] == "new"


async def test_a_chain_leads_to_its_last(office: Office) -> None:
    """Whichever of its cases is named; and whoever reads a case is led on when its chain grows."""
    first, second, third, fourth = [await office.open() for _ in range(4)]
    await office.give(second, "duplicate-of", number=third)
    answer = await office.give(first, "duplicate-of", number=second)
    assert (answer.status_code, answer.json()["duplicate_of"]) == (200, third)
    await office.give(third, "duplicate-of", number=fourth)
    case = await case_of(office, first)
    assert (case["duplicate_of"], case["goes_on_in"]) == (third, fourth)
    assert (await case_of(office, fourth))["goes_on_in"] is None
    async with visitor(office, "contact") as ana:
        assert f"Sigue en {fourth}" in (await ana.get(f"/casos/{first}")).text


@pytest.mark.parametrize("length", [1, 2, 3])
async def test_a_circle_is_refused(office: Office, length: int) -> None:
    """A case that others go on in is not closed as the duplicate of any of them."""
    numbers = [await office.open() for _ in range(length)]
    for duplicate, other in pairwise(numbers):
        assert (await office.give(duplicate, "duplicate-of", number=other)).is_success
    answer = await office.give(numbers[-1], "duplicate-of", number=numbers[0])
    name = "duplicate-of-itself" if length == 1 else "duplicate-in-circle"
    assert (answer.json()["type"], answer.json()["rule"]) == (f"urn:escala:{name}", "ESC-18")
    assert (await case_of(office, numbers[-1]))["status"] == "new"


async def test_the_page_offers_open_cases_and_says_of_others_why_not(office: Office) -> None:
    number, other, ended = [await office.open() for _ in range(3)]
    await office.give(ended, "withdrawal", "contact")
    async with visitor(office, "agent") as agent:
        offered = set(re.findall(r"de=(MA-[0-9-]+)", (await agent.get(f"/casos/{number}/duplicado")).text))
        assert offered == {other}
        page = (await agent.get(f"/casos/{number}/duplicado?de={ended}")).text
        assert "ya no está abierto" in page
        assert "ordenes/duplicate-of" not in page
