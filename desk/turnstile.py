"""So many at a time, by key, in this process: one for requests under the same key, a few for commands on one case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Turnstile:
    """Passages by key, kept only while somebody is in them or awaits them; `at_once` pass together."""

    def __init__(self, at_once: int = 1) -> None:
        self._at_once = at_once
        self._passages: dict[Hashable, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def passing(self, key: Hashable) -> AsyncIterator[None]:
        """Wait for those who came before with the same key."""
        passage, users = self._passages.get(key, (asyncio.Semaphore(self._at_once), 0))
        self._passages[key] = (passage, users + 1)
        try:
            async with passage:
                yield
        finally:
            passage, users = self._passages[key]
            if users == 1:
                del self._passages[key]
            else:
                self._passages[key] = (passage, users - 1)
