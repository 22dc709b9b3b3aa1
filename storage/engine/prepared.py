"""Statements that are put together once, for what every command asks.

SQLAlchemy builds a statement, looks up how it was compiled, and makes a context and a result for it, each time: on
SQLite that is thirty times the statement's own work. A prepared one is compiled at its first use and goes to the driver
itself, through the types of its columns; on PostgreSQL, whose driver SQLAlchemy drives, it is a statement as any other,
which is not built anew.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler

from storage.engine.sqlite_driver import Cursor

Process = Callable[[Any], Any] | None
Build = Callable[[str], Executable]
"""Makes a statement for the dialect of that name."""


def insert_on(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may say ON CONFLICT, which both databases know and SQLAlchemy keeps with each."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@dataclass(frozen=True)
class _Compiled:
    """A statement as the driver takes it: what goes in its places, in order, and what its columns come back as."""

    text: str
    places: Sequence[tuple[str, Process]]
    columns: Sequence[Process]
    row: Callable[..., Any]


class Prepared:
    """A statement with named places (`bindparam`), lists among them, and the columns that it `sets`.

    Rows have their columns as attributes, and `_asdict()`.
    """

    def __init__(self, statement: Executable | Build, *, sets: Sequence[str] = ()) -> None:
        self._statement, self._sets = statement, list(sets)
        self._made: dict[str, Executable] = {}
        self._compiled: dict[tuple[int, ...], _Compiled] = {}

    async def rows(self, connection: AsyncConnection, **values: Any) -> list[Any]:
        """All rows that it finds."""
        if connection.dialect.name != "sqlite":
            return list(await connection.execute(self._on(connection), values))
        cursor, compiled = await self._run(connection, values)
        return [compiled.row(*map(_read, compiled.columns, row)) for row in await cursor.fetchall()]

    async def first(self, connection: AsyncConnection, **values: Any) -> Any:
        """The first row, or None."""
        found = await self.rows(connection, **values)
        return found[0] if found else None

    async def scalar(self, connection: AsyncConnection, **values: Any) -> Any:
        """The first row's first column, or None where there is no row."""
        found = await self.first(connection, **values)
        return None if found is None else found[0]

    async def changed(self, connection: AsyncConnection, **values: Any) -> int:
        """How many rows it changed."""
        if connection.dialect.name != "sqlite":
            return (await connection.execute(self._on(connection), values)).rowcount
        cursor, _ = await self._run(connection, values)
        return int(cursor.rowcount)

    async def each(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Do it for each of these, in one go."""
        if connection.dialect.name != "sqlite":
            await connection.execute(self._on(connection), list(rows))
            return
        compiled = self._for(connection, rows[0], {})
        with _as_sqlalchemy_tells(compiled.text):
            await _cursor(connection).executemany(compiled.text, [_given(compiled, row) for row in rows])

    async def _run(self, connection: AsyncConnection, values: Mapping[str, Any]) -> tuple[Cursor, _Compiled]:
        lists = {name: value for name, value in values.items() if isinstance(value, list) and name not in self._sets}
        compiled = self._for(connection, values, lists)
        singly = {f"{name}_{place}": each for name, value in lists.items() for place, each in enumerate(value, 1)}
        cursor = _cursor(connection)
        with _as_sqlalchemy_tells(compiled.text):
            await cursor.execute(compiled.text, _given(compiled, {**values, **singly} if lists else values))
        return cursor, compiled

    def _for(self, connection: AsyncConnection, values: Mapping[str, Any], lists: Mapping[str, list[Any]]) -> _Compiled:
        """As it is compiled for lists of these lengths."""
        lengths = tuple(len(each) for each in lists.values())
        found = self._compiled.get(lengths)
        if found is None:
            statement: Any = self._on(connection)
            statement = statement.params(**values) if lists else statement
            found = self._compiled[lengths] = _compile(statement, connection.dialect, self._sets, values)
        return found

    def _on(self, connection: AsyncConnection) -> Executable:
        """The statement as this database has it."""
        if isinstance(self._statement, Executable):
            return self._statement
        name = connection.dialect.name
        if name not in self._made:
            self._made[name] = self._statement(name)
        return self._made[name]


def _cursor(connection: AsyncConnection) -> Cursor:
    """The driver's cursor, within SQLAlchemy's transaction."""
    engines = connection.sync_connection
    assert engines is not None
    if not engines.in_transaction():
        engines.begin()
    driver: Any = engines.connection.driver_connection
    cursor: Cursor = driver.cursor()
    return cursor


@contextmanager
def _as_sqlalchemy_tells(statement: str) -> Iterator[None]:
    """An error of the driver as SQLAlchemy would raise it, without the values."""
    try:
        yield
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error, hide_parameters=True) from error


def _given(compiled: _Compiled, values: Mapping[str, Any]) -> list[Any]:
    return [process(values.get(name)) if process else values[name] for name, process in compiled.places]


def _read(process: Process, value: Any) -> Any:
    return process(value) if process else value


def _compile(statement: Any, dialect: Dialect, sets: list[str], given: Mapping[str, Any]) -> _Compiled:
    how = {"compile_kwargs": {"render_postcompile": True}, **({"column_keys": sets} if sets else {})}
    compiled: SQLCompiler = statement.compile(dialect=dialect, **how)

    def place(name: str) -> tuple[str, Process]:
        bind = compiled.binds.get(name)
        if bind is None:  # one of a list
            bind = compiled.binds[name.rpartition("_")[0]]
        process: Process = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if bind.key in given:
            return name, process
        fixed = process(bind.value) if process else bind.value  # a value of the statement itself
        return name, lambda _: fixed

    columns = list(getattr(statement, "exported_columns", ()))
    return _Compiled(
        text=compiled.string,
        places=[place(name) for name in compiled.positiontup or ()],
        columns=[each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns],
        row=namedtuple("Row", [str(each.key) for each in columns], rename=True),
    )
