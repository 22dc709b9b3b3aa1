"""Databases of tests: their SQL is worked out once in a process, and none waits for a disk."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

from storage.engine import database

_KEPT = 5_000
"""Statements of each kind of database."""


IN_SERVICE = database._SYNCHRONOUS
"""What an installation does: tests/storage/engine/test_engine.py holds it."""


def wait_for_no_disk() -> None:
    """No test cuts the power; and each commit waited for two milliseconds."""
    database._SYNCHRONOUS = "OFF"


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
        engine._compiled_cache = statements  # type: ignore[assignment]

    # A dialect is part of the key that a statement is kept by.
    kind.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    kind.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    kind._type_memos = WeakKeyDictionary()
    kind.engine_created = staticmethod(created)  # type: ignore[method-assign]
