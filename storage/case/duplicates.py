"""Chains of duplicates: which cases a case repeats, which repeat it, and where each goes on (ESC-18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case import duplicates
from policy.case.case import ClosingReason, Status
from policy.case.duplicates import GoesOnIn
from storage.engine.database import Reader
from storage.engine.tables import cases

_of = cases.c.state["duplicate_of"].as_string().label("of")


async def of_case(db: Reader, number: str, *, customer_id: str) -> Sequence[str]:
    """The numbers of a case's duplicates, which are the same customer's."""
    c = cases.c
    its = (c.customer_id == customer_id, c.closing_reason == ClosingReason.DUPLICATE)
    wanted = select(c.number).where(*its, _of == number).order_by(c.number)
    async with db.read() as connection:
        return list(await connection.scalars(wanted))


async def last_of(db: Reader, number: str) -> GoesOnIn | None:
    """The end of a case's chain of duplicates, itself where it is none; None where it is not recorded."""
    async with db.read() as connection:
        return (await _ends(connection, [number])).get(number)


async def go_on_in(db: Reader, numbers: Iterable[str]) -> Mapping[str, str]:
    """Where each of these cases goes on by now, by number; one that is not recorded is missing."""
    if not (wanted := list(numbers)):
        return {}
    async with db.read() as connection:
        return {number: last.number for number, last in (await _ends(connection, wanted)).items()}


async def hold(connection: AsyncConnection, numbers: Iterable[str]) -> None:
    """Keep others from changing these cases until the transaction ends; always in one order, so that none waits for
    another that waits for it. SQLite has one writer at a time.
    """
    c = cases.c
    await connection.execute(select(c.number).where(c.number.in_(numbers)).order_by(c.number).with_for_update())


async def check(connection: AsyncConnection, number: str, of: str) -> None:
    """Refuse what `policy` refuses of the chain as it is now."""
    last = (await _ends(connection, [of])).get(of)
    duplicates.check(number, of, last or GoesOnIn(of, Status.CLOSED))


async def _ends(connection: AsyncConnection, numbers: Sequence[str]) -> dict[str, GoesOnIn]:
    """The ends of their chains, a step for all of them at a time. Old circles end where they close."""
    c = cases.c
    found: dict[str, GoesOnIn] = {}
    at = {number: number for number in numbers}
    passed: dict[str, set[str]] = {number: {number} for number in numbers}
    while at:
        wanted = select(c.number, c.status, c.closing_reason, _of).where(c.number.in_(set(at.values())))
        known = {row.number: row for row in await connection.execute(wanted)}
        following: dict[str, str] = {}
        for number, place in at.items():
            row = known.get(place)
            if row is None:
                continue
            found[number] = GoesOnIn(place, Status(row.status))
            if row.closing_reason == ClosingReason.DUPLICATE and row.of and row.of not in passed[number]:
                passed[number].add(row.of)
                following[number] = row.of
        at = following
    return found
