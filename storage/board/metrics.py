"""The figures for whoever watches the desk: cases, and how late hand-offs came. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from policy.case.facts import HandedOff
from storage.engine.database import Reader
from storage.engine.tables import cases, facts

_MOST_HAND_OFFS = 10_000


@dataclass(frozen=True)
class CaseCount:
    """How many cases share a status, a level and being overdue."""

    status: str
    level: int
    overdue: bool
    cases: int


async def case_counts(db: Reader) -> list[CaseCount]:
    """All cases, by status, level and overdue."""
    by = (cases.c.status, cases.c.level, cases.c.overdue)
    async with db.read() as connection:
        rows = (await connection.execute(select(*by, func.count()).group_by(*by))).all()
    return [CaseCount(status, level, bool(overdue), count) for status, level, overdue, count in rows]


async def hand_off_lateness(db: Reader, *, since: datetime) -> list[float]:
    """How many seconds late each hand-off since then came that a clock made, newest first (ESC-15)."""
    query = (
        select(facts.c.at, facts.c.due_at)
        .where(facts.c.kind == HandedOff.kind, facts.c.due_at.is_not(None), facts.c.at >= since)
        .order_by(facts.c.at.desc())
        .limit(_MOST_HAND_OFFS)
    )
    async with db.read() as connection:
        rows = (await connection.execute(query)).all()
    return [(at - due_at).total_seconds() for at, due_at in rows]
