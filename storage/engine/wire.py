"""The wire: a word from process to process that there is something to look at, by PostgreSQL's LISTEN and NOTIFY.

It is sent after the transaction that it speaks of, not in it: there, PostgreSQL would commit one transaction after the
other. So a word may be lost with its process, and whoever listens looks by itself as well. SQLite has no such thing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_CONNECTING_S = 5.0
_AGAIN = 1.0
_log = logging.getLogger(__name__)


class Wire:
    """One channel, on connections of its own."""

    def __init__(self, engine: AsyncEngine | None, channel: str) -> None:
        self._engine, self._channel = engine, channel

    @classmethod
    def at(cls, url: str, channel: str) -> Wire:
        """The channel of that name in the database at `url`; on SQLite one that carries nothing."""
        where = make_url(url)
        if where.get_backend_name() == "sqlite":
            return cls(None, channel)
        connecting: dict[str, Any] = {"connect_args": {"timeout": _CONNECTING_S}, "pool_timeout": _CONNECTING_S}
        return cls(create_async_engine(where, hide_parameters=True, pool_size=2, max_overflow=0, **connecting), channel)

    async def tell(self) -> None:
        """Let everybody who listens know. Raises what the driver raises where the database is away."""
        if self._engine is not None:
            async with self._engine.begin() as connection:
                await connection.execute(text(f"NOTIFY {self._channel}"))

    async def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard` at each word, and where some may have been missed, until cancelled; on SQLite none will come."""
        if self._engine is None:
            return
        while True:
            try:
                await self._listen(self._engine, heard)
            except Exception as error:
                _log.warning("nothing is heard of other processes: %s", type(error).__name__)
            await asyncio.sleep(_AGAIN)

    async def _listen(self, engine: AsyncEngine, heard: Callable[[], None]) -> None:
        """Listen until the connection is lost."""
        lost = asyncio.Event()
        async with engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            driver.add_termination_listener(lambda _: lost.set())
            await driver.add_listener(self._channel, lambda *_: heard())
            heard()
            try:
                await lost.wait()
            finally:
                await connection.invalidate()  # it listens: nobody else may have it from the pool

    async def close(self) -> None:
        """Give the connections back."""
        if self._engine is not None:
            await self._engine.dispose()
