"""The hours that cases are counted in, for lists: one query, and each distinct calendar is decoded once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pydantic import TypeAdapter
from sqlalchemy import select

from policy.time.calendar import Calendar
from storage.engine.database import Reader
from storage.engine.tables import case_terms
from storage.terms import pinned

_CALENDAR: TypeAdapter[Calendar] = TypeAdapter(Calendar)


async def hours_of(db: Reader, numbers: Sequence[str]) -> dict[str, Calendar]:
    """The calendar that counts each of these cases now (PLAN-15)."""
    c = case_terms.c
    # In the order of their turns, so that what replaced another is what is left.
    wanted = select(c.case_number, pinned.SAID["hours"].as_string()).select_from(pinned.CASE_TERMS)
    wanted = wanted.where(c.case_number.in_(numbers)).order_by(c.from_turn)
    async with db.read() as connection:
        rows = (await connection.execute(wanted)).all()
    return {number: _decoded(hours) for number, hours in rows}


@lru_cache(maxsize=64)
def _decoded(hours: str) -> Calendar:
    return _CALENDAR.validate_json(hours)
