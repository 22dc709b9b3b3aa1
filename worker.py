"""The worker process: its one composition root. It runs the workflows and holds every dependency of the activities."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleSpec,
)
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.cover import Cover
from activities.ledger import Ledger
from activities.notices.channel_notices import ChannelNotices
from activities.notices.delivery import Notices
from activities.providers.provider_status import ProviderStatus
from desk.engine import Engine
from desk.provider_schedule import keep_looking
from desk.replies import let_go
from settings import Settings
from storage.engine.database import Database
from workflows import addresses
from workflows.case import CaseWorkflow
from workflows.contract import ContractWorkflow, CoverSweepWorkflow
from workflows.misdirected import MisdirectedWorkflow
from workflows.provider_status import ProviderStatusWorkflow
from workflows.values import DATA_CONVERTER

PASSED_THROUGH = (
    "policy",
    "workflows.case_run",
    "workflows.contract_run",
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "typing_extensions",
)
"""Pure modules that workflows share instead of loading their own copies: 87 KB a cached case against 214."""
_SWEEPS_EVERY = timedelta(hours=1)
_REPLIES_EVERY = 0.5
"""Seconds between two looks for replies that are due."""
_log = logging.getLogger(__name__)


def sandbox(passed_through: tuple[str, ...] = PASSED_THROUGH) -> SandboxedWorkflowRunner:
    """The workflows' sandbox; the tests replay with policy inside it as well, where a clock read would be caught.

    A time zone by its key is a value, not I/O; the sandbox's stand-in for ZoneInfo is no tzinfo and breaks datetimes.
    """
    default = SandboxRestrictions.default
    members = {name: rule for name, rule in default.invalid_module_members.children.items() if name != "zoneinfo"}
    return SandboxedWorkflowRunner(
        replace(
            default,
            passthrough_modules=default.passthrough_modules | set(passed_through),
            invalid_module_members=replace(default.invalid_module_members, children=members),
        )
    )


def build_worker(
    client: Client,
    settings: Settings,
    *,
    ledger: Ledger,
    notices: Notices,
    cover: Cover,
    channel_notices: ChannelNotices | None = None,
    provider_status: ProviderStatus | None = None,
) -> Worker:
    """A worker on the queue of the settings."""
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[CaseWorkflow, ContractWorkflow, CoverSweepWorkflow, MisdirectedWorkflow, ProviderStatusWorkflow],
        activities=[
            ledger.record,
            notices.deliver,
            cover.look,
            cover.deliver,
            cover.held_cases,
            cover.terms_of,
            cover.sweep,
            *([channel_notices.tell] if channel_notices else []),
            *([provider_status.poll] if provider_status else []),
        ],
        workflow_runner=sandbox(),
        max_cached_workflows=5_000,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=settings.sticky_queue_timeout),
        graceful_shutdown_timeout=timedelta(seconds=5),
    )


async def run(settings: Settings) -> None:
    """Work until a signal asks to stop; what was begun is finished first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would tell every look at a provider's feed
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    database = Database.at(settings.database_url)
    try:
        client = await connect(settings)
        notices = Notices.of(settings, database=database, clock=_now)
        channel_notices = ChannelNotices.of(settings, database=database, clock=_now)
        engine = Engine(client, settings)
        worker = build_worker(
            client,
            settings,
            ledger=Ledger(database),
            notices=notices,
            cover=Cover.of(settings, database=database, workflows=engine, clock=_now),
            channel_notices=channel_notices,
            provider_status=ProviderStatus.of(settings, database=database, clock=_now),
        )
        async with worker:
            await sweep_covers(client, settings)
            beside = [
                asyncio.create_task(keep_looking(client, settings)),
                asyncio.create_task(let_replies_go(database, engine)),
            ]
            await asked_to_stop.wait()
            for task in beside:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
    finally:
        await database.close()


async def let_replies_go(database: Database, engine: Engine) -> None:
    """Let replies go as they fall due, until cancelled. What fails is tried again."""
    while True:
        try:
            await let_go(database, engine, at=_now())
        except Exception:
            _log.exception("the replies that are due have to wait")
        await asyncio.sleep(_REPLIES_EVERY)


async def sweep_covers(client: Client, settings: Settings) -> None:
    """Have covers swept now and every hour, by whichever worker is there: one schedule for the namespace."""
    action = ScheduleActionStartWorkflow(
        addresses.SWEEP_WORKFLOW,
        id=addresses.SWEEP_SCHEDULE,
        task_queue=settings.task_queue,
        execution_timeout=_SWEEPS_EVERY,
        static_summary="coberturas y casos retenidos: lo que quedó sin avisar",
    )
    spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=_SWEEPS_EVERY)])
    try:
        await client.create_schedule(
            addresses.SWEEP_SCHEDULE, Schedule(action=action, spec=spec), trigger_immediately=True
        )
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(addresses.SWEEP_SCHEDULE).trigger()


def _now() -> datetime:
    return datetime.now(UTC)


async def connect(settings: Settings) -> Client:
    """A client of the settings' Temporal, with metrics where a port is given."""
    runtime = None
    if settings.worker_metrics_port:
        address = f"{settings.worker_metrics_host}:{settings.worker_metrics_port}"
        runtime = Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=DATA_CONVERTER,
        runtime=runtime,
    )
