"""Replies that may still be undone: a row each until the reply left, was undone, or was refused and read.

A worker takes what is due for a while; where it ends before it says what became of it, another one takes it again. The
command that a reply becomes has the row's id, so the case takes it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, or_, select, update

from policy.case.case import Actor, Role
from policy.case.commands import SayInChat
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import pending_replies

TAKEN_FOR = timedelta(seconds=30)
_AT_ONCE = 20


@dataclass(frozen=True, kw_only=True)
class PendingReply:
    """A reply that leaves at `leaves_at`, as the `command` of that name.

    `refused` is what the case answered, as a message id and its values.
    """

    id: str
    case_number: str
    account_id: str
    by: Actor
    content_id: str
    body: str
    command: str = "SendReply"
    leaves_at: datetime
    refused: Mapping[str, Any] | None = None

    @property
    def is_line(self) -> bool:
        """Whether it is a line of a chat, which waits for the engine and not for its undo."""
        return self.command == SayInChat.__name__


async def keep(db: Database, reply: PendingReply) -> None:
    """Keep a reply until it leaves; the same id again changes nothing."""
    row = {
        "id": reply.id,
        "case_number": reply.case_number,
        "account_id": reply.account_id,
        "actor_role": reply.by.role,
        "actor_id": reply.by.id,
        "on_behalf_of": reply.by.on_behalf_of,
        "content_id": reply.content_id,
        "body": reply.body,
        "command": reply.command,
        "leaves_at": reply.leaves_at,
    }
    async with db.write() as connection:
        await connection.execute(insert(connection, pending_replies).values(**row).on_conflict_do_nothing())


async def of_cases(db: Reader, numbers: Iterable[str]) -> dict[str, Sequence[PendingReply]]:
    """What waits at each of these cases, in the order of leaving."""
    its = pending_replies.c.case_number.in_(list(numbers))
    found: dict[str, list[PendingReply]] = {}
    async with db.read() as connection:
        rows = await connection.execute(select(pending_replies).where(its).order_by(pending_replies.c.leaves_at))
        for row in rows.mappings():
            found.setdefault(row["case_number"], []).append(_reply(row))
    return dict(found)


async def undo(db: Database, reply_id: str, *, number: str, account_id: str) -> str | None:
    """Take a reply back: its words, or None where it is leaving, has left, or is somebody else's."""
    c = pending_replies.c
    its = and_(c.id == reply_id, c.case_number == number, c.account_id == account_id)
    async with db.write() as connection:
        taken_back = delete(pending_replies).where(its, c.taken_until.is_(None)).returning(c.body)
        body: str | None = await connection.scalar(taken_back)
        return body


async def take_due(db: Database, *, at: datetime) -> Sequence[PendingReply]:
    """Take what is due, a few at a time: nobody undoes those any more, and no other worker takes them for a while."""
    c = pending_replies.c
    async with db.read() as connection:
        if not (await connection.execute(select(c.id).where(_due(at)).limit(1))).first():
            return []
    async with db.write() as connection:
        wanted = select(pending_replies).where(_due(at)).order_by(c.leaves_at).limit(_AT_ONCE)
        rows = (await connection.execute(wanted.with_for_update(skip_locked=True))).mappings().all()
        ids = [row["id"] for row in rows]
        await connection.execute(update(pending_replies).where(c.id.in_(ids)).values(taken_until=at + TAKEN_FOR))
    return [_reply(row) for row in rows]


async def put_off(db: Database, reply_id: str, *, until: datetime) -> None:
    """It could not leave: it is due again after that instant."""
    async with db.write() as connection:
        its = pending_replies.c.id == reply_id
        await connection.execute(update(pending_replies).where(its).values(taken_until=until))


async def left(db: Database, reply_id: str) -> None:
    """It left; the case's facts hold it from now on."""
    async with db.write() as connection:
        await connection.execute(delete(pending_replies).where(pending_replies.c.id == reply_id))


async def refuse(db: Database, reply_id: str, refused: Mapping[str, Any]) -> None:
    """The case did not take it: the words go back to who wrote them, with the reason."""
    async with db.write() as connection:
        its = pending_replies.c.id == reply_id
        await connection.execute(update(pending_replies).where(its).values(refused=dict(refused), taken_until=None))


def _due(at: datetime) -> ColumnElement[bool]:
    c = pending_replies.c
    return and_(c.leaves_at <= at, c.refused.is_(None), or_(c.taken_until.is_(None), c.taken_until < at))


def _reply(row: RowMapping) -> PendingReply:
    return PendingReply(
        id=row["id"],
        case_number=row["case_number"],
        account_id=row["account_id"],
        by=Actor(Role(row["actor_role"]), row["actor_id"], on_behalf_of=row["on_behalf_of"]),
        content_id=row["content_id"],
        body=row["body"],
        command=row["command"],
        leaves_at=row["leaves_at"],
        refused=row["refused"],
    )
