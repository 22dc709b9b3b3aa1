"""The place of a visit on site, in the words that were deposited with its request."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from policy.visit.facts import VisitRequested
from storage.case import views
from storage.engine.database import Reader
from storage.engine.tables import facts


@dataclass(frozen=True)
class Site:
    """The municipality's name and the address, as they were written; empty where the words are gone."""

    place: str
    address: str


async def site(db: Reader, case_number: str, visit: int) -> Site | None:
    """Where visit number `visit` of the case goes; None where the case has no such visit."""
    c = facts.c
    requests = select(c.seq).where(c.case_number == case_number, c.kind == VisitRequested.kind).order_by(c.seq.desc())
    async with db.read() as connection:
        for seq in list(await connection.scalars(requests)):
            row = await views.fact(connection, case_number, seq)
            if row and isinstance(row.fact, VisitRequested) and row.fact.visit == visit:
                return Site(row.body(row.fact.place), row.body(row.fact.address))
    return None
