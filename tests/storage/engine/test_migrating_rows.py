"""Migrations of a database that is in use: each row of each table comes through every step, on both databases.

A table's row is invented from what the database says of its columns, so that a new table needs no line here.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from alembic import command
from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.engine.interfaces import ReflectedCheckConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import TypeEngine

from storage.engine.database import Database, upgrade
from tests.storage.engine.test_engine import _upgrade_to

STEPS = ("0037", "0040", "head")
"""Before chats and what came after them, with them, and as it is."""
_X = "x"
"""Every text, so that whatever names another row finds it."""
_LEFT_OUT = ("alembic_version", "case_words", "sqlite_")
_SAID = re.compile(r"'([^']+)'")


async def test_a_row_in_every_table_comes_through_every_step(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, dict[str, Any]] = {}
    for step in STEPS:
        with monkeypatch.context() as patched:
            patched.setattr(command, "upgrade", partial(_upgrade_to, command.upgrade, step))
            upgrade(empty_url)
        db = Database.at(empty_url)
        try:
            async with db.write() as connection:
                tables = await connection.run_sync(reflected)
                kept = await connection.run_sync(rows, tables)
                assert {name: _of(kept[name], row) for name, row in known.items()} == known
                await connection.run_sync(fill, [each for each in tables if each.name not in known])
                known = await connection.run_sync(rows, tables)
            if step == STEPS[-1]:
                await a_chat_may_concern_somebody(db)
        finally:
            await db.close()
    assert {"cases", "concerns", "pages", "duty_swaps", "calendar_feeds", "chats", "chat_readiness"} <= set(known)


async def a_chat_may_concern_somebody(db: Database) -> None:
    """0038 made the constraint anew, with the rows in."""
    again = "INSERT INTO concerns ({0}) SELECT {1} FROM concerns WHERE case_number = 'x'"
    async with db.read() as connection:
        columns = await connection.run_sync(
            lambda sync: [each["name"] for each in inspect(sync).get_columns("concerns")]
        )
    columns.remove("id")
    for kind, taken in (("chat", True), ("gossip", False)):
        said = [{"kind": f"'{kind}'", "seq": "seq + 1"}.get(each, each) for each in columns]
        asked = text(again.format(", ".join(columns), ", ".join(said)))
        async with db.write() as connection:
            if taken:
                await connection.execute(asked)
        if not taken:
            with pytest.raises(IntegrityError):
                async with db.write() as connection:
                    await connection.execute(asked)


def reflected(connection: Connection) -> list[Table]:
    """The tables, each after those that it names."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: not name.startswith(_LEFT_OUT))
    return metadata.sorted_tables


def rows(connection: Connection, tables: list[Table]) -> dict[str, dict[str, Any]]:
    """The first row of each table."""
    found = {each.name: connection.execute(select(each).limit(1)).mappings().first() for each in tables}
    return {name: dict(row) for name, row in found.items() if row is not None}


def fill(connection: Connection, tables: list[Table]) -> None:
    """A row in each of these."""
    said = inspect(connection)
    for table in tables:
        connection.execute(insert(table).values(_row(table, said.get_check_constraints(table.name))))


def _row(table: Table, checks: list[ReflectedCheckConstraint]) -> dict[str, Any]:
    said = {}
    for column in table.columns:
        if column.nullable and not column.foreign_keys:
            continue
        if column.autoincrement is True or (column.primary_key and column.server_default is not None):
            continue
        one_of = next((each for check in checks if (each := _first_of(column.name, check["sqltext"]))), None)
        said[column.name] = one_of or _value(column.type)
    return said


def _first_of(name: str, check: str) -> str | None:
    """The first of the words that a constraint lets a column hold."""
    of = re.search(rf"\b{name}\b(.*)", check, re.DOTALL)
    words = _SAID.findall(of[1]) if of and (" IN " in check or "ANY" in check) else []
    return words[0] if words else None


def _value(kind: TypeEngine[Any]) -> Any:
    match kind:
        case Boolean():
            return False
        case Integer():
            return 1
        case JSON():
            return {}
        case DateTime():
            return datetime(2026, 11, 25, 14, tzinfo=UTC)
        case Date():
            return date(2026, 11, 25)
        case LargeBinary():
            return b"x"
        case _:
            return _X


def _of(row: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The row as far as it was there before: a step may add columns."""
    return {name: row[name] for name in before if name in row}
