"""Commercial's work: held cases and what each lacks, covers that end soon, and contracts that are not paid.

Each line says which act solves it: a payment, a renewal, or another contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from desk.desk import Desk
from policy.case.case import Plan, Status
from policy.cover.cover import warranty_ends_on
from policy.time.calendar import Calendar
from storage.case import queue, views
from storage.case.views import CaseFilter, CaseRow
from storage.cover import contracts, portfolio, solutions
from storage.cover.contracts import Contract
from storage.cover.solutions import Solution
from storage.engine.database import Reader
from storage.terms.terms import bogota_date, preview_terms

_MOST_HELD = 100
_DAY = timedelta(days=1)


class Lacks(StrEnum):
    """What a case without cover waits for (WAR-2, WAR-3)."""

    PAYMENT = "payment"
    """A contract of these days is not paid."""
    RENEWAL = "renewal"
    """The last contract is over."""
    START = "start"
    """A contract is paid and has not begun."""
    CONTRACT = "contract"
    """The warranty is over, or there was none, and there was never a contract that could be renewed."""


class Act(StrEnum):
    """What commercial can do about it."""

    PAY = "pay"
    RENEW = "renew"
    REGISTER = "register"


_SOLVED_BY: Mapping[Lacks, Act | None] = {
    Lacks.PAYMENT: Act.PAY,
    Lacks.RENEWAL: Act.RENEW,
    Lacks.START: None,
    Lacks.CONTRACT: Act.REGISTER,
}


@dataclass(frozen=True, kw_only=True)
class Held:
    """A held case, what it lacks, and the contract that this is about, if it is about one.

    `days_left`: business days until it closes by itself; `used`: how much of that time has passed, in hundredths.
    """

    row: CaseRow
    customer: str
    lacks: Lacks
    contract: Contract | None
    had_warranty: bool
    closes_at: datetime
    days_left: int
    used: int

    @property
    def act(self) -> Act | None:
        return _SOLVED_BY[self.lacks]


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A cover that ends within the days of `CommercialHome`: a contract, or a solution's warranty.

    `days_left` after today; a warranty is gone on by a contract.
    """

    customer_id: str
    customer: str
    ends_on: date
    days_left: int
    open_cases: int
    contract: Contract | None = None
    solution: Solution | None = None

    @property
    def act(self) -> Act:
        return Act.RENEW if self.contract else Act.REGISTER


@dataclass(frozen=True, kw_only=True)
class Unpaid:
    """A contract that is not over and not paid whole; `covers`: some of its days are paid, and today is one of them."""

    contract: Contract
    customer: str
    covers: bool


@dataclass(frozen=True, kw_only=True)
class CommercialHome:
    """All of it as of a day. `within_days`: what counts as soon, which is when an end is first announced (WAR-5)."""

    held: Sequence[Held]
    ending: Sequence[Ending]
    unpaid: Sequence[Unpaid]
    customers: int
    covered: Mapping[Plan, int]
    within_days: int


async def read_commercial(desk: Desk, *, at: datetime) -> CommercialHome:
    """As one state of the database; held cases by when they close, the rest by when it ends."""
    today = bogota_date(at)
    within = max(desk.policy.cover_end_announced_days_before, default=0)
    async with desk.database.snapshot() as db:
        covered = await portfolio.covered(db, today)
        unpaid = await portfolio.unpaid(db, today)
        names = await _names(db, (each.customer_id for each in unpaid))
        return CommercialHome(
            held=await _held(desk, db, at=at),
            ending=await _ending(desk, db, today, today + timedelta(days=within)),
            unpaid=[
                Unpaid(contract=each, customer=names[each.customer_id], covers=each.cover.covers(today))
                for each in unpaid
            ],
            customers=covered.customers,
            covered=covered.by_plan,
            within_days=within,
        )


async def _names(db: Reader, customer_ids: Iterable[str]) -> Mapping[str, str]:
    """What these customers are called."""
    ids = set(customer_ids)
    return dict(zip(ids, ids, strict=True)) | await queue.customer_names(db, ids)


# -- held cases -------------------------------------------------------------------------------------------------------


async def _held(desk: Desk, db: Reader, *, at: datetime) -> list[Held]:
    rows = (await views.cases(db, CaseFilter(status=(Status.HELD,), sort="next_due"), limit=_MOST_HELD)).items
    if not rows:
        return []
    plan = next(iter(desk.policy.plans))
    terms = preview_terms(desk.policy, plan, at=at - timedelta(days=60))
    ids = {row.case.customer_id for row in rows}
    known = _Known(
        names=await _names(db, ids),
        contracts=await contracts.of_customers(db, ids),
        solutions=await solutions.some(db, (row.case.solution_id for row in rows)),
    )
    found = [_held_case(known, row, terms.business_days, terms.held_for_business_days, at=at) for row in rows]
    return sorted(found, key=lambda each: each.closes_at)


@dataclass(frozen=True)
class _Known:
    """The customers of some cases by their ids, and these cases' solutions."""

    names: Mapping[str, str]
    contracts: Mapping[str, Sequence[Contract]]
    solutions: Mapping[str, Solution]


def _held_case(known: _Known, row: CaseRow, days: Calendar, whole: int, *, at: datetime) -> Held:
    closes_at, today = row.case.held_until or at, bogota_date(at)
    left = len({day for _, _, day in days.open_stretches(at, closes_at) if day > today}) if closes_at > at else 0
    solution = known.solutions.get(row.case.solution_id)
    lacks, contract = what_is_lacking(known.contracts[row.case.customer_id], on=today)
    return Held(
        row=row,
        customer=known.names[row.case.customer_id],
        lacks=lacks,
        contract=contract,
        had_warranty=bool(solution and solution.accepted_on),
        closes_at=closes_at,
        days_left=left,
        used=max(0, min(100, 100 - 100 * left // whole)) if whole else 100,
    )


def what_is_lacking(of_customer: Sequence[Contract], *, on: date) -> tuple[Lacks, Contract | None]:
    """What a customer without cover on a day lacks, by their contracts in the order of their days; and of which."""
    owed = next((each for each in of_customer if not each.paid and each.ends_on >= on), None)
    if owed:
        return Lacks.PAYMENT, owed
    to_come = next((each for each in of_customer if each.starts_on > on), None)
    if to_come:
        return Lacks.START, to_come
    return (Lacks.RENEWAL, of_customer[-1]) if of_customer else (Lacks.CONTRACT, None)


# -- covers that end --------------------------------------------------------------------------------------------------


async def _ending(desk: Desk, db: Reader, since: date, until: date) -> list[Ending]:
    agreed = await portfolio.ending(db, since, until)
    warranties = await _warranties(desk, db, since, until)
    covers: list[tuple[Contract | Solution, date]] = [(each, each.ends_on) for each in agreed]
    covers += warranties
    counts = await portfolio.open_cases(db, [each.customer_id for each, _ in covers])
    names = await _names(db, (each.customer_id for each, _ in covers))
    found = [
        Ending(
            customer_id=each.customer_id,
            customer=names[each.customer_id],
            ends_on=ends_on,
            days_left=(ends_on - since).days,
            open_cases=counts.get(each.customer_id, 0),
            contract=each if isinstance(each, Contract) else None,
            solution=each if isinstance(each, Solution) else None,
        )
        for each, ends_on in covers
    ]
    return sorted(found, key=lambda each: each.ends_on)


async def _warranties(desk: Desk, db: Reader, since: date, until: date) -> list[tuple[Solution, date]]:
    """The warranties that end within these days, with their last day; where no contract goes on after it."""
    months = desk.policy.warranty_months
    first = since - timedelta(days=31 * (months + 1))
    ends = [
        (each, warranty_ends_on(each.accepted_on, months=months))
        for each in await portfolio.accepted(db, first, until)
        if each.accepted_on is not None
    ]
    found = [(each, ends_on) for each, ends_on in ends if since <= ends_on <= until]
    theirs = await contracts.of_customers(db, {each.customer_id for each, _ in found})
    return [
        (each, ends_on)
        for each, ends_on in found
        if not any(agreed.cover.covers(ends_on + _DAY) for agreed in theirs[each.customer_id])
    ]
