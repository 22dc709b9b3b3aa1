"""Telephone calls over HTTP and on the page: attention, an attempt for the director's proof, and with whom (ESC-12)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.given import BODIES
from tests.api.office import PREMIUM, STANDARD, Office
from tests.portal.people import visitor

CALL = BODIES["calls"]


async def logged(office: Office, number: str, who: str = "agent", **changes: Any) -> Any:
    return await office.post(f"/cases/{number}/calls", CALL | changes, who)


async def visit_asked(office: Office, number: str) -> Any:
    return await office.give(number, "visits", **BODIES["visits"])


@pytest.mark.rule("ESC-12")
async def test_a_call_is_attention_and_an_attempt(office: Office) -> None:
    number = await office.open("premium_contact")
    case = (await logged(office, number)).json()
    assert case["clocks"]["initial_attention"]["state"] == "met"
    [fact] = [each for each in await office.timeline(number, "premium_contact") if each["kind"] == "call_logged"]
    assert fact["data"] == {
        "direction": "out",
        "contact_id": f"contact-{PREMIUM}",
        "outcome": "not_solved",
        "summary": CALL["summary"],
        "started_at": "2026-11-25T13:50:00Z",
        "lasted_seconds": 240,
        "ends_wait": False,
    }


@pytest.mark.rule("ONS-4")
async def test_the_directors_proof_names_the_call(office: Office) -> None:
    number = await office.open("premium_contact")
    for channel in ("web", "chat", "email"):
        await office.give(number, "attempts", **BODIES["attempts"] | {"channel": channel})
    assert (await visit_asked(office, number)).json()["type"] == "urn:escala:remote-channels-not-exhausted"
    await logged(office, number, direction="in", outcome="no_answer")
    assert (await visit_asked(office, number)).json()["type"] == "urn:escala:remote-channels-not-exhausted"
    await logged(office, number)
    assert (await visit_asked(office, number)).status_code == 200
    async with visitor(office, "director") as dora:
        page = (await dora.get("/direccion/visitas")).text
    assert CALL["summary"] in page


async def test_without_its_time_it_ended_just_now(office: Office) -> None:
    number = await office.open("premium_contact")
    said = {name: value for name, value in CALL.items() if name not in ("started_at", "seconds")}
    answer = await office.post(f"/cases/{number}/calls", said, "agent")
    assert answer.status_code == 200
    [fact] = [each for each in await office.timeline(number) if each["kind"] == "call_logged"]
    assert fact["data"]["started_at"] == office.clock().isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"contact_id": f"contact-{STANDARD}"}, "call-with-stranger"),
        ({"contact_id": "cnt-z"}, "call-with-stranger"),
        ({"started_at": "2026-11-25T14:00:01Z"}, "call-to-come"),
        ({"summary": "  "}, "text-missing"),
        ({"seconds": -1}, "invalid-input"),
        ({"seconds": 86_401}, "invalid-input"),
        ({"direction": "sideways"}, "invalid-input"),
        ({"minutes": 4}, "invalid-input"),
    ],
)
async def test_what_is_no_call_is_refused(office: Office, changes: dict[str, Any], refusal: str) -> None:
    number = await office.open("premium_contact")
    refused = await logged(office, number, **changes)
    assert (refused.status_code, refused.json()["type"]) == (422, f"urn:escala:{refusal}")


async def test_on_the_page_a_call_takes_who_which_way_and_what_was_said(office: Office) -> None:
    number = await office.open("premium_contact")
    async with visitor(office, "agent") as ana:
        page = (await ana.get(f"/casos/{number}")).text
        assert f'action="/casos/{number}/ordenes/calls"' in page
        said: dict[str, Any] = {"direction": "in", "outcome": "solved", "summary": "Quedó bien"}
        said["contact_id"] = f"contact-{PREMIUM}"
        answer = await ana.post(f"/casos/{number}/ordenes/calls", key="una-llave-1", **said)
        assert answer.status_code == 303, answer.text
        page = (await ana.get(f"/casos/{number}")).text
    assert "recibió una llamada del cliente" in page
    assert "Quedó bien" in page
