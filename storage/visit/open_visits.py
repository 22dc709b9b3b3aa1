"""The cases whose visit on site has not ended, by what the visit waits for."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, select

from policy.case.case import WORKED_ON, Status
from policy.visit.visit import VisitStep
from storage.engine.columns import Unindexed
from storage.engine.database import Reader
from storage.engine.tables import cases

_LIVING = (*WORKED_ON, Status.RESOLVED)


async def with_visit_at(db: Reader, steps: Collection[VisitStep], *, limit: int = 100) -> list[str]:
    """The numbers of the cases whose visit is at one of these steps, the one whose step is due first, first."""
    due_at = cases.c.state["visit"]["term"]["due_at"].as_string()
    wanted = select(cases.c.number).where(*_at(steps)).order_by(due_at, cases.c.number).limit(limit)
    async with db.read() as connection:
        return list(await connection.scalars(wanted))


async def how_many_at(db: Reader, steps: Collection[VisitStep]) -> int:
    """How many cases have their visit at one of these steps."""
    async with db.read() as connection:
        return await connection.scalar(select(func.count()).where(*_at(steps))) or 0


def _at(steps: Collection[VisitStep]) -> tuple[ColumnElement[bool], ...]:
    return Unindexed(cases.c.status).in_(_LIVING), cases.c.visit_step.in_(sorted(steps))
