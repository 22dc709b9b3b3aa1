"""Cases from opening to closing, and a customer's way from a warranty to a renewal: over HTTP, on everything real."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from policy.case.case import Role
from tests.journeys.conftest import LiveDesk
from tests.support.server import eventually


@pytest.mark.rule("ESC-14")
async def test_lives_from_opening_to_closing(live_desk: LiveDesk) -> None:
    """Opened, claimed, answered, asked about, resolved and confirmed; everyone reads the same story."""
    case = await live_desk.open_case(priority=3)
    number = case["number"]
    at = f"/cases/{number}"
    assert (case["status"], case["level"], case["clocks"]["level"]["state"]) == ("new", 1, "running")

    await live_desk.post(Role.AGENT, f"{at}/claim")
    await live_desk.post(Role.AGENT, f"{at}/replies", {"body": "Buenos días, ya lo revisamos."})
    waiting = await live_desk.post(Role.AGENT, f"{at}/information-requests", {"body": "¿Desde qué red acceden?"})
    assert waiting["clocks"]["level"]["state"] == "paused"
    await live_desk.post(Role.CONTACT, f"{at}/answers", {"body": "Desde la sede norte."})
    resolved = await live_desk.post(Role.AGENT, f"{at}/resolution", {"summary": "Se reinició el servicio de capas."})
    assert (resolved["status"], resolved["clocks"]["initial_attention"]["state"]) == ("resolved", "met")
    closed = await live_desk.post(Role.CONTACT, f"{at}/confirmation")
    assert (closed["status"], closed["closing_reason"]) == ("closed", "confirmed")

    kinds = [fact["kind"] for fact in await live_desk.timeline(number)]
    assert kinds[0] == "case_opened"
    assert kinds[-1] == "case_closed"
    mail = live_desk.folder / "state" / "mail"
    await eventually(lambda: sum(number in file.read_text(errors="ignore") for file in mail.glob("*.eml")) >= 5)


@pytest.mark.rule("ESC-5")
@pytest.mark.rule("ESC-6")
async def test_left_alone_climbs_by_itself(live_desk: LiveDesk) -> None:
    """Level 1 to 2 to 3 to overdue, each at its instant, with nobody touching it."""
    case = await live_desk.open_case(priority=1)
    path = f"/cases/{case['number']}"
    reached = []
    async for _ in _events(live_desk, case["number"]):
        now = await live_desk.get(Role.AGENT, path)
        reached.append((now["level"], now["overdue"]))
        if now["overdue"]:
            break
    assert reached[-1] == (3, True)
    hand_offs = (await live_desk.get(Role.AGENT, f"{path}/clocks"))["hand_offs"]
    assert [step["to_level"] for step in hand_offs] == [2, 3]


async def _events(desk: LiveDesk, number: str):  # type: ignore[no-untyped-def]
    async with desk.client(Role.AGENT) as http, http.stream("GET", f"/cases/{number}/stream") as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                yield line


# -- from a warranty that ended to a renewal that is paid -------------------------------------------------------------


async def _customer(desk: LiveDesk, accepted_on: str) -> dict[str, str]:
    """A customer whose solution was accepted that day, and whose contact opens cases."""
    customer = await desk.post(Role.ADMIN, "/customers", {"name": "Cartografía del Sur", "tax_id": "900555111"})
    at = f"/customers/{customer['id']}"
    solution = {
        "name": "Visor de rutas",
        "kind": "software",
        "accepted_on": accepted_on,
        "acceptance_reference": "Acta 9",
    }
    given = await desk.post(Role.ADMIN, f"{at}/solutions", solution)
    contact = {
        "name": "Luz Peña",
        "email": "luz@cartografia.example",
        "is_system_administrator": True,
        "notice_reference": "Carta 40",
        "notified_on": accepted_on,
        "can_sign_in": True,
    }
    async with desk.client(Role.ADMIN) as http:
        roster = (await http.put(f"{at}/contacts", json={"contacts": [contact]})).json()
    return {"customer": customer["id"], "contact": roster["items"][0]["id"], "solution": given["id"]}


@pytest.mark.rule("PLAN-12")
@pytest.mark.rule("WAR-1")
@pytest.mark.rule("WAR-2")
@pytest.mark.rule("WAR-3")
async def test_from_an_expired_warranty_to_a_paid_renewal(live_desk: LiveDesk) -> None:
    """Held without cover, still held by a renewal that is not paid, released by the payment, resolved, confirmed."""
    today = (datetime.now(UTC) - timedelta(hours=5)).date()
    ids = await _customer(live_desk, str(today - timedelta(days=130)))
    before = dict(live_desk.ids), live_desk.secrets[Role.CONTACT]
    live_desk.ids |= ids
    await live_desk.give_token(Role.CONTACT, ids["contact"], customer_id=ids["customer"])
    try:
        await _lives(live_desk, ids, today, str(today + timedelta(days=12)))
    finally:
        live_desk.ids, live_desk.secrets[Role.CONTACT] = before


async def _lives(desk: LiveDesk, ids: dict[str, str], today: date, last: str) -> None:
    ended = {"starts_on": str(today - timedelta(days=300)), "ends_on": str(today - timedelta(days=1)), "paid": True}
    terms = {"plan": "standard", "managed_support": True, **ended}
    contract = await desk.post(Role.ADMIN, f"/customers/{ids['customer']}/contracts", terms)
    case = await desk.open_case(priority=3)
    at = f"/cases/{case['number']}"
    assert (case["status"], case["cover"], case["clocks"]["level"]) == ("held", "none", None)

    renewed = await desk.post(Role.ADMIN, f"/contracts/{contract['id']}/renewals", {"ends_on": last})
    assert (renewed["paid"], (await desk.get(Role.AGENT, at))["status"]) == (False, "held")

    payment = {"paid_on": str(today), "reference": "FV-2026-77"}
    await desk.post(Role.ADMIN, f"/contracts/{contract['id']}/payments", payment)
    released = await _until_released(desk, at)
    assert (released["plan"], released["cover"], released["managed_support"]) == ("standard", "contract", True)
    assert released["clocks"]["level"]["state"] == "running"

    await desk.post(Role.AGENT, f"{at}/claim")
    await desk.post(Role.AGENT, f"{at}/resolution", {"summary": "Se publicó de nuevo el visor."})
    closed = await desk.post(Role.CONTACT, f"{at}/confirmation")
    assert (closed["status"], closed["closing_reason"]) == ("closed", "confirmed")

    told = ["case_opened", "case_held", "case_released", "case_claimed"]
    assert [fact["kind"] for fact in await desk.timeline(case["number"])][:4] == told
    mail = desk.folder / "state" / "mail"
    await eventually(lambda: any(f"contract-{contract['id']}" in file.name for file in mail.glob("*.eml")))


async def _until_released(desk: LiveDesk, path: str) -> Any:
    found: Any = await desk.get(Role.AGENT, path)
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while found["status"] == "held" and datetime.now(UTC) < deadline:
        found = await desk.get(Role.AGENT, path)
    return found
