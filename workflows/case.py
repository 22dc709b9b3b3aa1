"""One case's life as a durable workflow: wait (a command or `next_wake_at`), ask the policy, have the turn recorded.

No rules live here and no I/O; what a case is allowed to do is policy's, what is written down is the ledger's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy, SearchAttributeUpdate
from temporalio.exceptions import ActivityError, ApplicationError

from activities.cover import Cover, Covered, HeldCase
from activities.ledger import Ledger, Recorded, Turn
from activities.notices.dispatching import Notices
from policy.case import lifecycle
from policy.case.case import SYSTEM, Case, Status
from policy.case.commands import COMMANDS, Command, ReleaseCase
from policy.case.decision import Decision
from policy.case.refusals import Refusal
from policy.terms.terms import Terms
from workflows import addresses
from workflows.alarm import Alarm
from workflows.case_run import CaseRun
from workflows.operators import case_text, words
from workflows.urgency import priority_of

_COMMANDS_BY_NAME = {command.__name__: command for command in COMMANDS}
_REMEMBERED = 200
"""How many applied command ids are carried on: a caller repeats itself within minutes, not after 200 turns."""
_COMMANDS_PER_RUN = 1_500
"""Temporal stops taking updates at 2,000 a run."""
_NEVER_LATER_THAN = timedelta(seconds=10)
_CLOCKS_DIFFER = timedelta(minutes=1)
"""How far the clock of the edge, which dates a payment, may run ahead of ours."""
_COVER_IS_READ = "cover-is-read-before-closing"
"""Held cases that were closed before this patch were closed unread: their histories replay so."""
_LOOKS_AT_ONCE = "held-cases-look-for-cover-at-once"
"""Cover that is registered while a case opens tells the cases that are held by then: this one looks by itself."""
_RECORDING = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=_NEVER_LATER_THAN)
_DELIVERY = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=10))


@workflow.defn(name=addresses.CASE_WORKFLOW)
class CaseWorkflow:
    """A case from opening to closing. Its id is the case's number."""

    @workflow.init
    def __init__(self, run: CaseRun) -> None:
        """Take the run's state whole."""
        self._terms = run.terms
        self._link = run.link
        self._opening = run.opening
        self._case = run.case
        self._applied = run.applied
        self._undelivered = run.undelivered
        self._delivering = False
        self._cover_changed = False
        self._commands = 0
        self._one_turn = asyncio.Lock()
        self._alarm = Alarm()
        if self._case:
            self._tell_operators(self._case)

    @workflow.run
    async def run(self, run: CaseRun) -> str:
        """Live until closed; answer why."""
        while self._case is None:
            await self._undeterred(self._open())
        self._set_alarm()
        delivery = asyncio.create_task(self._deliver_notices())
        while not self._is_over:
            await self._undeterred(self._live_on())
        self._alarm.stop()
        while not (delivery.done() and workflow.all_handlers_finished()):
            await self._undeterred(
                workflow.wait_condition(lambda: delivery.done() and workflow.all_handlers_finished())
            )
        assert self._known_case.closing_reason is not None
        return self._known_case.closing_reason.value

    async def _undeterred(self, step: Awaitable[None]) -> None:
        """Take a step; where a cancellation breaks it off, say so: a case ends by its own rules, not by a button."""
        try:
            await step
        except asyncio.CancelledError:
            workflow.logger.warning("the cancellation of %s is ignored", workflow.info().workflow_id)

    async def _live_on(self) -> None:
        """Wait for the alarm, for cover, for the end, or for the time to begin a new run; then do what it asks for."""
        await workflow.wait_condition(
            lambda: self._alarm.rang or self._cover_changed or self._is_over or self._should_begin_anew
        )
        if self._cover_changed:
            await self._look_for_cover()
        if self._alarm.rang:
            async with self._one_turn:
                await self._settle(self._now())
                self._set_alarm()
        if self._should_begin_anew and not self._is_over:
            await self._begin_anew()

    # -- what callers may ask -----------------------------------------------------------------------------------------

    @workflow.update(name=addresses.OPENED_UPDATE)
    async def opened(self) -> int:
        """Wait until the opening is recorded."""
        await workflow.wait_condition(lambda: self._case is not None)
        return self._case.turn if self._case else 0

    @workflow.signal(name=addresses.COVER_CHANGED)
    def cover_changed(self) -> None:
        """The customer's cover may have come: a held case looks for it (WAR-3)."""
        self._cover_changed = True

    @workflow.update(dynamic=True)
    async def command(self, name: str, args: Sequence[RawValue]) -> int:
        """Apply the command that the update is named after; answer the case's turn once it is recorded."""
        command, command_id = _parse(name, args), _update_id()
        await workflow.wait_condition(lambda: self._case is not None)
        async with self._one_turn:
            while command_id not in self._applied:
                at = self._now()
                await self._settle(at)
                at = max(at, self._known_case.last_at)
                if await self._record(_decide(self._known_case, command, self._terms, at), command_id=command_id):
                    self._applied = (*self._applied, command_id)[-_REMEMBERED:]
            self._commands += 1
            self._set_alarm()
            return self._known_case.turn

    @command.validator
    def check(self, name: str, args: Sequence[RawValue]) -> None:
        """Refuse what the policy refuses now, before it costs an event: the same rules that the handler asks."""
        command = _parse(name, args)
        if self._case is None or _update_id() in self._applied:
            return
        at = self._now()
        case = self._case
        if case.held_until is not None and case.held_until <= at:
            return  # released or closed: the handler finds out, for it may read the cover
        for decision in lifecycle.settle(case, terms=self._terms, at=at):
            case = decision.case
        _decide(case, command, self._terms, at)

    @workflow.query(
        name=addresses.CLOCKS_QUERY, description="Los relojes del caso: estado, usado, límite y vencimiento"
    )
    def clocks(self) -> str:
        """The clocks as a Markdown table, with state and due instants."""
        return case_text.current_details(self._known_case, self._terms, self._link)

    @workflow.query(name=addresses.WAKES_QUERY, description="Lo que ocurrirá por sí solo, en orden, y cuándo")
    def wakes(self) -> list[str]:
        """What will happen by itself, soonest first."""
        case = self._known_case
        return [f"{words.when(wake.at)}: {case_text.wake_text(wake, case, self._terms)}" for wake in case.wakes]

    # -- one turn at a time -------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        assert self._opening is not None
        try:
            decision = lifecycle.open_case(self._opening, terms=self._terms)
        except Refusal as refusal:  # the edge asks first; whoever starts a case by other ways is told here
            raise _as_failure(refusal) from refusal
        await self._record(decision, terms=self._terms)
        if self._is_held and workflow.patched(_LOOKS_AT_ONCE):
            self._cover_changed = True

    async def _settle(self, at: datetime) -> None:
        """Record all that has fallen due by `at`, in order (ESC-15)."""
        while (due_at := self._known_case.next_wake_at) is not None and due_at <= at:
            if self._is_held and workflow.patched(_COVER_IS_READ) and await self._release(at):
                continue
            await self._record(lifecycle.elapse(self._known_case, terms=self._terms, at=at))

    async def _look_for_cover(self) -> None:
        """Release the case if it is held and covered by now; what its clocks reached meanwhile happens too."""
        self._cover_changed = False
        try:
            async with self._one_turn:
                await self._settle(self._now())
                if self._is_held and await self._release(self._now()):
                    await self._settle(self._now())
                self._set_alarm()
        except asyncio.CancelledError:
            self._cover_changed = True
            raise

    async def _release(self, at: datetime) -> bool:
        """Let the held case go on where cover came before its end; False where none came. The cover is read, not told:
        whenever it is read, what was registered in time counts, and what was not does not (WAR-2, ESC-15).
        """
        case = self._known_case
        assert case.held_until is not None
        covered: Covered | None = await workflow.execute_local_activity_method(
            Cover.terms_of,
            HeldCase(
                customer_id=case.customer_id,
                solution_id=case.solution_id,
                opened_at=case.opened_at,
                held_until=case.held_until,
            ),
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_RECORDING,
            summary="buscar la cobertura",
        )
        if covered is None or covered.covered_at > at + _CLOCKS_DIFFER:
            return False
        release = ReleaseCase(
            by=SYSTEM, terms=covered.terms, covered_at=covered.covered_at, counts_from=covered.counts_from
        )
        await self._record(_decide(case, release, self._terms, max(at, covered.covered_at)))
        return True

    async def _record(self, decision: Decision, *, command_id: str | None = None, terms: Terms | None = None) -> bool:
        """Have a turn recorded and take its state; False where the ledger was ahead and the case goes on from there."""
        try:
            recorded: Recorded = await workflow.execute_local_activity_method(
                Ledger.record,
                Turn(decision=decision, terms=terms or decision.terms, command_id=command_id),
                start_to_close_timeout=timedelta(seconds=30),
                retry_policy=_RECORDING,
                summary=case_text.record_summary(decision),
            )
        except ActivityError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.type in Refusal.known:
                # Another case's turn came first: the case stays as it was, and who asked is told (ESC-18).
                raise error.cause from error
            raise
        self._case = recorded.ahead or decision.case
        self._terms = (recorded.terms if recorded.ahead else decision.terms) or self._terms
        self._applied = (*self._applied, *recorded.command_ids)[-_REMEMBERED:]
        self._undelivered = self._undelivered or recorded.has_notices
        self._tell_operators(self._case)
        return recorded.ahead is None

    async def _deliver_notices(self) -> None:
        """Have notices delivered that an earlier version's ledger recorded, which left that to the case, until its end.

        What comes meanwhile goes with the next run. Today's ledger leaves nothing: the dispatcher delivers.
        """
        while True:
            await workflow.wait_condition(lambda: self._undelivered or self._is_over)
            if not self._undelivered:
                return
            self._undelivered, self._delivering = False, True
            try:
                await workflow.execute_activity_method(
                    Notices.deliver,
                    self._known_case.number,
                    start_to_close_timeout=timedelta(minutes=5),
                    schedule_to_close_timeout=timedelta(days=7),
                    retry_policy=_DELIVERY,
                    priority=priority_of(self._known_case, self._terms),
                    summary=f"avisos hasta el turno {self._known_case.turn}",
                )
            except ActivityError:
                workflow.logger.exception("notices of %s stay undelivered", self._known_case.number)
            self._delivering = False

    async def _begin_anew(self) -> None:
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._is_over or self._cover_changed:
            return
        workflow.continue_as_new(
            CaseRun(
                terms=self._terms,
                link=self._link,
                case=self._case,
                applied=self._applied,
                undelivered=self._undelivered or self._delivering,
            )
        )

    # -- what others see ----------------------------------------------------------------------------------------------

    def _set_alarm(self) -> None:
        case = self._known_case
        self._alarm.set(case.next_wake_at, case_text.timer_summary(case, self._terms))

    def _tell_operators(self, case: Case) -> None:
        """Refresh the details page and the search attributes that changed (each upsert is an action)."""
        workflow.set_current_details(case_text.current_details(case, self._terms, self._link))
        shown = workflow.info().typed_search_attributes
        changed = [update for update in search_attributes(case, self._terms) if shown.get(update.key) != update.value]
        if changed:
            workflow.upsert_search_attributes(changed)

    @property
    def _known_case(self) -> Case:
        assert self._case is not None
        return self._case

    @property
    def _is_over(self) -> bool:
        return self._case is not None and self._case.status is Status.CLOSED

    @property
    def _is_held(self) -> bool:
        return self._known_case.status is Status.HELD

    @property
    def _should_begin_anew(self) -> bool:
        return self._commands >= _COMMANDS_PER_RUN or workflow.info().is_continue_as_new_suggested()

    def _now(self) -> datetime:
        """The workflow's clock, never before the case's last turn: the edge's clock may run ahead by a little."""
        now = workflow.now()
        return max(now, self._case.last_at) if self._case else now


def search_attributes(case: Case, terms: Terms) -> list[SearchAttributeUpdate[Any]]:
    """What operators search cases by; a case with nothing more to come has no next deadline."""
    deadline = addresses.NEXT_DEADLINE
    return [
        addresses.STATUS.value_set(case.status.value),
        addresses.LEVEL.value_set(int(case.level)),
        addresses.PRIORITY.value_set(int(case.priority)),
        addresses.PLAN.value_set(terms.plan),
        addresses.CUSTOMER.value_set(case.customer_id),
        addresses.OVERDUE.value_set(case.overdue),
        deadline.value_set(case.next_limit_at) if case.next_limit_at else deadline.value_unset(),
    ]


def _update_id() -> str:
    info = workflow.current_update_info()
    assert info is not None
    return info.id


def _parse(name: str, args: Sequence[RawValue]) -> Command:
    """The command that an update carries; what is no command is refused, so that no task fails over it."""
    kind = _COMMANDS_BY_NAME.get(name)
    if kind is None or len(args) != 1:
        raise ApplicationError(f"There is no command {name} with {len(args)} arguments", type="unknown-command")
    try:
        command: Command = workflow.payload_converter().from_payload(args[0].payload, kind)
    except Exception as error:
        raise ApplicationError(f"{name} does not carry what it needs", type="malformed-command") from error
    return command


def _decide(case: Case, command: Command, terms: Terms, at: datetime) -> Decision:
    try:
        return lifecycle.decide(case, command, terms=terms, at=at)
    except Refusal as refusal:
        raise _as_failure(refusal) from refusal


def _as_failure(refusal: Refusal) -> ApplicationError:
    """A refusal as it travels: by name, with its values, to be rebuilt at the edge."""
    return ApplicationError(
        refusal.message.format(**refusal.values), refusal.values, type=refusal.name, non_retryable=True
    )
