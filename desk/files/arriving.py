"""Files on their way: how much of what is sent may be under way for one caller, and for all; and whose turn it is.

What arrives lies in temporary files until it was examined, so it is counted before a byte of it is read. Examinations
are few at a time, and each caller has one: whoever sends many pictures waits for them, and nobody else does.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import ClassVar

from desk.problems import Problem
from policy.case.case import Actor
from settings import Settings

LARGEST_UPLOAD = 126 * 1024 * 1024
"""Five files of 25 MB, and the form around them: what a request may bring that does not say how much it brings."""


class TooMuchArriving(Problem):
    """More than may be under way at once, for whoever sends it or for all."""

    status, message = 429, "Too many files are on their way at once. Try again when those you send have arrived."
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


@dataclass(frozen=True, kw_only=True)
class ArrivingLimits:
    """Requests and bytes of one caller, and bytes of all in this process."""

    requests: int
    bytes: int
    bytes_of_all: int

    @classmethod
    def of(cls, settings: Settings) -> ArrivingLimits:
        return cls(
            requests=settings.arriving_requests_per_caller,
            bytes=settings.arriving_megabytes_per_caller * 1024**2,
            bytes_of_all=settings.arriving_megabytes * 1024**2,
        )


class Arriving:
    """What is on its way to this process now."""

    def __init__(self, limits: ArrivingLimits) -> None:
        self._limits = limits
        self._requests: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._words: Counter[str] = Counter()

    @contextmanager
    def taking(self, by: Actor, declared: str | None) -> Iterator[None]:
        """While a request's files are there: so many bytes as its Content-Length says, or as it may bring without one.

        Raises TooMuchArriving.
        """
        whose = f"{by.role}:{by.id}"
        size = int(declared) if declared and declared.isdecimal() else LARGEST_UPLOAD
        if (
            self._requests[whose] >= self._limits.requests
            or self._bytes[whose] + size > self._limits.bytes
            or self._bytes.total() + size > self._limits.bytes_of_all
        ):
            raise TooMuchArriving
        self._requests[whose] += 1
        self._bytes[whose] += size
        try:
            yield
        finally:
            self._requests[whose] -= 1
            self._bytes[whose] -= size
            if not self._requests[whose]:
                del self._requests[whose], self._bytes[whose]

    @contextmanager
    def reading_words(self, by: Actor) -> Iterator[None]:
        """While the words of a request whose files are refused are read, so as to give them back. TooMuchArriving."""
        whose = f"{by.role}:{by.id}"
        if self._words[whose] >= self._limits.requests:
            raise TooMuchArriving
        self._words[whose] += 1
        try:
            yield
        finally:
            self._words[whose] -= 1
            if not self._words[whose]:
                del self._words[whose]


class FairQueue:
    """So many turns at once, one for each caller, and those who wait are called one after the other, by caller."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._served: set[str] = set()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def turn(self, by: Actor) -> AsyncIterator[None]:
        """Wait for a turn, and have it."""
        whose, called = f"{by.role}:{by.id}", asyncio.get_running_loop().create_future()
        self._waiting.setdefault(whose, deque()).append(called)
        self._call()
        try:
            await called
            yield
        finally:
            if called.done() and not called.cancelled():
                self._free += 1
                self._served.discard(whose)
                if whose in self._waiting:  # behind those who were not served yet
                    self._waiting[whose] = self._waiting.pop(whose)
            self._call()

    def _call(self) -> None:
        """Call those whose turn it is: of each caller the first."""
        for whose in [each for each in self._waiting if each not in self._served]:
            if not self._free:
                return
            queue = self._waiting.pop(whose)
            while queue and queue[0].done():  # whoever waited has gone
                queue.popleft()
            if queue:
                queue.popleft().set_result(None)
                self._free -= 1
                self._served.add(whose)
            if queue:
                self._waiting[whose] = queue
