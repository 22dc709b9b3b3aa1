"""Providers' incidents, kept for good, and how each of their feeds does (SCOPE-6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, literal, or_, select, tuple_

from policy.case.incidents import Incident
from storage.engine import paging
from storage.engine.database import Database, Reader, insert
from storage.engine.paging import Page
from storage.engine.tables import provider_feeds, provider_incidents

_AT_ONCE = 100
"""Rows in one transaction: however much a feed says, whoever else writes waits for no more than these."""
_READ_AT_ONCE = 200
_MOST_BESIDE_A_CASE = 1_000


@dataclass(frozen=True, kw_only=True)
class Feed:
    """How a provider's feed does. `incidents` and `skipped` are the last good poll's; `failures` came since."""

    name: str
    last_tried_at: datetime
    last_ok_at: datetime | None = None
    last_error: str | None = None
    failures: int = 0
    incidents: int = 0
    skipped: int = 0


# -- incidents --------------------------------------------------------------------------------------------------------


async def keep(db: Database, incidents: Sequence[Incident]) -> int:
    """Keep what one poll of one feed found; answer how many were new or said something new.

    What stays the same is not written again, and what the feed no longer tells stays as it was last told.
    """
    known = {each.code: each for each in await _of_providers(db, {each.provider for each in incidents})}
    changed = iter([each for each in incidents if known.get(each.code) != each])
    written = 0
    while some := list(islice(changed, _AT_ONCE)):
        await _upsert(db, some)
        written += len(some)
    return written


async def get(db: Reader, code: str) -> Incident | None:
    """The incident of that code ("provider:id")."""
    found = await of_codes(db, [code])
    return found[0] if found else None


async def of_codes(db: Reader, codes: Iterable[str]) -> list[Incident]:
    """The incidents of these codes that are known, in no particular order."""
    keys = [code.partition(":")[::2] for code in codes]
    if not keys:
        return []
    return await _read(db, _SELECT.where(or_(*((_T.provider == provider) & (_T.id == id_) for provider, id_ in keys))))


async def between(db: Reader, since: datetime, until: datetime) -> list[Incident]:
    """The incidents that went on at some instant from `since` to `until`, the newest first."""
    wanted = _SELECT.where(_T.began_at <= until, or_(_T.ended_at.is_(None), _T.ended_at > since))
    return await _read(db, wanted.order_by(*_NEWEST_FIRST).limit(_MOST_BESIDE_A_CASE))


async def listing(
    db: Reader,
    *,
    concerns: Callable[[Incident], bool] = lambda _: True,
    is_open: bool | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Incident]:
    """A page of the incidents that `concerns` lets pass, the newest first. ValueError for another list's cursor."""
    name = f"incidents {is_open}"
    limit = paging.clamp(limit)
    place: Sequence[Any] | None = paging.decode(cursor, name, datetime, str, str) if cursor is not None else None
    found: list[Incident] = []
    while len(found) <= limit:
        some = await _read(db, _after(place, is_open))
        found += filter(concerns, some)
        if len(some) < _READ_AT_ONCE:
            break
        place = _place(some[-1])
    return paging.page(found, limit, lambda last: paging.encode(name, *_place(last)))


# -- feeds ------------------------------------------------------------------------------------------------------------


async def feeds(db: Reader) -> dict[str, Feed]:
    """Every feed that was ever polled, by name."""
    async with db.read() as connection:
        rows = (await connection.execute(select(provider_feeds))).mappings()
        return {row["name"]: Feed(**row) for row in rows}


async def polled(db: Database, name: str, *, at: datetime, incidents: int, skipped: int) -> None:
    """Note a good poll."""
    feed = Feed(name=name, last_tried_at=at, last_ok_at=at, incidents=incidents, skipped=skipped)
    await _note(db, feed, _GOOD)


async def failed(db: Database, name: str, *, at: datetime, error: str) -> None:
    """Note a poll that failed; what the last good one said stays."""
    await _note(db, Feed(name=name, last_tried_at=at, last_error=error, failures=1), _BAD)


# -- how rows are found and written -----------------------------------------------------------------------------------

_T = provider_incidents.c
_FIELDS = tuple(Incident.__dataclass_fields__)
_SELECT = select(*(_T[name] for name in _FIELDS))
_PLACE: tuple[ColumnElement[Any], ...] = (_T.began_at, _T.provider, _T.id)
_NEWEST_FIRST = tuple(column.desc() for column in _PLACE)
_GOOD = ("last_tried_at", "last_ok_at", "last_error", "failures", "incidents", "skipped")
_BAD = ("last_tried_at", "last_error", "failures")


async def _of_providers(db: Reader, providers: set[str]) -> list[Incident]:
    return await _read(db, _SELECT.where(_T.provider.in_(providers)))


async def _upsert(db: Database, incidents: Sequence[Incident]) -> None:
    async with db.write() as connection:
        row = insert(connection, provider_incidents)
        news = {name: row.excluded[name] for name in _FIELDS if name not in ("provider", "id")}
        write = row.on_conflict_do_update(index_elements=["provider", "id"], set_=news)
        await connection.execute(write, [_row(each) for each in incidents])


async def _note(db: Database, feed: Feed, changed: tuple[str, ...]) -> None:
    async with db.write() as connection:
        row = insert(connection, provider_feeds)
        news: dict[str, Any] = {name: row.excluded[name] for name in changed}
        if feed.failures:
            news["failures"] = provider_feeds.c.failures + feed.failures
        write = row.on_conflict_do_update(index_elements=["name"], set_=news)
        await connection.execute(write, asdict(feed))


async def _read(db: Reader, wanted: Select[Any]) -> list[Incident]:
    async with db.read() as connection:
        return [_incident(row) for row in (await connection.execute(wanted)).mappings()]


def _after(place: Sequence[Any] | None, is_open: bool | None) -> Select[Any]:
    wanted = _SELECT.order_by(*_NEWEST_FIRST).limit(_READ_AT_ONCE)
    if is_open is not None:
        wanted = wanted.where(_T.ended_at.is_(None) if is_open else _T.ended_at.is_not(None))
    if place is not None:
        last = tuple_(*(literal(value, column.type) for value, column in zip(place, _PLACE, strict=True)))
        wanted = wanted.where(tuple_(*_PLACE) < last)
    return wanted


def _place(incident: Incident) -> tuple[datetime, str, str]:
    return incident.began_at, incident.provider, incident.id


def _row(incident: Incident) -> dict[str, Any]:
    return {**asdict(incident), "products": list(incident.products), "product_ids": list(incident.product_ids)}


def _incident(row: RowMapping) -> Incident:
    return Incident(**{**row, "products": tuple(row["products"]), "product_ids": tuple(row["product_ids"])})
