"""The director's approvals: open visits with all that is on record of them, level 3, and overdue cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from desk.desk import Desk
from desk.reading.visits import VisitRecord, visit_record
from policy.case.case import Level, Status
from policy.visit.visit import PENDING, UNDER_WAY, VisitStep
from storage.case import views
from storage.case.views import CaseFilter, CaseRow
from storage.engine.database import Reader
from storage.people import agents, contacts, customers
from storage.visit.open_visits import with_visit_at

_LIVING = (Status.NEW, Status.IN_PROGRESS, Status.WAITING_CUSTOMER)
_MOST = 100


@dataclass(frozen=True, kw_only=True)
class OpenVisit:
    """A case with a visit that is still open, and all that is on record of it.

    `due_at` is the limit of what comes next, the customer's answer to expenses above the quote before others. `names`
    are people's, by their ids.
    """

    row: CaseRow
    customer: str
    record: VisitRecord
    due_at: datetime | None
    names: Mapping[str, str]


@dataclass(frozen=True)
class NamedCase:
    """A case, with its customer's name."""

    row: CaseRow
    customer: str


@dataclass(frozen=True, kw_only=True)
class Approvals:
    """Of each at most a hundred: visits to be approved, other open ones, cases at level 3, overdue cases."""

    requested: Sequence[OpenVisit]
    others: Sequence[OpenVisit]
    level_3: Sequence[NamedCase]
    overdue: Sequence[NamedCase]


async def read(desk: Desk) -> Approvals:
    """All of it as one state of the database."""
    level_3 = CaseFilter(status=_LIVING, level=Level.DIRECTOR, sort="next_due")
    overdue = CaseFilter(overdue=True, sort="next_due")
    async with desk.database.snapshot() as db:
        names = _Names(db)
        requested = await with_visit_at(db, (VisitStep.REQUESTED,), limit=_MOST)
        others = await with_visit_at(db, (PENDING | UNDER_WAY) - {VisitStep.REQUESTED}, limit=_MOST)
        return Approvals(
            requested=[await _open_visit(db, number, names) for number in requested],
            others=[await _open_visit(db, number, names) for number in others],
            level_3=[await names.named(row) for row in (await views.cases(db, level_3, limit=_MOST)).items],
            overdue=[await names.named(row) for row in (await views.cases(db, overdue, limit=_MOST)).items],
        )


@dataclass(frozen=True)
class _Names:
    """What customers and people are called, each asked for once."""

    db: Reader
    customers: dict[str, str] = field(default_factory=dict)
    people: dict[str, dict[str, str]] = field(default_factory=dict)

    async def named(self, row: CaseRow) -> NamedCase:
        return NamedCase(row, await self.customer(row.case.customer_id))

    async def customer(self, customer_id: str) -> str:
        if customer_id not in self.customers:
            found = await customers.get(self.db, customer_id)
            self.customers[customer_id] = found.name if found else customer_id
        return self.customers[customer_id]

    async def at_customer(self, customer_id: str) -> Mapping[str, str]:
        """Agents, and the customer's contacts."""
        if customer_id not in self.people:
            ours = {each.id: each.name for each in await agents.listing(self.db)}
            theirs = {each.id: each.name for each in await contacts.roster(self.db, customer_id)}
            self.people[customer_id] = ours | theirs
        return self.people[customer_id]


async def _open_visit(db: Reader, number: str, names: _Names) -> OpenVisit:
    row, terms = await views.case(db, number), await views.terms(db, number)
    assert row is not None
    assert terms is not None
    visit = row.case.visit
    assert visit is not None
    term = visit.excess or visit.term
    return OpenVisit(
        row=row,
        customer=await names.customer(row.case.customer_id),
        record=visit_record(visit, await views.timeline(db, number), terms.channels),
        due_at=term.due_at if term else None,
        names=await names.at_customer(row.case.customer_id),
    )
