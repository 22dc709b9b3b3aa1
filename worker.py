"""The worker process: its one composition root. It runs the workflows and holds every dependency of the activities.

It keeps the namespace's schedules as well (the sweep of covers, the looks at the providers' feeds), and the dispatcher
of notices.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

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
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.cover import Cover
from activities.ledger import Ledger
from activities.mail.incoming import IncomingMail
from activities.memory import cases_that_fit
from activities.notices.bell import Bell
from activities.notices.channel_notices import ChannelNotices
from activities.notices.delivery import Delivery
from activities.notices.digests import send_digests
from activities.notices.dispatching import Notices
from activities.providers.provider_status import ProviderStatus
from activities.terms_once import through
from activities.webhooks.delivering import Webhooks
from desk.duty.paging import Paging
from desk.engine import Engine, access
from desk.mail.running import Mail
from desk.replies import let_go
from desk.signing_in.sign_in_mail import SignInMail
from desk.signing_in.token_warnings import warn
from desk.webhooks.departures import depart, forget, tell_owners
from policy.terms.policy_file import PolicyFile
from settings import Settings
from storage.engine.database import Database
from storage.engine.group_commit import GroupCommit
from storage.engine.wire import Wire
from storage.terms.policy_files import expect_policy_needs, read_policy_file
from wording.language import learn
from workflows import addresses
from workflows.case import CaseWorkflow
from workflows.contract import ContractWorkflow, CoverSweepWorkflow
from workflows.mail import MailWorkflow
from workflows.misdirected import MisdirectedWorkflow
from workflows.notices import NoticesWorkflow
from workflows.notices_run import NoticesRun
from workflows.operators import notices_text, provider_text
from workflows.provider_status import ProviderStatusWorkflow
from workflows.urgency import AHEAD, BESIDE
from workflows.values import DATA_CONVERTER

WORKFLOWS = (
    CaseWorkflow,
    ContractWorkflow,
    CoverSweepWorkflow,
    MailWorkflow,
    MisdirectedWorkflow,
    NoticesWorkflow,
    ProviderStatusWorkflow,
)
_SWEEPS_EVERY = timedelta(hours=1)
_WARNINGS_EVERY = timedelta(hours=1)
_LOOKS_KEPT_FOR = timedelta(days=2)
"""How long a look stays in Temporal: 720 a day would outlive every case, which the namespace keeps for years."""
_FEEDS_AGAIN_AFTER = timedelta(hours=6)
_AGAIN_AFTER_A_FAILURE = timedelta(seconds=30)
_HEARTBEATS_EVERY = timedelta(seconds=4)
"""At most: so soon the dispatcher of notices hears that it is paused."""
_DISPATCHER_IS_THERE_EVERY = timedelta(minutes=5)
_NOTICES_CHANNEL = "escala_notices"
_MOST_FORGOTTEN_AT_ONCE = 2_000
_REPLIES_EVERY = 0.5
"""Seconds between two looks for replies that are due."""
_DELIVERIES_EVERY = 1.0
"""Seconds between two looks for deliveries to webhooks."""
_WEBHOOKS_EVERY = timedelta(minutes=5)
_DIGESTS_EVERY = timedelta(minutes=1)
_PAGES_EVERY = 1.0
"""Seconds between two looks for pages that are due."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Activities:
    """The activities that a worker serves, each with its dependencies; the last three may be left to other workers."""

    ledger: Ledger
    notices: Notices
    cover: Cover
    channel_notices: ChannelNotices | None = None
    provider_status: ProviderStatus | None = None
    webhooks: Webhooks | None = None
    incoming_mail: IncomingMail | None = None

    def methods(self) -> list[Callable[..., Any]]:
        """What Temporal calls by name."""
        return [
            self.ledger.record,
            self.notices.dispatch,
            self.notices.deliver,
            self.cover.look,
            self.cover.deliver,
            self.cover.held_cases,
            self.cover.terms_of,
            self.cover.sweep,
            *([self.channel_notices.tell] if self.channel_notices else []),
            *([self.provider_status.poll] if self.provider_status else []),
            *([self.webhooks.deliver] if self.webhooks else []),
            *([self.incoming_mail.take] if self.incoming_mail else []),
        ]


def build_worker(client: Client, settings: Settings, activities: Activities) -> Worker:
    """A worker on the queue of the settings.

    Its workflows run outside the sandbox, which costs a case 100 KB and every task some milliseconds: that they decide
    the same again is held by what they may import and call, and by the tests' replays inside one (decision 30).
    """
    kept = settings.cached_cases or cases_that_fit()
    _log.info("up to %d waiting cases stay in memory", kept)
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=WORKFLOWS,
        activities=activities.methods(),
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=kept,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=settings.sticky_queue_timeout),
        graceful_shutdown_timeout=timedelta(seconds=5),
        max_heartbeat_throttle_interval=_HEARTBEATS_EVERY,
    )


async def run(settings: Settings) -> None:
    """Work until a signal asks to stop; what was begun is finished first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's: it would tell every address
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would tell every look at a provider's feed
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    database, wire = Database.at(settings.database_url), Wire.at(settings.database_url, _NOTICES_CHANNEL)
    try:
        policy = read_policy_file(settings.policy_file)
        learn("plan", policy.plan_names)
        await expect_policy_needs(database, policy, at=_now())
        client = await connect(settings, database)
        bell, together = Bell(), GroupCommit(database)
        notices = Notices.of(settings, database=database, clock=_now, bell=bell, together=together)
        channel_notices = ChannelNotices.of(settings, database=database, clock=_now)
        engine = Engine(client, settings)
        mail = Mail.of(settings, database=database, engine=engine, policy=policy)
        paging = Paging.of(settings, database=database, engine=engine, policy=policy, clock=_now)
        activities = Activities(
            ledger=Ledger(database, bell, together),
            notices=notices,
            cover=Cover.of(settings, database=database, workflows=engine, clock=_now),
            channel_notices=channel_notices,
            provider_status=ProviderStatus.of(settings, database=database, clock=_now),
            webhooks=Webhooks.of(settings, database=database, clock=_now),
            incoming_mail=IncomingMail(taking=mail.take),
        )
        worker = build_worker(client, settings, activities)
        async with worker:
            await sweep_covers(client, settings)
            beside = [
                asyncio.create_task(keep_dispatching(client, settings)),
                asyncio.create_task(bell.pass_on(wire.tell)),
                asyncio.create_task(wire.listen(bell.hear)),
                asyncio.create_task(keep_asking_feeds(client, settings)),
                asyncio.create_task(let_replies_go(database, engine, policy)),
                asyncio.create_task(warn_of_tokens(database, settings)),
                asyncio.create_task(let_deliveries_go(database, engine)),
                asyncio.create_task(look_after_webhooks(database, settings)),
                asyncio.create_task(keep_digests(Delivery.of(settings, database=database, clock=_now))),
                asyncio.create_task(keep_paging(paging.call)),
                asyncio.create_task(keep_paging(paging.tell)),
                *(asyncio.create_task(each) for each in mail.tasks(settings)),
            ]
            await asked_to_stop.wait()
            for task in beside:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
    finally:
        await wire.close()
        await database.close()


async def keep_dispatching(client: Client, settings: Settings) -> None:
    """Until cancelled, see to it that the dispatcher of notices runs, also after somebody has terminated it."""
    while True:
        try:
            await client.start_workflow(
                addresses.NOTICES_WORKFLOW,
                NoticesRun(),
                id=addresses.NOTICES_ID,
                task_queue=settings.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=notices_text.STATIC_SUMMARY,
                priority=AHEAD,
            )
        except (RPCError, TimeoutError) as error:
            _log.warning("the dispatcher of notices has to wait: %s", type(error).__name__)
            await asyncio.sleep(_AGAIN_AFTER_A_FAILURE.total_seconds())
        else:
            await asyncio.sleep(_DISPATCHER_IS_THERE_EVERY.total_seconds())


async def let_replies_go(database: Database, engine: Engine, policy: PolicyFile) -> None:
    """Let replies go as they fall due, until cancelled. What fails is tried again."""
    while True:
        try:
            await let_go(database, engine, policy, at=_now())
        except Exception:
            _log.exception("the replies that are due have to wait")
        await asyncio.sleep(_REPLIES_EVERY)


async def let_deliveries_go(database: Database, engine: Engine) -> None:
    """Have webhooks' deliveries begin as they come, until cancelled. What fails is tried again."""
    while True:
        begun = 0
        try:
            begun = await depart(database, engine, at=_now())
        except Exception:
            _log.exception("the deliveries to webhooks have to wait")
        if not begun:
            await asyncio.sleep(_DELIVERIES_EVERY)


async def keep_paging(part: Callable[[], Awaitable[int]]) -> None:
    """Do one of paging's parts as it falls due, until cancelled. What fails is tried again."""
    while True:
        done = 0
        try:
            done = await part()
        except Exception:
            _log.exception("paging whoever is on duty has to wait")
        if not done:
            await asyncio.sleep(_PAGES_EVERY)


async def look_after_webhooks(database: Database, settings: Settings) -> None:
    """Tell owners of what was paused, and forget what arrived long ago, until cancelled. What fails is tried again."""
    mail = SignInMail.of(settings)
    while True:
        try:
            await tell_owners(database, mail, at=_now())
            await forget(database, at=_now())
        except Exception:
            _log.exception("looking after webhooks has to wait")
        await asyncio.sleep(_WEBHOOKS_EVERY.total_seconds())


async def keep_digests(delivery: Delivery) -> None:
    """Send agents their digests each morning, until cancelled. What fails is tried again."""
    while True:
        try:
            await send_digests(delivery)
        except Exception:
            _log.exception("the digests have to wait")
        await asyncio.sleep(_DIGESTS_EVERY.total_seconds())


async def warn_of_tokens(database: Database, settings: Settings) -> None:
    """Warn the holders of tokens that expire soon, now and every hour, until cancelled. What fails is tried again."""
    mail, within = SignInMail.of(settings), timedelta(days=settings.token_warn_days)
    while True:
        try:
            await warn(database, mail, within=within, at=_now())
        except Exception:
            _log.exception("the warnings of tokens that expire have to wait")
        await asyncio.sleep(_WARNINGS_EVERY.total_seconds())


async def sweep_covers(client: Client, settings: Settings) -> None:
    """Have covers swept now and every hour, by whichever worker is there: one schedule for the namespace."""
    action = ScheduleActionStartWorkflow(
        addresses.SWEEP_WORKFLOW,
        id=addresses.SWEEP_SCHEDULE,
        task_queue=settings.task_queue,
        execution_timeout=_SWEEPS_EVERY,
        static_summary="coberturas y casos retenidos: lo que quedó sin avisar",
        priority=BESIDE,
    )
    spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=_SWEEPS_EVERY)])
    try:
        await client.create_schedule(
            addresses.SWEEP_SCHEDULE, Schedule(action=action, spec=spec), trigger_immediately=True
        )
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(addresses.SWEEP_SCHEDULE).trigger()


async def keep_asking_feeds(client: Client, settings: Settings) -> None:
    """Until cancelled, see to it that the schedule is as the settings say and that old looks are forgotten."""
    while True:
        try:
            await arrange_looks(client, settings)
            await forget_looks(client, before=_now() - _LOOKS_KEPT_FOR)
        except (RPCError, TimeoutError) as error:
            _log.warning("the providers' schedule has to wait: %s", type(error).__name__)
            await asyncio.sleep(_AGAIN_AFTER_A_FAILURE.total_seconds())
        else:
            await asyncio.sleep(_FEEDS_AGAIN_AFTER.total_seconds())


async def arrange_looks(client: Client, settings: Settings) -> None:
    """Make the schedule, change it, or take it away where no feed is asked; what is right already stays."""
    existing = client.get_schedule_handle(addresses.PROVIDER_STATUS_SCHEDULE)
    if not settings.provider_feeds:
        with _unless_gone():
            await existing.delete()
        return
    wanted = _looks_schedule(settings)
    try:
        await client.create_schedule(addresses.PROVIDER_STATUS_SCHEDULE, wanted, trigger_immediately=True)
    except ScheduleAlreadyRunningError:

        def changed(found: ScheduleUpdateInput) -> ScheduleUpdate:
            wanted.state = found.description.schedule.state  # an operator may have paused it
            return ScheduleUpdate(schedule=wanted)

        await existing.update(changed)


async def forget_looks(client: Client, *, before: datetime) -> int:
    """Delete the looks that ended before then, and the dispatcher's runs; answer how many. Several workers may do so
    at once.
    """
    types = f"'{addresses.PROVIDER_STATUS_WORKFLOW}', '{addresses.NOTICES_WORKFLOW}'"
    query = f"WorkflowType IN ({types}) AND CloseTime < '{before.isoformat()}'"
    forgotten = 0
    async for run in client.list_workflows(query, limit=_MOST_FORGOTTEN_AT_ONCE):
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


def _looks_schedule(settings: Settings) -> Schedule:
    every = timedelta(seconds=settings.provider_status_every)
    return Schedule(
        action=ScheduleActionStartWorkflow(
            addresses.PROVIDER_STATUS_WORKFLOW,
            sorted(settings.provider_feeds),
            id=addresses.PROVIDER_STATUS_SCHEDULE,
            task_queue=settings.task_queue,
            execution_timeout=max(every, timedelta(minutes=2)),
            static_summary=provider_text.SUMMARY,
            priority=BESIDE,
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        # A look that was missed is of no use afterwards; one that is still going on is not joined by another.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(seconds=10)),
    )


def _now() -> datetime:
    return datetime.now(UTC)


async def connect(settings: Settings, database: Database | None = None) -> Client:
    """A client of the settings' Temporal, with metrics where a port is given; with the database, cases find their terms
    there and leave them there.
    """
    runtime = None
    if settings.worker_metrics_port:
        address = f"{settings.worker_metrics_host}:{settings.worker_metrics_port}"
        runtime = Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=DATA_CONVERTER if database is None else through(database, DATA_CONVERTER),
        runtime=runtime,
        **access(settings),
    )
