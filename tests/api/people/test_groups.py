"""Specialist groups over HTTP: which fit a case, who may be in one, and who may be given its cases (ESC-8)."""

from __future__ import annotations

from typing import Any

import pytest

from policy.case.case import Level
from storage.people import agents
from storage.people.agents import Agent
from tests.api.office import Office

pytestmark = pytest.mark.rule("ESC-8")

TRANSFER = {"group": "sig", "reason": "Es un problema del servidor de mapas."}


async def hired(office: Office, id_: str, *levels: int, groups: tuple[str, ...] = (), director: bool = False) -> None:
    agent = Agent(
        id=id_,
        name=id_,
        email=f"{id_}@escala.example",
        levels=tuple(map(Level, levels)),
        groups=groups,
        is_director=director,
    )
    await agents.put(office.db, agent)


async def groups(office: Office, **query: Any) -> list[dict[str, Any]]:
    return list((await office.get("/groups", **query)).json()["items"])


async def test_are_listed_with_their_skills_and_agents(office: Office) -> None:
    await hired(office, "noe", 2, groups=("sig",))

    found = {each["id"]: each for each in await groups(office)}

    assert list(found) == ["google-maps-platform", "sig", "rastreo", "infraestructura"]
    assert (found["sig"]["agents"], found["rastreo"]["agents"], found["sig"]["fits"]) == (["noe"], [], None)
    assert "Geoportal" in found["sig"]["skills"]


async def test_that_fit_a_case_come_first(office: Office) -> None:
    """The solution is a Geoportal in the cloud."""
    found = await groups(office, case=await office.open())

    assert [(each["id"], each["fits"]) for each in found[:2]] == [("sig", True), ("infraestructura", True)]
    assert [each["fits"] for each in found[2:]] == [False, False]


async def test_are_for_those_who_serve(office: Office) -> None:
    assert (await office.get("/groups", "contact")).status_code == 403
    assert (await office.get("/groups", case="MA-2026-999999")).status_code == 404


async def test_an_agent_joins_only_groups_of_the_policy(office: Office) -> None:
    agent = {"name": "Noé", "email": "noe@escala.example", "levels": [2], "groups": ["gis"]}

    refused = await office.post("/agents", agent, "admin")

    assert (refused.status_code, refused.json()["type"]) == (422, "urn:escala:unknown-group")


@pytest.mark.parametrize(
    ("who", "status"),
    [("member", 200), ("member-of-level-2", 200), ("grouped-elsewhere", 422), ("ana", 200), ("specialist", 422)],
)
async def test_a_case_of_a_group_goes_to_its_members_or_to_agents_in_no_group(
    office: Office, who: str, status: int
) -> None:
    """The case is at level 1, whose clock runs on."""
    await hired(office, "member", 1, groups=("sig",))
    await hired(office, "member-of-level-2", 2, groups=("sig", "rastreo"))
    await hired(office, "grouped-elsewhere", 1, 2, groups=("rastreo",))
    await hired(office, "specialist", 2)
    number = await office.open("premium_contact")
    await office.give(number, "transfers", **TRANSFER)

    assert (await office.give(number, "assignments", agent_id=who)).status_code == status


async def test_the_director_may_be_given_any_case(office: Office) -> None:
    await hired(office, "dora", 3, groups=("rastreo",), director=True)
    number = await office.open("premium_contact")
    await office.give(number, "transfers", **TRANSFER)

    assert (await office.give(number, "assignments", agent_id="dora")).status_code == 200


async def test_the_refusal_names_level_group_and_agent(office: Office) -> None:
    await hired(office, "noe", 2, groups=("rastreo",))

    told = (await office.give(await office.open(), "assignments", agent_id="noe")).json()

    assert (told["type"], told["rule"]) == ("urn:escala:agent-does-not-serve", "ESC-8")
    assert "El agente noe no atiende el caso" in told["detail"]
    assert "nivel 1 (grupo especialista: -)" in told["detail"]


async def test_an_agent_of_another_group_cannot_claim(office: Office) -> None:
    number = await office.open("premium_contact")
    await office.give(number, "transfers", **TRANSFER)
    await hired(office, "ana", 1, groups=("rastreo",))

    told = (await office.give(number, "claim")).json()

    assert (told["type"], told["rule"]) == ("urn:escala:group-not-served", "ESC-8")
    assert (await office.give(number, "claim", "director")).status_code == 200
