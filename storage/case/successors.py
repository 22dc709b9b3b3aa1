"""The successors of a closed case: each that its customer's mail to it has opened since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from policy.case.facts import CaseOpened
from storage.case import duplicates, views
from storage.engine.database import Reader
from storage.engine.tables import cases

_LONGEST_WAY = 50


async def of_cases(db: Reader, numbers: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """The cases that go on from each of these, by its number, the oldest first; one that none follows is missing."""
    if not (wanted := list(numbers)):
        return {}
    c = cases.c
    asked = select(c.follows, c.number).where(c.follows.in_(wanted)).order_by(c.opened_at, c.number)
    found: dict[str, tuple[str, ...]] = {}
    async with db.read() as connection:
        for follows, number in await connection.execute(asked):
            found[follows] = (*found.get(follows, ()), number)
    return found


async def opened_with(db: Reader, number: str) -> str | None:
    """The id of the description that a case was opened with: it says whose opening it was. None: not recorded yet."""
    rows = await views.timeline(db, number, limit=1)
    opened = rows[0].fact if rows else None
    return opened.description.content_id if isinstance(opened, CaseOpened) else None


async def goes_on_in(db: Reader, number: str) -> str:
    """Where what is written to a case belongs by now: what it repeats (ESC-18), and the last that went on from it."""
    for _ in range(_LONGEST_WAY):
        last = await duplicates.last_of(db, number)
        place = last.number if last else number
        following = (await of_cases(db, [place])).get(place)
        if following is None:
            return place
        number = following[-1]
    return number
