"""The hours that cases are counted in, for lists: one query, and each distinct calendar is decoded once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pydantic import TypeAdapter
from sqlalchemy import bindparam, select

from policy.time.calendar import Calendar
from storage.engine.database import Reader
from storage.engine.prepared import Prepared
from storage.engine.tables import case_terms
from storage.terms import pinned

_CALENDAR: TypeAdapter[Calendar] = TypeAdapter(Calendar)


async def hours_of(db: Reader, numbers: Sequence[str]) -> dict[str, Calendar]:
    """The calendar that counts each of these cases now (PLAN-15)."""
    async with db.read() as connection:
        rows = await _HOURS.rows(connection, numbers=list(numbers))
    return {number: _decoded(hours) for number, hours in rows}


# In the order of their turns, so that what replaced another is what is left.
_HOURS = Prepared(
    select(case_terms.c.case_number, pinned.SAID["hours"].as_string())
    .select_from(pinned.CASE_TERMS)
    .where(case_terms.c.case_number.in_(bindparam("numbers", expanding=True)))
    .order_by(case_terms.c.from_turn)
)


@lru_cache(maxsize=64)
def _decoded(hours: str) -> Calendar:
    return _CALENDAR.validate_json(hours)
