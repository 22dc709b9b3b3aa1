"""The process map's figures: how many cases stand at each step, how many broke a promise, and how long they stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median
from typing import Any

from sqlalchemy import RowMapping, Select, case, func, select

from policy.case.case import ClosingReason, Level, Status
from policy.case.facts import CaseClosed, HandedOff
from policy.case.process import MILESTONES, WAITED_FOR, Milestone, Pause, Stay, Step, path, step_at
from policy.time.clock import ClockName
from storage.case.fact_fields import fact_field
from storage.case.lateness import is_late
from storage.engine.database import Reader
from storage.engine.tables import cases, facts, stretches

MOST_CASES = 3_000
"""The latest cases whose stays are measured."""


@dataclass(frozen=True)
class Standing:
    """How many cases stand at a step now, and how many of them are late, as the queue says it (lateness.py)."""

    cases: int = 0
    late: int = 0

    def with_more(self, cases: int, late: int) -> Standing:
        """With those that stand there too."""
        return Standing(self.cases + cases, self.late + late)


async def standing(db: Reader, *, at: datetime) -> dict[Step, Standing]:
    """The cases at each step; at the ends, all that ever ended there."""
    by = (cases.c.status, cases.c.level, cases.c.closing_reason)
    late = func.sum(case((is_late(at), 1), else_=0))
    found: dict[Step, Standing] = {}
    async with db.read() as connection:
        for status, level, reason, *counts in await connection.execute(select(*by, func.count(), late).group_by(*by)):
            step = step_at(Status(status), Level(level), ClosingReason(reason) if reason else None)
            found[step] = found.get(step, Standing()).with_more(*map(int, counts))
    return found


async def dwell(db: Reader, *, since: datetime) -> dict[Step, timedelta]:
    """The median of the stays at each step that have ended, of the latest cases opened since then; in clock time."""
    latest = (
        select(cases.c.number)
        .where(cases.c.opened_at >= since)
        .order_by(cases.c.opened_at.desc(), cases.c.number.desc())
        .limit(MOST_CASES)
    ).subquery()
    f, s = facts.c, stretches.c
    said = _milestones().join(latest, latest.c.number == f.case_number).order_by(f.case_number, f.seq)
    stood = _pauses().join(latest, latest.c.number == s.case_number).order_by(s.case_number, s.from_at)
    async with db.read() as connection:
        rows = list((await connection.execute(said)).mappings())
        pauses: dict[str, list[Pause]] = defaultdict(list)
        for row in await connection.execute(stood):
            pauses[row.case_number].append(Pause(row.from_at, row.to_at))
    stays: dict[Step, list[float]] = defaultdict(list)
    for number, its in groupby(rows, key=lambda row: str(row["case_number"])):
        for stay in path(map(_milestone, its), pauses[number]):
            if stay.until_at is not None:
                stays[stay.step].append((stay.until_at - stay.from_at).total_seconds())
    return {step: timedelta(seconds=median(seconds)) for step, seconds in stays.items()}


async def taken(db: Reader, number: str, *, waiting_since: datetime | None) -> list[Stay]:
    """The path that one case took. `waiting_since` is the beginning of the pause that goes on now, if one does."""
    said = _milestones().where(facts.c.case_number == number).order_by(facts.c.seq)
    stood = _pauses().where(stretches.c.case_number == number).order_by(stretches.c.from_at)
    async with db.read() as connection:
        rows = list((await connection.execute(said)).mappings())
        pauses = [Pause(row.from_at, row.to_at) for row in await connection.execute(stood)]
    if waiting_since is not None:
        pauses.append(Pause(waiting_since, None))
    return path(map(_milestone, rows), _joined(pauses))


def _joined(pauses: Iterable[Pause]) -> list[Pause]:
    """Pauses that follow each other without a gap, as one."""
    found: list[Pause] = []
    for each in pauses:
        if found and found[-1].until_at == each.from_at:
            found[-1] = Pause(found[-1].from_at, each.until_at)
        else:
            found.append(each)
    return found


def _milestones() -> Select[Any]:
    f = facts.c
    closed = case((f.kind == CaseClosed.kind, fact_field(CaseClosed, "reason").as_string()), else_=None)
    moved = case((f.kind == HandedOff.kind, fact_field(HandedOff, "to_level").as_integer()), else_=None)
    return select(f.case_number, f.kind, f.at, moved.label("level"), closed.label("reason")).where(
        f.kind.in_(MILESTONES)
    )


def _pauses() -> Select[Any]:
    s = stretches.c
    return select(s.case_number, s.from_at, s.to_at).where(
        s.clock == ClockName.LEVEL, s.counted.is_(False), s.why.in_(sorted(WAITED_FOR))
    )


def _milestone(row: RowMapping) -> Milestone:
    return Milestone(
        kind=row["kind"],
        at=row["at"],
        level=Level(row["level"]) if row["level"] else None,
        reason=ClosingReason(row["reason"]) if row["reason"] else None,
    )
