"""One time-skipping server and one worker for the workflow tests; each case has a number and a clock of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from policy.case.case import Case
from policy.case.commands import Command, OpenCase
from policy.case.facts import Entry
from policy.terms.terms import Terms
from tests.api.conftest import front, migrated
from tests.support.lives import STANDARD, opening
from tests.support.server import (
    MemoryCover,
    MemoryLedger,
    MemoryNotices,
    eventually,
    settings_for,
    time_skipping_server,
)
from tests.workflows.cover_office import CoverOffice, cover_office
from worker import Activities, build_worker
from workflows import addresses
from workflows.case_run import CaseRun

__all__ = ["front", "migrated"]

TOMORROW = datetime.now(ZoneInfo("America/Bogota")).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(
    days=1
)
"""The server's clock begins at today's: what is to come there must still come, whenever the tests are run."""

_numbers = count(1)


@dataclass
class LiveCase:
    """A case on the real server."""

    env: WorkflowEnvironment
    ledger: MemoryLedger
    handle: WorkflowHandle[Any, Any]
    opened_at: datetime

    @property
    def state(self) -> Case:
        """The case as it was last recorded."""
        return self.ledger.turns[self.handle.id][-1].decision.case

    @property
    def entries(self) -> list[Entry]:
        """The case's timeline."""
        return self.ledger.entries(self.handle.id)

    async def give(self, command: Command, key: str | None = None) -> int:
        """Give a command; raises what the workflow answers."""
        turn: int = await self.handle.execute_update(type(command).__name__, command, id=key)
        return turn

    async def until(self, at: datetime) -> None:
        """Let the case's own clock run on to `at`, and wait until all that fell due by then is recorded."""
        if (ahead := at - await self.now()) > timedelta(0):
            await self.env.fast_forward(self.handle, ahead)
        await eventually(lambda: (wake := self.state.next_wake_at) is None or wake > at)

    async def now(self) -> datetime:
        """The case's own clock."""
        info = await self.env.get_time_skipping_info(self.handle)
        if info is None:
            return datetime.now(UTC)
        now: datetime = info.current_time.ToDatetime(tzinfo=UTC)
        return now


@dataclass
class House:
    """The server, the worker's fakes, and how to open a case there."""

    env: WorkflowEnvironment
    ledger: MemoryLedger
    notices: MemoryNotices
    cover: MemoryCover
    queue: str

    async def open(
        self, command: OpenCase | None = None, terms: Terms = STANDARD, *, cancelled: bool = False, **changes: Any
    ) -> LiveCase:
        """Open a case under a new number, now unless told otherwise, and wait until that is recorded."""
        number = f"MA-2026-{next(_numbers):06}"
        command = replace(command or opening(datetime.now(UTC)), number=number, **changes)
        handle = await self.env.client.start_workflow(
            addresses.CASE_WORKFLOW,
            CaseRun(opening=command, terms=terms, link=f"http://escala.test/casos/{number}"),
            id=number,
            task_queue=self.queue,
        )
        if cancelled:
            await handle.cancel()
        await handle.execute_update(addresses.OPENED_UPDATE)
        return LiveCase(self.env, self.ledger, handle, command.received_at)


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """A server that skips time when told to, and a worker with an in-memory ledger."""
    async with time_skipping_server() as env:
        ledger, notices, cover = MemoryLedger(), MemoryNotices(), MemoryCover()
        settings = settings_for(env)
        activities = Activities(ledger=ledger, notices=notices, cover=cover)  # type: ignore[arg-type]
        async with build_worker(env.client, settings, activities):
            yield House(env, ledger, notices, cover, settings.task_queue)


@pytest.fixture
async def idle(house: House, migrated: Path, front: FastAPI, tmp_path: Path) -> AsyncIterator[CoverOffice]:
    """An office on the real server whose worker the test starts itself."""
    async with cover_office(house.env, migrated, tmp_path, next(_numbers), front) as office:
        yield office


@pytest.fixture
async def covers(idle: CoverOffice) -> AsyncIterator[CoverOffice]:
    """An office on the real server, with a worker."""
    async with idle.worker():
        yield idle
