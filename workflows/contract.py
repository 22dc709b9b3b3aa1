"""A contract's or a warranty's time as a durable workflow: it announces the end and tells held cases of the cover.

It waits for the next instant that policy names, or for a change, and then looks at the cover's days again. It decides
nothing about cases: a case that is told looks for its cover itself.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeUpdate
from temporalio.exceptions import ActivityError, FailureError

from activities.cover import Cover, Look, Seen, Swept
from policy.cover.cover import CoverRef
from policy.cover.cover_end import CoverDates
from workflows import addresses
from workflows.alarm import Alarm
from workflows.contract_run import ContractRun
from workflows.operators import cover_text

_LOOKING = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10))
_DELIVERY = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=10))
_LIVES_ON = "covers-live-on-and-are-searchable"
"""Before this patch a cover's workflow had no search attributes, did not wake where paid days end before agreed ones,
and let a change pass that came while it waited for mail at its end: such runs replay so."""
_SWEEPING = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5))


@workflow.defn(name=addresses.CONTRACT_WORKFLOW)
class ContractWorkflow:
    """A cover from its registration to the day after its last one (WAR-5)."""

    @workflow.init
    def __init__(self, run: ContractRun) -> None:
        """Begin with a look: what happened before this run is in the database."""
        self._cover = run.cover
        self._dates: CoverDates | None = None
        self._changed = True
        self._begun = False
        self._undelivered = run.undelivered
        self._delivering = False
        self._is_over = False
        self._alarm = Alarm()

    @workflow.run
    async def run(self, run: ContractRun) -> str:
        """Live until the last day is over, paid or not; answer how it ended.

        A cancellation reaches this function alone, and is ignored: a cover ends by its days, not by a button.
        """
        life = asyncio.create_task(self._live())
        while not life.done():
            try:
                await workflow.wait_condition(life.done)
            except asyncio.CancelledError:
                workflow.logger.warning("the cancellation of %s is ignored", workflow.info().workflow_id)
        life.result()
        if not self._is_over:
            workflow.continue_as_new(ContractRun(cover=self._cover, undelivered=self._undelivered or self._delivering))
        return cover_text.result(self._dates)

    @workflow.signal(name=addresses.CHANGED)
    def changed(self) -> None:
        """It was renewed, paid or registered: look again."""
        self._changed = True

    @workflow.query(
        name=addresses.ANNOUNCEMENTS_QUERY, description="Los avisos del fin de la cobertura: los dados y los que faltan"
    )
    def announcements(self) -> list[str]:
        """What was announced of the end, and what will be, in order; then the end."""
        return cover_text.announcements(self._dates, at=workflow.now())

    async def _live(self) -> None:
        """Look and wait in turn, until it is over or a new run has to begin."""
        delivery = asyncio.create_task(self._deliver())
        await self._look(workflow.now())
        while not self._is_over and (self._changed or not workflow.info().is_continue_as_new_suggested()):
            await workflow.wait_condition(lambda: self._changed or self._alarm.rang)
            await self._look(workflow.now())
        self._alarm.stop()
        if self._is_over:
            await workflow.wait_condition(lambda: delivery.done() or self._changed)
            if not delivery.done() and not workflow.patched(_LIVES_ON):
                await workflow.wait_condition(delivery.done)
            self._is_over = not self._changed  # renewed or paid while mail had to wait: a new run looks at it

    async def _look(self, at: datetime) -> None:
        """Have the days read and what is due announced; tell the held cases where they may be covered by now."""
        changed, self._changed = self._changed, False
        seen: Seen = await workflow.execute_local_activity_method(
            Cover.look,
            Look(cover=self._cover, at=at),
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_LOOKING,
            summary="mirar las fechas y avisar lo que corresponda",
        )
        self._dates = dates = seen.dates
        self._undelivered = self._undelivered or seen.undelivered
        begins = dates is not None and dates.starts_at <= at and not self._begun
        if changed or begins:
            await self._tell_held_cases()
        self._begun = self._begun or begins
        workflow.set_current_details(cover_text.current_details(self._cover, dates, at=at))
        if dates is None or at >= dates.over_at:
            self._is_over = not self._changed  # else look once more: it may have been renewed in this very moment
            return
        wake = dates.next_wake_at(at=at, lapse=workflow.patched(_LIVES_ON))
        self._alarm.set(wake, cover_text.timer_summary(dates, wake, at=at))
        self._tell_operators(wake)

    def _tell_operators(self, wake: datetime) -> None:
        """Refresh the search attributes that changed (each upsert is an action)."""
        if not workflow.patched(_LIVES_ON):
            return
        shown = workflow.info().typed_search_attributes
        changed = [each for each in search_attributes(self._cover, wake) if shown.get(each.key) != each.value]
        if changed:
            workflow.upsert_search_attributes(changed)

    async def _tell_held_cases(self) -> None:
        """Signal each held case of the customer; one that has ended meanwhile needs no telling."""
        numbers: list[str] = await workflow.execute_local_activity_method(
            Cover.held_cases,
            self._cover.customer_id,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_LOOKING,
            summary="casos retenidos del cliente",
        )
        for number in numbers:
            try:
                await workflow.get_external_workflow_handle(number).signal(addresses.COVER_CHANGED)
            except FailureError:
                workflow.logger.info("held case %s is gone", number)

    async def _deliver(self) -> None:
        """Have announcements delivered one batch at a time. Ends with the cover."""
        while True:
            await workflow.wait_condition(lambda: self._undelivered or self._is_over)
            if not self._undelivered:
                return
            self._undelivered, self._delivering = False, True
            try:
                await workflow.execute_activity_method(
                    Cover.deliver,
                    self._cover,
                    start_to_close_timeout=timedelta(minutes=5),
                    schedule_to_close_timeout=timedelta(days=7),
                    retry_policy=_DELIVERY,
                    summary="avisos del fin de la cobertura",
                )
            except ActivityError:
                workflow.logger.exception("announcements of %s stay undelivered", workflow.info().workflow_id)
            self._delivering = False


def search_attributes(cover: CoverRef, wake: datetime | None = None) -> list[SearchAttributeUpdate[Any]]:
    """What operators search covers by; `wake` is known from the first look on."""
    known = [addresses.CUSTOMER.value_set(cover.customer_id), addresses.COVER_KIND.value_set(cover.kind.value)]
    return [*known, addresses.COVER_NEXT_DATE.value_set(wake)] if wake else known


@workflow.defn(name=addresses.SWEEP_WORKFLOW)
class CoverSweepWorkflow:
    """Repairs what could not be told at once: covers without a workflow, changes and held cases untold."""

    @workflow.run
    async def run(self) -> str:
        """Sweep once; answer what was told."""
        swept: Swept = await workflow.execute_activity_method(
            Cover.sweep,
            start_to_close_timeout=timedelta(minutes=10),
            schedule_to_close_timeout=timedelta(minutes=50),
            retry_policy=_SWEEPING,
            summary="coberturas sin flujo, cambios y casos retenidos sin avisar",
        )
        return f"{swept.covers} coberturas y {swept.cases} casos retenidos avisados"
