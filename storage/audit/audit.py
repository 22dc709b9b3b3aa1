"""The audit: an append-only table, each entry chained by hash to the one before it. Whoever acts writes it in the act's
own transaction; nothing else changes it, and the database refuses whoever tries.

No secret is ever in an entry, and of people it holds ids, never addresses or names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, select, text
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.audit.acts import Act, Doer, doer
from storage.engine import paging
from storage.engine.database import Database, Reader
from storage.engine.paging import Page
from storage.engine.tables import audit

_FIRST = "0" * 64
"""What the first entry is chained to."""

_CHAIN_LOCK = 4_022_026_002  # any number but that of the migrations' lock: one writer at a time reads the last entry
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An act on the audit. `target` is the id of what it was done to; `hash` holds all of it and `previous`."""

    seq: int
    at: datetime
    act: str
    actor_role: str
    actor_id: str
    address: str
    target: str
    detail: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True)
class Verdict:
    """The chain as it was read: how many entries hold, and the place of the first that does not, None where all do."""

    entries: int
    broken_at: int | None = None
    last_hash: str = _FIRST


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which entries to list: of one act, actor or target; all where nothing is named."""

    act: Act | None = None
    actor: str = ""
    target: str = ""


async def note(
    connection: AsyncConnection,
    act: Act,
    target: str = "",
    *,
    at: datetime,
    by: Doer | None = None,
    **detail: Any,
) -> None:
    """Put an act on the audit within its transaction, as the last thing there: others wait until it ends."""
    who = by or doer()
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    last = (await connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1))).first()
    row: dict[str, Any] = {
        "seq": last.seq + 1 if last else 1,
        "at": at,
        "act": act.value,
        "actor_role": who.role,
        "actor_id": who.id,
        "address": who.address,
        "target": target,
        "detail": detail,
        "previous": last.hash if last else _FIRST,
    }
    await connection.execute(plain_insert(audit), row | {"hash": _hash(row)})


async def note_alone(
    db: Database, act: Act, target: str = "", *, at: datetime, by: Doer | None = None, **detail: Any
) -> None:
    """Put on the audit what changes nothing else: a failure, or that something was read out."""
    async with db.write() as connection:
        await note(connection, act, target, at=at, by=by, **detail)


async def latest(db: Reader, act: Act) -> Entry | None:
    """The last entry of an act."""
    async with db.read() as connection:
        wanted = select(audit).where(audit.c.act == act.value).order_by(audit.c.seq.desc()).limit(1)
        row = (await connection.execute(wanted)).mappings().first()
    return None if row is None else _entry(row)


async def listing(db: Reader, wanted: Wanted, *, limit: int = 50, cursor: str | None = None) -> Page[Entry]:
    """A page of the audit, the newest first. ValueError for a cursor of another list."""
    c, limit = audit.c, paging.clamp(limit)
    asked = select(audit).order_by(c.seq.desc())
    if wanted.act:
        asked = asked.where(c.act == wanted.act.value)
    if wanted.actor:
        asked = asked.where(c.actor_id == wanted.actor)
    if wanted.target:
        asked = asked.where(c.target == wanted.target)
    if cursor is not None:
        asked = asked.where(c.seq < paging.decode(cursor, "audit", int)[0])
    async with db.read() as connection:
        found = [_entry(row) for row in (await connection.execute(asked.limit(limit + 1))).mappings()]
    return paging.page(found, limit, lambda entry: paging.encode("audit", entry.seq))


async def whole(db: Reader) -> AsyncIterator[Entry]:
    """Every entry, the oldest first, a few hundred at a time."""
    after = 0
    while True:
        wanted = select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(_AT_ONCE)
        async with db.read() as connection:
            found = [_entry(row) for row in (await connection.execute(wanted)).mappings()]
        for entry in found:
            yield entry
        if len(found) < _AT_ONCE:
            return
        after = found[-1].seq


async def verify(db: Reader) -> Verdict:
    """Whether every entry is as it was written, in its place: none changed, moved, taken out or put between.

    Entries that were cut off at the end show by a last hash, or a number of entries, that was kept elsewhere.
    """
    entries, previous = 0, _FIRST
    async for entry in whole(db):
        row = {name: value for name, value in vars(entry).items() if name != "hash"}
        if entry.seq != entries + 1 or entry.previous != previous or entry.hash != _hash(row):
            return Verdict(entries, entries + 1, previous)
        entries, previous = entry.seq, entry.hash
    return Verdict(entries, None, previous)


def _hash(row: Mapping[str, Any]) -> str:
    """The digest of an entry, by all of it but its hash."""
    said = {**row, "at": row["at"].astimezone(UTC).isoformat(timespec="microseconds"), "detail": dict(row["detail"])}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _entry(row: RowMapping) -> Entry:
    return Entry(**row)
