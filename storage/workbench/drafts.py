"""Drafts: what somebody is writing on a case, kept for their account alone until it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from storage.engine.database import Database, Reader, insert
from storage.engine.tables import drafts


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What an account has written so far in one composer of a case's page."""

    account_id: str
    number: str
    composer: str
    body: str


async def keep(db: Database, draft: Draft, *, at: datetime) -> None:
    """Put the draft of this composer; an empty one is no draft."""
    account_id, number, composer, body = draft.account_id, draft.number, draft.composer, draft.body
    if not body.strip():
        await forget(db, account_id=account_id, number=number, composer=composer)
        return
    row = {"account_id": account_id, "case_number": number, "composer": composer, "body": body, "saved_at": at}
    async with db.write() as connection:
        keys = ["account_id", "case_number", "composer"]
        kept = insert(connection, drafts).values(**row)
        await connection.execute(kept.on_conflict_do_update(index_elements=keys, set_={"body": body, "saved_at": at}))


async def forget(db: Database, *, account_id: str, number: str, composer: str) -> None:
    """The draft was sent, or thrown away."""
    c = drafts.c
    its = (c.account_id == account_id, c.case_number == number, c.composer == composer)
    async with db.write() as connection:
        await connection.execute(delete(drafts).where(*its))


async def of_case(db: Reader, *, account_id: str, number: str) -> dict[str, str]:
    """An account's drafts on a case, by composer."""
    c = drafts.c
    wanted = select(c.composer, c.body).where(c.account_id == account_id, c.case_number == number)
    async with db.read() as connection:
        return {row.composer: row.body for row in await connection.execute(wanted)}
