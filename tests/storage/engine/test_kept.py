"""Connections that are kept between transactions: nothing of one is left to the next, and nobody waits for them."""

from __future__ import annotations

import asyncio
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.database import Database
from storage.engine.tables import number_sequences
from tests.storage.conftest import db, postgres, sqlite_template, url

__all__ = ["db", "postgres", "sqlite_template", "url"]

MORE_THAN_THE_POOL_HAS = 40


async def years(db: Database) -> list[int]:
    async with db.read() as connection:
        return list(await connection.scalars(select(number_sequences.c.year).order_by(number_sequences.c.year)))


async def driver_of(connection: AsyncConnection) -> Any:
    """The driver's own connection."""
    return (await connection.get_raw_connection()).driver_connection


def is_closed(opened: Any) -> bool:
    return opened._connection is None if isinstance(opened, aiosqlite.Connection) else opened.is_closed()


@pytest.mark.parametrize("brief", [True, False])
async def test_what_a_broken_transaction_wrote_is_not_there_and_the_next_one_writes(db: Database, brief: bool) -> None:
    async def break_off() -> None:
        async with db.write(brief=brief) as connection:
            await connection.execute(insert(number_sequences), {"year": 1999, "last": 1})
            raise LookupError

    for year in (2026, 2027):
        with pytest.raises(LookupError):
            await break_off()
        async with db.write(brief=brief) as connection:
            await connection.execute(insert(number_sequences), {"year": year, "last": 1})
    assert await years(db) == [2026, 2027]


async def test_each_read_sees_what_was_committed_before_it(db: Database) -> None:
    for place in range(3):
        assert len(await years(db)) == place
        async with db.write(brief=True) as connection:
            await connection.execute(insert(number_sequences), {"year": 2026 + place, "last": 1})


async def test_many_at_once_are_all_served_also_where_one_of_them_breaks_off(db: Database) -> None:
    async def read(place: int) -> int:
        async with db.read() as connection:
            await connection.scalar(select(number_sequences.c.year))
            await asyncio.sleep(0.001)
            if place == 0:
                raise LookupError
            return place

    for _ in range(2):
        found = await asyncio.gather(*map(read, range(MORE_THAN_THE_POOL_HAS)), return_exceptions=True)
        assert isinstance(found[0], LookupError)
        assert found[1:] == list(range(1, MORE_THAN_THE_POOL_HAS))


async def test_whoever_is_cancelled_leaves_nothing_behind(db: Database) -> None:
    begun = asyncio.Event()

    async def write() -> None:
        async with db.write(brief=True) as connection:
            await connection.execute(insert(number_sequences), {"year": 1999, "last": 1})
            begun.set()
            await asyncio.sleep(60)

    writing = asyncio.create_task(write())
    await begun.wait()
    writing.cancel()
    await asyncio.wait({writing})
    assert await years(db) == []
    async with db.write(brief=True) as connection:
        await connection.execute(insert(number_sequences), {"year": 2026, "last": 1})
    assert await years(db) == [2026]


async def test_what_is_in_use_as_all_is_closed_is_closed_after_its_use(db: Database) -> None:
    """Neither kept nor given to a pool that is no more, which would leave it open until it is forgotten."""
    async with db.read() as first, db.read() as second:
        opened = [await driver_of(first), await driver_of(second)]
        await db.close()
        assert not any(map(is_closed, opened))
    assert db._readers._idle == []
    assert all(map(is_closed, opened))


@pytest.mark.parametrize("brief", [True, False])
async def test_a_write_under_way_as_all_is_closed_is_committed_and_its_connection_closed(
    db: Database, url: str, brief: bool
) -> None:
    async with db.write(brief=brief) as connection:
        opened = await driver_of(connection)
        await connection.execute(insert(number_sequences), {"year": 2026, "last": 1})
        await db.close()
    assert is_closed(opened)
    another = Database.at(url)
    assert await years(another) == [2026]
    await another.close()
