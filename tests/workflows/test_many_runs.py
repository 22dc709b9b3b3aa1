"""A case that outlives its history: runs follow one another, and nobody notices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest

from desk.engine import Engine
from desk.problems import EngineUnavailable
from policy.case.case import Priority
from tests.support.lives import CONFIRM, PREMIUM, REPLY, RESOLVE, opening
from tests.support.server import MemoryCover, MemoryLedger, MemoryNotices, settings_for, time_skipping_server
from tests.workflows.conftest import TOMORROW, House, LiveCase
from tests.workflows.test_notices import dispatcher
from worker import Activities, build_worker
from workflows import addresses


@pytest.fixture(scope="module")
async def short_house() -> AsyncIterator[House]:
    """A server that suggests a new run every few commands."""
    async with time_skipping_server("limit.historyCount.suggestContinueAsNew=60") as env:
        ledger, notices, cover = MemoryLedger(), MemoryNotices(), MemoryCover()
        settings = settings_for(env)
        activities = Activities(ledger=ledger, notices=notices, cover=cover)  # type: ignore[arg-type]
        async with build_worker(env.client, settings, activities):
            yield House(env, ledger, notices, cover, settings.task_queue)


async def _run_id(case: LiveCase) -> str:
    return (await case.handle.describe()).run_id or ""


async def insist(desk: Engine, case: LiveCase, *, key: str) -> None:
    """Reply, and repeat it with its key as callers do where the engine takes longer to answer than the edge waits."""
    async with asyncio.timeout(60):
        while True:
            with suppress(EngineUnavailable):
                return await desk.command(case.handle.id, REPLY, key=key)


async def test_no_command_is_lost_or_done_twice_over_many_runs(short_house: House) -> None:
    """Sixty replies over several runs, each once, and a repeated key is still known in a later run."""
    case = await short_house.open(opening(TOMORROW), terms=PREMIUM)
    first_run = await _run_id(case)
    desk = Engine(short_house.env.client, settings_for(short_house.env))
    for number in range(60):
        await insist(desk, case, key=f"reply-{number}")
    assert await _run_id(case) != first_run
    turn = case.state.turn
    await desk.command(case.handle.id, REPLY, key="reply-1")
    assert case.state.turn == turn == 61


@pytest.mark.rule("ESC-5")
async def test_a_clock_runs_on_into_the_next_run(short_house: House) -> None:
    """The deadline of before still hands the case off, once."""
    case = await short_house.open(opening(TOMORROW), terms=PREMIUM)
    due_at = case.state.next_hand_off_at
    assert due_at is not None
    first_run = await _run_id(case)
    desk = Engine(short_house.env.client, settings_for(short_house.env))
    for number in range(20):
        await desk.command(case.handle.id, REPLY, key=f"reply-{number}")
    assert await _run_id(case) != first_run
    await case.until(due_at + timedelta(seconds=1))
    assert [entry.due_at for entry in case.entries if entry.fact.kind == "handed_off"] == [due_at]


async def test_the_last_run_ends_the_case(short_house: House) -> None:
    """The result comes from whichever run closes the case."""
    case = await short_house.open(opening(TOMORROW), terms=PREMIUM)
    desk = Engine(short_house.env.client, settings_for(short_house.env))
    for number in range(20):
        await desk.command(case.handle.id, REPLY, key=f"reply-{number}")
    await desk.command(case.handle.id, RESOLVE, key="resolve")
    await desk.command(case.handle.id, CONFIRM, key="confirm")
    assert await short_house.env.client.get_workflow_handle(case.handle.id).result() == "confirmed"


async def test_the_dispatcher_of_notices_begins_a_new_run_now_and_then_and_stays_paused(short_house: House) -> None:
    async with dispatcher(short_house) as dispatching:
        first = (await dispatching.handle.describe()).run_id
        while (await dispatching.handle.describe()).run_id == first:
            await dispatching.end_stint()
        pausing = asyncio.create_task(dispatching.handle.execute_update(addresses.PAUSE_UPDATE, "mail moves"))
        await dispatching.end_stint(until_the_next=False)
        await pausing
        assert not dispatching.stints.at_work
        assert "mail moves" in await dispatching.details()


async def test_a_later_run_keeps_its_place_among_what_waits(short_house: House) -> None:
    """Urgent cases first, customers in turn: also after weeks."""
    desk, number = Engine(short_house.env.client, settings_for(short_house.env)), "MA-2033-000001"
    await desk.open(opening(TOMORROW, Priority.CRITICAL, number=number), PREMIUM)
    handle = short_house.env.client.get_workflow_handle(number)
    first = await handle.describe()
    for place in range(20):
        await desk.command(number, REPLY, key=f"reply-{place}")
    later = await handle.describe()
    assert later.run_id != first.run_id
    places = [each.raw_description.workflow_execution_info.priority for each in (first, later)]
    assert [(each.priority_key, each.fairness_key) for each in places] == [(1, "customer-1")] * 2
