"""Presence at a case's page, and who is writing there: rows that open pages renew, and that expire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from storage.engine.database import Database, Reader, insert
from storage.engine.tables import presence

LASTS = timedelta(seconds=45)
"""How long a page that says nothing more is believed to be open: two of its heartbeats may be lost."""


@dataclass(frozen=True)
class Present:
    """Somebody at a case."""

    account_id: str
    name: str
    writing: bool


@dataclass(frozen=True, kw_only=True)
class OpenPage:
    """A case's page that somebody has open. `page` is the page's own id: each window has another."""

    case_number: str
    page: str
    account_id: str
    name: str
    writing: bool = False


async def here(db: Database, opened: OpenPage, *, at: datetime) -> None:
    """A page says that it is open, and what is not heard of any more is forgotten."""
    said = {"account_id": opened.account_id, "name": opened.name, "writing": opened.writing, "seen_at": at}
    async with db.write() as connection:
        await connection.execute(delete(presence).where(presence.c.seen_at < at - LASTS))
        page = _own(opened.account_id, opened.page)
        row = insert(connection, presence).values(case_number=opened.case_number, page=page, **said)
        await connection.execute(row.on_conflict_do_update(index_elements=["case_number", "page"], set_=said))


async def gone(db: Database, *, number: str, page: str, account_id: str) -> None:
    """A page was closed."""
    c = presence.c
    async with db.write() as connection:
        its = (c.case_number == number, c.page == _own(account_id, page))
        await connection.execute(delete(presence).where(*its))


def _own(account_id: str, page: str) -> str:
    """The id under which a page is kept: whoever learns another's page id has a page of their own by it."""
    return f"{account_id}/{page}"


async def at_cases(db: Reader, numbers: Iterable[str], *, at: datetime) -> dict[str, Sequence[Present]]:
    """Who is at each of these cases: one entry a person, who writes where any of their pages does."""
    c = presence.c
    wanted = select(c.case_number, c.account_id, c.name, c.writing).where(
        c.case_number.in_(list(numbers)), c.seen_at >= at - LASTS
    )
    found: dict[str, dict[str, Present]] = {}
    async with db.read() as connection:
        for row in await connection.execute(wanted.order_by(c.name, c.account_id)):
            people = found.setdefault(row.case_number, {})
            writes = row.writing or (row.account_id in people and people[row.account_id].writing)
            people[row.account_id] = Present(row.account_id, row.name, writes)
    return {number: tuple(people.values()) for number, people in found.items()}
