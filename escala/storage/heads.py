"""How far cases have come: what a watcher asks many times a second, in one small query for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select

from escala.policy.case import Status
from escala.storage.engine import Database
from escala.storage.tables import cases, facts

_AT_ONCE = 500

LOOK_BACK = 100
"""How many turns may overtake one that is being committed."""


@dataclass(frozen=True)
class Head:
    """A case's last fact, and whether none follows it."""

    facts: int
    closed: bool


async def heads(db: Database, numbers: Iterable[str]) -> dict[str, Head]:
    """The heads of these cases; what is not recorded yet is missing."""
    found: dict[str, Head] = {}
    rest = iter(numbers)
    async with db.read() as connection:
        while some := list(islice(rest, _AT_ONCE)):
            rows = await connection.execute(
                select(cases.c.number, cases.c.facts, cases.c.status).where(cases.c.number.in_(some))
            )
            found |= {row.number: Head(row.facts, row.status == Status.CLOSED) for row in rows}
    return found


async def last_change(db: Database) -> int:
    """The place of the last turn among all turns of the desk; 0 where there is none."""
    async with db.read() as connection:
        return await connection.scalar(select(func.max(cases.c.change))) or 0


async def changes(db: Database, after: int, *, limit: int = 500) -> dict[str, int]:
    """The cases that had a turn after that place, each with its last one's; those longest ago first, where limited.

    On PostgreSQL a turn may be committed after another that has a later place: whoever watches asks from a little
    before what it has seen (`LOOK_BACK`), and knows what it has seen already.
    """
    wanted = select(cases.c.number, cases.c.change).where(cases.c.change > after).order_by(cases.c.change).limit(limit)
    async with db.read() as connection:
        return {row.number: row.change for row in await connection.execute(wanted)}


async def holds_command(db: Database, number: str, command_id: str) -> bool:
    """Whether a turn that this command asked for is on record."""
    wanted = select(facts.c.seq).where(facts.c.case_number == number, facts.c.command_id == command_id).limit(1)
    async with db.read() as connection:
        return await connection.scalar(wanted) is not None
