"""Databases of tests: their SQL is worked out once in a process, none waits for a disk, most need no thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

from storage.engine import database, sqlite_driver

_KEPT = 5_000
"""Statements of each kind of database."""


_FOR_GOOD = pytest.MonkeyPatch()
"""Never undone."""
_BY_THREAD = sqlite_driver.Connection.__await__
IN_SERVICE = database._SYNCHRONOUS
"""What an installation does: tests/storage/engine/test_engine.py holds it."""


def wait_for_no_disk() -> None:
    """No test cuts the power; and each commit waited for two milliseconds."""
    _FOR_GOOD.setattr(database, "_SYNCHRONOUS", "OFF")


def share_statements() -> None:
    """Let all engines of a kind share what they worked out, as one engine does that serves.

    A test has a database of its own and asks most statements once; working them out took more than asking them. All of
    a kind are of one version and configured alike.
    """
    for kind in (SQLiteDialect_aiosqlite, PGDialect_asyncpg):
        _share(kind)


def _share(kind: type[Dialect]) -> None:
    statements: LRUCache[object, object] = LRUCache(_KEPT)

    def created(engine: Engine) -> None:
        vars(engine)["_compiled_cache"] = statements

    # A dialect is part of the key that a statement is kept by.
    _FOR_GOOD.setattr(kind, "__eq__", lambda self, other: type(self) is type(other))
    _FOR_GOOD.setattr(kind, "__hash__", lambda self: hash(type(self)))
    _FOR_GOOD.setattr(kind, "_type_memos", WeakKeyDictionary(), raising=False)
    _FOR_GOOD.setattr(kind, "engine_created", staticmethod(created))


class _AtOnce:
    """In place of the queue of a connection's thread: each errand is done as it comes, and answered in the next turn
    of the loop, so that it is still a place where another task runs and where a caller may be cancelled.
    """

    def put_nowait(self, errand: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, do = errand
        try:
            answer: Any = do()
        except BaseException as error:
            if future:
                future.get_loop().call_soon(_answer, future.set_exception, future, error)
        else:
            if future:
                future.get_loop().call_soon(_answer, future.set_result, future, answer)


def _answer(with_: Callable[[Any], None], future: asyncio.Future[Any], what: Any) -> None:
    if not future.done():
        with_(what)


def ask_without_a_thread() -> None:
    """Let SQLite answer in the loop's own thread, on connections that are opened from now on.

    An errand to a connection's thread costs more than most statements, and to start one as much as a test's whole
    database; a test opens several connections. The tests of storage use threads.
    """

    def opened(connection: sqlite_driver.Connection) -> Any:
        vars(connection)["_tx"] = _AtOnce()
        return connection._connect().__await__()

    _FOR_GOOD.setattr(sqlite_driver.Connection, "__await__", opened)


def ask_by_threads(patch: pytest.MonkeyPatch) -> None:
    """As an installation does, on what is opened until the patch is undone."""
    patch.setattr(sqlite_driver.Connection, "__await__", _BY_THREAD)
