"""The way back from a case to those that were closed because they repeat it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from policy.case.case import ClosingReason
from storage.engine.database import Reader
from storage.engine.tables import cases


async def of_case(db: Reader, number: str, *, customer_id: str) -> Sequence[str]:
    """The numbers of a case's duplicates, which are the same customer's."""
    c = cases.c
    its = (c.customer_id == customer_id, c.closing_reason == ClosingReason.DUPLICATE)
    wanted = select(c.number).where(*its, c.state["duplicate_of"].as_string() == number).order_by(c.number)
    async with db.read() as connection:
        return list(await connection.scalars(wanted))
