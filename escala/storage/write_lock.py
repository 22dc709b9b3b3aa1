"""One writer at a time for a SQLite file: first among the tasks of a process, then among processes.

SQLite itself lets writers wait by sleeping and asking again, which starves the unlucky. Here they queue. The kernel
frees the locks of a process that died.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class WriteLock:
    """The right to write, shared through a file beside the database."""

    def __init__(self, path: Path) -> None:
        self._tasks = asyncio.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Wait for the right to write and hold it."""
        async with self._tasks:
            await self._acquire()
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    async def _acquire(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.to_thread(fcntl.flock, self._file, fcntl.LOCK_EX)

    def close(self) -> None:
        os.close(self._file)
