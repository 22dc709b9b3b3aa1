"""SQLite's own driver: transactions that begin with their first statement, and callers who go away."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from storage.engine.database import Database


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
