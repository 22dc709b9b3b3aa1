"""The database: its connections, transactions and migrations. No table is named here.

A `Database` belongs to the event loop that first uses it. What only reads takes a `Reader`: a `Database`, where each
read is a transaction of its own, or a `Snapshot`, where all of them see one state.
"""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Table, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.engine import sqlite_driver
from storage.engine.kept import Kept
from storage.engine.patience import patience, patient_for
from storage.engine.prepared import insert_on
from storage.engine.reach import DatabaseUnavailable, reaching
from storage.engine.sqlite_driver import Manner
from storage.engine.write_lock import WriteLock

_CONNECTING_S = 5.0
_READY_S, _PROBED_FOR_S = 0.8, 1.0
_MIGRATIONS = Path(__file__).parents[1] / "migrations"
_SYNCHRONOUS = "FULL"
"""A turn that the engine's history holds as recorded must survive a power cut here too, or the ledger would miss it for
ever and refuse the next one as a gap.
"""
_KEPT = 4
"""Connections that read from SQLite, kept between transactions."""
_MIGRATION_LOCK = 4_022_026_001  # any number, as long as every Escala uses this one


class Reader(Protocol):
    """What can be read from."""

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection on which one state of the database is seen and nothing changed."""


class Snapshot:
    """One state of the database, for several reads, one after another: a transaction serves one task at a time."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """The snapshot's own transaction, which goes on afterwards."""
        yield self._connection


class Database:
    """Where Escala keeps what it knows. Use `read`, `snapshot` and `write`; each is one transaction.

    Each raises DatabaseUnavailable where the database is away, starting, ending, full or held by others.
    """

    def __init__(self, reader: AsyncEngine, writer: AsyncEngine, lock: WriteLock | None) -> None:
        self._reader, self._writer, self._lock = reader, writer, lock
        kept = 0 if lock is None else _KEPT
        self._readers = Kept(reader, kept)
        self._writers = Kept(writer, 0)
        self._brief_writers = Kept(writer.execution_options(brief=True), min(kept, 1))
        self._probed_at = -_PROBED_FOR_S

    @classmethod
    def at(cls, url: str) -> Database:
        """The database at `url`, which nothing is asked of yet: sqlite+aiosqlite:///FILE or postgresql+asyncpg://..."""
        where = make_url(url)
        if where.get_backend_name() != "sqlite":
            engine = create_async_engine(
                where,
                hide_parameters=True,
                pool_size=10,
                max_overflow=10,
                pool_pre_ping=True,
                pool_timeout=_CONNECTING_S,
                connect_args={"timeout": _CONNECTING_S},
            )
            event.listen(engine.sync_engine, "connect", _without_jit)
            # All that one read asks for is of one instant, as it is on SQLite. Writers see what was committed before
            # each of their statements: they hold rows, and look again at what they hold.
            reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            return cls(reader, engine, None)
        file = _file_of(where)
        reader = _sqlite_engine(file, "rw", begin="BEGIN", pragmas=("query_only=ON",), pool_size=5, max_overflow=10)
        writer = _sqlite_engine(file, "rw", begin="BEGIN IMMEDIATE", pool_size=2, max_overflow=0)
        return cls(reader, writer, WriteLock(_lock_file(file)))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one state of the database and changes nothing."""
        with reaching():
            async with self._bounded(), self._readers.connection() as connection:
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """A transaction in which several reads see one state of the database."""
        async with self.read() as connection:
            yield Snapshot(connection)

    @asynccontextmanager
    async def write(self, *, brief: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed at the end, or not at all. On SQLite it is the only one that writes.

        `brief`: its statements find a few rows by their keys; on SQLite they are done at once, without a thread.
        """
        with reaching():
            async with (
                self._lock.held() if self._lock else nullcontext(),
                self._bounded(),
                (self._brief_writers if brief else self._writers).connection() as connection,
                connection.begin(),
            ):
                yield connection

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        """On PostgreSQL a transaction that waits is called back; on SQLite its thread waits so long and no longer."""
        if self._lock:
            yield
            return
        with patience().waiting() as seconds:
            async with asyncio.timeout(seconds):
                yield

    async def ready(self) -> bool:
        """Whether the database answers within a second and has the tables that this version of Escala expects."""
        _head()  # read from the migrations once, for which no database is to blame
        try:
            async with asyncio.timeout(_READY_S):
                async with self.read() as connection:
                    if not await connection.run_sync(_is_at_head):
                        return False
                await self._probe()
                return True
        except (DatabaseUnavailable, TimeoutError):
            return False

    async def _probe(self) -> None:
        """Write something, to the disk: reading goes on where it is full. Once a second, for anybody may ask."""
        now = time.monotonic()
        if now - self._probed_at < _PROBED_FOR_S:
            return
        with patient_for(_READY_S):
            async with self.write() as connection:
                await connection.execute(text("PRAGMA user_version=1" if self._lock else "SELECT pg_current_xact_id()"))
        self._probed_at = now

    async def close(self) -> None:
        """Give every connection back."""
        await self._readers.close()
        await self._writers.close()
        await self._brief_writers.close()
        await self._reader.dispose()
        await self._writer.dispose()
        if self._lock is not None:
            self._lock.close()


def insert(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may say ON CONFLICT, which both databases know and SQLAlchemy keeps with each."""
    return insert_on(connection.dialect.name, table)


def upgrade(url: str) -> None:
    """Bring the tables up to date, also with data in them; when two processes try at once, one waits for the other.

    A SQLite file is made if it is missing; its folder must exist.
    """
    where = make_url(url)
    work = _upgrade_sqlite if where.get_backend_name() == "sqlite" else _upgrade_postgresql
    # Own thread, own loop: so it serves the command line and a caller that already runs a loop alike.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(lambda: asyncio.run(_finished(work(where)))).result()


async def _finished(work: Awaitable[None]) -> None:
    await work


async def _upgrade_sqlite(where: URL) -> None:
    file = _file_of(where)
    with _lock_file(file).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Foreign keys rest while tables are rebuilt, which is how SQLite alters them; they are checked before the end.
        engine = _sqlite_engine(
            file, "rwc", begin="BEGIN IMMEDIATE", pragmas=("journal_mode=WAL", "foreign_keys=OFF"), poolclass=NullPool
        )
        try:
            async with engine.begin() as connection:
                await connection.run_sync(_to_head)
                broken = (await connection.execute(text("PRAGMA foreign_key_check"))).first()
                if broken is not None:
                    raise RuntimeError(f"the migration left rows of {broken[0]} without what they refer to")
        finally:
            await engine.dispose()


async def _upgrade_postgresql(where: URL) -> None:
    engine = create_async_engine(where, hide_parameters=True, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            # A migration that cannot have its table at once gives up, rather than make everybody queue behind it.
            await connection.execute(text("SET LOCAL lock_timeout = '2s'"))
            await connection.execute(text("SET LOCAL statement_timeout = '60s'"))
            await connection.run_sync(_to_head)
    finally:
        await engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _to_head(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _is_at_head(connection: Connection) -> bool:
    current = MigrationContext.configure(connection).get_current_revision()
    return current == _head()


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _file_of(where: URL) -> Path:
    if not where.database or where.database == ":memory:":
        raise ValueError("SQLite needs a file here: several connections share it")
    return Path(where.database).absolute()


def _lock_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.lock")


def _sqlite_engine(file: Path, mode: str, *, begin: str, pragmas: tuple[str, ...] = (), **pool: Any) -> AsyncEngine:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{quote(str(file))}?mode={mode}", uri=True, check_same_thread=False)

    async def opened() -> sqlite_driver.Connection:
        connection = sqlite_driver.Connection(connect)
        await connection
        return connection

    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(file)), async_creator=opened, hide_parameters=True, **pool
    )
    event.listen(engine.sync_engine, "connect", _on_connect(pragmas))
    event.listen(engine.sync_engine, "begin", _on_begin(begin))
    return engine


def _without_jit(dbapi_connection: Any, _record: Any) -> None:
    """Compiling a statement takes PostgreSQL longer than any of ours, and it does so where it expects much to do."""
    cursor = dbapi_connection.cursor()
    cursor.execute("SET jit = off")
    cursor.close()
    dbapi_connection.commit()


def _on_begin(begin: str) -> Callable[[Any], None]:
    def prepare(connection: Any) -> None:
        options = connection.get_execution_options()
        manner = Manner.SHORT_HERE if begin == "BEGIN" else Manner.HERE if options.get("brief") else Manner.ELSEWHERE
        connection.connection.driver_connection.begin(begin, patience(), manner)

    return prepare


def _on_connect(pragmas: tuple[str, ...]) -> Callable[[Any, Any], None]:
    def prepare(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None  # transactions begin when we say so
        cursor = dbapi_connection.cursor()
        for pragma in (f"synchronous={_SYNCHRONOUS}", "foreign_keys=ON", *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return prepare
