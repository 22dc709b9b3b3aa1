"""The wire: what one process tells, another hears, on PostgreSQL; on SQLite nothing is told and nothing breaks."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from storage.engine.database import Database
from storage.engine.wire import Wire
from tests.support.postgres import PostgresServer
from tests.support.server import eventually


async def test_one_hears_what_another_tells_and_listens_again_after_a_break(postgres: PostgresServer) -> None:
    """Where words may have been missed it is told to look as well."""
    url = await postgres.clean_database()
    here, there, database, heard = Wire.at(url, "news"), Wire.at(url, "news"), Database.at(url), list[int]()
    listening = asyncio.create_task(there.listen(lambda: heard.append(1)))
    await eventually(lambda: len(heard) == 1)

    await here.tell()
    await eventually(lambda: len(heard) == 2)
    async with database.write() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        await connection.execute(text(others))
    await eventually(lambda: len(heard) == 3)
    await here.tell()
    await eventually(lambda: len(heard) == 4)

    listening.cancel()
    await asyncio.wait({listening})
    for each in (here, there, database):
        await each.close()


async def test_on_sqlite_there_is_nobody_to_hear(tmp_path: object) -> None:
    wire = Wire.at(f"sqlite+aiosqlite:///{tmp_path}/escala.db", "news")
    await wire.tell()
    await wire.listen(lambda: None)
    await wire.close()
