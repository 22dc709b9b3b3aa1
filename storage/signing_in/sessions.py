"""Sessions of signed-in people, known by a secret of which only the digest is kept; and failures to sign in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, select, update

from policy.case.case import Actor, Role
from storage.audit import audit
from storage.audit.acts import Act, doer
from storage.engine.database import Database, Reader, insert
from storage.engine.prepared import Prepared
from storage.engine.tables import sessions, sign_in_failures
from storage.signing_in.accounts import digest_of

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


_KEPT_FOR = timedelta(days=30)


async def begin(db: Database, session: Session, secret: str) -> Session:
    """Keep a new session under its secret's digest; the account's that ended a month ago are forgotten."""
    c = sessions.c
    old = and_(c.account_id == session.account_id, c.expires_at < session.created_at - _KEPT_FOR)
    async with db.write() as connection:
        await connection.execute(delete(sessions).where(old))
        await connection.execute(insert(connection, sessions).values(**vars(session), hash=digest_of(secret)))
        act, its = Act.CODE_AWAITED if session.awaits_code else Act.SIGNED_IN, session.account_id
        await audit.note(connection, act, its, at=session.created_at, by=doer().as_account(its), session=session.id)
    return session


async def rename(db: Database, session_id: str, secret: str) -> None:
    """Go on with a session under another secret: who knows the old one is out."""
    async with db.write() as connection:
        await connection.execute(update(sessions).where(sessions.c.id == session_id).values(hash=digest_of(secret)))


async def find(db: Reader, secret: str, *, at: datetime, idle_for: timedelta) -> Session | None:
    """The session of this secret while it lasts."""
    async with db.read() as connection:
        row = await _BY_SECRET.first(connection, hash=digest_of(secret), at=at, seen_since=at - idle_for)
    return None if row is None else _session(row._asdict())


def is_to_note(session: Session, *, at: datetime) -> bool:
    """Whether a visit at that instant is to be noted: to the minute, so that most visits write nothing."""
    return at - session.seen_at >= _TOUCH_AFTER


async def note(db: Database, session_id: str, *, at: datetime) -> None:
    """Note a visit: the session lives on from it."""
    async with db.write() as connection:
        await connection.execute(update(sessions).where(sessions.c.id == session_id).values(seen_at=at))


async def end(db: Database, session_id: str, *, account_id: str, at: datetime) -> bool:
    """End one session of this account; False where it has none such that lasts."""
    c = sessions.c
    async with db.write() as connection:
        ended = update(sessions).where(c.id == session_id, c.account_id == account_id, c.ended_at.is_(None))
        if (await connection.execute(ended.values(ended_at=at))).rowcount != 1:
            return False
        await audit.note(connection, Act.SIGNED_OUT, account_id, at=at, session=session_id)
        return True


async def end_all(db: Database, account_id: str, *, at: datetime, but: str | None = None) -> None:
    """End every session of the account, but one."""
    c = sessions.c
    others = [c.account_id == account_id, c.ended_at.is_(None), *([c.id != but] if but else [])]
    async with db.write() as connection:
        ended = (await connection.execute(update(sessions).where(*others).values(ended_at=at))).rowcount
        if ended:
            await audit.note(connection, Act.SESSIONS_ENDED, account_id, at=at, sessions=ended)


async def act_as(db: Database, session_id: str, named: Actor, customer_id: str | None, *, at: datetime) -> None:
    """Say in whose name the session acts from now on."""
    row = {"role": named.role, "subject_id": named.id, "customer_id": customer_id}
    async with db.write() as connection:
        await connection.execute(update(sessions).where(sessions.c.id == session_id).values(**row))
        await audit.note(connection, Act.NAME_CHOSEN, named.id, at=at, role=named.role.value, session=session_id)


async def of_account(db: Reader, account_id: str, *, at: datetime, idle_for: timedelta) -> Sequence[Session]:
    """The account's sessions that last, the latest used first."""
    c = sessions.c
    lives = and_(c.account_id == account_id, c.ended_at.is_(None), c.expires_at > at, c.seen_at > at - idle_for)
    async with db.read() as connection:
        rows = (await connection.execute(_SELECT.where(lives).order_by(c.seen_at.desc(), c.id))).mappings()
        return [_session(row) for row in rows]


_SELECT = select(*(sessions.c[name] for name in Session.__dataclass_fields__))
_BY_SECRET = Prepared(
    _SELECT.where(
        sessions.c.hash == bindparam("hash"),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("at"),
        sessions.c.seen_at > bindparam("seen_since"),
    )
)


def _session(row: Mapping[Any, Any]) -> Session:
    return Session(**{**row, "role": Role(row["role"]) if row["role"] else None})


# -- failures ---------------------------------------------------------------------------------------------------------

_LONGEST_WAIT = timedelta(minutes=15)
_FORGOTTEN_AFTER = timedelta(hours=24)


async def attempt(db: Database, keys: Mapping[str, int], *, at: datetime) -> datetime | None:
    """Begin an attempt under these keys (an account's, an address's), each with its number of free failures.

    None lets it begin, and counts it as failed until `succeeded` says otherwise: so a thousand at once find no more
    open doors than a thousand in a row. Otherwise the instant until which they have to wait, and nothing is counted.
    Past its free ones each failure doubles the wait, to a quarter of an hour. They are kept in the database, so that a
    restart forgives nothing; a day without a failure forgets them.
    """
    c = sign_in_failures.c
    async with db.write() as connection:
        await connection.execute(delete(sign_in_failures).where(c.last_at <= at - _FORGOTTEN_AFTER))
        counts: dict[str, int] = {}
        waits: list[datetime] = []
        for key in sorted(keys):  # in one order, so that two that share keys do not wait for each other
            fresh = {"key": key, "failures": 0, "last_at": at, "free_at": at}
            await connection.execute(
                insert(connection, sign_in_failures).values(**fresh).on_conflict_do_nothing(index_elements=["key"])
            )
            known = select(c.failures, c.free_at).where(c.key == key).with_for_update()
            failures, free_at = (await connection.execute(known)).one()
            counts[key] = failures + 1
            # Never longer than its failures are worth: a clock that was set back shuts nobody out.
            until = min(free_at, at + _wait(failures - keys[key]))
            waits += [until] if until > at else []
        if waits:
            return max(waits)
        for key, count in counts.items():
            row = {"failures": count, "last_at": at, "free_at": at + _wait(count - keys[key])}
            await connection.execute(update(sign_in_failures).where(c.key == key).values(**row))
    return None


async def succeeded(db: Database, *own: str, shared: Sequence[str] = (), at: datetime) -> None:
    """An attempt was no failure: its own keys are free again, the shared ones get back what it counted for."""
    c = sign_in_failures.c
    async with db.write() as connection:
        await connection.execute(delete(sign_in_failures).where(c.key.in_(own)))
        once_less = update(sign_in_failures).where(c.key.in_(shared), c.failures > 0)
        await connection.execute(once_less.values(failures=c.failures - 1, free_at=at))


def _wait(past: int) -> timedelta:
    return min(_LONGEST_WAIT, timedelta(seconds=2 ** min(past, 12))) if past > 0 else timedelta()
