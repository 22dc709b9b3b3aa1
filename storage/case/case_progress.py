"""The progress of cases: one small query for all that a watcher asks about many times a second."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select

from policy.case.case import Status
from storage.engine.database import Reader
from storage.engine.tables import cases, facts

_AT_ONCE = 500
_OVERTAKERS = 100  # how many turns may overtake one that is being committed


@dataclass(frozen=True)
class Progress:
    """A case's last fact, and whether none follows it."""

    facts: int
    closed: bool


async def progress_of(db: Reader, numbers: Iterable[str]) -> dict[str, Progress]:
    """How far these cases have come; what is not recorded yet is missing."""
    found: dict[str, Progress] = {}
    rest = iter(numbers)
    async with db.read() as connection:
        while some := list(islice(rest, _AT_ONCE)):
            rows = await connection.execute(
                select(cases.c.number, cases.c.facts, cases.c.status).where(cases.c.number.in_(some))
            )
            found |= {row.number: Progress(row.facts, row.status == Status.CLOSED) for row in rows}
    return found


async def desk_mark(db: Reader) -> str:
    """What is another text as soon as any case has had a turn.

    On PostgreSQL a turn may be committed after others that have later places; so the last ones are summed up, not only
    the latest looked at.
    """
    last = select(cases.c.change).order_by(cases.c.change.desc()).limit(_OVERTAKERS).subquery()
    async with db.read() as connection:
        latest, summed = (await connection.execute(select(func.max(last.c.change), func.sum(last.c.change)))).one()
    return f"{latest or 0}-{summed or 0}"


async def moved_since(db: Reader, mark: str) -> set[str]:
    """The customers whose cases had a turn since the desk had this mark; some among them had theirs shortly before."""
    latest = int(mark.partition("-")[0])
    wanted = select(cases.c.customer_id).where(cases.c.change > latest - _OVERTAKERS).distinct()
    async with db.read() as connection:
        return set(await connection.scalars(wanted))


async def customer_marks(db: Reader, customer_ids: Iterable[str]) -> dict[str, str]:
    """For each of these customers, what is another text as soon as a case of its own has had a turn, and never else.

    So it is made of its own cases' turns alone: the desk's places would tell how much others do. Each turn adds one to
    the sum, in whatever order they are committed.
    """
    wanted = list(customer_ids)
    turns = select(cases.c.customer_id, func.sum(cases.c.turn)).where(cases.c.customer_id.in_(wanted))
    async with db.read() as connection:
        summed = (await connection.execute(turns.group_by(cases.c.customer_id))).all()
    return dict.fromkeys(wanted, "0") | {customer_id: str(turns) for customer_id, turns in summed}


async def holds_command(db: Reader, number: str, command_id: str) -> bool:
    """Whether a turn that this command asked for is on record."""
    wanted = select(facts.c.seq).where(facts.c.case_number == number, facts.c.command_id == command_id).limit(1)
    async with db.read() as connection:
        return await connection.scalar(wanted) is not None
