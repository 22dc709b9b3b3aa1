"""Files on their way: what one caller may have under way, and whose examination is next."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest

from desk.files.arriving import Arriving, ArrivingLimits, FairQueue, TooMuchArriving
from policy.case.case import Actor, Role

ANA, LUZ = Actor(Role.CONTACT, "ana"), Actor(Role.CONTACT, "luz")
MB = 1024**2


def arriving(*, requests: int = 4, megabytes: int = 150, of_all: int = 500) -> Arriving:
    return Arriving(ArrivingLimits(requests=requests, bytes=megabytes * MB, bytes_of_all=of_all * MB))


def taken(here: Arriving, asked: list[tuple[Actor, str | None]]) -> list[bool]:
    """Which of these requests may begin, all of them under way together."""
    found = []
    with ExitStack() as stack:
        for by, declared in asked:
            try:
                stack.enter_context(here.taking(by, declared))
            except TooMuchArriving:
                found.append(False)
            else:
                found.append(True)
    return found


@pytest.mark.parametrize(
    ("asked", "may"),
    [
        ([(ANA, "10")] * 5, [True] * 4 + [False]),
        ([(ANA, str(120 * MB))] * 4, [True, False, False, False]),  # one contact held 480 MB
        ([(ANA, None)] * 2, [True, False]),  # who does not say how much may bring the most
        ([(ANA, str(120 * MB)), (LUZ, str(120 * MB))], [True, True]),
        ([(Actor(Role.CONTACT, str(n)), str(120 * MB)) for n in range(6)], [True] * 4 + [False] * 2),
    ],
)
def test_one_has_so_much_under_way_and_all_so_much(asked: list[tuple[Actor, str | None]], may: list[bool]) -> None:
    here = arriving()
    assert taken(here, asked) == may
    assert taken(here, asked) == may  # what has arrived is under way no more


async def served(queue: FairQueue, asked: list[Actor], *, gone: tuple[int, ...] = ()) -> list[tuple[str, int]]:
    """Who is served when all ask at once, each turn over when nobody else can begin; (who, how many then)."""
    order: list[tuple[str, int]] = []
    under_way = 0

    async def turn(by: Actor) -> None:
        nonlocal under_way
        async with queue.turn(by):
            under_way += 1
            order.append((by.id, under_way))
            for _ in range(3):
                await asyncio.sleep(0)
            under_way -= 1

    tasks = [asyncio.create_task(turn(by)) for by in asked]
    await asyncio.sleep(0)
    for place in gone:
        tasks[place].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return order


async def test_who_sends_many_pictures_keeps_nobody_waiting() -> None:
    order = await served(FairQueue(2), [*[ANA] * 8, LUZ])
    assert [who for who, _ in order][:2] == ["ana", "luz"]
    assert len(order) == 9


async def test_callers_take_turns_and_two_are_served_at_once() -> None:
    order = await served(FairQueue(2), [Actor(Role.AGENT, who) for who in "aaabbbccc"])
    assert sorted(who for who, _ in order) == list("aaabbbccc")
    assert {most for _, most in order} == {1, 2}
    assert {who for who, _ in order[:3]} == {"a", "b", "c"}


async def test_who_has_gone_holds_up_nobody() -> None:
    queue = FairQueue(1)
    order = await served(queue, [ANA, LUZ, ANA, LUZ], gone=(0, 1))
    assert [who for who, _ in order if who == "luz"] == ["luz"]
    async with asyncio.timeout(1), queue.turn(ANA):
        pass
