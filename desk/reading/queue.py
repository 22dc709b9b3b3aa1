"""The agents' queue: its rows with what each says of its promise, and what its filters choose from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.access import only_visible
from desk.desk import Desk
from desk.problems import own_cursor
from desk.reading.countdowns import Countdown, Hours, countdowns, hours_at, waits_until
from policy.case.case import WORKED_ON, Level, Role
from storage.case import queue, views
from storage.case.hours import hours_of
from storage.case.views import CaseFilter, CaseRow, Words
from storage.engine.database import Reader
from storage.people import agents
from storage.people.agents import Agent
from storage.signing_in.tokens import Principal
from storage.workbench import looks, saved_views, tags
from storage.workbench.saved_views import SavedView

AT_ONCE = 50
SOON = timedelta(hours=1)
"""What ends within this time is about to."""
COUNTED = 500
"""Counting ends here: one more means that there are more."""
MOST_LISTED = 5_000
"""Cases in a file, at most."""
_CUSTOMERS, _TAKEN_AT_ONCE = 300, 200


@dataclass(frozen=True, kw_only=True)
class QueueAsked:
    """Which cases, from which place of the list on (None: from the first), and whether to count them.

    `account_id` is whose unread ones are told apart.
    """

    wanted: CaseFilter
    account_id: str
    cursor: str | None = None
    counts: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """A case as the queue lists it.

    `clock` is the promise that is due next, or stands; `answered`: the customer had the last word, and `unread` that
    the reader has not seen it. `resumes_at` is when closed hours open again, or by when a pause ends at the latest.
    """

    row: CaseRow
    at: datetime
    clock: Countdown | None = None
    answered: bool = False
    unread: bool = False
    resumes_at: datetime | None = None
    tags: Sequence[str] = ()

    @property
    def state(self) -> str:
        """What its colour says: that its promise is broken, as lateness.py counts it, or stands still."""
        if self.row.is_late(self.at):
            return "late"
        return "due" if self.row.next_due_at else "still"


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """A page of the queue as of `at`. `customers` are the names of the rows' own, by id.

    `how_many` pass the filter, up to COUNTED + 1; None where nobody asked, or all words that are sought are common.
    `soon`: how many of the whole desk's end within the hour, counted as far. `views`: the looks that the reader has.
    """

    at: datetime
    rows: Sequence[Row]
    next_cursor: str | None
    how_many: int | None
    soon: int
    agents: Sequence[Agent]
    customers: Mapping[str, str]
    views: Sequence[SavedView]


@dataclass(frozen=True, kw_only=True)
class QueueChoices:
    """What one chooses from beside the rows: customers by id and name, and tags."""

    customers: Sequence[tuple[str, str]]
    tags: Sequence[str]


async def read_queue(desk: Desk, principal: Principal, asked: QueueAsked) -> QueuePage:
    """A page of the queue, in one transaction. InvalidCursor."""
    async with desk.database.snapshot() as db:
        return await _page(db, principal, asked, at=desk.clock())


async def read_queue_and_choices(desk: Desk, principal: Principal, asked: QueueAsked) -> tuple[QueuePage, QueueChoices]:
    """The same with all that one can choose from; the customer that is asked for is always among them."""
    async with desk.database.snapshot() as db:
        page = await _page(db, principal, asked, at=desk.clock())
        customers = list(await queue.customers_by_name(db, limit=_CUSTOMERS))
        chosen = asked.wanted.customer_id
        if chosen and chosen not in dict(customers):
            customers += (await queue.customer_names(db, [chosen])).items()
        return page, QueueChoices(customers=customers, tags=await tags.known(db))


def looked_for(principal: Principal, wanted: CaseFilter) -> CaseFilter:
    """The filter as it is asked for whoever serves customers."""
    found = only_visible(principal, wanted)
    assert found is not None, "who serves customers sees all of them"
    return found


async def how_many(db: Reader, wanted: CaseFilter, *, at_most: int) -> int | None:
    """How many cases pass, up to so many; None where all words that are sought are common: that takes long."""
    common = await views.common_in(db, wanted)
    if views.only_common(wanted, common):
        return None
    return await views.how_many(db, wanted, at_most=at_most, common=common)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A whole list as of `at`, or its first MOST_LISTED cases where `are_more`; names by id."""

    at: datetime
    rows: Sequence[CaseRow]
    are_more: bool
    customers: Mapping[str, str]
    agents: Mapping[str, str]


async def read_whole_queue(desk: Desk, principal: Principal, asked: CaseFilter) -> Listed:
    """All cases that pass the filter, in one transaction."""
    wanted = looked_for(principal, asked)
    rows: list[CaseRow] = []
    async with desk.database.snapshot() as db:
        words, cursor = Words(common=await views.common_in(db, wanted)), None
        while len(rows) < MOST_LISTED:
            found = await views.cases(db, wanted, limit=_TAKEN_AT_ONCE, cursor=cursor, words=words)
            rows += found.items
            if (cursor := found.next_cursor) is None:
                break
        return Listed(
            at=desk.clock(),
            rows=rows,
            are_more=cursor is not None,
            customers=await queue.customer_names(db, {row.case.customer_id for row in rows}),
            agents={each.id: each.name for each in await agents.listing(db)},
        )


async def _page(db: Reader, principal: Principal, asked: QueueAsked, *, at: datetime) -> QueuePage:
    wanted = looked_for(principal, asked.wanted)
    common = await views.common_in(db, wanted)
    with own_cursor():
        found = await views.cases(db, wanted, limit=AT_ONCE, cursor=asked.cursor, words=Words(common=common))
    counts = asked.counts and not views.only_common(wanted, common)
    return QueuePage(
        at=at,
        rows=await _rows(db, found.items, asked.account_id, at=at),
        next_cursor=found.next_cursor,
        how_many=await views.how_many(db, wanted, at_most=COUNTED + 1, common=common) if counts else None,
        soon=await views.how_many(db, CaseFilter(due_after=at, due_before=at + SOON), at_most=COUNTED + 1),
        agents=await agents.listing(db),
        customers=await queue.customer_names(db, {row.case.customer_id for row in found.items}),
        views=await saved_views.of_account(db, asked.account_id, levels=_whose_views(principal)),
    )


def _whose_views(principal: Principal) -> Collection[Level]:
    """The levels whose shared views somebody has: a director those of every one, to remove them."""
    return tuple(Level) if principal.actor.role is Role.DIRECTOR else principal.actor.levels


async def _rows(db: Reader, found: Sequence[CaseRow], account_id: str, *, at: datetime) -> list[Row]:
    """The rows of these cases. Their hours are asked for at once, and each distinct calendar is looked into once."""
    hours = await hours_of(db, [row.number for row in found if row.case.level_clock])
    distinct = {id(calendar): calendar for calendar in hours.values()}
    now = {each: hours_at(calendar, at) for each, calendar in distinct.items()}
    words = {row.number: row.answered_seq for row in found if row.answered_seq and row.case.status in WORKED_ON}
    seen = await looks.of_account(db, account_id, list(words))
    tagged = await tags.of_cases(db, [row.number for row in found])
    return [
        replace(
            _row(row, now[id(hours[row.number])] if row.number in hours else None, at=at),
            answered=row.number in words,
            unread=words.get(row.number, 0) > seen.get(row.number, 0),
            tags=tagged.get(row.number, ()),
        )
        for row in found
    ]


def _row(row: CaseRow, hours: Hours | None, *, at: datetime) -> Row:
    clock = next(iter(countdowns(row.case, hours, at=at)), None) if hours else None
    if row.next_due_at is None:
        return Row(row=row, at=at, clock=clock, resumes_at=waits_until(row.case))
    return Row(row=row, at=at, clock=clock, resumes_at=hours.changes_at if hours and not hours.is_open else None)
