"""The board's twelve weeks: the cases opened in each, the solved ones and how long they took, promises. Reads only.

A week begins on Monday in Bogotá. Only cases opened in these weeks are looked at, by when they were opened.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.facts import CaseOverdue, HandedOff, InitialAttentionGiven, InitialAttentionMissed
from policy.time.clock import ClockName
from storage.board.board import PAST_LIMIT, PROMISES, Scope, Week, chosen_by, is_solved, promised
from storage.board.counted import Hours, elapsed, hours_of, instant, raw, rows
from storage.case.fact_fields import fact_field
from storage.engine.database import Reader
from storage.engine.tables import cases, facts, ratings, stretches

WEEKS = 12
_BOGOTA = ZoneInfo("America/Bogota")
_CONTENT = 4
"""Whoever gave as much was content."""


async def weeks(db: Reader, *, customer_id: str | None, at: datetime) -> list[Week]:
    """The last twelve weeks, that of `at` included, of one customer's cases or of all."""
    begun = at.astimezone(_BOGOTA).date() - timedelta(days=at.astimezone(_BOGOTA).weekday())
    mondays = [begun - timedelta(weeks=back) for back in range(WEEKS - 1, -2, -1)]
    ends = [datetime.combine(each, time(), _BOGOTA) for each in mondays]
    found = [Week(from_at=each) for each in ends[:-1]]
    scope = Scope(from_at=ends[0], until_at=ends[-1], customer_id=customer_id)
    async with db.read() as connection:
        await _count_cases(connection, scope, found)
        await _count_promises(connection, scope, found)
        await _count_ratings(connection, scope, found)
        await _measure_solutions(connection, scope, found)
    return found


def _week(found: Sequence[Week]) -> ColumnElement[int]:
    """The place of the week in which a case was opened."""
    earlier: Iterable[tuple[ColumnElement[bool], int]] = (
        (cases.c.opened_at < each.from_at, place) for place, each in enumerate(found[1:])
    )
    return case(*earlier, else_=len(found) - 1)


async def _count_cases(connection: AsyncConnection, scope: Scope, found: Sequence[Week]) -> None:
    week, solved = _week(found), func.sum(case((is_solved(), 1), else_=0))
    counted = select(week, func.count(), solved).where(*chosen_by(scope)).group_by(week)
    for place, opened, of_them in await connection.execute(counted):
        found[place].opened, found[place].solved = opened, of_them


async def _count_promises(connection: AsyncConnection, scope: Scope, found: Sequence[Week]) -> None:
    c, f, week = cases.c, facts.c, _week(found)
    in_time = fact_field(InitialAttentionGiven, "in_time").as_boolean()
    from_level, cause = fact_field(HandedOff, "from_level").as_integer(), fact_field(HandedOff, "cause").as_string()
    once = func.count(f.case_number.distinct())
    grouped = (week, f.kind, in_time, from_level, cause)  # by level, for a case may leave two of them
    happened = select(*grouped, once).select_from(cases)
    joined = happened.join(facts, and_(f.case_number == c.number, f.kind.in_(PROMISES))).where(*promised(scope))
    for place, kind, is_in_time, _, why, count in await connection.execute(joined.group_by(*grouped)):
        its = found[place]
        match kind:
            case InitialAttentionGiven.kind:
                its.attention.met += count if is_in_time else 0
            case InitialAttentionMissed.kind:
                its.attention.missed += count
            case CaseOverdue.kind:
                its.levels.missed += count
            case _ if why in PAST_LIMIT:
                its.levels.missed += count
            case _:
                its.levels.met += count
    overdue = select(f.seq).where(f.case_number == c.number, f.kind == CaseOverdue.kind).exists()
    solved = select(week, func.count()).where(*promised(scope), is_solved(), or_(c.level < 3, ~overdue))
    for place, count in await connection.execute(solved.group_by(week)):
        found[place].levels.met += count


async def _count_ratings(connection: AsyncConnection, scope: Scope, found: Sequence[Week]) -> None:
    week, content = _week(found), func.sum(case((ratings.c.score >= _CONTENT, 1), else_=0))
    rated = select(week, func.count(), content).join_from(cases, ratings, ratings.c.case_number == cases.c.number)
    for place, count, of_them in await connection.execute(rated.where(*chosen_by(scope)).group_by(week)):
        found[place].rated, found[place].content = count, of_them


async def _measure_solutions(connection: AsyncConnection, scope: Scope, found: Sequence[Week]) -> None:
    """How long the solved ones took, as the board counts it: only their counted stretches are read."""
    c, s = cases.c, stretches.c
    chosen = [*promised(scope), is_solved()]
    stretch = and_(s.case_number == c.number, s.clock == ClockName.LEVEL, s.counted)
    counted = select(_week(found), c.plan, c.number, s.turn, raw(s.from_at), raw(s.to_at)).select_from(cases)
    stretched = await rows(connection, counted.outerjoin(stretches, stretch).where(*chosen))
    hours = await hours_of(connection, chosen)
    await asyncio.to_thread(_median, found, stretched, hours)


def _median(found: Sequence[Week], stretched: Sequence[Any], hours: Mapping[str, Hours]) -> None:
    took: dict[tuple[int, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for place, plan, number, turn, from_at, to_at in stretched:
        its = 0.0 if turn is None else elapsed(hours[number], turn, instant(from_at), instant(to_at))
        took[place, plan][number] += its
    for (place, plan), cases_of in took.items():
        found[place].to_resolution[plan] = median(cases_of.values())
