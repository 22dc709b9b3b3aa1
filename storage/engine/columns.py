"""The column types: instants, JSON and closed vocabularies, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ColumnElement, DateTime, Dialect, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for "never due" in a column that lists sort by, so that what is due comes first and keysets need no NULL."""

UNDATED = datetime(9999, 12, 30, tzinfo=UTC)
"""Stands for "not due now": before what will never be due, so that a list of the others ends there."""

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for "due since it is there", whatever the clocks of those who ask."""


class Instant(TypeDecorator[datetime]):
    """An aware instant, given back in UTC with its microseconds, comparable in SQL.

    SQLite has no such type: there it is text of one fixed width, whose order is the order of time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        value = value.astimezone(UTC)
        if dialect.name != "sqlite":
            return value
        return value.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        return None if value is None else value.astimezone(UTC)


def word(column: str, words: type[StrEnum]) -> CheckConstraint:
    """The constraint that a text column holds one of the policy's words."""
    listed = ", ".join(f"'{each.value}'" for each in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"known_{column}")


class Unindexed(FunctionElement[Any]):
    """A column as it is, but not as a way into the table: on SQLite, which has no figures of its tables to judge by."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Unindexed)
def _unindexed(element: Unindexed, compiler: Any, **more: Any) -> str:
    column = compiler.process(element.clauses, **more)
    return f"+{column}" if compiler.dialect.name == "sqlite" else str(column)
