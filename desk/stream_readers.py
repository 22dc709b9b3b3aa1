"""The readers of streams: how many one may have open at once, and whether they may still read.

A stream lives for minutes, and in that time people sign out, tokens are revoked and contacts leave the roster.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing

from desk.problems import Problem
from policy.case.refusals import Refusal
from storage.engine.reach import DatabaseUnavailable

MOST_STREAMS = 20
"""Open streams of one session or token, in one process."""

BELIEVED_FOR = 0.05
"""Seconds for which the last answer to whether somebody may read is taken as true: as long as a burst of events takes,
and shorter than it takes to take the right away and have something happen.
"""


class TooManyStreams(Problem):
    status = 429
    message = "You follow too many things at once. Please close some of your open pages."


class Readers:
    """The open streams of this process, by the session or token that they are for."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def check(self, whose: str) -> None:
        """Refuse TooManyStreams, while there is still an answer to say it with."""
        if self._open[whose] >= MOST_STREAMS:
            raise TooManyStreams

    async def stream(
        self, events: AsyncGenerator[bytes], *, whose: str, ask: Callable[[], Awaitable[object]]
    ) -> AsyncIterator[bytes]:
        """These events, heartbeats too, as long as they may be read: `ask` raises once they may not (any more).

        It is asked before an event is given away, and the stream ends there without a word; also where nobody can tell.
        """
        now = asyncio.get_running_loop().time
        if self._open[whose] >= MOST_STREAMS:  # many that were asked for in the same moment
            return
        self._open[whose] += 1
        believed_until = now() + BELIEVED_FOR  # who opened it was looked at just now
        try:
            async with aclosing(events):
                async for event in events:
                    if now() >= believed_until:
                        await ask()
                        believed_until = now() + BELIEVED_FOR
                    yield event
        except (Problem, Refusal, DatabaseUnavailable):
            return
        finally:
            self._open[whose] -= 1
            if not self._open[whose]:
                del self._open[whose]
