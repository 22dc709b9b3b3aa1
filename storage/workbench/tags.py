"""The desk's own words about cases, by which it finds them again: open ones and closed ones.

They are no facts: no promise and no state of a case depends on them, the customer never sees them, and a closed case,
whose workflow has ended, can still be given one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from policy.case.refusals import Refusal
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import case_tags

MOST = 10
"""How many one case has."""

_KNOWN = 200


class TooManyTags(Refusal):
    """Labels that are too many to tell cases apart."""

    message = "A case has {most} tags at most. Remove one first."


async def of_case(db: Reader, number: str) -> Sequence[str]:
    """A case's tags, by name."""
    wanted = select(case_tags.c.tag).where(case_tags.c.case_number == number).order_by(case_tags.c.tag)
    async with db.read() as connection:
        return list(await connection.scalars(wanted))


async def of_cases(db: Reader, numbers: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The tags of these cases, by number; those without any are missing."""
    t = case_tags.c
    wanted = select(t.case_number, t.tag).where(t.case_number.in_(numbers)).order_by(t.case_number, t.tag)
    found: dict[str, list[str]] = {}
    async with db.read() as connection:
        for number, tag in await connection.execute(wanted):
            found.setdefault(number, []).append(tag)
    return found


async def known(db: Reader) -> Sequence[str]:
    """The tags that cases have, those of the most cases first."""
    t = case_tags.c.tag
    wanted = select(t).group_by(t).order_by(func.count().desc(), t).limit(_KNOWN)
    async with db.read() as connection:
        return list(await connection.scalars(wanted))


async def beginning(db: Reader, words: str, *, limit: int) -> Sequence[tuple[str, int]]:
    """The tags that begin so, each with how many cases have it, those of the most cases first."""
    t = case_tags.c.tag
    count = func.count()
    wanted = select(t, count).where(t.startswith(words, autoescape=True)).group_by(t).order_by(count.desc(), t)
    async with db.read() as connection:
        return [(tag, cases) for tag, cases in await connection.execute(wanted.limit(limit))]


async def put(db: Database, number: str, tag: str, *, account_id: str, at: datetime) -> None:
    """Give a case a tag; one that it has stays whose it was. Raises TooManyTags."""
    row = {"case_number": number, "tag": tag, "account_id": account_id, "at": at}
    async with db.write() as connection:
        others = select(func.count()).where(case_tags.c.case_number == number, case_tags.c.tag != tag)
        if (await connection.scalar(others) or 0) >= MOST:
            raise TooManyTags(most=MOST)
        await connection.execute(insert(connection, case_tags).values(**row).on_conflict_do_nothing())


async def remove(db: Database, number: str, tag: str) -> None:
    """Take a tag off a case; one that it has not changes nothing."""
    its = (case_tags.c.case_number == number, case_tags.c.tag == tag)
    async with db.write() as connection:
        await connection.execute(delete(case_tags).where(*its))
