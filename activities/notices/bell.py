"""The bell: what the ledger lets the dispatcher of notices know, in its own process and, by `pass_on`, in others.

It rings where notices were recorded, and tells while turns are being recorded, which come first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

_PASSED_ON_EVERY = 0.05
"""Seconds: what rings in between is passed on together."""
_log = logging.getLogger(__name__)


class Bell:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._rang, self._unheard, self._quiet = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._quiet.set()
        self._turns = 0
        self._is_attended = False

    def ring(self) -> None:
        """Notices were recorded here."""
        self._rang.set()
        if not self._is_attended:
            self._unheard.set()

    def hear(self) -> None:
        """Notices were recorded elsewhere."""
        self._rang.set()

    @contextmanager
    def attended(self) -> Iterator[None]:
        """A dispatcher is in this process: nobody else needs to be told."""
        self._is_attended = True
        try:
            yield
        finally:
            self._is_attended = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A turn is being recorded."""
        self._turns += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._turns -= 1
            if not self._turns:
                self._quiet.set()

    async def rung(self, *, within: float) -> None:
        """Wait until it rings, so many seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._rang.wait()
        self._rang.clear()

    async def quiet(self, *, within: float) -> None:
        """Wait until no turn is being recorded, so many seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._quiet.wait()

    async def pass_on(self, tell: Callable[[], Awaitable[None]]) -> None:
        """Until cancelled, `tell` other processes what rings here and nobody attends to."""
        while True:
            await self._unheard.wait()
            self._unheard.clear()
            try:
                await tell()
            except Exception as error:  # whoever is not told looks by itself, a little later
                _log.warning("that notices wait could not be passed on: %s", type(error).__name__)
            await asyncio.sleep(_PASSED_ON_EVERY)
