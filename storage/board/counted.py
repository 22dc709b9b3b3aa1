"""Counted time of many cases at once: their stretches and hours, read in small steps. Reads only."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, String, Text, cast, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.time.calendar import Calendar
from storage.engine.tables import case_terms, cases, pinned_terms
from storage.terms import pinned

_AT_ONCE, _FEW = 2_000, 250
_CALENDAR: TypeAdapter[Calendar] = TypeAdapter(Calendar)


def raw(instant: ColumnElement[datetime]) -> ColumnElement[Any]:
    """The instant as the driver gives it, which `instant` reads: so many are not read in the loop's own time."""
    return type_coerce(instant, String())


def instant(raw: Any) -> datetime:
    """An instant that was read raw."""
    return datetime.fromisoformat(raw) if isinstance(raw, str) else raw


Hours = tuple[tuple[int, int], ...]
"""A case's hours: from which turn each holds, and which of `_calendars` it is."""
_calendars: list[Calendar] = []
_known: dict[tuple[str, int], int] = {}
_places: dict[str, int] = {}  # by the digest of terms
_MOST_KNOWN = 1_000_000
# Plain tuples of words and numbers, here and above: of so many objects, Python's collector would make long pauses.


def elapsed(hours: Hours, turn: int, from_at: datetime, to_at: datetime) -> float:
    """The open seconds of a stretch that `turn` ended: those that replaced others began to count after it."""
    place = hours[0][1]
    if len(hours) > 1:
        place = next((each for since, each in reversed(hours) if since < turn), place)
    return _calendars[place].elapsed(from_at, to_at).total_seconds()


async def hours_of(connection: AsyncConnection, chosen: Sequence[ColumnElement[bool]]) -> dict[str, Hours]:
    """The hours of each case. What a turn brought never changes, so it is read once in this process's life."""
    t, c = case_terms.c, cases.c
    if len(_known) > _MOST_KNOWN:
        _known.clear()
    held = select(t.case_number, t.from_turn).select_from(cases).join(case_terms, t.case_number == c.number)
    keys = await rows(connection, held.where(*chosen).order_by(t.case_number, t.from_turn))
    unknown = list(dict.fromkeys(number for number, turn in keys if (number, turn) not in _known))
    if unknown:
        await _learn(connection, [c.number.in_(unknown)] if len(unknown) <= _FEW else chosen)
    found: dict[str, Hours] = {}
    for number, turn in keys:
        found[number] = (*found.get(number, ()), (turn, _known[number, turn]))
    return found


async def _learn(connection: AsyncConnection, chosen: Sequence[ColumnElement[bool]]) -> None:
    """Know the hours of these cases: what many were promised is read once, by its digest."""
    t, c, p = case_terms.c, cases.c, pinned_terms.c
    named = select(t.case_number, t.from_turn, t.digest).select_from(cases).join(case_terms, t.case_number == c.number)
    found = await rows(connection, named.where(*chosen))
    digests = [each for each in {digest for *_, digest in found if digest} if each not in _places]
    for start in range(0, len(digests), _FEW):
        said = select(p.digest, cast(p.terms["hours"], Text)).where(p.digest.in_(digests[start : start + _FEW]))
        _places.update({digest: _place_of(text) for digest, text in await connection.execute(said)})
    _known.update({(number, turn): _places[digest] for number, turn, digest in found if digest})
    old = [number for number, _, digest in found if not digest]
    for start in range(0, len(old), _FEW):
        some = t.case_number.in_(old[start : start + _FEW])
        its = select(t.case_number, t.from_turn, cast(pinned.SAID["hours"], Text)).select_from(pinned.CASE_TERMS)
        for number, turn, text in await connection.execute(its.where(some)):
            _known[number, turn] = _place_of(text)
        await asyncio.sleep(0)


@lru_cache(maxsize=1_024)
def _place_of(text: str) -> int:
    """One calendar for all cases that were promised the same."""
    calendar = _CALENDAR.validate_json(text)
    if calendar not in _calendars:
        _calendars.append(calendar)
    return _calendars.index(calendar)


async def rows(connection: AsyncConnection, wanted: Select[Any]) -> list[tuple[Any, ...]]:
    """All rows, taken some at a time, so that the loop serves others in between."""
    found: list[tuple[Any, ...]] = []
    for some in (await connection.execute(wanted)).partitions(_AT_ONCE):
        found += map(tuple, some)
        await asyncio.sleep(0)
    return found
