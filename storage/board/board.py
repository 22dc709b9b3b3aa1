"""The board's figures: what was promised to the cases opened in a period, and what became of it. Reads only.

A case belongs to the period in which it was opened, and brings all that has happened to it since. One found out of
scope is in no figure but its own (SCOPE-5), and one that never had cover had no promise. Counted time is the case's own
hours, without pauses; that of the initial attention is counted in the hours that held when it came.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import ClosingReason, Status
from policy.case.facts import (
    CaseOverdue,
    CaseReleased,
    CaseResolved,
    HandedOff,
    InitialAttentionGiven,
    InitialAttentionMissed,
)
from policy.case.process import WAITED_FOR
from policy.terms.terms import CoverKind
from policy.time.clock import ClockName
from storage.board.counted import Hours, elapsed, hours_of, instant, raw, rows
from storage.case.fact_fields import fact_field
from storage.engine.database import Reader
from storage.engine.tables import cases, facts, ratings, stretches

AGES = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=14), timedelta(days=30))
"""The backlog's classes end here; the last one has no end."""
LATENESSES = (1, 5, 15, 60, 300, 3_600)
"""The classes of the lateness of hand-offs end here, in seconds; the last one has no end."""

PAST_LIMIT = frozenset({"limit", "priority", "amendment"})


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which cases are counted: those opened in [from_at, until_at), of one customer or of all."""

    from_at: datetime
    until_at: datetime
    customer_id: str | None = None


@dataclass
class Kept:
    """Promises of one kind: kept and broken. One that is still running is neither."""

    met: int = 0
    missed: int = 0

    @property
    def share(self) -> float | None:
        """The share that was kept, None where there is none."""
        total = self.met + self.missed
        return self.met / total if total else None


@dataclass(frozen=True)
class Spread:
    """How some durations lie, in seconds; None where there are none."""

    count: int
    median: float | None = None
    p90: float | None = None
    p99: float | None = None
    longest: float | None = None

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Spread:
        """The spread of these durations."""
        ordered = sorted(seconds)
        if not ordered:
            return cls(0)
        median, p90, p99 = (percentile(ordered, share) for share in (0.5, 0.9, 0.99))
        return cls(len(ordered), median, p90, p99, ordered[-1])


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which this share lies, between neighbours in proportion, as spreadsheets' PERCENTILE does."""
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@dataclass(kw_only=True)
class Week:
    """The cases opened in the week that begins at `from_at`, as far as they are by now."""

    from_at: datetime
    opened: int = 0
    solved: int = 0
    attention: Kept = field(default_factory=Kept)
    levels: Kept = field(default_factory=Kept)
    rated: int = 0
    content: int = 0
    to_resolution: dict[str, float] = field(default_factory=dict)
    """By plan, the median of the counted seconds until the solution of those that have one."""

    @property
    def satisfied(self) -> float | None:
        """The share of the ratings that are 4 or 5, None where there are none."""
        return self.content / self.rated if self.rated else None


@dataclass(kw_only=True)
class Board:
    """All figures of a scope, as of `at`. Durations are seconds. `weeks`: twelve, whatever the scope; see weeks.py."""

    scope: Scope
    at: datetime
    plans: list[str] = field(default_factory=list)
    opened: int = 0
    in_work: int = 0
    held: int = 0
    closed: Counter[str] = field(default_factory=Counter)
    out_of_scope: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    """Cases that missed any promise, by what became of them: the closing reason, else the status (ESC-6, ESC-18)."""
    attention: dict[tuple[str, int], Kept] = field(default_factory=dict)
    levels: dict[tuple[str, int, int], Kept] = field(default_factory=dict)
    to_attention: dict[str, tuple[Spread, Spread]] = field(default_factory=dict)
    to_resolution: dict[str, tuple[Spread, Spread]] = field(default_factory=dict)
    backlog: list[Counter[int]] = field(default_factory=list)
    hand_offs: Counter[tuple[int, int, str]] = field(default_factory=Counter)
    lateness: Spread = field(default_factory=lambda: Spread(0))
    lateness_classes: list[int] = field(default_factory=list)
    pauses: dict[str, tuple[int, float]] = field(default_factory=dict)
    ratings: Counter[int] = field(default_factory=Counter)
    weeks: list[Week] = field(default_factory=list)


async def board(db: Reader, scope: Scope, *, plans: Iterable[str], at: datetime) -> Board:
    """Every figure of the scope, of one state of the database. The backlog is that of `at`, whatever the period.

    `plans` are shown in this order, also without cases; those that only cases still have come after them.
    """
    found = Board(scope=scope, at=at, plans=list(plans))
    async with db.read() as connection:
        await _add_plans(connection, found)
        await _count_cases(connection, found)
        await _count_promises(connection, found)
        await _count_backlog(connection, found)
        await _count_ratings(connection, found)
        await _measure(connection, found)
    return found


async def are_there(db: Reader, many: int) -> bool:
    """Whether the database has so many cases, of whatever time."""
    async with db.read() as connection:
        return (
            await connection.scalar(select(cases.c.number).order_by(cases.c.number).limit(1).offset(many - 1))
            is not None
        )


# -- counted by the database ------------------------------------------------------------------------------------------


def chosen_by(scope: Scope) -> list[ColumnElement[bool]]:
    c = cases.c
    conditions = [c.opened_at >= scope.from_at, c.opened_at < scope.until_at]
    return [*conditions, c.customer_id == scope.customer_id] if scope.customer_id else conditions


def promised(scope: Scope) -> list[ColumnElement[bool]]:
    """The scope's cases that promises were made to, without those that support does not cover (SCOPE-5)."""
    c = cases.c
    is_in_scope = or_(c.closing_reason.is_(None), c.closing_reason != ClosingReason.OUT_OF_SCOPE)
    return [*chosen_by(scope), is_in_scope, c.cover != CoverKind.NONE]


def is_solved() -> ColumnElement[bool]:
    """Whether a case has its solution. One that was reopened and then ended in another way has none."""
    c = cases.c
    return or_(c.status == Status.RESOLVED, c.closing_reason.in_((ClosingReason.CONFIRMED, ClosingReason.UNANSWERED)))


async def _add_plans(connection: AsyncConnection, found: Board) -> None:
    of_cases = await connection.scalars(select(cases.c.plan).where(*chosen_by(found.scope)).distinct())
    found.plans += sorted(set(of_cases) - set(found.plans))


async def _count_cases(connection: AsyncConnection, found: Board) -> None:
    c = cases.c
    counted = select(c.status, c.closing_reason, func.count()).where(*chosen_by(found.scope))
    for status, reason, count in await connection.execute(counted.group_by(c.status, c.closing_reason)):
        found.opened += count
        if status == Status.CLOSED:
            found.closed[reason] += count
        elif status == Status.HELD:
            found.held += count
        elif status != Status.RESOLVED:
            found.in_work += count
    broken = select(func.coalesce(c.closing_reason, c.status), func.count()).where(*promised(found.scope), c.missed)
    for became, count in await connection.execute(broken.group_by(func.coalesce(c.closing_reason, c.status))):
        found.broken[became] = count
    kind = c.state["out_of_scope_kind"].as_string()
    of_kind = select(kind, func.count()).where(*chosen_by(found.scope), c.closing_reason == ClosingReason.OUT_OF_SCOPE)
    for name, count in await connection.execute(of_kind.group_by(kind)):
        found.out_of_scope[name] = count


async def _count_promises(connection: AsyncConnection, found: Board) -> None:
    """Initial attention, and each level's clock: kept where the case left the level, or was solved there, in time.

    A case is at a level once: it only moves up, and reopened it is back where it was. An end without a solution
    (withdrawn, a duplicate, denied by its diagnosis) decides nothing: what was kept or missed before it stays so.
    """
    c, f = cases.c, facts.c
    for plan, priority in ((plan, priority) for plan in found.plans for priority in (1, 2, 3, 4)):
        found.attention[plan, priority] = Kept()
        for level in (1, 2, 3):
            found.levels[plan, priority, level] = Kept()
    by = (c.plan, c.priority)
    joined = and_(f.case_number == c.number, f.kind.in_(PROMISES))
    in_time = fact_field(InitialAttentionGiven, "in_time").as_boolean()
    from_level, to_level = (fact_field(HandedOff, name).as_integer() for name in ("from_level", "to_level"))
    grouped = (*by, f.kind, in_time, from_level, to_level, fact_field(HandedOff, "cause").as_string())
    once = func.count(f.case_number.distinct())
    happened = select(*grouped, once).select_from(cases).join(facts, joined).where(*promised(found.scope))
    for plan, priority, kind, in_time, from_level, to_level, cause, count in await connection.execute(
        happened.group_by(*grouped)
    ):
        attention = found.attention[plan, priority]
        match kind:
            case InitialAttentionGiven.kind:
                attention.met += count if in_time else 0
            case InitialAttentionMissed.kind:
                attention.missed += count
            case CaseOverdue.kind:
                found.levels[plan, priority, 3].missed += count
            case _:
                found.hand_offs[from_level, to_level, cause] += count
                left = found.levels[plan, priority, from_level]
                if cause in PAST_LIMIT:
                    left.missed += count
                else:
                    left.met += count
    overdue = select(f.seq).where(f.case_number == c.number, f.kind == CaseOverdue.kind).exists()
    solved = select(*by, c.level, func.count()).where(*promised(found.scope), is_solved(), or_(c.level < 3, ~overdue))
    for plan, priority, level, count in await connection.execute(solved.group_by(*by, c.level)):
        found.levels[plan, priority, level].met += count


PROMISES = (InitialAttentionGiven.kind, InitialAttentionMissed.kind, HandedOff.kind, CaseOverdue.kind)


async def _count_backlog(connection: AsyncConnection, found: Board) -> None:
    c = cases.c
    found.backlog = [Counter() for _ in range(len(AGES) + 1)]
    age = case(*((c.opened_at > found.at - end, place) for place, end in enumerate(AGES)), else_=len(AGES))
    counted = select(age, c.level, func.count()).where(c.status.not_in((Status.RESOLVED, Status.CLOSED)))
    if found.scope.customer_id:
        counted = counted.where(c.customer_id == found.scope.customer_id)
    for place, level, count in await connection.execute(counted.group_by(age, c.level)):
        found.backlog[place][level] += count


async def _count_ratings(connection: AsyncConnection, found: Board) -> None:
    counted = select(ratings.c.score, func.count()).join_from(cases, ratings, ratings.c.case_number == cases.c.number)
    for score, count in await connection.execute(counted.where(*chosen_by(found.scope)).group_by(ratings.c.score)):
        found.ratings[score] = count


# -- measured, case by case -------------------------------------------------------------------------------------------


async def _measure(connection: AsyncConnection, found: Board) -> None:
    """Durations, and the lateness of hand-offs: read in small steps and counted in a thread, so that nobody waits."""
    c, f, s = cases.c, facts.c, stretches.c
    chosen = promised(found.scope)
    opened = await rows(connection, select(c.number, c.plan, raw(c.opened_at)).where(*chosen))
    happened = await rows(
        connection,
        select(f.case_number, f.kind, f.turn, raw(f.at), raw(f.due_at), is_solved())
        .select_from(cases)
        .join(facts, and_(f.case_number == c.number, f.kind.in_(_TIMED)))
        .where(*chosen, or_(f.kind != HandedOff.kind, f.due_at.is_not(None))),
    )
    stretched = await rows(
        connection,
        select(s.case_number, s.turn, raw(s.from_at), raw(s.to_at), s.counted, s.why)
        .select_from(cases)
        .join(stretches, and_(s.case_number == c.number, s.clock == ClockName.LEVEL))
        .where(*chosen),
    )
    hours = await hours_of(connection, chosen)
    await asyncio.to_thread(_spread, found, opened, happened, stretched, hours)


_TIMED = (InitialAttentionGiven.kind, CaseReleased.kind, CaseResolved.kind, HandedOff.kind)


def _classes(late: Iterable[float]) -> list[int]:
    found = [0] * (len(LATENESSES) + 1)
    for seconds in late:
        found[next((place for place, end in enumerate(LATENESSES) if seconds < end), len(LATENESSES))] += 1
    return found


def _spread(
    found: Board,
    opened: Sequence[Any],
    happened: Sequence[Any],
    stretched: Sequence[Any],
    hours: Mapping[str, Hours],
) -> None:
    plans = {number: plan for number, plan, _ in opened}
    began = {number: instant(opened_at) for number, _, opened_at in opened}
    answered: dict[str, tuple[datetime, int]] = {}
    solved: dict[str, datetime] = {}
    late: list[float] = []
    for number, kind, turn, at, due_at, is_solved in happened:
        match kind:
            case HandedOff.kind:
                late.append(max(0.0, (instant(at) - instant(due_at)).total_seconds()))
            case CaseReleased.kind:
                began[number] = instant(due_at)
            case InitialAttentionGiven.kind:
                answered[number] = (instant(at), turn)
            case _ if is_solved:
                solved[number] = max(instant(at), solved.get(number, instant(at)))
    stood: dict[str, list[float]] = defaultdict(list)
    counted = dict.fromkeys(solved, 0.0)
    for number, turn, from_at, to_at, is_counted, why in stretched:
        if not is_counted:
            if why in WAITED_FOR:
                stood[why].append((instant(to_at) - instant(from_at)).total_seconds())
        elif number in counted:
            counted[number] += elapsed(hours[number], turn, instant(from_at), instant(to_at))
    found.lateness = Spread.of(late)
    found.lateness_classes = _classes(late)
    found.pauses = {why: (len(stood[why]), sum(stood[why])) for why in sorted(stood)}
    attention: dict[str, tuple[list[float], list[float]]] = {plan: ([], []) for plan in found.plans}
    resolution: dict[str, tuple[list[float], list[float]]] = {plan: ([], []) for plan in found.plans}
    for number, (at, turn) in answered.items():
        attention[plans[number]][0].append(elapsed(hours[number], turn, began[number], at))
        attention[plans[number]][1].append((at - began[number]).total_seconds())
    for number, at in solved.items():
        resolution[plans[number]][0].append(counted[number])
        resolution[plans[number]][1].append((at - began[number]).total_seconds())
    found.to_attention = {plan: (Spread.of(a), Spread.of(b)) for plan, (a, b) in attention.items()}
    found.to_resolution = {plan: (Spread.of(a), Spread.of(b)) for plan, (a, b) in resolution.items()}
