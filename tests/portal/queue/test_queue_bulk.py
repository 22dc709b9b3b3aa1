"""Several cases at once: the preview tells what would happen, and applying does it once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from desk.budgets import Allowance, Budgets, Holder, Spending
from tests.api.office import Office, with_desk
from tests.portal.people import Visitor, unspaced, visitor


def outcomes(page: str) -> dict[str, str]:
    """What is told of each case."""
    rows = re.findall(r'<tr data-number="([^"]+)">(.*?)</tr>', page, re.DOTALL)
    return {
        number: re.sub(r"<[^>]+>|\s+", " ", row.rpartition('class="outcome')[2].partition(">")[2]).strip()
        for number, row in rows
    }


async def preview(who: Visitor, action: str, numbers: list[str], **fields: Any) -> Response:
    await who.get("/cola")
    return await who.post("/cola/lote", action=action, case=numbers, **fields)


async def applied(who: Visitor, page: str) -> Response:
    """The preview's form, sent as it stands."""
    form = page.partition('action="/cola/lote/aplicar"')[2].partition("</form>")[0]
    fields: dict[str, Any] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value)
    stamp = fields.pop("stamp")[0]
    return await who.post("/cola/lote/aplicar", **{**fields, "stamp": stamp})


async def test_the_preview_tells_what_would_happen_and_changes_nothing(office: Office) -> None:
    free, taken = await office.open(), await office.open()
    await office.give(taken, "claim")

    async with visitor(office, "agent") as agent:
        told = outcomes((await preview(agent, "claim", [free, taken])).text)

    assert "tomó el caso" in told[free]
    assert told[taken].startswith("No es posible: ")
    assert (await office.get(f"/cases/{free}")).json()["assignee"] is None


async def test_what_fell_due_is_settled_in_the_preview(office: Office) -> None:
    """Help Desk may no longer take what has gone to the specialists by now."""
    number = await office.open()
    office.clock.passes(hours=1, minutes=30)

    async with visitor(office, "agent") as agent:
        told = outcomes((await preview(agent, "claim", [number])).text)

    assert told[number].startswith("No es posible: ")


async def test_applying_goes_case_by_case(office: Office) -> None:
    first, second, taken = await office.open(), await office.open(), await office.open()
    await office.give(taken, "claim")

    async with visitor(office, "agent") as agent:
        page = (await preview(agent, "claim", [first, second, taken])).text
        done = outcomes((await applied(agent, page)).text)

    assert set(done) == {first, second}
    assert [(await office.get(f"/cases/{each}")).json()["assignee"] for each in (first, second)] == ["ana", "ana"]


async def test_a_second_click_happens_once(office: Office) -> None:
    number = await office.open()

    async with visitor(office, "agent") as agent:
        page = (await preview(agent, "notes", [number], body="Se revisa el lunes.")).text
        told = [outcomes((await applied(agent, page)).text)[number] for _ in range(2)]

    assert told[0] == told[1]
    assert [fact["kind"] for fact in await office.timeline(number)].count("note_added") == 1


async def test_what_an_action_needs_is_asked_first(office: Office) -> None:
    number = await office.open()

    async with visitor(office, "agent") as agent:
        asked = (await preview(agent, "priority", [number])).text
        assert 'name="reason"' in asked
        assert "/cola/lote/aplicar" not in asked
        without_reason = (await preview(agent, "priority", [number], priority="1")).text
        good = (await preview(agent, "priority", [number], priority="1", reason="Todo está detenido.")).text
        await applied(agent, good)

    assert "/cola/lote/aplicar" not in without_reason
    assert (await office.get(f"/cases/{number}")).json()["priority"] == 1


async def test_duplicates_are_of_the_same_customer(office: Office) -> None:
    stays, own, foreign = await office.open(), await office.open(), await office.open("premium_contact")

    async with visitor(office, "agent") as agent:
        page = (await preview(agent, "duplicate-of", [own, foreign, stays], number=stays)).text
        told = outcomes(page)
        await applied(agent, page)

    assert [told[each].startswith("No es posible: ") for each in (own, foreign, stays)] == [False, True, True]
    assert (await office.get(f"/cases/{own}")).json()["duplicate_of"] == stays


async def test_a_hundred_cases_at_most_and_one_at_least(office: Office) -> None:
    number = await office.open()

    async with visitor(office, "agent") as agent:
        many = await preview(agent, "claim", [f"MA-2026-{each:06}" for each in range(101)])
        none = await preview(agent, "claim", [])
        unknown = await preview(agent, "claim", [number, "MA-2026-999999"])

    assert [answer.status_code for answer in (many, none, unknown)] == [422, 422, 404]


async def test_batches_are_for_those_who_work_on_cases(office: Office) -> None:
    number = await office.open()

    for who in ("contact", "commercial", "admin"):
        async with visitor(office, who) as somebody:
            await somebody.get("/cuenta")
            answer = await somebody.post("/cola/lote", action="claim", case=[number])
            assert answer.status_code == 403, who


async def test_what_has_to_wait_for_a_budget_is_offered_again_and_happens_once(office: Office) -> None:
    """With what was typed; the rest is done, and is not done twice."""
    first, second = await office.open(), await office.open()
    one_a_minute = Budgets({(Spending.COMMAND, Holder.TOKEN): Allowance(1, timedelta(minutes=1))})
    with_desk(office, budgets=one_a_minute)
    async with visitor(office, "agent") as agent:
        page = await preview(agent, "notes", [first, second], body="Se revisa el lunes.")
        page = await applied(agent, page.text)
        assert [told.partition(":")[0] for told in outcomes(page.text).values()] == ["Listo.", "No es posible"]
        office.clock.passes(minutes=1)
        page = await applied(agent, page.text)
    assert list(outcomes(page.text)) == [second]
    for number in (first, second):
        notes = [each for each in await office.timeline(number) if each["kind"] == "note_added"]
        assert [each["data"]["body"] for each in notes] == ["Se revisa el lunes."]


@pytest.mark.rule("ESC-17")
async def test_who_is_away_is_said_where_cases_are_assigned(office: Office) -> None:
    """As on a case's own page."""
    number, now = await office.open(), office.clock()
    span = {"from": now.isoformat(), "until": (now + timedelta(hours=8)).isoformat()}
    away = {"agent_id": "ana", "substitute_id": "dora", **span}
    assert (await office.post("/absences", away, "admin")).status_code == 201
    async with visitor(office, "director") as dora:
        page = unspaced((await preview(dora, "assignments", [number])).text)
    assert ">Ana Torres · ausente: le reemplaza Dora Ruiz<" in page
    assert ">Eva Luna<" in page
