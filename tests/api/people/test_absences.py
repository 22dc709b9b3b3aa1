"""Absences over HTTP: who marks and ends them, and that a substitute decides while one lasts and no longer (ESC-17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from policy.case.case import Level
from storage.audit import audit
from storage.audit.audit import Wanted
from storage.people import agents
from storage.people.agents import Agent
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from tests.api.given import exhaust_channels, give
from tests.api.office import BASE, Office

pytestmark = pytest.mark.rule("ESC-17")

PEOPLE = (
    Agent(id="dora", name="Dora", email="dora@escala.example", levels=(Level.DIRECTOR,), is_director=True),
    Agent(id="eva", name="Eva", email="eva@escala.example", levels=(Level.SPECIALISTS, Level.DIRECTOR)),
)


async def marked(office: Office, who: str = "admin", person: str = "dora", substitute: str = "eva") -> Response:
    """An absence of an hour, from now on."""
    for each in PEOPLE:
        await agents.put(office.db, each)
    now = office.clock()
    span = {"from": now.isoformat(), "until": (now + timedelta(hours=1)).isoformat()}
    return await office.post("/absences", {"agent_id": person, "substitute_id": substitute, **span}, who)


async def ended(office: Office, absence: dict[str, Any], who: str) -> int:
    address = f"{BASE}/absences/{absence['id']}"
    return (await office.client.delete(address, headers=office.headers(who))).status_code


async def requested(office: Office) -> str:
    number = await office.open("premium_contact")
    await exhaust_channels(office, number)
    await give(office, number, "visits")
    return number


async def decided(office: Office, number: str) -> Response:
    quote = {"amount": "350000", "currency": "COP"}
    return await office.give(number, "visits/approval", "specialist", approved=True, quote=quote)


async def last(office: Office, number: str) -> dict[str, Any]:
    return dict((await office.timeline(number))[-1]["actor"])


async def test_a_substitute_approves_a_visit_in_the_directors_name(office: Office) -> None:
    number = await requested(office)
    assert (await decided(office, number)).json()["type"] == "urn:escala:director-decides"
    assert (await marked(office)).status_code == 201
    assert (await decided(office, number)).json()["visit"]["step"] == "quoted"
    assert await last(office, number) == {"role": "director", "id": "eva", "on_behalf_of": "dora"}


async def test_a_right_ends_with_the_absence(office: Office) -> None:
    number = await requested(office)
    await marked(office)
    office.clock.passes(hours=1)
    assert (await decided(office, number)).status_code == 403


async def test_a_right_ends_when_the_absence_is_ended(office: Office) -> None:
    number = await requested(office)
    absence = (await marked(office)).json()
    assert absence["is_on"]
    assert await ended(office, absence, "director") == 204
    assert (await decided(office, number)).status_code == 403
    assert (await office.get("/absences")).json()["items"] == []
    acts = (await audit.listing(office.db, Wanted(target=absence["id"]))).items
    assert [(each.act, each.actor_id) for each in acts] == [("absence_ended", "dora"), ("absence_marked", "root")]


@pytest.mark.parametrize("disabled", [each.email for each in PEOPLE])
async def test_a_right_ends_with_the_account_of_either(office: Office, disabled: str) -> None:
    number = await requested(office)
    await marked(office)
    account = await accounts.create(office.db, NewAccount(id="acc-1", email=disabled, name="X"), at=office.clock())
    await accounts.disable(office.db, account.id, at=office.clock())
    assert (await decided(office, number)).status_code in (401, 403)


async def test_a_right_ends_with_the_level_that_it_was_given_for(office: Office) -> None:
    """Who stands in for the director serves level 3, now and not only when it was marked."""
    number = await requested(office)
    await marked(office)
    await agents.put(office.db, replace(PEOPLE[1], levels=(Level.SPECIALISTS,)))
    assert (await decided(office, number)).json()["type"] == "urn:escala:director-decides"


async def test_an_absent_agents_case_is_worked_on_in_their_name(office: Office) -> None:
    number = await office.open()
    await office.give(number, "claim", "agent")
    await marked(office, "agent", "ana", "dora")
    await office.give(number, "replies", "director", body="Lo estamos mirando.")
    assert await last(office, number) == {"role": "agent", "id": "dora", "on_behalf_of": "ana"}


@pytest.mark.parametrize(
    ("who", "person", "status"),
    [
        ("agent", "ana", 201),
        ("agent", "dora", 403),
        ("specialist", "dora", 403),
        ("director", "ana", 201),
        ("admin", "ana", 201),
        ("commercial", "ana", 403),
        ("contact", "ana", 403),
    ],
)
async def test_who_marks_whose_absence(office: Office, who: str, person: str, status: int) -> None:
    substitute = "eva" if person == "dora" else "dora"
    assert (await marked(office, who, person, substitute)).status_code == status


async def test_a_substitute_does_not_prolong_what_they_stand_in_for(office: Office) -> None:
    absence = (await marked(office)).json()
    assert (await marked(office, "specialist", "ana", "dora")).status_code == 403
    assert await ended(office, absence, "specialist") == 403


@pytest.mark.parametrize(
    ("person", "substitute", "name"),
    [("dora", "ana", "substitute-unfit"), ("dora", "nadie", "agent-unknown"), ("ana", "ana", "substitute-unfit")],
)
async def test_a_substitute_who_cannot_decide_is_refused(
    office: Office, person: str, substitute: str, name: str
) -> None:
    answer = await marked(office, "admin", person, substitute)
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:escala:{name}")


async def test_two_who_hand_over_to_each_other_are_refused(office: Office) -> None:
    await marked(office)
    answer = await marked(office, "admin", "eva", "dora")
    assert (answer.json()["type"], answer.json()["rule"]) == ("urn:escala:substitution-circle", "ESC-17")
    assert answer.json()["detail"].startswith(
        "Dora también se ausenta en ese tiempo y su reemplazo lleva de nuevo a Eva:"
    )
