"""What a case has missed, for ever: in every answer, in lists, on pages and on the board (ESC-6, ESC-18)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.office import Office
from tests.portal.people import visitor
from tests.support.lives import bogota

pytestmark = pytest.mark.rule("ESC-6")

BROKEN = [
    ("initial_attention", "2026-11-25T15:00:00Z"),
    ("level_1", "2026-11-25T15:00:00Z"),
    ("level_2", "2026-11-25T16:00:00Z"),
    ("level_3", "2026-11-25T21:00:00Z"),
]
"""What a case of priority 2 that the Standard customer opens at 09:00 has missed by 16:30, if nobody does anything."""
AFTERWARDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a change of priority": ("priority", "director", {"priority": 4, "reason": "Ya no es tan grave."}),
    "a resolution": ("resolution", "director", {"summary": "Se reinició el servicio."}),
    "a withdrawal": ("withdrawal", "contact", {}),
    "a duplicate": ("duplicate-of", "agent", {}),
}


async def listed(office: Office, **query: Any) -> set[str]:
    return {each["number"] for each in (await office.get("/cases", **query)).json()["items"]}


@pytest.mark.parametrize("what", [*AFTERWARDS, "nothing"])
async def test_what_was_missed_stays_with_the_case_whatever_comes_afterwards(office: Office, what: str) -> None:
    number = await office.open()
    office.clock.at = bogota("16:30")
    other = await office.open()
    await office.desk.settle(number)
    if what in AFTERWARDS:
        command, who, body = AFTERWARDS[what]
        answer = await office.give(number, command, who, **({"number": other} if what == "a duplicate" else body))
        assert answer.is_success, answer.text
    case = (await office.get(f"/cases/{number}")).json()
    assert [(each["clock"], each["due_at"]) for each in case["missed"]] == BROKEN
    assert [each["late_seconds"] for each in case["missed"]] == [5.5 * 3600, 0, 0, 1800]
    assert case["overdue"] is (what == "nothing")
    assert await listed(office, missed="true") == {number}
    assert await listed(office, missed="false") == {other}
    assert await listed(office, overdue="true") == ({number} if what == "nothing" else set())


async def test_it_says_when_each_promise_was_kept_after_all(office: Office) -> None:
    number = await office.open()
    office.clock.at = bogota("16:30")
    await office.give(number, "resolution", "director", summary="Se reinició el servicio.")
    office.clock.passes(days=1)
    [attention, *_, level_3] = (await office.get(f"/cases/{number}", "contact")).json()["missed"]
    assert attention["met_at"] == level_3["met_at"] == "2026-11-25T21:30:00Z"
    assert level_3["late_seconds"] == 1800, "nor does it grow any more"


async def test_pages_say_so_and_lists_are_narrowed_to_it(office: Office) -> None:
    number, other = await office.open(), await office.open(proposed_priority=4)
    office.clock.at = bogota("09:40")
    await office.give(other, "replies", body="Lo revisamos.")
    office.clock.at = bogota("16:30")
    await office.give(number, "withdrawal", "contact")
    office.clock.at = bogota("16:40")
    new = await office.open()
    async with visitor(office, "contact") as ana:
        shown = (await ana.get(f"/casos/{number}")).text
        assert "Promesas incumplidas" in shown
        assert "30 minutos de más, en tiempo contado" in shown
        for path in ("/casos?missed=true", "/casos/lista?missed=true"):
            narrowed = (await ana.get(path)).text
            assert (number in narrowed, new in narrowed) == (True, False)
        assert new in (await ana.get("/casos")).text
    async with visitor(office, "agent") as agent:
        narrowed = (await agent.get("/cola?tab=all&missed=true")).text
        assert (number in narrowed, new in narrowed) == (True, False)
        assert "Promesa incumplida" in narrowed


@pytest.mark.rule("ESC-18")
async def test_the_board_counts_it_also_of_duplicates(office: Office) -> None:
    number, premium = await office.open(), await office.open("premium_contact")
    office.clock.at = bogota("16:30")
    await office.give(number, "duplicate-of", number=await office.open())
    await office.give(premium, "claim")
    await office.desk.settle(premium)
    async with visitor(office, "director") as director:
        table = (await director.get("/direccion/tablero.csv?cliente=&desde=2026-11-01&hasta=2026-11-30")).text
    lines = [line.split(";" if ";" in line else ",") for line in table.splitlines()]
    counted = {line[0]: line[1:] for line in lines if len(line) == 3}
    assert counted["Duplicado"] == ["1", "1"]
    assert counted["Abiertos"] == ["3", "2"]
