"""A savepoint: what is done within it stands, or is taken back alone, and the transaction goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.prepared import Prepared


class TakeBack(Exception):
    """Raised within a savepoint to leave it, with all that was done in it taken back."""


@asynccontextmanager
async def savepoint(connection: AsyncConnection) -> AsyncIterator[None]:
    """Keep what the block does, or take it back where it raises; TakeBack goes no further.

    On SQLite by its own statements: SQLAlchemy's take ten times as long, and every turn of a group has one.
    """
    with suppress(TakeBack):
        if connection.dialect.name != "sqlite":
            async with connection.begin_nested():
                yield
            return
        await _BEGIN.changed(connection)
        try:
            yield
        except BaseException:
            with suppress(DBAPIError):  # where SQLite has ended the transaction, nothing is left to take back
                await _TAKE_BACK.changed(connection)
                await _END.changed(connection)
            raise
        await _END.changed(connection)


_BEGIN, _TAKE_BACK, _END = (
    Prepared(text(f"{what} escala")) for what in ("SAVEPOINT", "ROLLBACK TO SAVEPOINT", "RELEASE SAVEPOINT")
)
