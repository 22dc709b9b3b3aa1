"""The activity that takes a delivery of a message: the desk does it, for whom this is the way in from Temporal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from temporalio import activity

BEATS_EVERY = 3.0
"""Seconds: a worker that died is missed after a few of them, and the message is taken elsewhere."""


@dataclass(frozen=True, kw_only=True)
class IncomingMail:
    """`taking` is the desk's use case: it is given a delivery's id in the inbox, and answers where that is counted."""

    taking: Callable[[str], Awaitable[str]]

    @activity.defn(name="take_mail")
    async def take(self, message_id: str) -> str:
        """Take a delivery; the same again changes nothing more. What cannot be done now is raised, and tried again."""
        beating = asyncio.create_task(_beat())
        try:
            return await self.taking(message_id)
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating


async def _beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(BEATS_EVERY)
