"""The choices of people about the mail of notices, by mailbox, and the digests that left."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from policy.people.preferences import Preferences, QuietHours, Topic
from storage.engine.database import Database, Reader, insert
from storage.engine.prepared import Prepared
from storage.engine.tables import notice_digests, notice_preferences

_P, _D = notice_preferences.c, notice_digests.c
_AGAIN_AFTER = timedelta(minutes=10)
"""After which a digest that somebody began with and nobody finished is sent again, under the same Message-ID."""


async def of(db: Reader, mailbox: str) -> Preferences:
    """What this mailbox's owner chose."""
    async with db.read() as connection:
        row = await _OF.first(connection, mailbox=mailbox)
    if row is None:
        return Preferences()
    quiet = QuietHours(_time(row.quiet_from), _time(row.quiet_to)) if row.quiet_from is not None else None
    known = {each.value for each in Topic}
    spared = frozenset(Topic(each) for each in row.spared if each in known)
    return Preferences(spared=spared, digest=row.digest, quiet=quiet)


async def keep(db: Database, mailbox: str, chosen: Preferences) -> None:
    """Keep what they choose from now on."""
    quiet = chosen.quiet
    row: dict[str, Any] = {
        "spared": sorted(chosen.spared),
        "digest": chosen.digest,
        "quiet_from": _minutes(quiet.begins) if quiet else None,
        "quiet_to": _minutes(quiet.ends) if quiet else None,
    }
    async with db.write() as connection:
        put = insert(connection, notice_preferences).values(mailbox=mailbox, **row)
        await connection.execute(put.on_conflict_do_update(index_elements=["mailbox"], set_=row))


async def end_digest(db: Database, mailbox: str) -> None:
    """Send no digest any more; each notice is a message again."""
    async with db.write() as connection:
        await connection.execute(update(notice_preferences).where(_P.mailbox == mailbox).values(digest=False))


async def begin_digest(db: Database, mailbox: str, *, on: date, at: datetime) -> bool:
    """Begin with a day's digest; False where it left, or another one is at it."""
    async with db.write() as connection:
        new = insert(connection, notice_digests).on_conflict_do_nothing().returning(_D.mailbox)
        if (await connection.execute(new, {"mailbox": mailbox, "on_date": on, "began_at": at})).first():
            return True
        mine = (_D.mailbox == mailbox, _D.on_date == on, _D.sent_at.is_(None))
        late = or_(_D.began_at < at - _AGAIN_AFTER, _D.began_at > at)
        return (await connection.execute(update(notice_digests).where(*mine, late).values(began_at=at))).rowcount == 1


async def digest_sent(db: Database, mailbox: str, *, on: date, at: datetime) -> None:
    """Note that a day's digest left."""
    async with db.write() as connection:
        sent = update(notice_digests).where(_D.mailbox == mailbox, _D.on_date == on)
        await connection.execute(sent.values(sent_at=at))


_OF = Prepared(select(notice_preferences).where(_P.mailbox == bindparam("mailbox")))


def _minutes(of_day: time) -> int:
    return of_day.hour * 60 + of_day.minute


def _time(minutes: int) -> time:
    return time(*divmod(minutes, 60))
