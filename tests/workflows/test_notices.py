"""The dispatcher's workflow: one activity after the other, its pauses, and what operators see of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowHandle

from activities.notices.dispatching import Standing, State
from tests.support.server import MemoryCover, MemoryLedger, eventually, settings_for
from tests.workflows.conftest import House
from worker import Activities, build_worker
from workflows import addresses
from workflows.notices_run import NoticesRun

_places = count(1)
NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)


@dataclass
class Stints:
    """The dispatcher's activity: each stint goes on until the test ends it, or somebody cancels it."""

    shown: list[State] = field(default_factory=list)
    answers: asyncio.Queue[Standing] = field(default_factory=asyncio.Queue)
    at_work: bool = False

    @activity.defn(name="dispatch_notices")
    async def dispatch(self, shown: State) -> Standing:
        self.shown.append(shown)
        self.at_work = True
        try:
            while True:
                activity.heartbeat()
                try:
                    async with asyncio.timeout(0.05):
                        return await self.answers.get()
                except TimeoutError:
                    pass
        finally:
            self.at_work = False

    @activity.defn(name="deliver_notices")
    async def deliver(self, number: str) -> None: ...


@dataclass
class Dispatching:
    stints: Stints
    handle: WorkflowHandle[Any, Any]

    async def end_stint(self, *, until_the_next: bool = True, **standing: Any) -> None:
        """Let the stint end with how notices stand, and wait for the next one."""
        before = len(self.stints.shown)
        given: dict[str, Any] = {"at": NOW, "waiting": 0, "failing": 0, "given_up": 0, **standing}
        await self.stints.answers.put(Standing(**given))
        if until_the_next:
            await eventually(lambda: len(self.stints.shown) > before)

    async def state(self) -> str | None:
        """What operators find it by."""
        return (await self.handle.describe()).typed_search_attributes.get(addresses.NOTICE_DELIVERY)

    async def details(self) -> str:
        """What operators read on its page."""
        return str(await self.handle.query("__temporal_workflow_metadata"))


@pytest.fixture
async def dispatching(house: House) -> AsyncIterator[Dispatching]:
    async with dispatcher(house) as found:
        yield found


@asynccontextmanager
async def dispatcher(house: House) -> AsyncIterator[Dispatching]:
    queue, stints = f"notices-{next(_places)}", Stints()
    parts: Any = {"ledger": MemoryLedger(), "notices": stints, "cover": MemoryCover()}
    settings = settings_for(house.env, task_queue=queue)
    async with build_worker(house.env.client, settings, Activities(**parts)):
        handle = await house.env.client.start_workflow(
            addresses.NOTICES_WORKFLOW, NoticesRun(), id=queue, task_queue=queue
        )
        await eventually(lambda: stints.at_work)
        yield Dispatching(stints, handle)
        await handle.terminate()


async def test_it_goes_on_stint_by_stint_and_shows_how_they_stand(dispatching: Dispatching) -> None:
    assert await dispatching.state() == "flowing"
    await dispatching.end_stint(waiting=7, failing=2, given_up=1, since=NOW - timedelta(minutes=5))
    assert dispatching.stints.shown == [State.FLOWING, State.HELD_UP]
    await eventually_is(dispatching, "held_up")
    page = await dispatching.details()
    for words in ("demorados", "esperan 7", "el más antiguo desde mié 25 nov 2026 08:55", "fallidos 2", "posible 1"):
        assert words in page
    await dispatching.end_stint()
    assert dispatching.stints.shown[-1] is State.FLOWING
    await eventually_is(dispatching, "flowing")


async def test_a_pause_holds_until_it_is_resumed(dispatching: Dispatching) -> None:
    """It answers once nothing leaves any more; operators find it, and read why."""
    said = await dispatching.handle.execute_update(addresses.PAUSE_UPDATE, "el servidor de correo se muda")
    assert said == "en pausa"
    assert not dispatching.stints.at_work
    await eventually_is(dispatching, "paused")
    assert "el servidor de correo se muda" in await dispatching.details()
    assert len(dispatching.stints.shown) == 1

    assert await dispatching.handle.execute_update(addresses.RESUME_UPDATE) == "salen"
    await eventually(lambda: dispatching.stints.at_work)
    await eventually_is(dispatching, "flowing")


async def test_a_button_does_not_end_it(dispatching: Dispatching) -> None:
    await dispatching.handle.cancel()
    await dispatching.end_stint()
    await eventually(lambda: dispatching.stints.at_work)


async def eventually_is(dispatching: Dispatching, state: str) -> None:
    """A search attribute is visible a moment after it is set."""
    async with asyncio.timeout(10):
        while await dispatching.state() != state:
            await asyncio.sleep(0.01)
