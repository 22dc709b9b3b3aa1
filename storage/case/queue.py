"""The queue's counts of cases of each kind, and the names of its customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from policy.case.case import WORKED_ON, Level, Status
from storage.case.lateness import is_late
from storage.engine.columns import NEVER, UNDATED, Unindexed
from storage.engine.database import Reader
from storage.engine.prepared import Prepared
from storage.engine.tables import cases, customers


@dataclass(frozen=True, kw_only=True)
class Pile:
    """How many open cases agree in all of this."""

    status: Status
    level: Level
    group: str | None
    is_assigned: bool
    late: bool
    answered: bool
    cases: int


@dataclass(frozen=True)
class Tally:
    """How many cases there are; at `changes_at` others are late, also if nothing happens.

    `piles` are the open ones; `worked_on`: how many of those that are worked on each agent has, by id.
    """

    piles: tuple[Pile, ...]
    worked_on: Mapping[str, int]
    closed: int
    changes_at: datetime | None = None

    @property
    def total(self) -> int:
        """All cases, closed ones too."""
        return self.closed + sum(pile.cases for pile in self.piles)


async def tally(db: Reader, *, at: datetime) -> Tally:
    """Count every case once, for everybody who looks at the queue. The queue's index has all that it takes."""
    c = cases.c
    late, answered = is_late(at).label("late"), c.answered_seq.is_not(None).label("answered")
    kinds = (c.status, c.level, c.case_group, c.assignee, late, answered)
    piles = select(*kinds, func.count()).where(c.next_due_at < NEVER).group_by(*kinds)
    closed = select(func.count()).select_from(cases).where(c.next_due_at == NEVER)
    due = select(func.min(c.next_due_at)).where(c.next_due_at >= at, c.next_due_at < UNDATED)
    async with db.read() as connection:
        rows = (await connection.execute(piles)).all()
        counted: dict[tuple[Any, ...], int] = defaultdict(int)
        worked_on: dict[str, int] = defaultdict(int)
        for status, level, group, who, is_late_, is_answered, count in rows:
            counted[status, level, group, who is not None, is_late_, is_answered] += count
            if who is not None and status in WORKED_ON:
                worked_on[who] += count
        return Tally(
            tuple(
                Pile(
                    status=Status(status),
                    level=Level(level),
                    group=group,
                    is_assigned=is_assigned,
                    late=bool(is_late_),
                    answered=bool(is_answered),
                    cases=count,
                )
                for (status, level, group, is_assigned, is_late_, is_answered), count in counted.items()
            ),
            worked_on,
            await connection.scalar(closed) or 0,
            await connection.scalar(due),
        )


async def how_many_late(db: Reader, *, at: datetime) -> int:
    """How many open cases are past their limit at an instant, as `is_late` says it; asked with every page."""
    async with db.read() as connection:
        return int(await _LATE.scalar(connection, at=at))


_AT = bindparam("at", type_=cases.c.next_due_at.type)
_PASSED = select(func.count()).where(cases.c.next_due_at < _AT).scalar_subquery()
_MARKED = (  # those that wait meanwhile: what is marked is few, and no more than what has passed is walked through
    select(func.count())
    .where(cases.c.overdue.is_(True), Unindexed(cases.c.next_due_at) >= _AT, Unindexed(cases.c.next_due_at) < NEVER)
    .scalar_subquery()
)
_LATE = Prepared(select((_PASSED + _MARKED).label("late")))


async def late_and_held(db: Reader, *, at: datetime) -> tuple[int, int]:
    """How many open cases are past their limit at an instant, and how many are held."""
    c = cases.c
    counts = select(func.count().filter(is_late(at)), func.count().filter(c.status == Status.HELD))
    async with db.read() as connection:
        late, held = (await connection.execute(counts.where(c.next_due_at < NEVER))).one()
    return late, held


async def customer_names(db: Reader, ids: Iterable[str]) -> dict[str, str]:
    """The names of these customers."""
    async with db.read() as connection:
        wanted = select(customers.c.id, customers.c.name).where(customers.c.id.in_(list(ids)))
        return {row.id: row.name for row in await connection.execute(wanted)}


async def customers_by_name(db: Reader, *, limit: int) -> Sequence[tuple[str, str]]:
    """Customers to choose from: id and name, as many as fit."""
    async with db.read() as connection:
        wanted = select(customers.c.id, customers.c.name).order_by(customers.c.name, customers.c.id).limit(limit)
        return [(row.id, row.name) for row in await connection.execute(wanted)]
