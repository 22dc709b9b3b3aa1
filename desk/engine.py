"""The one door to Temporal for everything that people ask. It knows no rules and no HTTP.

Each call waits at most `engine_timeout`; what Temporal took before that goes on, and the same key asks for it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    ActivityIDReusePolicy,
    RetryPolicy,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ActivityAlreadyStartedError, ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.terms_once import through
from desk.problems import EngineUnavailable
from desk.turnstile import Turnstile
from policy.case import lifecycle
from policy.case.case import Case
from policy.case.commands import Command, OpenCase
from policy.case.refusals import Refusal
from policy.cover.cover import CoverRef
from policy.terms.channels import Misdirected
from policy.terms.terms import CoverKind, Terms
from policy.webhooks import delivery
from settings import Settings
from storage.engine.database import Database
from storage.mail.inbox import Identity
from workflows import addresses, contract
from workflows.case import search_attributes
from workflows.case_run import CaseRun
from workflows.contract_run import ContractRun, named_by, workflow_id
from workflows.mail_run import MailRun
from workflows.operators import case_text, cover_text, mail_text
from workflows.urgency import BESIDE, priority_of
from workflows.values import DATA_CONVERTER

_FAST = 1.0
_BETWEEN_RUNS = 0.02
_ONE_DELIVERY = timedelta(seconds=60)
"""One try to send a webhook's delivery, with the waits for the database around it."""
_AT_ONCE = 4
"""Commands on one case that are under way together. Temporal refuses the eleventh; other processes ask it as well."""


def access(settings: Settings) -> dict[str, Any]:
    """TLS and the API key towards Temporal, as its own environment says (TEMPORAL_TLS_…, TEMPORAL_API_KEY).

    Where Temporal is, and which namespace holds the cases, the settings say; the key too, where it comes in a file.
    """
    found: dict[str, Any] = {**ClientConfig.load_client_connect_config(disable_file=True)}
    if settings.temporal_api_key:
        found["api_key"] = settings.temporal_api_key.get_secret_value()
    return {name: value for name, value in found.items() if name in ("tls", "api_key", "rpc_metadata")}


class OpeningNotRecorded(Exception):
    """Temporal holds the opening for good, but no worker has recorded it yet."""


class CaseNotRunning(Exception):
    """No workflow runs under that number: the case is closed, or was never opened."""


class Engine:
    """Opens cases and gives them commands."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._turns = Turnstile(_AT_ONCE)

    @classmethod
    async def connect(cls, settings: Settings, database: Database) -> Engine:
        """A desk that connects at its first call, so that an API starts while Temporal is down. It keeps terms."""
        client = await Client.connect(
            settings.temporal_address,
            namespace=settings.temporal_namespace,
            data_converter=through(database, DATA_CONVERTER),
            lazy=True,
            **access(settings),
        )
        return cls(client, settings)

    async def open(self, command: OpenCase, terms: Terms) -> None:
        """Open a case, or find it opened: one call, for ever the same case for the same number.

        Raises Refusal (asked before anything starts), EngineUnavailable, or OpeningNotRecorded.
        """
        try:
            await self._ask(
                lambda: self._client.execute_update_with_start_workflow(
                    addresses.OPENED_UPDATE,
                    id="opened",
                    start_workflow_operation=self._start(command, terms),
                    result_type=int,
                )
            )
        except WorkflowAlreadyStartedError:
            return  # opened by an earlier try, and closed since
        except EngineUnavailable as unavailable:
            if await self._holds(command.number):
                raise OpeningNotRecorded from unavailable
            raise

    async def command(self, number: str, command: Command, *, key: str) -> None:
        """Give a case a command; `key` makes it happen once. Returns when its turn is recorded.

        Raises Refusal, EngineUnavailable, or CaseNotRunning.
        """
        case = self._client.get_workflow_handle(number)

        async def in_turn() -> None:
            async with self._turns.passing(number):
                await case.execute_update(type(command).__name__, command, id=key, result_type=int)

        await self._ask(in_turn)

    async def redirect(self, told: Misdirected) -> None:
        """Have a sender told which channels to use: once, however often it is asked for under the same id (REQ-7).

        Raises EngineUnavailable.
        """
        with suppress(WorkflowAlreadyStartedError):
            await self._ask(
                lambda: self._client.start_workflow(
                    addresses.MISDIRECTED_WORKFLOW,
                    told,
                    id=told.id,
                    task_queue=self._settings.task_queue,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    static_summary=case_text.misdirected_summary(told),
                    priority=BESIDE,
                )
            )

    async def begin_with_mail(self, identity: Identity) -> None:
        """Have a delivery of a message taken, once. Raises EngineUnavailable."""
        run = MailRun(
            message_id=identity.id, mailbox=identity.mailbox, uidvalidity=identity.uidvalidity, uid=identity.uid
        )
        with suppress(WorkflowAlreadyStartedError):
            await self._ask(
                lambda: self._client.start_workflow(
                    addresses.MAIL_WORKFLOW,
                    run.message_id,
                    id=run.workflow_id,
                    task_queue=self._settings.task_queue,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                    static_summary=mail_text.summary(run),
                    priority=BESIDE,
                )
            )

    async def cover_changed(self, cover: CoverRef) -> None:
        """Tell a contract's or a warranty's workflow that it changed; where none runs, one begins (WAR-5).

        Raises EngineUnavailable.
        """
        try:
            await self._ask(
                lambda: self._client.start_workflow(
                    addresses.CONTRACT_WORKFLOW,
                    ContractRun(cover=cover),
                    id=workflow_id(cover),
                    task_queue=self._settings.task_queue,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                    start_signal=addresses.CHANGED,
                    static_summary=cover_text.static_summary(cover),
                    search_attributes=_shown(contract.search_attributes(cover)),
                    priority=BESIDE,
                )
            )
        except CaseNotRunning as missing:  # the namespace
            raise EngineUnavailable from missing

    async def case_may_be_covered(self, number: str) -> None:
        """Tell a held case to look for its cover; one that has ended needs no telling. Raises EngineUnavailable."""
        with suppress(CaseNotRunning):
            await self._ask(lambda: self._client.get_workflow_handle(number).signal(addresses.COVER_CHANGED))

    async def deliver_webhook(self, delivery_id: str, *, replays: int) -> None:
        """Have a delivery sent by an activity that stands alone, and is tried for days; once for each replay.

        Raises EngineUnavailable.
        """
        with suppress(ActivityAlreadyStartedError):
            await self._ask(
                lambda: self._client.start_activity(
                    addresses.DELIVER_WEBHOOK,
                    delivery_id,
                    id=f"{delivery_id}_{replays}",
                    task_queue=self._settings.task_queue,
                    start_to_close_timeout=_ONE_DELIVERY,
                    id_reuse_policy=ActivityIDReusePolicy.REJECT_DUPLICATE,
                    retry_policy=RetryPolicy(
                        initial_interval=delivery.FIRST_WAIT,
                        backoff_coefficient=delivery.GROWTH,
                        maximum_interval=delivery.LONGEST_WAIT,
                    ),
                    result_type=str,
                    priority=BESIDE,
                )
            )

    async def attended(self) -> set[tuple[CoverKind, str]]:
        """The contracts and warranties whose workflows run now, by kind and id. RPCError where Temporal is away."""
        running = f"WorkflowType = '{addresses.CONTRACT_WORKFLOW}' AND ExecutionStatus = 'Running'"
        return {named_by(each.id) async for each in self._client.list_workflows(running, page_size=1_000)}

    async def adopt(self, case: Case, terms: Terms) -> None:
        """Let a case that lived elsewhere, and is recorded, go on from here; one that does already is left alone.

        Raises EngineUnavailable.
        """
        run = CaseRun(case=case, terms=terms, link=self._link(case.number))
        identity = self._identity(case, terms)
        with suppress(WorkflowAlreadyStartedError):
            await self._ask(lambda: self._client.start_workflow(addresses.CASE_WORKFLOW, run, **identity))

    async def ready(self) -> bool:
        """Whether Temporal answers now."""
        try:
            async with asyncio.timeout(_FAST):
                return await self._client.service_client.check_health()
        except (RPCError, RuntimeError, TimeoutError):
            return False

    def _start(self, command: OpenCase, terms: Terms) -> WithStartWorkflowOperation[Any, str]:
        """How a case's workflow begins; one operation serves one call."""
        return WithStartWorkflowOperation(
            addresses.CASE_WORKFLOW,
            CaseRun(opening=command, terms=terms, link=self._link(command.number)),
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            result_type=str,
            **self._identity(lifecycle.open_case(command, terms=terms).case, terms),
        )

    def _identity(self, case: Case, terms: Terms) -> dict[str, Any]:
        """Under which id a case's workflow runs, never twice, before which others, and what operators see of it."""
        return {
            "id": case.number,
            "task_queue": self._settings.task_queue,
            "id_reuse_policy": WorkflowIDReusePolicy.REJECT_DUPLICATE,
            "static_summary": case_text.static_summary(case, terms),
            "search_attributes": _shown(search_attributes(case, terms)),
            "priority": priority_of(case, terms),
        }

    def _link(self, number: str) -> str:
        return f"{self._settings.public_url}/casos/{number}"

    async def _holds(self, number: str) -> bool:
        try:
            async with asyncio.timeout(_FAST):
                await self._client.get_workflow_handle(number).describe()
        except (RPCError, RuntimeError, TimeoutError):
            return False
        return True

    async def _ask(self, call: Callable[[], Awaitable[object]]) -> None:
        """Make a call under our own time-out (Temporal's is per attempt), and tell its errors in our words.

        An update that meets a case between two of its runs is told to come again; its id makes that safe.
        """
        try:
            async with asyncio.timeout(self._settings.engine_timeout):
                while True:
                    try:
                        await call()
                    except RPCError as error:
                        if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                            raise
                        await asyncio.sleep(_BETWEEN_RUNS)
                    else:
                        return
        except WorkflowUpdateFailedError as failed:
            raise _refusal(failed) from failed
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise CaseNotRunning from error
            raise EngineUnavailable from error
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError, RuntimeError) as error:
            raise EngineUnavailable from error


def _shown(updates: Sequence[SearchAttributeUpdate[Any]]) -> TypedSearchAttributes:
    """What a workflow shows from its start."""
    return TypedSearchAttributes(
        [SearchAttributePair(each.key, each.value) for each in updates if each.value is not None]
    )


def _refusal(failed: WorkflowUpdateFailedError) -> Exception:
    """The refusal that a workflow sent by name; a workflow that ended under a waiting command is a case not running."""
    cause = failed.cause
    if isinstance(cause, ApplicationError):
        kind = Refusal.known.get(cause.type or "")
        if kind:
            return kind(**(cause.details[0] if cause.details else {}))
        if cause.type == "AcceptedUpdateCompletedWorkflow":
            return CaseNotRunning()
    return EngineUnavailable()
