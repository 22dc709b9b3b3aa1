"""Budgets over HTTP: who asks too fast is told when to come again, on both edges; a repeated key is free."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.http.auth import KEYLESS
from desk.budgets import Allowance, Budgets, Holder, Spending, allowances
from settings import Settings
from tests.api.office import NEW_CASE, STANDARD, Office, with_desk
from tests.portal.people import visitor

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OPENINGS, COMMANDS = 3, 6


@pytest.fixture
def tight(office: Office) -> Office:
    """An office whose budgets are soon spent."""
    allowed = {
        (Spending.OPENING, Holder.CONTACT): Allowance(OPENINGS, HOUR),
        (Spending.COMMAND, Holder.CONTACT): Allowance(COMMANDS, MINUTE),
    }
    with_desk(office, budgets=Budgets(allowed))
    return office


async def openings(office: Office, times: int, **more: Any) -> list[int]:
    """What so many openings by one contact are answered."""
    return [(await office.post("/cases", NEW_CASE, "contact", **more)).status_code for _ in range(times)]


async def test_eighty_openings_by_one_contact_are_not_eighty_cases(office: Office) -> None:
    """As it is without any settings."""
    answers = await openings(office, 80)
    most = Settings(state_dir=Path()).openings_per_contact
    assert (answers.count(201), answers.count(429)) == (most, 80 - most)


async def test_says_when_to_come_again(tight: Office) -> None:
    assert await openings(tight, OPENINGS + 1) == [201] * OPENINGS + [429]
    tight.clock.passes(minutes=1)
    refused = await tight.post("/cases", NEW_CASE, "contact")
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:escala:budget-spent")
    tight.clock.passes(seconds=int(refused.headers["retry-after"]))
    assert await openings(tight, 2) == [201, 429]
    assert (await tight.get("/cases", "contact")).status_code == 200


async def test_a_key_that_was_used_is_free(tight: Office) -> None:
    await openings(tight, OPENINGS - 1)
    assert await openings(tight, 20, key="mine") == [201] * 20
    assert await openings(tight, 1) == [429]


async def test_a_refused_try_may_be_made_again_under_its_key(tight: Office) -> None:
    await openings(tight, OPENINGS)
    assert await openings(tight, 1, key="mine") == [429]
    tight.clock.passes(hours=1)
    assert await openings(tight, 2, key="mine") == [201, 201]


async def test_others_open_meanwhile(tight: Office) -> None:
    await openings(tight, OPENINGS + 1)
    assert await tight.open("premium_contact")
    assert await tight.open("agent")


async def test_commands_have_one_as_well(tight: Office) -> None:
    number = await tight.open()  # which is one of them
    asked = [tight.give(number, "answers", "contact", body="Hola") for _ in range(COMMANDS)]
    statuses = [each.status_code for each in await asyncio.gather(*asked)]
    assert sorted(statuses) == [200] * (COMMANDS - 1) + [429]


async def test_a_page_says_so_beside_what_was_typed(tight: Office) -> None:
    await openings(tight, OPENINGS)
    said: dict[str, Any] = {"solution_id": f"solution-{STANDARD}", "category": "incident", "proposed_priority": "2"}
    said |= {"title": "El mapa", "description": "No carga", "what_tried": "La consola"}
    async with visitor(tight, "contact") as ana:
        answer = await ana.post("/casos/nuevo", key="una-clave-nueva", **said)
    assert (answer.status_code, "No carga" in answer.text) == (429, True), answer.text
    assert int(answer.headers["retry-after"]) > 0


def test_the_settings_say_how_much() -> None:
    allowed = allowances(Settings(state_dir=Path(), openings_per_contact=7, commands_per_customer=8, files_per_token=9))
    assert allowed[Spending.OPENING, Holder.CONTACT] == Allowance(7, HOUR)
    assert allowed[Spending.COMMAND, Holder.CUSTOMER] == Allowance(8, MINUTE)
    assert allowed[Spending.FILE, Holder.TOKEN] == Allowance(9, HOUR)


async def test_what_has_no_key_costs_of_the_commands(office: Office) -> None:
    """Each PUT, PATCH and DELETE of the API, whoever may ask it: a repetition of theirs is not free."""
    spent: dict[str, tuple[int, bool]] = {}
    for path, operations in office.app.openapi()["paths"].items():
        for method, operation in operations.items():
            if method.upper() in KEYLESS:
                with_desk(office, budgets=Budgets({(Spending.COMMAND, Holder.TOKEN): Allowance(1, MINUTE)}))
                where, headers = path.format_map(Anything()), office.headers("admin")
                await office.client.request(method, where, headers=headers)
                again = await office.client.request(method, where, headers=headers)
                spent[f"{method} {path}"] = again.status_code, "429" in operation["responses"]
    assert len(spent) > 6
    assert {name: each for name, each in spent.items() if each != (429, True)} == {}


class Anything(dict[str, str]):
    """An id for each place of a path."""

    def __missing__(self, _: str) -> str:
        return "nada"
