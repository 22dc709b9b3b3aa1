"""The outbox: notices that wait to be delivered, with what each message shows, and what became of them.

Who delivers a notice claims it for a while, and renews the claim as long as it is at it; the claims of one that died
run out. Of a case's notices to one recipient none can be claimed before an earlier one that waits: nobody reads the end
of a story before its beginning.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Actor, Case, Plan
from policy.case.facts import RecordedFact
from policy.people.recipients import Agent, Recipient, recipient_from_text
from storage.case import views
from storage.engine import codec
from storage.engine.columns import AT_ONCE, NEVER
from storage.engine.database import Database, Reader
from storage.engine.prepared import Prepared
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
    actor: Actor | None = None
    """Who did what the fact tells."""


class Holding(StrEnum):
    """Why a notice is not on its way: its reader chose so."""

    QUIET = "quiet"
    DIGEST = "digest"
    SPARED = "spared"


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
    wanted = {"at": at, "since": at - LEFT_TO_ITS_CASE, "besides": list(besides), "besides_them": list(besides)}
    async with db.read() as connection:
        if await _DUE.scalar(connection, most=1, **wanted) is None:
            return []
    async with db.write(brief=True) as connection:
        found = [row.id for row in await _CLAIMED.rows(connection, most=most, **wanted)]
        # What another one is claiming in this moment looked due: nothing that comes after it may be taken.
        free = await _FREE.rows(connection, found=found, but_found=found)
        ids = [row.id for row in free]
        await put_off(connection, ids, until=until)
    async with db.read() as connection:
        return await _told(connection, await _ROWS.rows(connection, ids=ids))


async def pending(db: Reader, case_number: str) -> list[OutboxRow]:
    """The case's notices that were neither delivered nor given up, in the order of what they tell of."""
    async with db.read() as connection:
        return await _told(connection, await _ROWS_OF_CASE.rows(connection, number=case_number))


async def put_off(connection: AsyncConnection, ids: Sequence[int], *, until: datetime) -> None:
    """Let nobody claim these before then, where they still wait."""
    if ids:
        await _PUT_OFF.each(connection, [{"its_id": each, "next_try_at": until} for each in ids])


async def delivered(connection: AsyncConnection, notice_id: int, *, at: datetime, to: list[str]) -> None:
    """Note that a notice left, and to which addresses; the first time counts."""
    await _DELIVERED.changed(connection, its_id=notice_id, delivered_at=at, delivered_to=to)


async def failed(connection: AsyncConnection, notice_id: int, *, error: str, next_try_at: datetime | None) -> None:
    """Note that a try failed, and when the next one is; without one the notice is given up, and stays visible."""
    tried = update(notices).where(notices.c.id == notice_id, notices.c.delivered_at.is_(None))
    again = {"next_try_at": next_try_at} if next_try_at else {"given_up": True}
    values = {"attempts": notices.c.attempts + 1, "last_error": error[:2000], "held": null(), **again}
    await connection.execute(tried.values(**values))


async def held(connection: AsyncConnection, notice_id: int, *, holding: Holding, until: datetime | None = None) -> None:
    """Note that its reader has it wait, told in a digest, or not sent at all. It keeps no other notice back."""
    kept = update(notices).where(notices.c.id == notice_id, *_waits(notices))
    how = {"given_up": True} if holding is Holding.SPARED else {"next_try_at": until or NEVER}
    await connection.execute(kept.values(held=holding, **how))


async def for_digests(db: Reader) -> dict[str, list[OutboxRow]]:
    """The notices that the next digests tell of, by agent, in the order of what they tell of."""
    found: dict[str, list[OutboxRow]] = {}
    async with db.read() as connection:
        told = await _told(connection, await _DIGESTED.rows(connection, holding=Holding.DIGEST))
    for row in told:
        if isinstance(row.recipient, Agent):
            found.setdefault(row.recipient.id, []).append(row)
    return found


async def let_go(db: Database, ids: Sequence[int]) -> None:
    """Let what was kept for a digest leave by itself, for its reader has none any more."""
    kept = update(notices).where(notices.c.id.in_(ids), *_waits(notices))
    async with db.write() as connection:
        await connection.execute(kept.values(held=null(), next_try_at=AT_ONCE))


async def digested(connection: AsyncConnection, ids: Sequence[int], *, at: datetime, to: list[str]) -> None:
    """Note that a digest told of these."""
    told = update(notices).where(notices.c.id.in_(ids), notices.c.delivered_at.is_(None))
    await connection.execute(told.values(delivered_at=at, delivered_to=to, last_error=null()))


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
        func.count().filter(n.given_up.is_(True), n.held.is_(None)),
        func.min(n.at).filter(waits),
    ).where(n.delivered_at.is_(None))
    async with db.read() as connection:
        all_, failing, given_up, since = (await connection.execute(counted)).one()
    return Waiting(waiting=all_, failing=failing, given_up=given_up, since=since)


def _waits(table: FromClause) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.delivered_at.is_(None), table.c.given_up.is_(False)


def _is_due(table: FromClause) -> ColumnElement[bool]:
    t = table.c
    return or_(t.next_try_at <= bindparam("at"), and_(t.next_try_at.is_(None), t.at <= bindparam("since")))


def _is_put_off(table: FromClause) -> ColumnElement[bool]:
    t = table.c
    return or_(t.next_try_at > bindparam("at"), and_(t.next_try_at.is_(None), t.at > bindparam("since")))


async def _told(connection: AsyncConnection, rows: Sequence[Any]) -> list[OutboxRow]:
    """The rows of `_wanted` with what each tells of."""
    states = {row.case_number: row.state for row in rows}
    as_they_are = {number: codec.case_from_json(state) for number, state in states.items()}
    places = {(row.case_number, row.seq) for row in rows}
    told = {place: await views.fact(connection, *place) for place in sorted(places)}
    return [
        OutboxRow(
            **{name: each for name, each in row._asdict().items() if name not in ("plan", "recipient", "state")},
            plan=Plan(row.plan),
            recipient=recipient_from_text(row.recipient),
            case=as_they_are[row.case_number],
            due_at=of.due_at,
            fact=of.fact,
            words=of.words,
            actor=of.actor,
        )
        for row in rows
        if (of := told[row.case_number, row.seq]) is not None
    ]


def _wanted(*conditions: ColumnElement[bool]) -> Select[Any]:
    n = notices.c
    shown = (
        *(n.id, n.case_number, n.turn, n.kind, n.recipient, n.seq, n.limit_at, n.at, n.attempts),
        *(cases.c.title, cases.c.plan, cases.c.customer_id, cases.c.state),
    )
    return select(*shown).join(cases, cases.c.number == n.case_number).where(*conditions).order_by(n.id)


_BEFORE = notices.alias("before")
_EARLIER = (
    _BEFORE.c.case_number == notices.c.case_number,
    _BEFORE.c.id < notices.c.id,
    _BEFORE.c.held.is_(None),  # a reader's quiet hours keep back nothing that may not wait
    *_waits(_BEFORE),
)
_TO_THE_SAME = _BEFORE.c.recipient == notices.c.recipient


def _due() -> Select[Any]:
    n, most = notices.c, bindparam("most", type_=Integer())
    keeps_back = or_(
        and_(_TO_THE_SAME, _is_put_off(_BEFORE)),
        and_(_BEFORE.c.attempts == 0, _BEFORE.c.recipient.in_(bindparam("besides", expanding=True))),
    )
    is_free = (n.recipient.not_in(bindparam("besides_them", expanding=True)), ~exists().where(*_EARLIER, keeps_back))
    return select(n.id).where(*_waits(notices), _is_due(notices), *is_free).order_by(n.id).limit(most)


_DUE, _CLAIMED = Prepared(_due()), Prepared(_due().with_for_update(skip_locked=True))
_FREE = Prepared(
    select(notices.c.id).where(
        notices.c.id.in_(bindparam("found", expanding=True)),
        ~exists().where(*_EARLIER, _TO_THE_SAME, _BEFORE.c.id.not_in(bindparam("but_found", expanding=True))),
    )
)
_ROWS = Prepared(_wanted(notices.c.id.in_(bindparam("ids", expanding=True))))
_ROWS_OF_CASE = Prepared(_wanted(notices.c.case_number == bindparam("number"), *_waits(notices)))
_DIGESTED = Prepared(_wanted(notices.c.held == bindparam("holding"), *_waits(notices)))
_PUT_OFF = Prepared(update(notices).where(notices.c.id == bindparam("its_id"), *_waits(notices)), sets=("next_try_at",))
_DELIVERED = Prepared(
    update(notices)
    .where(notices.c.id == bindparam("its_id"), notices.c.delivered_at.is_(None))
    .values(attempts=notices.c.attempts + 1, last_error=null()),
    sets=("delivered_at", "delivered_to"),
)
