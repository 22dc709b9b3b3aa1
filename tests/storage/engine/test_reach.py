"""The signs that the database cannot be reached now: by its drivers' words and by a real server that comes and goes."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage.engine.database import Database, upgrade
from storage.engine.reach import DatabaseUnavailable, is_unavailable
from tests.api.office import Office, open_office
from tests.support.postgres import PostgresServer


def of_sqlite(code: int, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> sqlite3.Error:
    error = kind("as SQLite says it")
    error.sqlite_errorcode = code
    return error


def of_postgresql(kind: type[asyncpg.PostgresError | asyncpg.InterfaceError], *, cut: bool = False) -> DBAPIError:
    """As SQLAlchemy wraps what asyncpg raises: twice."""
    wrapped = Exception(kind.__name__)
    wrapped.__cause__ = kind(kind.__name__)
    return DBAPIError("SELECT 1", {}, wrapped, connection_invalidated=cut)


AWAY = [
    asyncpg.CannotConnectNowError("starting"),
    asyncpg.TooManyConnectionsError("full"),
    asyncpg.InvalidCatalogNameError("not there yet"),
    asyncpg.InterfaceError("connection is closed"),
    ConnectionRefusedError(),
    ConnectionResetError(),
    FileNotFoundError("the server's socket"),
    TimeoutError(),
    PoolTimeout(),
    of_postgresql(asyncpg.AdminShutdownError),
    of_postgresql(asyncpg.CrashShutdownError),
    of_postgresql(asyncpg.ConnectionDoesNotExistError),
    of_postgresql(asyncpg.DiskFullError),
    of_postgresql(asyncpg.DeadlockDetectedError),
    of_postgresql(asyncpg.UniqueViolationError, cut=True),
    *(of_sqlite(code) for code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)),
    of_sqlite(sqlite3.SQLITE_IOERR | 2 << 8),
    OperationalError("INSERT", {}, of_sqlite(sqlite3.SQLITE_FULL)),
]
THERE = [
    of_postgresql(asyncpg.UniqueViolationError),
    of_postgresql(asyncpg.UndefinedColumnError),
    of_postgresql(asyncpg.DataError),
    of_sqlite(sqlite3.SQLITE_ERROR),
    of_sqlite(sqlite3.SQLITE_CONSTRAINT, sqlite3.IntegrityError),
    ValueError(),
]


@pytest.mark.parametrize("error", AWAY, ids=repr)
def test_is_away(error: Exception) -> None:
    assert is_unavailable(error)


@pytest.mark.parametrize("error", THERE, ids=repr)
def test_is_asked_wrongly(error: Exception) -> None:
    assert not is_unavailable(error)


@asynccontextmanager
async def starting(folder: Path) -> AsyncIterator[str]:
    """The address of a server that says 57P03 to everybody, as PostgreSQL does while it reads its log."""
    said = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1_000)
        writer.write(b"E" + (len(said) + 4).to_bytes(4) + said)
        await writer.drain()
        writer.close()

    async with await asyncio.start_unix_server(refuse, folder / ".s.PGSQL.5432"):
        yield f"postgresql+asyncpg://postgres@/escala?host={folder}"


async def test_a_server_that_is_starting_is_away(tmp_path: Path) -> None:
    async with starting(tmp_path) as url:
        db = Database.at(url)
        for transaction in (db.read, db.write):
            with pytest.raises(DatabaseUnavailable):
                async with transaction():
                    pass
        assert not await db.ready()
        await db.close()


async def test_a_server_that_says_nothing_is_not_ready_within_a_second(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / ".s.PGSQL.5432"))
        silent.listen()
        db = Database.at(f"postgresql+asyncpg://postgres@/escala?host={tmp_path}")
        began = time.monotonic()
        assert not await db.ready()
        assert time.monotonic() - began < 1
        await db.close()


async def test_a_server_that_comes_and_goes(postgres: PostgresServer, tmp_path: Path) -> None:
    """A connection that is cut in the middle, a server that is away, and one that is back: by its API."""
    url = await postgres.empty_database()
    upgrade(url)
    async with open_office(url, tmp_path) as office:
        assert (await office.get("/cases")).status_code == 200
        try:
            with pytest.raises(DatabaseUnavailable):
                await ask(office.db, meanwhile=asyncio.to_thread(postgres.stop))
            assert [await answered(office) for _ in range(20)] == [503] * 20
            began = time.monotonic()
            assert (await office.get("/health/ready", None)).status_code == 503
            assert time.monotonic() - began < 1
        finally:
            postgres.start()
        assert (await office.get("/health/ready", None)).status_code == 200
        assert (await office.get("/cases")).status_code == 200
    await postgres.drop(url)


async def test_a_session_that_the_server_ends(postgres: PostgresServer) -> None:
    db = Database.at(await postgres.clean_database())
    with pytest.raises(DatabaseUnavailable):
        await ask(db, meanwhile=end_the_others(db))
    await db.close()


async def ask(db: Database, *, meanwhile: Awaitable[None]) -> None:
    """Something happens between two questions of one transaction."""
    async with db.read() as connection:
        await connection.scalar(text("SELECT 1"))
        await meanwhile
        await connection.scalar(text("SELECT 1"))


async def end_the_others(db: Database) -> None:
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    async with db.write() as connection:
        await connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))


async def answered(office: Office) -> int:
    answer = await office.get("/cases")
    assert int(answer.headers["retry-after"]) >= 1
    return answer.status_code
