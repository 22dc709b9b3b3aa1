"""The inbox: each delivery of a message once, by (mailbox, UIDVALIDITY, UID), kept before anything reads it.

What it does is written before it is done, under (message, kind): a second try finds what the first one decided.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import RowMapping, Select, and_, delete, func, or_, select, update

from policy.mail.decision import MailOutcome, MailReason
from policy.mail.state import MessageState
from storage.engine import paging
from storage.engine.database import Database, Reader, insert
from storage.engine.paging import Page
from storage.engine.tables import inbox, inbox_raw, mail_effects, mail_messages

_DECIDED_WITHIN = timedelta(minutes=1)
_ECHO_WITHIN = timedelta(days=1)
KEPT_OF_TOO_LARGE = 256 * 1024
"""Bytes of a message that is larger than it may be."""


@dataclass(frozen=True)
class Identity:
    """A delivery as its mailbox knows it. Where UIDs begin anew, UIDVALIDITY is another one."""

    mailbox: str
    uidvalidity: int
    uid: int

    @property
    def id(self) -> str:
        """Its id in the inbox, the same for ever."""
        return "mal_" + hashlib.sha256(f"{self.mailbox}\0{self.uidvalidity}\0{self.uid}".encode()).hexdigest()[:24]


@dataclass(frozen=True, kw_only=True)
class InboxRow:
    """A delivery. `body` is what is shown of it; `parsed` all that was read of it, once it was."""

    id: str
    mailbox: str
    uidvalidity: int
    uid: int
    received_at: datetime
    size: int
    state: MessageState
    outcome: MailOutcome | None
    reason: MailReason | None
    case_number: str | None
    contact_id: str | None
    message_id: str
    sender: str
    shown_from: str
    subject: str
    body: str
    vouched: bool
    words: str
    digest: str
    parsed: Mapping[str, Any] | None
    settled_at: datetime | None
    settled_by: str | None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a message is, once it was read."""

    message_id: str
    sender: str
    shown_from: str
    subject: str
    body: str
    vouched: bool
    words: str
    parsed: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What became of a message."""

    state: MessageState
    outcome: MailOutcome
    reason: MailReason | None = None
    case_number: str | None = None
    contact_id: str | None = None
    by: str | None = None


@dataclass(frozen=True)
class Arrival:
    """A delivery's bytes, or the beginning of those of one that is larger than it may be: it has `size` bytes."""

    content: bytes
    size: int

    @classmethod
    def of(cls, raw: bytes, *, largest: int) -> Self:
        return cls(raw if len(raw) <= largest else raw[:KEPT_OF_TOO_LARGE], len(raw))


async def keep(db: Database, identity: Identity, arrival: Arrival, *, at: datetime) -> bool:
    """Keep a delivery; whether it is new."""
    row = {
        "id": identity.id,
        "mailbox": identity.mailbox,
        "uidvalidity": identity.uidvalidity,
        "uid": identity.uid,
        "received_at": at,
        "size": arrival.size,
        "state": MessageState.RECEIVED,
        "digest": hashlib.sha256(arrival.content).hexdigest(),
    }
    async with db.write() as connection:
        kept = await connection.execute(insert(connection, inbox).values(**row).on_conflict_do_nothing())
        if kept.rowcount:
            await connection.execute(
                insert(connection, inbox_raw)
                .values(inbox_id=identity.id, content=arrival.content)
                .on_conflict_do_nothing()
            )
        return bool(kept.rowcount)


async def keep_next(db: Database, mailbox: str, arrival: Arrival, *, at: datetime) -> Identity:
    """Keep a delivery to a mailbox that numbers nothing itself, under the next number."""
    while True:
        async with db.read() as connection:
            last = await connection.scalar(select(func.max(inbox.c.uid)).where(inbox.c.mailbox == mailbox))
        identity = Identity(mailbox, 1, (last or 0) + 1)
        if await keep(db, identity, arrival, at=at):
            return identity


async def last_uid(db: Reader, mailbox: str, uidvalidity: int) -> int:
    """The highest UID that was kept of a mailbox as it is numbered now; 0 where none was."""
    c = inbox.c
    wanted = select(func.max(c.uid)).where(c.mailbox == mailbox, c.uidvalidity == uidvalidity)
    async with db.read() as connection:
        return await connection.scalar(wanted) or 0


async def get(db: Reader, message_id: str) -> InboxRow | None:
    """A delivery by its id."""
    async with db.read() as connection:
        row = (await connection.execute(select(inbox).where(inbox.c.id == message_id))).mappings().first()
    return _row(row) if row else None


async def raw(db: Reader, message_id: str) -> bytes:
    """The bytes as they came."""
    async with db.read() as connection:
        found = await connection.scalar(select(inbox_raw.c.content).where(inbox_raw.c.inbox_id == message_id))
    return bytes(found or b"")


async def forget_raw(db: Database, *, before: datetime) -> int:
    """Forget the bytes of what was done with before then, all but what is known of it; answer how many they were."""
    old = select(inbox.c.id).where(inbox.c.state == MessageState.DONE, inbox.c.settled_at < before)
    async with db.write() as connection:
        return (await connection.execute(delete(inbox_raw).where(inbox_raw.c.inbox_id.in_(old)))).rowcount


async def was_read(db: Database, message_id: str, reading: Reading) -> None:
    """Note what a message is."""
    async with db.write() as connection:
        await connection.execute(update(inbox).where(inbox.c.id == message_id).values(**vars(reading)))


async def once(db: Database, message_id: str, kind: str, what: Mapping[str, Any], *, at: datetime) -> Mapping[str, Any]:
    """What a message does of this kind: what is given, or what was given first."""
    e = mail_effects.c
    async with db.write() as connection:
        row = {"inbox_id": message_id, "kind": kind, "what": dict(what), "at": at}
        await connection.execute(insert(connection, mail_effects).values(**row).on_conflict_do_nothing())
        first = await connection.scalar(select(e.what).where(e.inbox_id == message_id, e.kind == kind))
    assert first is not None
    return dict(first)


async def effect(db: Reader, message_id: str, kind: str) -> Mapping[str, Any] | None:
    """What a message was decided to do of this kind; None where nothing was yet."""
    e = mail_effects.c
    async with db.read() as connection:
        found = await connection.scalar(select(e.what).where(e.inbox_id == message_id, e.kind == kind))
    return dict(found) if found is not None else None


async def settle(db: Database, message_id: str, settled: Settled, *, at: datetime) -> None:
    """Note what became of a message."""
    told = {
        "state": settled.state,
        "outcome": settled.outcome,
        "reason": settled.reason,
        "case_number": settled.case_number,
        "contact_id": settled.contact_id,
        "settled_at": at,
        "settled_by": settled.by,
    }
    async with db.write() as connection:
        await connection.execute(update(inbox).where(inbox.c.id == message_id).values(**told))


async def begin_deciding(db: Database, message_id: str, *, by: str, at: datetime) -> bool:
    """Let somebody decide about a message that waits for it; False where somebody else is at it, or it waits no more.

    Who ended in the middle keeps others from it for a minute.
    """
    c = inbox.c
    free = or_(c.settled_by.is_(None), c.settled_by == by, c.settled_at < at - _DECIDED_WITHIN)
    its = (c.id == message_id, c.state.in_([MessageState.HELD, MessageState.QUARANTINE]), free)
    async with db.write() as connection:
        begun = await connection.execute(update(inbox).where(*its).values(settled_by=by, settled_at=at))
        return bool(begun.rowcount)


async def end_deciding(db: Database, message_id: str, *, by: str) -> None:
    """Let anybody decide again: nothing came of it."""
    c = inbox.c
    its = (c.id == message_id, c.state.in_([MessageState.HELD, MessageState.QUARANTINE]), c.settled_by == by)
    async with db.write() as connection:
        await connection.execute(update(inbox).where(*its).values(settled_by=None))


async def earlier_delivery(db: Reader, row: InboxRow, *, vouched: bool) -> InboxRow | None:
    """The first delivery of the very message that something came of: the same bytes, or the same id of the same sender,
    where that one was taken or waits as this one would.
    """
    c = inbox.c
    taken = c.outcome.in_([MailOutcome.OPENED, MailOutcome.ANSWERED])
    waits = and_(c.outcome == MailOutcome.HELD, c.vouched.is_(vouched))
    the_same = and_(c.digest == row.digest, c.outcome.is_not(None), c.outcome != MailOutcome.OWN)
    if row.message_id and row.sender:
        the_same = or_(the_same, and_(c.message_id == row.message_id, c.sender == row.sender, or_(taken, waits)))
    wanted = select(inbox).where(c.id != row.id, the_same).order_by(c.received_at, c.id).limit(1)
    async with db.read() as connection:
        found = (await connection.execute(wanted)).mappings().first()
    return _row(found) if found else None


async def goes_first(db: Database, row: InboxRow) -> bool:
    """Whether this delivery is to be judged now: of those of the very message the first that asked, once for ever.

    Any other is, once something came of that one. The same bytes are the same message, and so is the same id of the
    same sender: what came to two mailboxes differs in its first lines.
    """
    m = mail_messages.c
    named = [row.digest, *([f"{row.sender}\0{row.message_id}"] if row.message_id and row.sender else [])]
    keys = sorted(hashlib.sha256(each.encode("utf-8", "replace")).hexdigest() for each in named)
    async with db.write() as connection:
        for key in keys:
            mine = {"key": key, "inbox_id": row.id}
            await connection.execute(insert(connection, mail_messages).values(**mine).on_conflict_do_nothing())
        others = select(inbox.c.id).join(mail_messages, m.inbox_id == inbox.c.id)
        unsettled = others.where(m.key.in_(keys), inbox.c.id != row.id, inbox.c.outcome.is_(None))
        return (await connection.execute(unsettled.limit(1))).first() is None


async def said_before(db: Reader, row: InboxRow) -> bool:
    """Whether the same words came from the same sender within a day, under another id."""
    c = inbox.c
    if not row.words:
        return False
    wanted = select(c.id).where(
        c.sender == row.sender,
        c.words == row.words,
        c.id != row.id,
        c.received_at <= row.received_at,
        c.received_at > row.received_at - _ECHO_WITHIN,
        c.outcome.in_([MailOutcome.OPENED, MailOutcome.ANSWERED, MailOutcome.AUTOMATIC]),
    )
    async with db.read() as connection:
        return (await connection.execute(wanted.limit(1))).first() is not None


async def opened_lately(db: Reader, row: InboxRow) -> bool:
    """Whether a message of the same sender opened a case within a day."""
    c = inbox.c
    wanted = select(c.id).where(
        c.sender == row.sender,
        c.outcome == MailOutcome.OPENED,
        c.id != row.id,
        c.received_at > row.received_at - _ECHO_WITHIN,
    )
    async with db.read() as connection:
        return (await connection.execute(wanted.limit(1))).first() is not None


async def waiting(db: Reader, *, before: datetime, most: int = 200) -> list[InboxRow]:
    """What has been received before then and nothing has come of: what began with it may have been lost."""
    c = inbox.c
    wanted = select(inbox).where(c.state == MessageState.RECEIVED, c.received_at < before)
    async with db.read() as connection:
        found = (await connection.execute(wanted.order_by(c.received_at).limit(most))).mappings()
        return [_row(each) for each in found]


async def listing(db: Reader, *, state: MessageState | None, limit: int, cursor: str | None) -> Page[InboxRow]:
    """The newest first. ValueError for a cursor that is none."""
    c = inbox.c
    name, many = f"inbox:{state or ''}", paging.clamp(limit)
    wanted: Select[Any] = select(inbox).order_by(c.received_at.desc(), c.id.desc()).limit(many + 1)
    if state:
        wanted = wanted.where(c.state == state)
    if cursor:
        at, last = paging.decode(cursor, name, datetime, str)
        wanted = wanted.where(or_(c.received_at < at, and_(c.received_at == at, c.id < last)))
    async with db.read() as connection:
        rows = [_row(each) for each in (await connection.execute(wanted)).mappings()]
    return paging.page(rows, many, lambda row: paging.encode(name, row.received_at, row.id))


async def counts(db: Reader) -> dict[MailOutcome | None, int]:
    """How many were received of each outcome, None those of which nothing has come yet; together, all of them."""
    async with db.read() as connection:
        rows = await connection.execute(select(inbox.c.outcome, func.count()).group_by(inbox.c.outcome))
        return {MailOutcome(outcome) if outcome else None: many for outcome, many in rows}


async def states(db: Reader) -> dict[MessageState, int]:
    """How many stand where on their way; of those that are done with, none."""
    its = select(inbox.c.state, func.count()).where(inbox.c.state != MessageState.DONE).group_by(inbox.c.state)
    async with db.read() as connection:
        return {MessageState(state): many for state, many in await connection.execute(its)}


async def of_case(db: Reader, number: str, *, most: int = 50) -> list[InboxRow]:
    """The messages that had to do with a case, in the order in which they came."""
    wanted = select(inbox).where(inbox.c.case_number == number).order_by(inbox.c.received_at, inbox.c.id).limit(most)
    async with db.read() as connection:
        return [_row(each) for each in (await connection.execute(wanted)).mappings()]


def _row(row: RowMapping) -> InboxRow:
    told = {name: row[name] for name in InboxRow.__dataclass_fields__}
    return InboxRow(
        **{
            **told,
            "state": MessageState(row["state"]),
            "outcome": MailOutcome(row["outcome"]) if row["outcome"] else None,
            "reason": MailReason(row["reason"]) if row["reason"] else None,
        }
    )
