"""Connections that are kept between transactions, beside SQLAlchemy's pool.

To take one out of the pool and to put it back takes longer than what most transactions ask of SQLite.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Kept:
    """The connections of an engine, of which so many are kept at most; none, and it is the engine's pool as it is."""

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine, self._most = engine, most
        self._idle: list[AsyncConnection] = []
        self._asking = 0
        self._is_closed = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection, whose transaction is taken back at the end unless it was committed."""
        connection = self._idle.pop() if self._idle else await self._opened()
        try:
            yield connection
            # Who waits for the pool is to have what comes back.
            is_kept = len(self._idle) < self._most and not self._asking
            if is_kept and connection.in_transaction():
                await connection.rollback()
        except BaseException:
            await asyncio.shield(asyncio.create_task(self._give_back(connection)))
            raise
        if is_kept:
            self._idle.append(connection)
        else:
            await asyncio.shield(asyncio.create_task(self._give_back(connection)))

    async def close(self) -> None:
        """Give back what is kept; what is still in use is closed as soon as it is not."""
        self._most, self._is_closed = 0, True
        while self._idle:
            await self._idle.pop().close()

    async def _give_back(self, connection: AsyncConnection) -> None:
        if self._is_closed:
            # The pool that it came from is gone, and would take it and never close it.
            await connection.invalidate()
        await connection.close()

    async def _opened(self) -> AsyncConnection:
        self._asking += 1
        try:
            return await self._engine.connect()
        finally:
            self._asking -= 1
