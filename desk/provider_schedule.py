"""The schedule that looks at the providers' feeds, as the settings want it, and forgetting looks of the past.

It is a part of the worker's composition: the worker gives it the client.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from settings import Settings
from workflows import addresses
from workflows.operators import provider_text

_log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=2)
"""How long a look stays in Temporal: 720 a day would outlive every case, which the namespace keeps for years."""
_AGAIN_AFTER = timedelta(hours=6)
_AGAIN_AFTER_A_FAILURE = timedelta(seconds=30)
_MOST_AT_ONCE = 2_000


async def keep_looking(client: Client, settings: Settings) -> None:
    """Until cancelled, see to it that the schedule is as the settings say and that old looks are forgotten."""
    while True:
        try:
            await arrange(client, settings)
            await forget(client, before=datetime.now(UTC) - KEPT_FOR)
        except (RPCError, TimeoutError) as error:
            _log.warning("the providers' schedule has to wait: %s", type(error).__name__)
            await asyncio.sleep(_AGAIN_AFTER_A_FAILURE.total_seconds())
        else:
            await asyncio.sleep(_AGAIN_AFTER.total_seconds())


async def arrange(client: Client, settings: Settings) -> None:
    """Make the schedule, change it, or take it away where no feed is asked; what is right already stays."""
    existing = client.get_schedule_handle(addresses.PROVIDER_STATUS_SCHEDULE)
    if not settings.provider_feeds:
        with _unless_gone():
            await existing.delete()
        return
    wanted = _schedule(settings)
    try:
        await client.create_schedule(addresses.PROVIDER_STATUS_SCHEDULE, wanted, trigger_immediately=True)
    except ScheduleAlreadyRunningError:

        def changed(found: ScheduleUpdateInput) -> ScheduleUpdate:
            wanted.state = found.description.schedule.state  # an operator may have paused it
            return ScheduleUpdate(schedule=wanted)

        await existing.update(changed)


async def forget(client: Client, *, before: datetime) -> int:
    """Delete the looks that ended before then; answer how many. Several workers may do so at once."""
    query = f"WorkflowType = '{addresses.PROVIDER_STATUS_WORKFLOW}' AND CloseTime < '{before.isoformat()}'"
    forgotten = 0
    async for run in client.list_workflows(query, limit=_MOST_AT_ONCE):
        request = DeleteWorkflowExecutionRequest(namespace=client.namespace)
        request.workflow_execution.workflow_id, request.workflow_execution.run_id = run.id, run.run_id
        with _unless_gone():
            await client.workflow_service.delete_workflow_execution(request)
            forgotten += 1
    return forgotten


@contextmanager
def _unless_gone() -> Iterator[None]:
    """What another worker took away first is gone as well."""
    try:
        yield
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


def _schedule(settings: Settings) -> Schedule:
    every = timedelta(seconds=settings.provider_status_every)
    return Schedule(
        action=ScheduleActionStartWorkflow(
            addresses.PROVIDER_STATUS_WORKFLOW,
            sorted(settings.provider_feeds),
            id=addresses.PROVIDER_STATUS_SCHEDULE,
            task_queue=settings.task_queue,
            execution_timeout=max(every, timedelta(minutes=2)),
            static_summary=provider_text.SUMMARY,
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        # A look that was missed is of no use afterwards; one that is still going on is not joined by another.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(seconds=10)),
    )
