"""Rotas, overrides, swaps and pages over HTTP: made, read, ended, and by whom (ESC-17)."""

from __future__ import annotations

from typing import Any

import pytest

from policy.duty.steps import PageState
from storage.audit import audit
from storage.audit.audit import Wanted
from storage.duty import pages
from storage.people import agents
from tests.api.duty.test_on_duty import levels
from tests.api.office import BASE, Office
from tests.desk.duty.conftest import LUZ, Posted
from tests.portal.duty.test_duty_page import paged

pytestmark = pytest.mark.rule("ESC-17")

ROTA: dict[str, Any] = {"level": 2, "people": ["eva", "luz"], "starts_on": "2026-11-23", "every_hours": 168}
OVERRIDE = {"level": 2, "agent_id": "luz", "from": "2026-11-25T13:00:00Z", "until": "2026-11-26T13:00:00Z"}
SWAP = {
    "level": 2,
    "other_id": "luz",
    "own_from": "2026-11-25T14:00:00Z",
    "own_until": "2026-11-30T05:00:00Z",
    "their_from": "2026-11-30T05:00:00Z",
    "their_until": "2026-12-07T05:00:00Z",
}


@pytest.fixture
async def rota(office: Office) -> dict[str, Any]:
    """Eva and Luz take turns at level 2; Eva is on duty."""
    await agents.put(office.db, LUZ)
    answer = await office.post("/duty/rotas", ROTA, "director")
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def deleted(office: Office, path: str, who: str = "admin") -> int:
    return (await office.client.delete(f"{BASE}{path}", headers=office.headers(who))).status_code


async def on_duty(office: Office) -> str:
    found = (await levels(office))[1]["on_duty"]
    return str(found["agent_id"] if found else None)


async def test_a_rota_is_made_read_replaced_and_ended(office: Office, rota: dict[str, Any]) -> None:
    shown = {**ROTA, "hands_over_at": "00:00", "days": [], "from_time": "00:00", "to_time": "00:00"}
    assert rota == {**rota, **shown, "on_holidays": False}
    assert (await office.get("/duty/rotas")).json()["items"] == [rota]
    hours = {"days": [5, 6], "from_time": "17:00", "to_time": "08:00", "hands_over_at": "17:00"}
    new = {**ROTA, **hours, "people": ["luz"], "instead_of": rota["id"]}
    other = (await office.post("/duty/rotas", new, "admin")).json()
    assert other == {**other, **hours, "people": ["luz"]}
    assert (await office.get("/duty/rotas")).json()["items"] == [other]
    assert (await office.post("/duty/rotas", new, "admin")).status_code == 404, "what it replaces is over"
    assert [await deleted(office, f"/duty/rotas/{other['id']}") for _ in range(2)] == [204, 404]
    acts = {each.act for each in (await audit.listing(office.db, Wanted(target=other["id"]))).items}
    assert acts == {"rota_made", "rota_ended"}


async def test_the_same_key_makes_one(office: Office) -> None:
    await agents.put(office.db, LUZ)
    made = [await office.post("/duty/rotas", ROTA, "admin", key="one") for _ in range(2)]
    assert made[0].json() == made[1].json()
    assert len((await office.get("/duty/rotas")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "type_"),
    [
        ({"people": []}, "rota-empty"),
        ({"people": ["ana"]}, "person-not-of-level"),
        ({"people": ["nadie"]}, "person-not-of-level"),
        ({"every_hours": 0}, "turn-too-long"),
        ({"every_hours": 745}, "turn-too-long"),
        ({"starts_on": "ayer"}, "invalid-input"),
        ({"hands_over_at": "25:00"}, "invalid-input"),
        ({"level": 4}, "invalid-input"),
        ({"days": [7]}, "invalid-input"),
        ({"instead_of": "rot_nadie"}, "not-found"),
        ({"made_by": "ana"}, "invalid-input"),
    ],
)
async def test_a_rota_that_makes_no_sense_is_refused(office: Office, changes: dict[str, Any], type_: str) -> None:
    await agents.put(office.db, LUZ)
    answer = await office.post("/duty/rotas", {**ROTA, **changes}, "admin")
    assert answer.json()["type"] == f"urn:escala:{type_}"
    assert (await office.get("/duty/rotas")).json()["items"] == []


async def test_an_override_holds_against_the_rota_until_it_is_taken_back(office: Office, rota: dict[str, Any]) -> None:
    made = await office.post("/duty/overrides", OVERRIDE, "admin")
    assert (made.status_code, made.json()["agent_id"], made.json()["made_by"]["id"]) == (201, "luz", "root")
    assert (await office.get("/duty/overrides")).json()["items"] == [made.json()]
    again = await office.post("/duty/overrides", {**OVERRIDE, "agent_id": "eva"}, "director")
    assert (again.status_code, again.json()["type"]) == (422, "urn:escala:overrides-overlap")
    at = {"at": "2026-11-25T14:00:00Z"}
    assert (await levels(office, **at))[1]["on_duty"]["agent_id"] == "luz"
    assert [await deleted(office, f"/duty/overrides/{made.json()['id']}") for _ in range(2)] == [204, 404]
    assert (await levels(office, **at))[1]["on_duty"]["agent_id"] == "eva"


async def test_two_swap_their_turns(office: Office, rota: dict[str, Any]) -> None:
    swap = (await office.post("/duty/swaps", SWAP, "specialist")).json()
    assert (swap["state"], swap["proposer_id"], swap["own"]["until"]) == ("proposed", "eva", SWAP["own_until"])
    address = f"/duty/swaps/{swap['id']}/answer"
    assert (await office.post(address, {"answer": "accepted"}, "specialist")).status_code == 403, "not one's own"
    assert (await office.post(address, {"answer": "proposed"}, "admin")).status_code == 422
    assert (await office.post(address, {"answer": "accepted"}, "admin")).json()["state"] == "accepted"
    late = await office.post(address, {"answer": "declined"}, "admin")
    assert (late.status_code, late.json()["type"]) == (409, "urn:escala:swap-decided")
    assert [each["swap_id"] for each in (await office.get("/duty/overrides")).json()["items"]] == [swap["id"]] * 2
    assert (await levels(office, at=SWAP["own_from"]))[1]["on_duty"]["agent_id"] == "luz"
    assert (await office.get("/duty/swaps")).json()["items"][0]["state"] == "accepted"


@pytest.mark.parametrize(
    ("changes", "type_"),
    [
        ({"other_id": "eva"}, "swap-with-oneself"),
        ({"other_id": "nadie"}, "person-not-of-level"),
        ({"their_until": "2026-12-20T05:00:00Z"}, "not-their-turn"),
        ({"own_from": SWAP["own_until"]}, "override-over"),
        ({"state": "accepted"}, "invalid-input"),
    ],
)
async def test_what_is_no_swap_is_refused(
    office: Office, rota: dict[str, Any], changes: dict[str, Any], type_: str
) -> None:
    answer = await office.post("/duty/swaps", {**SWAP, **changes}, "specialist")
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:escala:{type_}")


@pytest.mark.parametrize("path", ["/duty/rotas", "/duty/overrides", "/duty/swaps", "/duty/pages"])
async def test_customers_and_commercial_do_not_read_who_is_on_duty(office: Office, path: str) -> None:
    allowed = {who: (await office.get(path, who)).status_code for who in ("agent", "admin", "commercial", "contact")}
    assert allowed == {"agent": 200, "admin": 200, "commercial": 403, "contact": 403}


@pytest.mark.parametrize(("path", "body"), [("/duty/rotas", ROTA), ("/duty/overrides", OVERRIDE)])
async def test_only_who_directs_changes_it(office: Office, path: str, body: dict[str, Any]) -> None:
    assert (await office.post(path, body, "agent")).status_code == 403
    assert (await office.post(path, body, "commercial")).status_code == 403


async def test_a_page_is_read_and_acknowledged(office: Office, rota: dict[str, Any]) -> None:
    number = await paged(office, Posted())
    [page] = (await office.get("/duty/pages")).json()["items"]
    assert (page["case"], page["level"], page["why"], page["state"]) == (number, 2, "handed_off", "paged")
    assert [(each["step"], each["agent_id"]) for each in page["steps"]] == [("paged", "eva")]
    address = f"/duty/pages/{page['id']}/acknowledgement"
    assert (await office.post(address, None, "agent")).status_code == 403, "it is not hers to take"
    assert (await office.post("/duty/pages/MA-2026-999999.1/acknowledgement", None, "admin")).status_code == 404
    for _ in range(2):
        taken = (await office.post(address, None, "specialist")).json()
        assert (taken["state"], taken["acknowledged_by"]) == ("acknowledged", "eva")
    assert [each.state for each in (await pages.listing(office.db)).items] == [PageState.ACKNOWLEDGED]
    assert (await office.get("/duty/pages", cursor="nada")).json()["type"] == "urn:escala:invalid-cursor"
