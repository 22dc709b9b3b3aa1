"""Drafts of the form that opens a case about a solution, kept for their account alone until the case is opened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from storage.engine.database import Database, Reader, insert
from storage.engine.tables import opening_drafts


async def keep(db: Database, fields: Mapping[str, str], *, account_id: str, solution_id: str, at: datetime) -> None:
    """Put the draft about this solution."""
    put = {"fields": dict(fields), "saved_at": at}
    async with db.write() as connection:
        kept = insert(connection, opening_drafts).values(account_id=account_id, solution_id=solution_id, **put)
        await connection.execute(kept.on_conflict_do_update(index_elements=["account_id", "solution_id"], set_=put))


async def forget(db: Database, *, account_id: str, solution_id: str) -> None:
    """The case was opened, or the draft thrown away."""
    c = opening_drafts.c
    its = (c.account_id == account_id, c.solution_id == solution_id)
    async with db.write() as connection:
        await connection.execute(delete(opening_drafts).where(*its))


async def get(db: Reader, *, account_id: str, solution_id: str) -> dict[str, str]:
    """An account's draft about a solution, by field; nothing where there is none."""
    c = opening_drafts.c
    wanted = select(c.fields).where(c.account_id == account_id, c.solution_id == solution_id)
    async with db.read() as connection:
        return dict(await connection.scalar(wanted) or {})
