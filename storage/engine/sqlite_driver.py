"""The SQLite driver: aiosqlite with one errand to its thread per statement instead of four, none for BEGIN.

An errand costs more than most of our statements: it wakes a thread, which then wakes the loop. SQLAlchemy reads all
rows of a result at once anyway, so they come back with the statement.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Self

import aiosqlite

from storage.engine.patience import Patience


class Connection(aiosqlite.Connection):
    """What SQLAlchemy's aiosqlite dialect asks of a connection."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True
        self._to_begin: str | None = None
        self._patience = Patience(0)
        self._begun = False

    def begin(self, statement: str, patience: Patience) -> None:
        """Begin a transaction by `statement`, together with whatever is asked first in it, if it comes in time."""
        patience.left()
        self._to_begin, self._patience = statement, patience

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self, self._conn.cursor())

    async def commit(self) -> None:
        await self._end(super().commit)

    async def rollback(self) -> None:
        await self._end(super().rollback)

    async def run(self, do: Callable[[], Any]) -> Any:
        """Run this in the connection's thread, after the BEGIN that may be due."""
        begin, self._to_begin, patience = self._to_begin, None, self._patience
        if begin is None:
            return await self._execute(do)  # type: ignore[no-untyped-call]
        self._begun = True  # also for a caller who is cancelled now: the thread goes on

        def begin_and_do() -> Any:
            with patience.waiting() as seconds:
                self._conn.execute(f"PRAGMA busy_timeout={round(seconds * 1_000)}")
                self._conn.execute(begin)
            return do()

        return await self._execute(begin_and_do)  # type: ignore[no-untyped-call]

    async def _end(self, end: Callable[[], Any]) -> None:
        begun, self._begun, self._to_begin = self._begun, False, None
        if begun:
            await end()


class Cursor:
    """What SQLAlchemy asks of a cursor that is read at once."""

    def __init__(self, connection: Connection, cursor: sqlite3.Cursor) -> None:
        self._connection, self._cursor = connection, cursor
        self._rows: list[Any] = []
        self.arraysize = cursor.arraysize

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> Self:
        def execute() -> list[Any]:
            self._cursor.execute(statement, parameters)
            return self._cursor.fetchall()

        self._rows = await self._connection.run(execute)
        return self

    async def executemany(self, statement: str, parameters: Sequence[Any]) -> Self:
        await self._connection.run(lambda: self._cursor.executemany(statement, parameters))
        return self

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        """Nothing is left to close: all rows were read, which ends the statement."""

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid
