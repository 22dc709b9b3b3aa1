"""The SQLite driver: aiosqlite, whose thread is asked only by whom there is something to wait for.

An errand to that thread costs ten times what most of our statements take: it wakes a thread, which then wakes the loop,
and both want the interpreter. So what is short is done where it is asked: reading, as long as it turns out to be short,
and the statements of a transaction that says it is brief. Waiting for others, what takes long, and every commit, which
waits for the disk, are the thread's. SQLAlchemy reads all rows of a result at once, so they come with the statement.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from enum import Enum, auto
from math import inf
from typing import Any, Self

import aiosqlite

from storage.engine.patience import LONGEST, Patience

_SHORT = 0.002
"""Seconds of the processor that a statement may take on the loop; one that needs more begins anew in the thread."""
_LOOKED_AFTER = 500
"""SQLite's instructions between two looks at how long a statement has taken."""
_MOST_REMEMBERED = 1_000


class Manner(Enum):
    """Where the statements of a transaction are done."""

    SHORT_HERE = auto()
    """On the loop, unless they turn out to be long: they change nothing, so that they can be begun anew."""
    HERE = auto()
    """On the loop, all of them."""
    ELSEWHERE = auto()
    """In the connection's thread."""


class Connection(aiosqlite.Connection):
    """What SQLAlchemy's aiosqlite dialect asks of a connection."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True
        self._manner = Manner.ELSEWHERE
        self._to_begin: str | None = None
        self._begun = False
        self._patience = Patience(inf)
        self._waits_ms = -1
        self._errands, self._errands_done = 0, 0
        self._is_watched = False
        self._since: float | None = None

    def begin(self, statement: str, patience: Patience, manner: Manner) -> None:
        """Begin a transaction by `statement`, together with whatever is asked first in it, if it comes in time."""
        patience.left()
        self._to_begin, self._patience, self._manner = statement, patience, manner

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self, self._conn.cursor())

    async def commit(self) -> None:
        if self._ends():
            await super().commit()

    async def rollback(self) -> None:
        if not self._ends():
            return
        if self._manner is Manner.SHORT_HERE and self._is_free:  # nothing was written that could be taken back
            self._conn.rollback()
        else:
            await super().rollback()

    async def run(self, do: Callable[[], Any], statement: str) -> Any:
        """Run this in the transaction, after the BEGIN that may be due."""
        if self._is_for_here(statement):
            try:
                return self._here(do)
            except sqlite3.OperationalError as error:
                if not _has_to_wait(error):
                    raise
                if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                    _remember(statement)
        begin, self._to_begin = self._to_begin, None
        self._begun = self._begun or begin is not None  # also for a caller who is cancelled now: the thread goes on
        return await self._execute(lambda: self._elsewhere(do, begin))

    def _here(self, do: Callable[[], Any]) -> Any:
        """Do it at once, or raise that it has to wait, or takes long."""
        self._since = inf  # the statement alone may take long: a BEGIN that is interrupted has begun all the same
        self._wait_at_most(0)
        self._watch(is_on=self._manner is Manner.SHORT_HERE)
        if self._to_begin is not None:
            self._conn.execute(self._to_begin)
            self._to_begin, self._begun = None, True
        self._since = None
        return do()

    def _elsewhere(self, do: Callable[[], Any], begin: str | None) -> Any:
        """The same in the thread, as long as there is patience."""
        self._watch(is_on=False)
        if begin is None:
            self._wait_at_most(round(min(max(self._patience.seconds, 0), LONGEST) * 1_000))
            return do()
        with self._patience.waiting() as seconds:
            self._wait_at_most(round(seconds * 1_000))
            self._conn.execute(begin)
        return do()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Have the thread do it. It is known how many errands it has done, for their callers may have gone away."""
        self._errands += 1

        def do() -> Any:
            try:
                return fn(*args, **kwargs)
            finally:
                self._errands_done += 1

        return await super()._execute(do)  # type: ignore[no-untyped-call]

    def _ends(self) -> bool:
        """Whether there was a transaction, which ends now."""
        begun, self._begun, self._to_begin = self._begun, False, None
        return begun

    def _is_for_here(self, statement: str) -> bool:
        if self._manner is Manner.ELSEWHERE or not self._is_free:
            return False
        return self._manner is Manner.HERE or not (statement in _long or _SEARCHES in statement)

    @property
    def _is_free(self) -> bool:
        """Whether the thread has nothing to do on this connection."""
        return self._errands == self._errands_done

    def _wait_at_most(self, ms: int) -> None:
        if ms != self._waits_ms:
            self._conn.execute(f"PRAGMA busy_timeout={ms}")
            self._waits_ms = ms

    def _watch(self, *, is_on: bool) -> None:
        if is_on != self._is_watched:
            self._conn.set_progress_handler(self._is_long if is_on else None, _LOOKED_AFTER)
            self._is_watched = is_on

    def _is_long(self) -> bool:
        """Whether the statement has taken long by now. Its own time counts: others may keep the processor meanwhile.

        SQLite asks after so many instructions of a prepared statement, which it counts over all its runs, and once more
        as it ends: so what takes none at all is asked about as well.
        """
        now = time.thread_time()
        if self._since is None:
            self._since = now
        return now - self._since > _SHORT


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

        self._rows = await self._connection.run(execute, statement)
        return self

    async def executemany(self, statement: str, parameters: Sequence[Any]) -> Self:
        await self._connection.run(lambda: self._cursor.executemany(statement, parameters), statement)
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


_SEARCHES = " MATCH "
"""The index of words works long within one instruction."""
_long: set[str] = set()
"""Statements that took long once, in this process."""


def _remember(statement: str) -> None:
    if len(_long) >= _MOST_REMEMBERED:
        _long.clear()
    _long.add(statement)


def _has_to_wait(error: sqlite3.OperationalError) -> bool:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT)
