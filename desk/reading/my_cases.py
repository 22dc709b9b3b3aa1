"""A customer's cases: what waits for the customer first, then the open ones by what is due next, then the closed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from desk.desk import Desk
from desk.problems import own_cursor
from desk.reading.countdowns import Countdown, Hours, countdowns, hours_at
from policy.case.case import Case, Status, WaitingFor
from policy.case.facts import InformationRequested
from policy.visit.facts import VisitApproved, VisitRequested
from policy.visit.visit import Visit, VisitStep
from storage.case import views
from storage.case.hours import hours_of
from storage.case.views import CaseFilter, CaseRow, TimelineRow, Words
from storage.cover import contracts
from storage.cover.contracts import Contract
from storage.engine.database import Reader
from storage.engine.paging import Page
from storage.people import agents
from storage.workbench import looks

_BOGOTA = ZoneInfo("America/Bogota")
_WAITING = (Status.WAITING_CUSTOMER, Status.RESOLVED)
_OPEN = (Status.NEW, Status.IN_PROGRESS, Status.HELD)
_DONE = (Status.CLOSED,)
_OPEN_AT_ONCE, _DONE_AT_ONCE = 50, 20


@dataclass(frozen=True, kw_only=True)
class MyCasesAsked:
    """Whose cases, the words that they hold (None: any), and from which places of both lists on.

    `account_id` reads the list; `missed`: whether any promise of theirs was ever broken (ESC-6).
    """

    customer_id: str
    account_id: str
    q: str | None = None
    missed: bool | None = None
    going_from: str | None = None
    over_from: str | None = None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A case as the list shows it, with the clock that is due next. `resumes_at`: when the hours open again.

    `answered_at`: when it was replied to, where whoever reads the list has not opened it since.
    """

    row: CaseRow
    clock: Countdown | None
    resumes_at: datetime | None
    answered_at: datetime | None = None


class Wanted(StrEnum):
    """What a customer is wanted for."""

    ANSWER = "answer"
    QUOTE = "quote"
    EXCESS = "excess"
    DATE = "date"
    SIGNATURE = "signature"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One thing that waits for the customer: in which case, and until when it can; `who` asks it in which `words`.

    A quote has the words that it was approved with, and the `place` of its visit.
    """

    row: CaseRow
    wanted: Wanted
    until: datetime | None
    who: str = ""
    words: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class MyCases:
    """The lists as of `at`. `names` are agents', by id; `mark` is another word for every other list.

    `contracts` are those that cover today.

    `waiting` is all that waits for the customer, on the first page; both others go on from their places.
    """

    at: datetime
    waiting: Sequence[Waiting]
    going: Sequence[Listed]
    going_next: str | None
    over: Sequence[CaseRow]
    over_next: str | None
    names: Mapping[str, str]
    contracts: Sequence[Contract] = ()

    @property
    def mark(self) -> str:
        said = [(each.row.number, each.row.case.turn, each.resumes_at) for each in self.going]
        said += [(each.row.number, each.row.case.turn, each.until) for each in self.waiting]
        said += [(row.number, row.case.turn, None) for row in self.over]
        return hashlib.sha256(repr((said, self.going_next, self.over_next)).encode()).hexdigest()[:24]


async def read_my_cases(desk: Desk, asked: MyCasesAsked) -> MyCases:
    """A customer's cases, in one transaction. InvalidCursor."""
    at, mine = desk.clock(), CaseFilter(customer_id=asked.customer_id, q=asked.q, missed=asked.missed)
    async with desk.database.snapshot() as db:
        with own_cursor():
            lists = _Lists(db, mine, await views.words_of_lists(db, mine))
            waiting = await lists.page(_OPEN_AT_ONCE, None, status=_WAITING, sort="next_due")
            going = await lists.page(_OPEN_AT_ONCE, asked.going_from, status=_OPEN, sort="next_due")
            over = await lists.page(_DONE_AT_ONCE, asked.over_from, status=_DONE, sort="-opened_at")
        listed = await _listed(db, going.items, asked.account_id, at=at)
        names = {each.id: each.name for each in await agents.listing(db)}
        agreed = await contracts.of_customer(db, asked.customer_id)
        first = asked.going_from is None and asked.over_from is None
        return MyCases(
            at=at,
            waiting=await _waiting(db, [*waiting.items, *going.items], names) if first else (),
            going=listed,
            going_next=going.next_cursor,
            over=over.items,
            over_next=over.next_cursor,
            names=names,
            contracts=[each for each in agreed if each.cover.covers(at.astimezone(_BOGOTA).date())] if first else (),
        )


@dataclass(frozen=True)
class _Lists:
    """Lists of a customer's cases, and what is known of the words that all of them seek."""

    db: Reader
    wanted: CaseFilter
    words: Words

    async def page(self, limit: int, cursor: str | None, **more: Any) -> Page[CaseRow]:
        wanted = replace(self.wanted, **more)
        return await views.cases(self.db, wanted, limit=limit, cursor=cursor, words=self.words)


async def _waiting(db: Reader, rows: Sequence[CaseRow], names: Mapping[str, str]) -> list[Waiting]:
    """What these cases want of their customer, the soonest first."""
    wanted = [(row, each, until) for row in rows for each, until in wanted_in(row.case)]
    asked, quoted = ([row.number for row, each, _ in wanted if each is of] for of in (Wanted.ANSWER, Wanted.QUOTE))
    said = {
        Wanted.ANSWER: await views.last_of(db, InformationRequested.kind, asked),
        Wanted.QUOTE: await views.last_of(db, VisitApproved.kind, quoted),
    }
    requested = await views.last_of(db, VisitRequested.kind, quoted)
    found = []
    for row, each, until in wanted:
        its = said.get(each, {}).get(row.number)
        who = names.get(its.actor.id, its.actor.id) if its else ""
        words = " ".join(its.words.values()) if its else ""
        place = _place(requested.get(row.number)) if each is Wanted.QUOTE else ""
        found.append(Waiting(row=row, wanted=each, until=until, who=who, words=words, place=place))
    return sorted(found, key=lambda each: (each.until is None, each.until or each.row.case.opened_at))


def _place(requested: TimelineRow | None) -> str:
    fact = requested.fact if requested else None
    return requested.body(fact.place) if requested and isinstance(fact, VisitRequested) else ""


def wanted_in(case: Case) -> Iterator[tuple[Wanted, datetime | None]]:
    """What a case wants of its customer, and until when each can be given."""
    visit = case.visit
    if WaitingFor.INFORMATION in case.waits:
        yield Wanted.ANSWER, case.question.answer_by if case.question else None
    if visit and visit.excess:
        yield Wanted.EXCESS, visit.excess.due_at
    match visit.step if visit and visit.is_open else None:
        case VisitStep.QUOTED:
            yield Wanted.QUOTE, _ends(visit)
        case VisitStep.AGREED:
            yield Wanted.DATE, _ends(visit)
        case VisitStep.REPORTED:
            yield Wanted.SIGNATURE, _ends(visit)
    if case.status is Status.RESOLVED:
        yield Wanted.CONFIRMATION, case.reopen_until


def _ends(visit: Visit | None) -> datetime | None:
    return visit.term.due_at if visit and visit.term else None


async def _listed(db: Reader, rows: Sequence[CaseRow], account_id: str, *, at: datetime) -> list[Listed]:
    numbers = [row.number for row in rows]
    hours, replied = await hours_of(db, numbers), await views.replied_last(db, numbers)
    seen = await looks.of_account(db, account_id, list(replied))
    known: dict[tuple[int, datetime], Hours] = {}  # of each calendar at an instant: it is looked into once
    found = []
    for row in rows:
        calendar, now = hours[row.number], max(at, row.case.last_at)
        place = id(calendar), now
        if place not in known:
            known[place] = hours_at(calendar, now)
        its = known[place]
        clocks = countdowns(row.case, its, at=now)
        seq, answered_at = replied.get(row.number, (0, None))
        found.append(
            Listed(
                row=row,
                clock=next(iter(clocks), None),
                resumes_at=None if its.is_open else its.changes_at,
                answered_at=answered_at if seq > seen.get(row.number, 0) else None,
            )
        )
    return found
