"""kill -9 of any process, while cases wait, commands run and notices leave: nothing is lost or done twice."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from datetime import UTC, datetime

import pytest

from policy.case.case import Level, Role
from tests.journeys.conftest import LiveDesk
from tests.journeys.duty_and_chat import (
    acknowledge,
    chatting,
    letters_of_pages,
    new_calendar,
    on_duty,
    pass_the_minutes,
    read_calendar,
    steps_told,
)
from tests.journeys.talk import insist
from tests.support.server import eventually
from tests.support.thoroughness import IS_LONG, size

CASES = size(3, long=6)
REPLIES = size(8, long=12)


async def _reply_often(desk: LiveDesk, number: str) -> list[str]:
    said = [f"{number}: respuesta {place}" for place in range(REPLIES)]
    async with desk.client(Role.AGENT) as http:
        for body in said:
            await insist(http, f"/cases/{number}/replies", {"body": body}, key=body.replace(" ", "-"))
    return said


@pytest.mark.rule("ESC-15")
@pytest.mark.parametrize("which", ["worker", "api", "start-dev"])
async def test_commands_that_were_acknowledged_are_there_once(live_desk: LiveDesk, which: str) -> None:
    """Twice in the middle of many replies the process dies; every reply is on the timeline once, in order."""
    numbers = [(await live_desk.open_case(priority=4))["number"] for _ in range(CASES)]
    talking = asyncio.gather(*(_reply_often(live_desk, number) for number in numbers))
    for _ in range(2):
        killed = live_desk.part(which).pid
        live_desk.kill(which)
        await live_desk.until_another(which, killed)
    said = await talking

    for number, bodies in zip(numbers, said, strict=True):
        timeline = await live_desk.timeline(number)
        assert [fact["seq"] for fact in timeline] == list(range(1, len(timeline) + 1))
        assert [fact["data"]["body"] for fact in timeline if fact["kind"] == "reply_sent"] == bodies
        await _each_notice_left_once_and_in_order(live_desk, number, replies=len(bodies))


@pytest.mark.rule("ESC-5")
@pytest.mark.parametrize("which", ["worker", "api", "start-dev"] if IS_LONG else ["start-dev"])
async def test_hand_offs_of_waiting_cases_happen_once(live_desk: LiveDesk, which: str) -> None:
    """The process dies while clocks run; each level is left once, and overdue comes once."""
    numbers = [(await live_desk.open_case(priority=1))["number"] for _ in range(CASES)]
    killed = live_desk.part(which).pid
    live_desk.kill(which)
    await live_desk.until_another(which, killed)

    for number in numbers:
        await _until_overdue(live_desk, number)
        kinds = Counter(fact["kind"] for fact in await live_desk.timeline(number))
        assert (kinds["handed_off"], kinds["case_overdue"], kinds["initial_attention_missed"]) == (2, 1, 0)


@pytest.mark.rule("ESC-15")
async def test_what_fell_due_while_everything_was_down_happens_at_the_restart(live_desk: LiveDesk) -> None:
    """Each next clock starts at the due instant before it, and the lateness is recorded."""
    case = await live_desk.open_case(priority=2)
    number = case["number"]
    await live_desk.stop(signal.SIGKILL)
    due_at = datetime.fromisoformat(case["next_hand_off_at"])
    await eventually(lambda: datetime.now(UTC) > due_at)
    await live_desk.start()
    await _until_level(live_desk, number, 3)

    first, second = (await live_desk.get(Role.AGENT, f"/cases/{number}/clocks"))["hand_offs"]
    assert datetime.fromisoformat(first["due_at"]) == due_at
    assert first["late_seconds"] >= 0
    assert datetime.fromisoformat(first["at"]) > due_at
    assert (datetime.fromisoformat(second["due_at"]) - due_at).total_seconds() == 6


@pytest.mark.rule("ESC-17", "PLAN-7")
async def test_a_page_a_chat_and_a_calendar_go_on_where_they_were(live_desk: LiveDesk) -> None:
    """Both die as somebody is called, the worker again as one page passes on and another is acknowledged."""
    turns = {Level.SPECIALISTS: ("agent-1", "agent-2"), Level.DIRECTOR: ("agent-3", "agent-4")}
    async with on_duty(live_desk, turns), chatting(live_desk) as chat:
        address = await new_calendar(live_desk, "agent-1")
        calendar = await read_calendar(address)
        taken, passed = [(await live_desk.open_case(priority=4))["number"] for _ in turns]
        await live_desk.post(Role.AGENT, f"/cases/{taken}/hand-offs", {"reason": "Es de mapas."})
        await live_desk.post(Role.AGENT, f"/cases/{passed}/transfers", {"level": 3, "reason": "Es de todos."})
        await _die(live_desk, "worker", "api")
        await letters_of_pages(live_desk, "agent-3")
        await acknowledge(live_desk, *await letters_of_pages(live_desk, "agent-1"))
        await pass_the_minutes(live_desk, passed)
        await _die(live_desk, "worker")
        told = await steps_told(live_desk, passed, 2), await steps_told(live_desk, taken, 2)
        assert await read_calendar(address) == calendar
    assert told[0] == [("paged", "agent-3"), ("passed_on", "agent-4")]
    assert told[1] == [("paged", "agent-1"), ("acknowledged", "agent-1")]
    assert [len(await letters_of_pages(live_desk, f"agent-{n}")) for n in (1, 3, 4)] == [1, 1, 1]
    await chat.check(live_desk)


async def _die(desk: LiveDesk, *which: str) -> None:
    killed = {each: desk.part(each).pid for each in which}
    for each in which:
        desk.kill(each)
    for each, pid in killed.items():
        await desk.until_another(each, pid)


async def _each_notice_left_once_and_in_order(desk: LiveDesk, number: str, *, replies: int) -> None:
    """Also what was on its way when the worker died: its claims run out, and the next one takes it over."""
    async with asyncio.timeout(60):
        while (await desk.get(Role.AGENT, f"/notices?case={number}&state=pending"))["items"]:
            await asyncio.sleep(0.1)
    left = (await desk.get(Role.AGENT, f"/notices?case={number}&limit=100"))["items"][::-1]
    assert {each["state"] for each in left} == {"delivered"}
    assert len({(each["seq"], each["kind"], each["recipient"]) for each in left}) == len(left)
    to_the_customer = [each for each in left if each["recipient"].startswith("contact:")]
    assert [each["kind"] for each in to_the_customer].count("reply_sent") == replies
    assert to_the_customer == sorted(to_the_customer, key=lambda each: each["delivered_at"])
    letters = [file.name for file in (desk.folder / "state" / "mail").glob("*.eml") if number in file.name]
    assert len(letters) == len(left)


async def _until_overdue(desk: LiveDesk, number: str) -> None:
    async with asyncio.timeout(30):
        while not (await desk.get(Role.AGENT, f"/cases/{number}"))["overdue"]:
            await asyncio.sleep(0.1)


async def _until_level(desk: LiveDesk, number: str, level: int) -> None:
    async with asyncio.timeout(30):
        while (await desk.get(Role.AGENT, f"/cases/{number}"))["level"] < level:
            await asyncio.sleep(0.1)
