"""Statements that are put together once: they say and find what SQLAlchemy's own execution does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.exc import IntegrityError

from storage.engine.database import Database
from storage.engine.prepared import Prepared, insert_on
from storage.engine.tables import requests

AT = datetime(2027, 2, 2, 9, tzinfo=timezone(timedelta(hours=-5)))
_KEEP = Prepared(
    lambda on: insert_on(on, requests).on_conflict_do_nothing(), sets=("scope", "key", "fingerprint", "begun_at")
)
_FIND = Prepared(select(requests).where(requests.c.scope == bindparam("scope"), requests.c.key == bindparam("key")))
_ANSWER = Prepared(
    update(requests).where(requests.c.key == bindparam("its_key"), requests.c.scope == "s"), sets=("status", "body")
)
_SOME = Prepared(
    select(requests.c.key)
    .where(requests.c.key.in_(bindparam("keys", expanding=True)), requests.c.begun_at <= bindparam("at"))
    .order_by(requests.c.key)
)


def kept(key: str) -> dict[str, Any]:
    return {"scope": "s", "key": key, "fingerprint": "fingerprint-of-it", "begun_at": AT}


async def test_values_go_and_come_by_the_types_of_their_columns(db: Database) -> None:
    async with db.write(brief=True) as connection:
        assert await _KEEP.changed(connection, **kept("a")) == 1
        assert await _KEEP.changed(connection, **kept("a")) == 0
        assert await _ANSWER.changed(connection, its_key="a", status=200, body={"números": [1, None]}) == 1
        assert await _ANSWER.changed(connection, its_key="b", status=200, body={}) == 0
    async with db.read() as connection:
        found = await _FIND.first(connection, scope="s", key="a")
        by_sqlalchemy = (await connection.execute(select(requests))).one()
        assert await _FIND.first(connection, scope="s", key="b") is None
    assert found._asdict() == by_sqlalchemy._asdict()
    assert (found.begun_at, found.body) == (AT.astimezone(UTC), {"números": [1, None]})


async def test_lists_are_of_any_length(db: Database) -> None:
    async with db.write(brief=True) as connection:
        await _KEEP.each(connection, [kept("a"), kept("b"), kept("c")])
    async with db.read() as connection:
        for keys in (["a"], [], ["c", "a"], ["a", "b", "c"], ["a"]):
            found = await _SOME.rows(connection, keys=keys, at=AT)
            assert [row.key for row in found] == sorted(keys)
        assert await _SOME.rows(connection, keys=["a"], at=AT - timedelta(seconds=1)) == []
        assert await _SOME.scalar(connection, keys=["b"], at=AT) == "b"


async def test_it_is_of_the_transaction_that_it_is_asked_in(db: Database) -> None:
    """What it writes goes back with the rest, and what it reads is one state."""
    async with db.write(brief=True) as connection:
        await connection.execute(text("SELECT 1"))
        savepoint = await connection.begin_nested()
        await _KEEP.changed(connection, **kept("a"))
        await savepoint.rollback()
        await _KEEP.changed(connection, **kept("b"))
    async with db.read() as reader:
        assert await _FIND.first(reader, scope="s", key="a") is None
        async with db.write(brief=True) as connection:
            await _KEEP.changed(connection, **kept("c"))
        assert await _FIND.first(reader, scope="s", key="c") is None
    async with db.read() as reader:
        assert await _FIND.first(reader, scope="s", key="c") is not None


async def test_what_the_database_refuses_is_told_as_it_is(db: Database) -> None:
    plainly = Prepared(lambda on: insert_on(on, requests), sets=("scope", "key", "fingerprint", "begun_at"))

    async def keep() -> None:
        async with db.write(brief=True) as connection:
            await plainly.changed(connection, **kept("a"))

    await keep()
    with pytest.raises(IntegrityError, match=r"(?i)unique") as refused:
        await keep()
    assert "fingerprint-of-it" not in str(refused.value), "values are not told"
