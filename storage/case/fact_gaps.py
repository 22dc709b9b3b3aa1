"""Cases whose facts are not those that their last turn counted: 1, 2, 3 ... without a gap."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from storage.engine.database import Reader
from storage.engine.tables import cases, facts

_MOST = 20


async def gaps(db: Reader) -> list[str]:
    """The numbers of such cases, the first twenty."""
    f = facts.c
    held = (
        select(f.case_number, func.count().label("many"), func.max(f.seq).label("last"))
        .group_by(f.case_number)
        .subquery()
    )
    wrong = or_(held.c.many.is_(None), held.c.many != cases.c.facts, held.c.last != cases.c.facts)
    wanted = (
        select(cases.c.number).outerjoin(held, held.c.case_number == cases.c.number).where(wrong, cases.c.facts > 0)
    )
    async with db.read() as connection:
        return list(await connection.scalars(wanted.order_by(cases.c.number).limit(_MOST)))
