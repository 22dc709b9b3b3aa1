"""Canned replies: texts that are used again, one's own or shared by all who serve customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from policy.case.refusals import Refusal
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import canned_replies

MOST = 100
"""How many one account keeps."""


class TooManyReplies(Refusal):
    """A list to choose from that is too long to choose from."""

    message = "You keep {most} canned replies already. Remove one first."


@dataclass(frozen=True, kw_only=True)
class CannedReply:
    """A text with placeholders. `account_id` wrote it, and alone changes one that is not shared."""

    id: str
    account_id: str
    shared: bool
    title: str
    body: str


async def listing(db: Reader, account_id: str) -> Sequence[CannedReply]:
    """Those that an account may use, by title."""
    wanted = select(*_COLUMNS).where(_usable(account_id)).order_by(func.lower(canned_replies.c.title))
    async with db.read() as connection:
        return [CannedReply(**row) for row in (await connection.execute(wanted)).mappings()]


async def get(db: Reader, reply_id: str, *, account_id: str) -> CannedReply | None:
    """One of those that the account may use."""
    wanted = select(*_COLUMNS).where(canned_replies.c.id == reply_id, _usable(account_id))
    async with db.read() as connection:
        row = (await connection.execute(wanted)).mappings().first()
    return CannedReply(**row) if row else None


async def create(db: Database, reply: CannedReply, *, at: datetime) -> None:
    """Keep a new one; the same id again changes nothing. Raises TooManyReplies."""
    c = canned_replies.c
    async with db.write() as connection:
        others = select(func.count()).where(c.account_id == reply.account_id, c.id != reply.id)
        if (await connection.scalar(others) or 0) >= MOST:
            raise TooManyReplies(most=MOST)
        made = insert(connection, canned_replies).values(**vars(reply), changed_at=at)
        await connection.execute(made.on_conflict_do_nothing())


async def change(db: Database, reply: CannedReply, *, account_id: str, at: datetime) -> bool:
    """Put its text, and whether it is shared; False where it is not there for this account.

    Whoever changes what is shared leaves it its author's.
    """
    its = (canned_replies.c.id == reply.id, _usable(account_id))
    put = {"title": reply.title, "body": reply.body, "shared": reply.shared, "changed_at": at}
    async with db.write() as connection:
        return (await connection.execute(update(canned_replies).where(*its).values(**put))).rowcount == 1


async def remove(db: Database, reply_id: str, *, account_id: str) -> None:
    async with db.write() as connection:
        await connection.execute(delete(canned_replies).where(canned_replies.c.id == reply_id, _usable(account_id)))


def _usable(account_id: str) -> ColumnElement[bool]:
    return or_(canned_replies.c.shared, canned_replies.c.account_id == account_id)


_COLUMNS = tuple(canned_replies.c[name] for name in ("id", "account_id", "shared", "title", "body"))
