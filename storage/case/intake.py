"""The intake before the engine is asked: case numbers, deposited content, answers kept for repeated requests.

What a command brings is written in one transaction before the engine is asked, and its answer in one after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.database import Database, Reader
from storage.engine.prepared import Prepared, insert_on
from storage.engine.savepoint import TakeBack, savepoint
from storage.engine.tables import contents, number_sequences, requests, reservations

_BOGOTA = ZoneInfo("America/Bogota")
_PROBLEM = "application/problem+json"
_URN = "urn:escala:"
_SUCCESSORS = "goes-on-from"
"""The scope of the numbers that go on from closed cases, whose numbers are its keys. No token is called so."""


@dataclass(frozen=True)
class Reservation:
    """The number of a case to come, and when its request was received."""

    number: str
    received_at: datetime


@dataclass(frozen=True)
class Deposit:
    """A body that nobody sees until a recorded fact of the case speaks of it."""

    content_id: str
    case_number: str
    body: str


@dataclass(frozen=True)
class KeptAnswer:
    """The last word on a request, as the edge that gave it wrote it down."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, kw_only=True)
class KeptRefusal:
    """A refusal that is the last word on a request, in the `language` in which it was told."""

    name: str
    status: int
    title: str
    detail: str
    rule: str | None
    language: str


async def reserve_number(db: Database, *, scope: str, key: str, at: datetime) -> Reservation:
    """A case number of the year (Bogotá's) for (scope, key): the same pair has the same number and instant for ever."""
    known = await reserved(db, scope=scope, key=key)
    if known is not None:
        return known
    async with db.write(brief=True) as connection:
        return await _reserve(connection, scope, key, at=at)


async def _reserve(connection: AsyncConnection, scope: str, key: str, *, at: datetime) -> Reservation:
    year = at.astimezone(_BOGOTA).year
    async with savepoint(connection):
        # The sequence's row comes first: whoever else reserves in this year waits here.
        last = await _NEXT_NUMBER.scalar(connection, year=year, last=1)
        reserved = await _reserved(connection, scope, key)
        if reserved is not None:
            raise TakeBack  # the number
        reserved = Reservation(f"MA-{year}-{last:06}", at)
        row = {"scope": scope, "key": key, "number": reserved.number, "received_at": at}
        await _RESERVE.changed(connection, **row)
    return reserved


async def reserved(db: Reader, *, scope: str, key: str) -> Reservation | None:
    """What an earlier try of (scope, key) has reserved."""
    async with db.read() as connection:
        return await _reserved(connection, scope, key)


async def deposit(db: Database, deposits: Sequence[Deposit], *, at: datetime) -> None:
    """Keep bodies; one that is there stays as it is."""
    async with db.write(brief=True) as connection:
        await _deposit(connection, deposits, at=at)


async def _deposit(connection: AsyncConnection, deposits: Sequence[Deposit], *, at: datetime) -> None:
    rows = [
        {"content_id": each.content_id, "case_number": each.case_number, "body": each.body, "deposited_at": at}
        for each in deposits
    ]
    if rows:
        await _DEPOSIT.each(connection, rows)


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """A request under its key: by its `fingerprint` it is known again, `at` is when it was made first."""

    scope: str
    key: str
    fingerprint: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A request that began; its `answer`, once there is one."""

    fingerprint: str
    at: datetime
    answer: KeptAnswer | KeptRefusal | None


async def begun(db: Reader, *, scope: str, key: str) -> Begun | None:
    """What an earlier try under this key began, and its answer; None where there was none."""
    async with db.read() as connection:
        return await _begun(connection, scope, key)


async def begin(db: Database, beginning: Beginning, deposits: Sequence[Deposit] = ()) -> Begun:
    """Begin a request and keep the bodies that it brings, or find that it began: its fingerprint says which it was."""
    async with db.write(brief=True) as connection:
        found = await _begin(connection, beginning)
        if found.fingerprint == beginning.fingerprint:
            await _deposit(connection, deposits, at=beginning.at)
        return found


async def begin_opening(
    db: Database,
    beginning: Beginning,
    deposits: Callable[[str], Sequence[Deposit]],
    *,
    follows: str | None = None,
) -> tuple[Begun, Reservation | None]:
    """Begin a request for a new case, reserve its number, and keep the bodies that it brings under that number.

    No number is reserved for a request that had begun as another one. A case that goes on from the one that it
    `follows` has the number that this one's successor has for ever, whoever asks for it: so there is one.
    """
    async with db.write(brief=True) as connection:
        found = await _begin(connection, beginning)
        if found.fingerprint != beginning.fingerprint:
            return found, None
        if follows is None:
            reserved = await _reserve(connection, beginning.scope, beginning.key, at=beginning.at)
        else:
            shared = await _reserve(connection, _SUCCESSORS, follows, at=beginning.at)
            reserved = replace(shared, received_at=found.at)
        await _deposit(connection, deposits(reserved.number), at=beginning.at)
        return found, reserved


async def _begin(connection: AsyncConnection, beginning: Beginning) -> Begun:
    row = {
        "scope": beginning.scope,
        "key": beginning.key,
        "fingerprint": beginning.fingerprint,
        "begun_at": beginning.at,
    }
    if await _BEGIN.changed(connection, **row) == 1:
        return Begun(fingerprint=beginning.fingerprint, at=beginning.at, answer=None)
    found = await _begun(connection, beginning.scope, beginning.key)
    assert found is not None
    return found


async def finish(db: Database, beginning: Beginning, answer: KeptAnswer | KeptRefusal) -> Begun:
    """Keep the answer of a request, which may not have begun yet; the first answer stays, and is answered."""
    row = _problem(answer) if isinstance(answer, KeptRefusal) else answer
    answered = {"status": row.status, "headers": dict(row.headers), "body": row.body}
    async with db.write(brief=True) as connection:
        found = await _begin(connection, beginning)
        if found.answer is None and found.fingerprint == beginning.fingerprint:
            kept = await _ANSWER.changed(connection, of_scope=beginning.scope, of_key=beginning.key, **answered)
            if kept == 1:
                return replace(found, answer=answer)
            found = await _begun(connection, beginning.scope, beginning.key) or found
        return found


async def _begun(connection: AsyncConnection, scope: str, key: str) -> Begun | None:
    row = await _BEGUN.first(connection, scope=scope, key=key)
    if row is None:
        return None
    answer = None if row.status is None else _kept(KeptAnswer(row.status, row.headers, row.body))
    return Begun(fingerprint=row.fingerprint, at=row.begun_at, answer=answer)


def _problem(refused: KeptRefusal) -> KeptAnswer:
    """A refusal as its row has it: a problem document (RFC 9457), as in the rows of every earlier version."""
    headers = {"Content-Type": _PROBLEM, "Content-Language": refused.language}
    said = {"title": refused.title, "status": refused.status, "detail": refused.detail}
    rule = {"rule": refused.rule} if refused.rule else {}
    return KeptAnswer(refused.status, headers, {"type": f"{_URN}{refused.name}", **said, **rule})


def _kept(row: KeptAnswer) -> KeptAnswer | KeptRefusal:
    if row.headers.get("Content-Type") != _PROBLEM:
        return row
    return KeptRefusal(
        name=row.body["type"].removeprefix(_URN),
        status=row.status,
        title=row.body["title"],
        detail=row.body["detail"],
        rule=row.body.get("rule"),
        language=row.headers["Content-Language"],
    )


async def _reserved(connection: AsyncConnection, scope: str, key: str) -> Reservation | None:
    row = await _RESERVED.first(connection, scope=scope, key=key)
    return None if row is None else Reservation(row.number, row.received_at)


_NEXT_NUMBER = Prepared(
    lambda on: (
        insert_on(on, number_sequences)
        .on_conflict_do_update(index_elements=["year"], set_={"last": number_sequences.c.last + 1})
        .returning(number_sequences.c.last)
    ),
    sets=("year", "last"),
)
_RESERVE = Prepared(lambda on: insert_on(on, reservations), sets=("scope", "key", "number", "received_at"))
_RESERVED = Prepared(
    select(reservations.c.number, reservations.c.received_at).where(
        reservations.c.scope == bindparam("scope"), reservations.c.key == bindparam("key")
    )
)
_DEPOSIT = Prepared(
    lambda on: insert_on(on, contents).on_conflict_do_nothing(),
    sets=("content_id", "case_number", "body", "deposited_at"),
)
_BEGUN = Prepared(select(requests).where(requests.c.scope == bindparam("scope"), requests.c.key == bindparam("key")))
_BEGIN = Prepared(
    lambda on: insert_on(on, requests).on_conflict_do_nothing(), sets=("scope", "key", "fingerprint", "begun_at")
)
_ANSWER = Prepared(
    update(requests).where(
        requests.c.scope == bindparam("of_scope"),
        requests.c.key == bindparam("of_key"),
        requests.c.status.is_(None),
    ),
    sets=("status", "headers", "body"),
)
