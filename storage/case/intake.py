"""The intake before the engine is asked: case numbers, deposited content, answers kept for repeated requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.database import Database, Reader, insert
from storage.engine.tables import contents, number_sequences, requests, reservations

_BOGOTA = ZoneInfo("America/Bogota")
_PROBLEM = "application/problem+json"
_URN = "urn:escala:"


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
    year = at.astimezone(_BOGOTA).year
    async with db.write() as connection:
        # The sequence's row comes first: whoever else reserves in this year waits here.
        last = await connection.scalar(
            insert(connection, number_sequences)
            .values(year=year, last=1)
            .on_conflict_do_update(index_elements=["year"], set_={"last": number_sequences.c.last + 1})
            .returning(number_sequences.c.last)
        )
        known = await _reserved(connection, scope, key)
        if known is not None:
            await connection.rollback()  # the number goes back
            return known
        made = Reservation(f"MA-{year}-{last:06}", at)
        await connection.execute(
            insert(connection, reservations).values(scope=scope, key=key, number=made.number, received_at=at)
        )
        return made


async def reserved(db: Reader, *, scope: str, key: str) -> Reservation | None:
    """What an earlier try of (scope, key) has reserved."""
    async with db.read() as connection:
        return await _reserved(connection, scope, key)


async def deposit(db: Database, deposits: Sequence[Deposit], *, at: datetime) -> None:
    """Keep bodies; one that is there stays as it is."""
    if not deposits:
        return
    rows = [
        {"content_id": each.content_id, "case_number": each.case_number, "body": each.body, "deposited_at": at}
        for each in deposits
    ]
    async with db.write() as connection:
        await connection.execute(insert(connection, contents).on_conflict_do_nothing(), rows)


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


async def begin(db: Database, *, scope: str, key: str, fingerprint: str, at: datetime) -> Begun:
    """Begin a request, or find that it began: by its fingerprint, whether it is the same one."""
    async with db.write() as connection:
        row = {"scope": scope, "key": key, "fingerprint": fingerprint, "begun_at": at}
        await connection.execute(insert(connection, requests).on_conflict_do_nothing(), row)
        found = await _begun(connection, scope, key)
    assert found is not None
    return found


async def finish(db: Database, *, scope: str, key: str, answer: KeptAnswer | KeptRefusal) -> None:
    """Keep the answer of a request that began; the first answer stays."""
    row = _problem(answer) if isinstance(answer, KeptRefusal) else answer
    unanswered = (requests.c.scope == scope, requests.c.key == key, requests.c.status.is_(None))
    async with db.write() as connection:
        await connection.execute(
            update(requests).where(*unanswered).values(status=row.status, headers=dict(row.headers), body=row.body)
        )


async def _begun(connection: AsyncConnection, scope: str, key: str) -> Begun | None:
    wanted = select(requests).where(requests.c.scope == scope, requests.c.key == key)
    row = (await connection.execute(wanted)).first()
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
    row = (
        await connection.execute(
            select(reservations.c.number, reservations.c.received_at).where(
                reservations.c.scope == scope, reservations.c.key == key
            )
        )
    ).first()
    return None if row is None else Reservation(row.number, row.received_at)
