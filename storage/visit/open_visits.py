"""The cases whose visit on site has not ended, by what the visit waits for."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from policy.case.case import Status
from policy.visit.visit import VisitStep
from storage.engine.database import Reader
from storage.engine.tables import cases

_LIVING = (Status.NEW, Status.IN_PROGRESS, Status.WAITING_CUSTOMER, Status.RESOLVED)


async def with_visit_at(db: Reader, steps: Collection[VisitStep], *, limit: int = 100) -> list[str]:
    """The numbers of the cases whose visit is at one of these steps, the one whose step is due first, first."""
    visit = cases.c.state["visit"]
    wanted = (
        select(cases.c.number)
        .where(cases.c.status.in_(_LIVING), visit["step"].as_string().in_([step.value for step in steps]))
        .order_by(visit["term"]["due_at"].as_string(), cases.c.number)
        .limit(limit)
    )
    async with db.read() as connection:
        return list(await connection.scalars(wanted))
