"""Remote sessions over HTTP: none without the consent of one of the customer's contacts, each ended on record."""

from __future__ import annotations

import pytest

from tests.api.given import BODIES
from tests.api.office import PREMIUM, STANDARD, Office

pytestmark = pytest.mark.rule("ONS-6")

SESSION = BODIES["remote-sessions"]


async def test_is_shown_while_it_goes_on(office: Office) -> None:
    number = await office.open("premium_contact")
    session = (await office.give(number, "remote-sessions", **SESSION)).json()["remote_session"]
    assert session == {"number": 1, "started_at": "2026-11-25T14:00:00Z", **SESSION}
    ended = await office.give(number, "remote-sessions/1/end", summary="Se reinició el servicio.")
    assert ended.json()["remote_session"] is None
    assert (await office.timeline(number))[-1]["data"]["summary"] == "Se reinició el servicio."


@pytest.mark.parametrize("consent", [{}, {"consented_by": ""}, {"consented_by": "  "}])
async def test_is_refused_without_consent(office: Office, consent: dict[str, str]) -> None:
    number = await office.open("premium_contact")
    answer = await office.give(number, "remote-sessions", tool="AnyDesk", **consent)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:consent-missing")


@pytest.mark.parametrize("stranger", ["nobody", f"contact-{STANDARD}", "ana"])
async def test_is_refused_with_the_consent_of_a_stranger(office: Office, stranger: str) -> None:
    """One answer for whoever is not the customer's, whether or not there is such a person."""
    number = await office.open("premium_contact")
    told = (await office.give(number, "remote-sessions", **SESSION | {"consented_by": stranger})).json()
    assert (told["status"], told["type"], told["rule"]) == (422, "urn:escala:consent-by-stranger", "ONS-6")
    assert stranger not in told["detail"]


async def test_is_refused_with_the_consent_of_one_taken_off_the_roster(office: Office) -> None:
    number = await office.open("premium_contact")
    luz = {"name": "Luz", "email": "luz@a.example", "is_system_administrator": True, "notice_reference": "C"}
    await office.put(f"/customers/{PREMIUM}/contacts", [luz | {"notified_on": "2026-11-02"}])
    told = (await office.give(number, "remote-sessions", **SESSION)).json()
    assert told["type"] == "urn:escala:consent-by-stranger"


async def test_names_its_tool(office: Office) -> None:
    number = await office.open("premium_contact")
    answer = await office.give(number, "remote-sessions", **SESSION | {"tool": " "})
    assert answer.json()["type"] == "urn:escala:tool-missing"


async def test_is_one_at_a_time_and_ended_by_its_number(office: Office) -> None:
    number = await office.open("premium_contact")
    await office.give(number, "remote-sessions", **SESSION)
    again = await office.give(number, "remote-sessions", **SESSION)
    assert (again.status_code, again.json()["type"]) == (409, "urn:escala:remote-session-going-on")
    for other in (2, 1_000_000):
        answer = await office.give(number, f"remote-sessions/{other}/end", summary="x")
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:escala:remote-session-not-open")


@pytest.mark.parametrize("session", ["0", "-1", "x", "1.5", "9" * 30])
async def test_has_a_number(office: Office, session: str) -> None:
    number = await office.open("premium_contact")
    answer = await office.give(number, f"remote-sessions/{session}/end", summary="x")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:invalid-input")


async def test_says_what_was_done(office: Office) -> None:
    number = await office.open("premium_contact")
    await office.give(number, "remote-sessions", **SESSION)
    answer = await office.give(number, "remote-sessions/1/end", summary=" ")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:text-missing")


@pytest.mark.parametrize("command", ["remote-sessions", "remote-sessions/1/end"])
async def test_of_another_customer_is_not_there(office: Office, command: str) -> None:
    number = await office.open("premium_contact")
    assert (await office.give(number, command, "contact", tool="x", summary="x")).status_code == 404
