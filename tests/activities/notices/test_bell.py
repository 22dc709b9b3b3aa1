"""The bell: who is told that notices wait, and what is passed on to other processes."""

from __future__ import annotations

import asyncio
from time import monotonic

from activities.notices.bell import Bell
from tests.support.server import eventually


async def test_what_rang_before_is_heard_once() -> None:
    bell = Bell()
    bell.ring()
    began = monotonic()
    await bell.rung(within=5)
    assert monotonic() - began < 1
    await bell.rung(within=0.01)
    assert monotonic() - began >= 0.01


async def test_others_are_told_where_nobody_here_attends_to_it() -> None:
    """Together what rings together; and what cannot be told is no reason to stop."""
    bell, told = Bell(), list[int]()

    async def tell() -> None:
        told.append(1)
        if len(told) == 1:
            raise OSError

    passing = asyncio.create_task(bell.pass_on(tell))
    for _ in range(2):
        for _ in range(10):
            bell.ring()
        before = len(told)
        await eventually(lambda: len(told) > before)  # noqa: B023 - awaited before the next round
    assert len(told) == 2
    with bell.attended():
        bell.ring()
        await asyncio.sleep(0.1)
    assert len(told) == 2
    passing.cancel()


async def test_a_quiet_moment_is_between_turns() -> None:
    bell = Bell()
    with bell.turn(), bell.turn():
        began = monotonic()
        await bell.quiet(within=0.02)
        assert monotonic() - began >= 0.02
    began = monotonic()
    await bell.quiet(within=5)
    assert monotonic() - began < 1
