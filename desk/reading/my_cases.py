"""A customer's cases: the open ones by what is due next, then what is solved and closed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.desk import Desk
from desk.problems import own_cursor
from desk.reading.countdowns import Countdown, countdowns, hours_at
from policy.case.case import Status, WaitingFor
from storage.case import views
from storage.case.hours import hours_of
from storage.case.views import CaseFilter, CaseRow
from storage.engine.database import Reader
from storage.engine.paging import Page
from storage.people import agents

_OPEN = (Status.NEW, Status.IN_PROGRESS, Status.WAITING_CUSTOMER, Status.HELD)
_DONE = (Status.RESOLVED, Status.CLOSED)
_OPEN_AT_ONCE, _DONE_AT_ONCE = 50, 20


@dataclass(frozen=True, kw_only=True)
class MyCasesAsked:
    """Whose cases, the words that they hold (None: any), and from which places of both lists on.

    `missed`: whether any promise of theirs was ever broken (ESC-6).
    """

    customer_id: str
    q: str | None = None
    missed: bool | None = None
    going_from: str | None = None
    over_from: str | None = None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A case as the list shows it, with the clock that is due next. `resumes_at`: when the hours open again."""

    row: CaseRow
    clock: Countdown | None
    waiting_for: WaitingFor | None
    resumes_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class MyCases:
    """Both lists as of `at`. `names` are agents', by id; `mark` is another word for every other list."""

    at: datetime
    going: Sequence[Listed]
    going_next: str | None
    over: Sequence[CaseRow]
    over_next: str | None
    names: Mapping[str, str]

    @property
    def mark(self) -> str:
        said = [(each.row.number, each.row.case.turn, each.resumes_at) for each in self.going]
        said += [(row.number, row.case.turn, None) for row in self.over]
        return hashlib.sha256(repr((said, self.going_next, self.over_next)).encode()).hexdigest()[:24]


async def read_my_cases(desk: Desk, asked: MyCasesAsked) -> MyCases:
    """A customer's cases, in one transaction. InvalidCursor."""
    at, mine = desk.clock(), {"customer_id": asked.customer_id, "q": asked.q, "missed": asked.missed}
    async with desk.database.snapshot() as db:
        with own_cursor():
            going = await _cases(db, _OPEN_AT_ONCE, asked.going_from, status=_OPEN, sort="next_due", **mine)
            over = await _cases(db, _DONE_AT_ONCE, asked.over_from, status=_DONE, sort="-opened_at", **mine)
        return MyCases(
            at=at,
            going=await _listed(db, going.items, at=at),
            going_next=going.next_cursor,
            over=over.items,
            over_next=over.next_cursor,
            names={each.id: each.name for each in await agents.listing(db)},
        )


async def _cases(db: Reader, limit: int, cursor: str | None, **wanted: Any) -> Page[CaseRow]:
    return await views.cases(db, CaseFilter(**wanted), limit=limit, cursor=cursor)


async def _listed(db: Reader, rows: Sequence[CaseRow], *, at: datetime) -> list[Listed]:
    hours = await hours_of(db, [row.number for row in rows])
    found = []
    for row in rows:
        now = max(at, row.case.last_at)
        its = hours_at(hours[row.number], now)
        clocks = countdowns(row.case, its, at=now)
        found.append(
            Listed(
                row=row,
                clock=next(iter(clocks), None),
                waiting_for=row.case.waiting_for,
                resumes_at=None if its.is_open else its.changes_at,
            )
        )
    return found
