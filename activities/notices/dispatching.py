"""The activities that deliver notices: the dispatcher's long one, and the one that earlier versions' cases ask for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from temporalio import activity

from activities.notices.bell import Bell
from activities.notices.delivery import Delivery
from activities.notices.dispatcher import Dispatcher
from settings import Settings
from storage.engine.database import Database
from storage.engine.group_commit import GroupCommit
from storage.engine.reach import DatabaseUnavailable
from storage.notices import outbox

_HELD_UP_AFTER = timedelta(minutes=1)
_TOLD_AFTER = 15.0
"""Seconds after which a change of state is told, so that one that comes and goes costs nothing."""
_A_STINT = 900.0
_BEATS_EVERY = 3.0


class State(StrEnum):
    """How the delivery of notices goes, as operators search for it."""

    FLOWING = "flowing"
    HELD_UP = "held_up"
    PAUSED = "paused"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What waits in the outbox at an instant, and since when the oldest does. It names nobody."""

    at: datetime
    waiting: int
    failing: int
    given_up: int
    since: datetime | None = None

    @property
    def state(self) -> State:
        """Held up where something has waited for a minute."""
        return State.HELD_UP if self.since and self.at - self.since > _HELD_UP_AFTER else State.FLOWING


@dataclass(frozen=True, kw_only=True)
class Notices:
    """Delivers the notices that the ledger recorded."""

    database: Database
    dispatcher: Dispatcher
    clock: Callable[[], datetime]

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        database: Database,
        clock: Callable[[], datetime],
        bell: Bell | None = None,
        together: GroupCommit | None = None,
    ) -> Self:
        """As the settings say. BadSmtpUrl where they hold no SMTP address."""
        delivery = Delivery.of(settings, database=database, clock=clock)
        return cls(database=database, dispatcher=Dispatcher(delivery, bell or Bell(), together), clock=clock)

    @activity.defn(name="dispatch_notices")
    async def dispatch(self, shown: State) -> Standing:
        """Deliver notices for a quarter of an hour; answer how they stand. Sooner where they stand otherwise than is
        `shown`, or where the worker ends. What is on its way when it is cancelled is finished first.
        """
        began = time.monotonic()
        standing = Standing(at=self.clock(), waiting=0, failing=0, given_up=0)
        ends = asyncio.create_task(activity.wait_for_worker_shutdown())
        work = asyncio.create_task(self.dispatcher.run())
        try:
            with self.dispatcher.bell.attended():
                while not (ends.done() or work.done()):
                    standing = await self._standing() or standing
                    activity.heartbeat(standing)
                    taken = time.monotonic() - began
                    if taken > _A_STINT or (taken > _TOLD_AFTER and standing.state != shown):
                        break
                    await asyncio.wait({ends, work}, timeout=_BEATS_EVERY, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (ends, work):
                task.cancel()
            await asyncio.wait({ends, work})
        if not work.cancelled():
            work.result()
        return standing

    @activity.defn(name="deliver_notices")
    async def deliver(self, case_number: str) -> None:
        """Take over a case's notices that an earlier version recorded; the case asks for their delivery itself."""
        await outbox.take_over(self.database, case_number)
        self.dispatcher.bell.ring()

    async def _standing(self) -> Standing | None:
        """How notices stand; None while the database is away."""
        try:
            found = await outbox.waiting(self.database)
        except DatabaseUnavailable:
            return None
        return Standing(
            at=self.clock(), waiting=found.waiting, failing=found.failing, given_up=found.given_up, since=found.since
        )
