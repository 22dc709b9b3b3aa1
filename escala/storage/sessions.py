"""Sessions of signed-in people, known by a secret of which only the digest is kept; and failures to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, and_, select, update

from escala.policy.case import Role
from escala.storage.accounts import digest_of
from escala.storage.engine import Database, insert
from escala.storage.tables import sessions, sign_in_failures

_TOUCH_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session. `role` and `subject_id` say in whose name it acts; None until that was chosen.

    `awaits_code`: the password was right and the second factor has still to come.
    """

    id: str
    account_id: str
    role: Role | None
    subject_id: str | None
    customer_id: str | None
    awaits_code: bool
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    browser: str
    address: str


async def begin(db: Database, session: Session, secret: str) -> Session:
    """Keep a new session under its secret's digest."""
    async with db.write() as connection:
        await connection.execute(insert(connection, sessions).values(**vars(session), hash=digest_of(secret)))
    return session


async def find(db: Database, secret: str, *, at: datetime, idle_for: timedelta) -> Session | None:
    """The session of this secret while it lasts, its visit noted (to the minute, so that reads stay reads)."""
    c = sessions.c
    lives = and_(c.hash == digest_of(secret), c.ended_at.is_(None), c.expires_at > at, c.seen_at > at - idle_for)
    async with db.read() as connection:
        row = (await connection.execute(_SELECT.where(lives))).mappings().first()
    if row is None:
        return None
    found = _session(row)
    if at - found.seen_at >= _TOUCH_AFTER:
        async with db.write() as connection:
            await connection.execute(update(sessions).where(c.id == found.id).values(seen_at=at))
    return found


async def end(db: Database, session_id: str, *, account_id: str, at: datetime) -> bool:
    """End one session of this account; False where it has none such that lasts."""
    c = sessions.c
    async with db.write() as connection:
        ended = update(sessions).where(c.id == session_id, c.account_id == account_id, c.ended_at.is_(None))
        return (await connection.execute(ended.values(ended_at=at))).rowcount == 1


async def end_all(db: Database, account_id: str, *, at: datetime, but: str | None = None) -> None:
    """End every session of the account, but one."""
    c = sessions.c
    others = [c.account_id == account_id, c.ended_at.is_(None), *([c.id != but] if but else [])]
    async with db.write() as connection:
        await connection.execute(update(sessions).where(*others).values(ended_at=at))


async def act_as(db: Database, session_id: str, role: Role, subject_id: str, customer_id: str | None) -> None:
    """Say in whose name the session acts from now on."""
    row = {"role": role, "subject_id": subject_id, "customer_id": customer_id}
    async with db.write() as connection:
        await connection.execute(update(sessions).where(sessions.c.id == session_id).values(**row))


async def of_account(db: Database, account_id: str, *, at: datetime, idle_for: timedelta) -> Sequence[Session]:
    """The account's sessions that last, the latest used first."""
    c = sessions.c
    lives = and_(c.account_id == account_id, c.ended_at.is_(None), c.expires_at > at, c.seen_at > at - idle_for)
    async with db.read() as connection:
        rows = (await connection.execute(_SELECT.where(lives).order_by(c.seen_at.desc(), c.id))).mappings()
        return [_session(row) for row in rows]


_SELECT = select(*(sessions.c[name] for name in Session.__dataclass_fields__))


def _session(row: RowMapping) -> Session:
    return Session(**{**row, "role": Role(row["role"]) if row["role"] else None})


# -- failures ---------------------------------------------------------------------------------------------------------

_LONGEST_WAIT = timedelta(minutes=15)
_FORGOTTEN_AFTER = timedelta(hours=24)


async def free_at(db: Database, keys: Sequence[str], *, at: datetime) -> datetime | None:
    """Until when these keys (an account's, an address's) have to wait; None where they need not."""
    c = sign_in_failures.c
    async with db.read() as connection:
        waits = list(await connection.scalars(select(c.free_at).where(c.key.in_(keys), c.free_at > at)))
    return max(waits, default=None)


async def failed(db: Database, keys: dict[str, int], *, at: datetime) -> None:
    """Note a failure for each key. Past its number of free ones, each doubles the wait, to a quarter of an hour.

    It is kept in the database, so that a restart forgives nothing; a day without a failure forgets them.
    """
    c = sign_in_failures.c
    async with db.write() as connection:
        for key, free in keys.items():
            known = (await connection.execute(select(c.failures, c.last_at).where(c.key == key))).first()
            count = known.failures + 1 if known and at - known.last_at < _FORGOTTEN_AFTER else 1
            wait = min(_LONGEST_WAIT, timedelta(seconds=2 ** min(count - free, 12))) if count > free else timedelta()
            row: dict[str, Any] = {"failures": count, "last_at": at, "free_at": at + wait}
            put = insert(connection, sign_in_failures).values(key=key, **row)
            await connection.execute(put.on_conflict_do_update(index_elements=["key"], set_=row))


async def succeeded(db: Database, key: str, *, at: datetime) -> None:
    """Forget the failures of an account that signed in."""
    row = {"failures": 0, "last_at": at, "free_at": at}
    async with db.write() as connection:
        await connection.execute(update(sign_in_failures).where(sign_in_failures.c.key == key).values(**row))
