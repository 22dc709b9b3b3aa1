"""An office whose desk is the real one: HTTP in front, Temporal and a worker behind, mail in a folder."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from temporalio.testing import WorkflowEnvironment

from activities.cover import Cover
from activities.ledger import Ledger
from activities.notices.bell import Bell
from activities.notices.channel_notices import ChannelNotices
from activities.notices.dispatching import Notices
from desk.engine import Engine
from storage.case import views
from storage.engine.columns import NEVER
from storage.engine.database import Database
from storage.engine.tables import number_sequences
from tests.api.conftest import front, furnished, migrated
from tests.api.office import Furnished, Office, open_office
from tests.support.server import settings_for, time_skipping_server
from worker import Activities, build_worker

__all__ = ["engine", "front", "furnished", "gate", "migrated"]

_offices = count(1)
_NUMBERS_OF_ONE = 1_000
"""Cases of an office at most: the engine is shared, and so no number may come twice."""
_YEARS = (2026, 2027, 2028)


@dataclass
class Gate:
    """The office, and what it sent."""

    office: Office
    env: WorkflowEnvironment
    mail: Path
    hire: Callable[[], AbstractAsyncContextManager[None]]
    work: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def begin_work(self) -> None:
        """Let a new worker take over."""
        await self.work.enter_async_context(self.hire())

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """The service without any worker, until the end of the block."""
        await self.work.aclose()
        yield
        await self.begin_work()

    async def ended(self, workflow_id: str) -> Any:
        """The result of a workflow, once it has ended."""
        return await self.env.client.get_workflow_handle(workflow_id).result()

    async def now(self, workflow_id: str) -> datetime:
        """A workflow's own clock."""
        info = await self.env.get_time_skipping_info(self.env.client.get_workflow_handle(workflow_id))
        now: datetime = info.current_time.ToDatetime(tzinfo=UTC) if info else datetime.now(UTC)
        return now

    async def passed(self, workflow_id: str, at: datetime) -> None:
        """Wait until a workflow's own clock has passed an instant, whether anybody works or not."""
        async with asyncio.timeout(20):
            while await self.now(workflow_id) <= at:
                await asyncio.sleep(0.01)

    async def until(self, number: str, at: datetime | str) -> dict[str, Any]:
        """Let the case's time run on to an instant, and the office's with it; the case once all of that is recorded."""
        at = at if isinstance(at, datetime) else datetime.fromisoformat(at)
        handle = self.env.client.get_workflow_handle(number)
        now = await self.now(number)
        self.office.clock.at = at
        if at > now:
            await self.env.fast_forward(handle, at - now)
        async with asyncio.timeout(20):
            while (row := await views.case(self.office.db, number)) and (row.case.next_wake_at or NEVER) <= at:
                await asyncio.sleep(0.01)
        return dict((await self.office.get(f"/cases/{number}")).json())

    async def skip(self, number: str, **duration: float) -> dict[str, Any]:
        """Let time pass, as `until`."""
        return await self.until(number, self.office.clock.at + timedelta(**duration))

    async def so(self, number: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The case once this holds of it."""
        async with asyncio.timeout(20):
            while not holds(case := dict((await self.office.get(f"/cases/{number}")).json())):
                await asyncio.sleep(0.03)
        return case

    def letters(self, to: str) -> list[EmailMessage]:
        """What was sent to an address, in the order of its dates."""
        found = (
            message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted(self.mail.glob("*.eml"))
        )
        return [letter for letter in found if to in str(letter["To"])]


@pytest.fixture(scope="session")
async def engine() -> AsyncIterator[WorkflowEnvironment]:
    async with time_skipping_server() as env:
        yield env


@pytest.fixture
async def gate(
    engine: WorkflowEnvironment, furnished: Furnished, front: FastAPI, tmp_path: Path
) -> AsyncIterator[Gate]:
    async with open_gate(engine, furnished, tmp_path, front=front) as gate:
        yield gate


@asynccontextmanager
async def open_gate(
    engine: WorkflowEnvironment,
    furnished: Furnished,
    tmp_path: Path,
    *,
    front: FastAPI | None = None,
    policy_file: Path | None = None,
) -> AsyncIterator[Gate]:
    """A gate of its own. One with another policy file has no front: that one's document is of the product's."""
    url = f"sqlite+aiosqlite:///{shutil.copy(furnished.file, tmp_path / 'escala.db')}"
    office_number = next(_offices)
    settings = settings_for(
        engine,
        state_dir=tmp_path,
        database_url=url,
        task_queue=f"gates-{office_number}",
        policy_file=policy_file,
    )
    desk = Engine(engine.client, settings)
    office_opens = open_office(url, tmp_path, settings=settings, desk=desk, front=front, secrets=furnished.secrets)
    async with office_opens as office, AsyncExitStack() as stack:
        office.keys = (f"{settings.task_queue}-{key}" for key in count(1))  # ids are made of them, also the engine's
        database = Database.at(url)
        stack.push_async_callback(database.close)
        async with database.write() as connection:
            numbered = [{"year": year, "last": _NUMBERS_OF_ONE * office_number} for year in _YEARS]
            await connection.execute(number_sequences.insert(), numbered)
        means: dict[str, Any] = {"database": database, "clock": office.clock}

        @asynccontextmanager
        async def hire() -> AsyncIterator[None]:
            bell = Bell()
            notices = Notices.of(settings, bell=bell, **means)
            activities = Activities(
                ledger=Ledger(database, bell),
                notices=notices,
                cover=Cover.of(settings, workflows=desk, **means),
                channel_notices=ChannelNotices.of(settings, **means),
            )
            dispatching = asyncio.create_task(notices.dispatcher.run())  # without its workflow: offices share an engine
            async with build_worker(engine.client, settings, activities):
                yield
            dispatching.cancel()
            await asyncio.wait({dispatching})

        gate = Gate(office, engine, settings.mail_dir, hire)
        stack.push_async_callback(gate.work.aclose)
        await gate.begin_work()
        yield gate
