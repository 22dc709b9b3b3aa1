"""The ratings of cases by the customers' contacts: one for each case, which may be changed for a while."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from storage.engine.database import Database, Reader, insert
from storage.engine.prepared import Prepared
from storage.engine.tables import ratings


@dataclass(frozen=True, kw_only=True)
class Rating:
    """From 1 (bad) to 5 (excellent), with words if there are any; who gave it last, and when."""

    case_number: str
    score: int
    comment: str
    contact_id: str
    at: datetime


async def rate(db: Database, rating: Rating) -> None:
    """Put the case's rating."""
    said = {name: value for name, value in vars(rating).items() if name != "case_number"}
    async with db.write() as connection:
        put = insert(connection, ratings).values(**vars(rating))
        await connection.execute(put.on_conflict_do_update(index_elements=["case_number"], set_=said))


async def of_cases(db: Reader, numbers: Iterable[str]) -> dict[str, Rating]:
    """The ratings of those of these cases that have one."""
    async with db.read() as connection:
        rows = await _OF_CASES.rows(connection, numbers=list(numbers))
    return {row.case_number: Rating(**row._asdict()) for row in rows}


_OF_CASES = Prepared(select(ratings).where(ratings.c.case_number.in_(bindparam("numbers", expanding=True))))
