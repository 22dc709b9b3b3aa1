"""A backlog on the real server: what is urgent is taken up first, and no customer waits for another's storm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from cli.temporal_server import ORDERED
from desk.engine import Engine
from policy.case.case import Priority
from policy.case.lifecycle import open_case
from policy.terms.terms import Terms
from tests.support.lives import PREMIUM, STANDARD, opening
from tests.support.server import MemoryLedger, MemoryNotices, settings_for, time_skipping_server
from workflows import addresses
from workflows.case import CaseWorkflow
from workflows.case_run import CaseRun

STORM, AT_ONCE = 30, 4
"""Cases that one customer opens, and how many a worker takes up at once."""
_numbers = count(1)


@pytest.fixture(scope="module")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    """A server with the switches of `escala up`."""
    async with time_skipping_server(*ORDERED) as env:
        yield env


class Backlog:
    """Cases that wait for a worker, on a queue of their own."""

    def __init__(self, env: WorkflowEnvironment, queue: str) -> None:
        self._client, self._queue = env.client, queue
        self._desk = Engine(env.client, settings_for(env, task_queue=queue))

    async def open(self, customer_id: str, priority: Priority, terms: Terms) -> str:
        """Temporal takes the case as the API gives it, and nobody records it yet."""
        number = f"MA-2031-{next(_numbers):06}"
        command = opening(datetime.now(UTC), priority, number=number, customer_id=customer_id)
        identity = self._desk._identity(open_case(command, terms=terms).case, terms)
        await self._client.start_workflow(
            addresses.CASE_WORKFLOW, CaseRun(opening=command, terms=terms, link=""), **identity
        )
        return number

    async def taken_up(self, expected: Sequence[str]) -> list[str]:
        """The order in which a worker of little width records them."""
        ledger, notices = MemoryLedger(), MemoryNotices()
        activities: list[Any] = [ledger.record, notices.deliver]
        async with Worker(
            self._client,
            task_queue=self._queue,
            workflows=[CaseWorkflow],
            activities=activities,
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_concurrent_workflow_tasks=AT_ONCE,
        ):
            async with asyncio.timeout(30):
                while len(ledger.turns) < len(expected):
                    await asyncio.sleep(0.01)
        return list(ledger.turns)


@pytest.mark.rule("PLAN-4")
async def test_a_critical_case_of_premium_is_taken_up_before_what_waits_already(env: WorkflowEnvironment) -> None:
    backlog = Backlog(env, "urgent")
    low = await asyncio.gather(*(backlog.open("storm", Priority.LOW, STANDARD) for _ in range(STORM)))
    serious = await backlog.open("storm", Priority.SERIOUS, STANDARD)
    critical = await backlog.open("storm", Priority.CRITICAL, PREMIUM)

    order = await backlog.taken_up([*low, serious, critical])

    # A worker takes several at once, so that a place or two is chance.
    assert order.index(critical) < AT_ONCE, "of all, it came last"
    assert order.index(serious) < AT_ONCE + 1


async def test_one_customers_storm_delays_no_other(env: WorkflowEnvironment) -> None:
    backlog = Backlog(env, "fair")
    storm = await asyncio.gather(*(backlog.open("storm", Priority.MODERATE, STANDARD) for _ in range(STORM)))
    other = await backlog.open("another", Priority.MODERATE, STANDARD)

    order = await backlog.taken_up([*storm, other])

    assert order.index(other) < AT_ONCE + 1, "its customer has one case"
