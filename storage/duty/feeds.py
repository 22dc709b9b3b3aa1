"""Calendar feeds: whose each secret address is, and when it was read. Kept is a digest of the secret alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, func, select, text, update

from policy.duty.feeds import MOST_FEEDS, FeedKind
from policy.visit.facts import VisitCancelled, VisitScheduled
from storage.audit import audit
from storage.audit.acts import Act
from storage.engine import codec
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import VISIT_DATES, calendar_feeds, cases, facts
from storage.signing_in.accounts import digest_of

_NOTED_EVERY = timedelta(minutes=10)
_MOST_VISITS = 300


@dataclass(frozen=True, kw_only=True)
class Feed:
    """An address, without its secret. `subject_id` is in whose name it reads."""

    id: str
    account_id: str
    subject_id: str
    kind: FeedKind
    made_at: datetime
    read_at: datetime | None = None


async def keep(db: Database, new: Feed, secret: str) -> bool:
    """Keep a feed; False where the account has as many as it may, or this one already."""
    c = calendar_feeds.c
    async with db.write() as connection:
        lasting = select(func.count()).where(c.account_id == new.account_id, c.revoked_at.is_(None))
        if (await connection.execute(lasting)).scalar_one() >= MOST_FEEDS:
            return False
        row = {"id": new.id, "account_id": new.account_id, "subject_id": new.subject_id, "kind": new.kind}
        made = insert(connection, calendar_feeds).values(**row, secret_hash=digest_of(secret), made_at=new.made_at)
        if await connection.scalar(made.on_conflict_do_nothing().returning(c.id)) is None:
            return False
        await audit.note(connection, Act.CALENDAR_MADE, new.id, at=new.made_at)
    return True


async def revoke(db: Database, feed_id: str, *, account_id: str, at: datetime) -> bool:
    """End an address of this account; False where it has none such."""
    c = calendar_feeds.c
    its = update(calendar_feeds).where(c.id == feed_id, c.account_id == account_id, c.revoked_at.is_(None))
    async with db.write() as connection:
        if not (await connection.execute(its.values(revoked_at=at))).rowcount:
            return False
        await audit.note(connection, Act.CALENDAR_REVOKED, feed_id, at=at)
    return True


async def of_account(db: Reader, account_id: str) -> list[Feed]:
    """Those that last, the oldest first."""
    c = calendar_feeds.c
    wanted = select(calendar_feeds).where(c.account_id == account_id, c.revoked_at.is_(None)).order_by(c.made_at, c.id)
    async with db.read() as connection:
        return [_feed(row) for row in (await connection.execute(wanted)).mappings()]


async def by_secret(db: Reader, secret: str) -> Feed | None:
    """The feed at this address, unless it was revoked."""
    c = calendar_feeds.c
    wanted = select(calendar_feeds).where(c.secret_hash == digest_of(secret), c.revoked_at.is_(None))
    async with db.read() as connection:
        row = (await connection.execute(wanted)).mappings().first()
    return _feed(row) if row else None


async def note_read(db: Database, feed: Feed, *, at: datetime) -> None:
    """Keep when it was read last, to some minutes."""
    c = calendar_feeds.c
    if feed.read_at is None or feed.read_at <= at - _NOTED_EVERY:
        async with db.write() as connection:
            await connection.execute(update(calendar_feeds).where(c.id == feed.id).values(read_at=at))


@dataclass(frozen=True, kw_only=True)
class VisitEntry:
    """A visit with a date, as its last fact about that date has it."""

    case_number: str
    title: str
    opened_at: datetime
    fact: VisitScheduled | VisitCancelled
    said_at: datetime


async def visits(db: Reader, *, customer_id: str | None, since: datetime) -> Sequence[VisitEntry]:
    """The visits whose date was set, changed or called off since an instant; one customer's, or everybody's."""
    c = facts.c
    wanted = (
        select(c.case_number, c.at, c.data, c.kind, cases.c.title, cases.c.opened_at)
        .join(cases, cases.c.number == c.case_number)
        .where(text(VISIT_DATES), c.at > since)
        .order_by(c.at.desc(), c.case_number, c.seq.desc())
        .limit(_MOST_VISITS)
    )
    if customer_id is not None:
        wanted = wanted.where(cases.c.customer_id == customer_id)
    found: dict[tuple[str, int], VisitEntry] = {}
    async with db.read() as connection:
        rows = (await connection.execute(wanted)).mappings().all()
    for row in rows:
        fact: Any = codec.fact_from_json(row["kind"], row["data"])
        if isinstance(fact, VisitScheduled | VisitCancelled):
            entry = VisitEntry(
                case_number=row["case_number"],
                title=row["title"],
                opened_at=row["opened_at"],
                fact=fact,
                said_at=row["at"],
            )
            found.setdefault((entry.case_number, fact.visit), entry)
    return list(found.values())


def _feed(row: RowMapping) -> Feed:
    names = ("id", "account_id", "subject_id", "made_at", "read_at")
    return Feed(kind=FeedKind(row["kind"]), **{name: row[name] for name in names})
