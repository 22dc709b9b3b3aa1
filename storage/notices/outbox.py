"""The outbox: notices that wait to be delivered, with what each message shows, and what became of them.

Who delivers a notice claims it for a while, and renews the claim as long as it is at it; the claims of one that died
run out. Of a case's notices to one recipient none can be claimed before an earlier one that waits: nobody reads the end
of a story before its beginning.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, FromClause, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Case, Plan
from policy.case.facts import RecordedFact
from policy.people.recipients import Recipient, recipient_from_text
from storage.case import views
from storage.engine import codec
from storage.engine.columns import AT_ONCE
from storage.engine.database import Database, Reader
from storage.engine.tables import cases, notices

LEFT_TO_ITS_CASE = timedelta(minutes=10)
"""How long a notice that an earlier version recorded is left to its case, which has it delivered."""


@dataclass(frozen=True, kw_only=True)
class OutboxRow:
    """A notice to deliver, with the fact that it tells of, the words that the fact speaks of, and its case as it is."""

    id: int
    case_number: str
    turn: int
    kind: str
    recipient: Recipient
    seq: int
    limit_at: datetime | None
    at: datetime
    due_at: datetime | None
    attempts: int
    title: str
    plan: Plan
    customer_id: str
    case: Case
    fact: RecordedFact
    words: Mapping[str, str]
    language: str = "es"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many notices wait, were tried in vain and wait on, or are given up; and since when the oldest waits."""

    waiting: int
    failing: int
    given_up: int
    since: datetime | None


async def claim(
    db: Database, *, at: datetime, until: datetime, most: int, besides: Collection[str] = ()
) -> list[OutboxRow]:
    """Claim the oldest notices that are due at `at`, none to the recipients `besides`; in the order they are to leave.

    Of a case's notices to one recipient they are the first that wait. Nor do they get ahead of the case's notices to
    `besides`, unless those were tried.
    """
    n, before = notices.c, notices.alias("before")
    earlier = (before.c.case_number == n.case_number, before.c.id < n.id, *_waits(before))
    to_the_same = before.c.recipient == n.recipient
    keeps_back = or_(
        and_(to_the_same, _is_put_off(before, at)), and_(before.c.attempts == 0, before.c.recipient.in_(besides))
    )
    due = (*_waits(notices), _is_due(notices, at), n.recipient.not_in(besides), ~exists().where(*earlier, keeps_back))
    wanted = select(n.id).where(*due).order_by(n.id).limit(most)
    async with db.read() as connection:
        if await connection.scalar(wanted.limit(1)) is None:
            return []
    async with db.write(brief=True) as connection:
        found = list(await connection.scalars(wanted.with_for_update(skip_locked=True)))
        # What another one is claiming in this moment looked due: nothing that comes after it may be taken.
        is_taken = exists().where(*earlier, to_the_same, before.c.id.not_in(found))
        ids = list(await connection.scalars(select(n.id).where(n.id.in_(found), ~is_taken)))
        await put_off(connection, ids, until=until)
    async with db.read() as connection:
        return await _rows(connection, n.id.in_(ids))


async def pending(db: Reader, case_number: str) -> list[OutboxRow]:
    """The case's notices that were neither delivered nor given up, in the order of what they tell of."""
    async with db.read() as connection:
        return await _rows(connection, notices.c.case_number == case_number, *_waits(notices))


async def put_off(connection: AsyncConnection, ids: Sequence[int], *, until: datetime) -> None:
    """Let nobody claim these before then, where they still wait."""
    await connection.execute(update(notices).where(notices.c.id.in_(ids), *_waits(notices)).values(next_try_at=until))


async def delivered(connection: AsyncConnection, notice_id: int, *, at: datetime, to: list[str]) -> None:
    """Note that a notice left, and to which addresses; the first time counts."""
    left = update(notices).where(notices.c.id == notice_id, notices.c.delivered_at.is_(None))
    await connection.execute(
        left.values(delivered_at=at, delivered_to=to, attempts=notices.c.attempts + 1, last_error=None)
    )


async def failed(connection: AsyncConnection, notice_id: int, *, error: str, next_try_at: datetime | None) -> None:
    """Note that a try failed, and when the next one is; without one the notice is given up, and stays visible."""
    tried = update(notices).where(notices.c.id == notice_id, notices.c.delivered_at.is_(None))
    again = {"next_try_at": next_try_at} if next_try_at else {"given_up": True}
    await connection.execute(tried.values(attempts=notices.c.attempts + 1, last_error=error[:2000], **again))


async def take_over(db: Database, case_number: str) -> None:
    """Let what an earlier version recorded of a case be delivered as all others are, from now on."""
    n = notices.c
    its = update(notices).where(n.case_number == case_number, n.next_try_at.is_(None), *_waits(notices))
    async with db.write() as connection:
        await connection.execute(its.values(next_try_at=AT_ONCE))


async def waiting(db: Reader) -> Waiting:
    """How the outbox stands."""
    n = notices.c
    waits = and_(*_waits(notices))
    counted = select(
        func.count().filter(waits),
        func.count().filter(waits, n.attempts > 0),
        func.count().filter(n.given_up.is_(True)),
        func.min(n.at).filter(waits),
    ).where(n.delivered_at.is_(None))
    async with db.read() as connection:
        all_, failing, given_up, since = (await connection.execute(counted)).one()
    return Waiting(waiting=all_, failing=failing, given_up=given_up, since=since)


def _waits(table: FromClause) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.delivered_at.is_(None), table.c.given_up.is_(False)


def _is_due(table: FromClause, at: datetime) -> ColumnElement[bool]:
    t = table.c
    return or_(t.next_try_at <= at, and_(t.next_try_at.is_(None), t.at <= at - LEFT_TO_ITS_CASE))


def _is_put_off(table: FromClause, at: datetime) -> ColumnElement[bool]:
    t = table.c
    return or_(t.next_try_at > at, and_(t.next_try_at.is_(None), t.at > at - LEFT_TO_ITS_CASE))


async def _rows(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> list[OutboxRow]:
    n = notices.c
    wanted = (
        select(
            n.id, n.case_number, n.turn, n.kind, n.recipient, n.seq, n.limit_at, n.at, n.attempts,
            cases.c.title, cases.c.plan, cases.c.customer_id, cases.c.state,
        )
        .join(cases, cases.c.number == n.case_number)
        .where(*conditions)
        .order_by(n.id)
    )  # fmt: skip
    rows = list((await connection.execute(wanted)).mappings())
    states = {row["case_number"]: row["state"] for row in rows}
    places = {(row["case_number"], row["seq"]) for row in rows}
    as_they_are = {number: codec.case_from_json(state) for number, state in states.items()}
    told = {place: await views.fact(connection, *place) for place in sorted(places)}
    return [
        OutboxRow(
            **{name: row[name] for name in row if name not in ("plan", "recipient", "state")},
            plan=Plan(row["plan"]),
            recipient=recipient_from_text(row["recipient"]),
            case=as_they_are[row["case_number"]],
            due_at=of.due_at,
            fact=of.fact,
            words=of.words,
        )
        for row in rows
        if (of := told[row["case_number"], row["seq"]]) is not None
    ]
