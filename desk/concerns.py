"""The concerns of those who work on cases: what they have seen of each, and what they are told at their screen.

Somebody who stands in for others is told of what concerns those as well (ESC-17).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from desk.access import decides
from desk.desk import Desk
from desk.problems import own_cursor
from policy.case.case import Role
from policy.visit.visit import VisitStep
from storage.case import chats, queue
from storage.engine.database import Reader
from storage.engine.paging import Page
from storage.signing_in.tokens import Principal
from storage.visit import open_visits
from storage.workbench import concerns, looks
from storage.workbench.concerns import ConcernRow, Unread
from storage.workbench.looks import Look

WORKERS = (Role.AGENT, Role.DIRECTOR)
_AT_ONCE = 50


def told(principal: Principal) -> frozenset[str]:
    """Whose concerns are this person's; nobody's, for who works on no case."""
    if principal.actor.role not in WORKERS:
        return frozenset()
    return frozenset({principal.actor.id, *(each.id for each in principal.stands_in_for)})


async def saw(desk: Desk, principal: Principal, look: Look, *, at: datetime) -> None:
    """Note that somebody has a case before them: what concerned them there is read."""
    await looks.looked(desk.database, look, at=at)
    people = told(principal)
    if people and (await concerns.unread(desk.database, people)).count:
        await concerns.read(desk.database, people, at=at, number=look.case_number)


async def listing(desk: Desk, principal: Principal, cursor: str | None) -> Page[ConcernRow]:
    """A page of what concerns somebody, the newest first. InvalidCursor."""
    with own_cursor():
        return await concerns.listing(desk.database, told(principal), limit=_AT_ONCE, cursor=cursor)


async def unread(desk: Desk, principal: Principal, *, at: datetime) -> Unread:
    """How much of it they have not read, counted up to `concerns.MOST` + 1, and what waits for anybody."""
    people = told(principal)
    if not people:
        return Unread()
    async with desk.database.snapshot() as db:
        found = await concerns.unread(db, people)
        return replace(
            found,
            chats=len(await chats.waiting(db)),
            late=await queue.how_many_late(db, at=at),
            visits=await to_approve(db) if decides(principal) else 0,
        )


async def to_approve(db: Reader) -> int:
    """How many visits wait for an approval."""
    return await open_visits.how_many_at(db, (VisitStep.REQUESTED,))


async def read_all(desk: Desk, principal: Principal, *, up_to: int, at: datetime) -> None:
    """Note that they have read all that they were shown: up to an id."""
    await concerns.read(desk.database, told(principal), at=at, up_to=up_to)
