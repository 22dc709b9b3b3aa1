"""A case from opening to closing, over HTTP, on everything real."""

from __future__ import annotations

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
