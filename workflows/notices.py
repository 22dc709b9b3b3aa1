"""The dispatcher of notices as a durable workflow: it keeps one long activity at work, and lets operators pause it.

It decides nothing about any notice; what waits, for whom and until when is in the outbox.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

from activities.notices.dispatching import Notices, Standing, State
from workflows import addresses
from workflows.notices_run import NoticesRun
from workflows.operators import notices_text

_STINTS_PER_RUN = 100
_SILENT_AT_MOST = timedelta(seconds=10)
"""After so long without a heartbeat the activity's worker is taken for dead, and another one begins."""
_AGAIN = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10))


@workflow.defn(name=addresses.NOTICES_WORKFLOW)
class NoticesWorkflow:
    """Never ends: each run is followed by another. Its id is `addresses.NOTICES_ID`."""

    @workflow.init
    def __init__(self, run: NoticesRun) -> None:
        """Take over whether it is paused; how notices stand, the first stint says."""
        self._paused = run.paused
        self._standing: Standing | None = None
        self._stint: workflow.ActivityHandle[Standing] | None = None
        self._stints = 0
        self._tell_operators()

    @workflow.run
    async def run(self, run: NoticesRun) -> None:
        """Have notices delivered, stint by stint. A cancellation is ignored: to pause is what operators can do."""
        while not self._should_begin_anew:
            try:
                await workflow.wait_condition(lambda: self._paused is None)
                await self._work()
            except asyncio.CancelledError:
                workflow.logger.warning("the cancellation of %s is ignored", workflow.info().workflow_id)
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(NoticesRun(paused=self._paused))

    @workflow.update(name=addresses.PAUSE_UPDATE)
    async def pause(self, reason: str = "") -> str:
        """Let no notice leave until `resume`; answers once none is on its way any more."""
        self._paused = reason or notices_text.NO_REASON
        if self._stint:
            self._stint.cancel()
        await workflow.wait_condition(lambda: self._stint is None)
        self._tell_operators()
        return notices_text.summary(self._state, self._standing)

    @workflow.update(name=addresses.RESUME_UPDATE)
    async def resume(self) -> str:
        """Let notices leave again."""
        self._paused = None
        self._tell_operators()
        return notices_text.summary(self._state, self._standing)

    async def _work(self) -> None:
        self._stint = workflow.start_activity_method(
            Notices.dispatch,
            self._state,
            start_to_close_timeout=timedelta(hours=1),
            heartbeat_timeout=_SILENT_AT_MOST,
            retry_policy=_AGAIN,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary=notices_text.STINT,
        )
        try:
            self._standing = await self._stint
        except ActivityError as error:
            if not is_cancelled_exception(error):
                workflow.logger.exception("a stint of delivering notices failed")
        finally:
            self._stint = None
            self._stints += 1
        self._tell_operators()

    def _tell_operators(self) -> None:
        """Refresh the details page, and the search attribute if it changed."""
        workflow.set_current_details(notices_text.details(self._state, self._standing, self._paused))
        state = self._state.value
        if workflow.info().typed_search_attributes.get(addresses.NOTICE_DELIVERY) != state:
            workflow.upsert_search_attributes([addresses.NOTICE_DELIVERY.value_set(state)])

    @property
    def _state(self) -> State:
        if self._paused is not None:
            return State.PAUSED
        return self._standing.state if self._standing else State.FLOWING

    @property
    def _should_begin_anew(self) -> bool:
        return self._stints >= _STINTS_PER_RUN or workflow.info().is_continue_as_new_suggested()
