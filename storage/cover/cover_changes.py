"""Changes of covers that their workflows are still to be told of: noted with the change, struck out once they know.

So a payment that is registered while the engine cannot be reached is told later, by the sweep.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.cover.cover import CoverRef
from policy.terms.terms import CoverKind
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import cover_changes


async def note(connection: AsyncConnection, cover: CoverRef, *, at: datetime) -> None:
    """Note that a cover changed, in the transaction that changes it. The latest change is the one that counts."""
    row = {"cover": cover.kind, "cover_id": cover.id, "customer_id": cover.customer_id, "changed_at": at}
    put = insert(connection, cover_changes).values(**row)
    await connection.execute(
        put.on_conflict_do_update(
            index_elements=["cover", "cover_id"],
            set_={"changed_at": put.excluded.changed_at},
            where=cover_changes.c.changed_at < put.excluded.changed_at,
        )
    )


async def untold(db: Reader) -> dict[CoverRef, datetime]:
    """The covers whose workflows do not know yet, with the instant of the last change."""
    async with db.read() as connection:
        rows = list(await connection.execute(select(cover_changes).order_by(cover_changes.c.changed_at)))
    return {
        CoverRef(kind=CoverKind(row.cover), id=row.cover_id, customer_id=row.customer_id): row.changed_at
        for row in rows
    }


async def told(db: Database, cover: CoverRef, *, at: datetime) -> None:
    """Strike out a cover's change, unless it changed again after `at`."""
    c = cover_changes.c
    async with db.write() as connection:
        await connection.execute(
            delete(cover_changes).where(c.cover == cover.kind, c.cover_id == cover.id, c.changed_at <= at)
        )
