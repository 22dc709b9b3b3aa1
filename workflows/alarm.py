"""A timer whose instant may change. It knows nothing of its user.

A running timer is kept when the instant moves later (it rings early and is set again, which costs nothing meanwhile)
and replaced only when it moves earlier: every timer is an event and an action.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from temporalio import workflow


class Alarm:
    """Rings (`rang`) at the instant it was last set to, or before."""

    def __init__(self) -> None:
        self._timer: asyncio.Task[None] | None = None
        self._rings_at: datetime | None = None
        self.rang = False

    def set(self, at: datetime | None, summary: str) -> None:
        """Ring at `at`; with None, nothing needs to ring any more. `summary` is what operators read on the timer."""
        if self._timer and self._timer.done():
            self.stop()
        if at is None or (self._timer and self._rings_at and self._rings_at <= at):
            return
        self.stop()
        self._rings_at = at
        self._timer = asyncio.create_task(self._ring(at, summary))

    def stop(self) -> None:
        """Give up the running timer, if any."""
        if self._timer:
            self._timer.cancel()
        self._timer, self.rang = None, False

    async def _ring(self, at: datetime, summary: str) -> None:
        remaining = at - workflow.now()
        if remaining.total_seconds() > 0:
            await workflow.sleep(remaining, summary=summary)
        self.rang = True
