"""SQLite's own driver: transactions that begin with their first statement, and callers who go away."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from storage.engine import sqlite_driver
from storage.engine.database import Database
from storage.engine.patience import patient_for
from storage.engine.prepared import Prepared
from storage.engine.reach import DatabaseUnavailable


@pytest.fixture
def sqlite(db: Database, url: str) -> Database:
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL has another driver")
    return db


async def test_a_transaction_that_asks_nothing_leaves_the_connection_usable(sqlite: Database) -> None:
    async with sqlite.write():
        pass
    async with sqlite.write() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1


async def test_a_reader_sees_one_state(sqlite: Database) -> None:
    """What is written between two of its questions it does not see."""
    async with sqlite.write() as connection:
        await connection.execute(text("CREATE TABLE seen (n INTEGER)"))
    async with sqlite.read() as reader:
        before = await reader.scalar(text("SELECT count(*) FROM seen"))
        async with sqlite.write() as writer:
            await writer.execute(text("INSERT INTO seen VALUES (1)"))
        assert await reader.scalar(text("SELECT count(*) FROM seen")) == before


async def test_a_begin_is_never_taken_for_a_long_statement(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite asks at any statement's end whether it is to go on, also at a BEGIN's, which has begun by then."""
    monkeypatch.setattr(sqlite_driver, "_LOOKED_AFTER", 3)  # a BEGIN takes three
    monkeypatch.setattr(sqlite_driver, "_SHORT", -1)
    for _ in range(3):
        async with sqlite.read() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1


async def test_what_a_caller_leaves_behind_is_rolled_back(sqlite: Database) -> None:
    """Somebody who is cancelled while a statement runs holds nothing afterwards."""
    async with sqlite.write() as connection:
        await connection.execute(text("CREATE TABLE kept (n INTEGER)"))
    begun = asyncio.Event()

    async def write() -> None:
        async with sqlite.write() as connection:
            begun.set()
            await connection.execute(text("INSERT INTO kept VALUES (1)"))
            await asyncio.sleep(60)

    writing = asyncio.create_task(write())
    await begun.wait()
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.wait([writing])
    async with asyncio.timeout(5), sqlite.write() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM kept")) == 0


_LONG = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT count(*) FROM n")


@pytest.fixture
async def threads(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """In which thread each statement was done, by name; "here" for the loop's own. The connections are there."""
    for transaction in (sqlite.read, sqlite.write):
        async with transaction() as connection:
            await connection.execute(text("SELECT 1"))
    found: list[str] = []
    here, elsewhere = sqlite_driver.Connection._here, sqlite_driver.Connection._elsewhere

    def done(do: object) -> object:
        found.append("here" if threading.current_thread() is threading.main_thread() else "elsewhere")
        return do() if callable(do) else None

    monkeypatch.setattr(sqlite_driver.Connection, "_here", lambda its, do: here(its, lambda: done(do)))
    monkeypatch.setattr(
        sqlite_driver.Connection, "_elsewhere", lambda its, do, begin: elsewhere(its, lambda: done(do), begin)
    )
    sqlite_driver._long.clear()
    yield found
    sqlite_driver._long.clear()


async def test_what_is_short_wakes_no_thread(sqlite: Database, threads: list[str]) -> None:
    async with sqlite.read() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    async with sqlite.write(brief=True) as connection:
        await connection.execute(text("PRAGMA user_version=3"))
    assert threads == ["here", "here"]


async def test_what_takes_long_leaves_the_loop_to_others(sqlite: Database, threads: list[str]) -> None:
    """It is begun again in the thread, and from then on at once, in the state that the transaction saw before."""
    async with sqlite.read() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
        assert await connection.scalar(_LONG) == 300_000
        assert await connection.scalar(_LONG) == 300_000
        assert await connection.scalar(text("SELECT 1")) == 1
    assert threads == ["here", "here", "elsewhere", "elsewhere", "here"]


async def test_whoever_has_to_wait_for_another_program_waits_in_the_thread(
    sqlite: Database, url: str, threads: list[str]
) -> None:
    other = sqlite3.connect(url.partition(":///")[2], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(DatabaseUnavailable), patient_for(0.3):
        async with sqlite.write(brief=True) as connection:
            await connection.execute(text("PRAGMA user_version=4"))
    ticking.cancel()
    other.execute("ROLLBACK")
    other.close()
    assert ticks > 5, "the loop stood still"
    async with sqlite.write(brief=True) as connection:
        await connection.execute(text("PRAGMA user_version=5"))
    assert threads[-1] == "here"


async def test_a_brief_write_that_fails_leaves_nothing(sqlite: Database) -> None:
    async with sqlite.write(brief=True) as connection:
        await connection.execute(text("CREATE TABLE brief (n INTEGER)"))

    async def fail() -> None:
        async with sqlite.write(brief=True) as connection:
            await connection.execute(text("INSERT INTO brief VALUES (1)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with sqlite.read() as reader:
        assert await reader.scalar(text("SELECT count(*) FROM brief")) == 0


async def test_a_statement_waits_for_what_a_caller_left_to_the_thread(sqlite: Database, threads: list[str]) -> None:
    """Its connection is one: nothing is done on it here while the thread is at something."""
    async with sqlite.read() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        left = asyncio.create_task(driver._execute(lambda: threading.Event().wait(0.05)))
        await asyncio.sleep(0)
        left.cancel()
        assert await connection.scalar(text("SELECT 1")) == 1
        assert await connection.scalar(text("SELECT 2")) == 2
    assert threads == ["elsewhere", "here"]


@pytest.mark.parametrize("brief", [False, True])
async def test_what_the_thread_had_not_begun_is_taken_back_as_well(sqlite: Database, brief: bool) -> None:
    """Somebody goes away while their first statement waits for the thread: it is done in their transaction, or not."""
    async with sqlite.write() as connection:
        await connection.execute(text("CREATE TABLE late (n INTEGER)"))
        raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None
    free = threading.Event()
    keeps = asyncio.create_task(raw._execute(free.wait))
    await asyncio.sleep(0)

    async def write() -> None:
        async with sqlite.write(brief=brief) as connection:
            await Prepared(text("INSERT INTO late VALUES (1)")).changed(connection)

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    writing.cancel()
    await asyncio.sleep(0)
    free.set()
    await asyncio.wait([writing, keeps])
    assert writing.cancelled()
    async with asyncio.timeout(5), sqlite.write() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM late")) == 0
