"""The director's approvals: open visits with all that is on record of them, level 3, and overdue cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from desk.desk import Desk
from desk.reading.visits import VisitRecord, visit_record
from policy.case.case import WORKED_ON, Level
from policy.visit.visit import PENDING, UNDER_WAY, VisitStep
from storage.case import queue, views
from storage.case.views import CaseFilter, CaseRow
from storage.engine.database import Reader
from storage.people import agents, contacts
from storage.visit.open_visits import with_visit_at

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
    level_3 = CaseFilter(status=WORKED_ON, level=Level.DIRECTOR, sort="next_due")
    overdue = CaseFilter(overdue=True, sort="next_due")
    async with desk.database.snapshot() as db:
        requested = await with_visit_at(db, (VisitStep.REQUESTED,), limit=_MOST)
        others = await with_visit_at(db, (PENDING | UNDER_WAY) - {VisitStep.REQUESTED}, limit=_MOST)
        visited = await views.some_cases(db, [*requested, *others])
        listed = [(await views.cases(db, each, limit=_MOST)).items for each in (level_3, overdue)]
        called = await queue.customer_names(db, {row.case.customer_id for row in chain(visited.values(), *listed)})
        names = _Names(db, called, {each.id: each.name for each in await agents.listing(db)})
        return Approvals(
            requested=[await _open_visit(db, visited[number], names) for number in requested],
            others=[await _open_visit(db, visited[number], names) for number in others],
            level_3=[NamedCase(row, called[row.case.customer_id]) for row in listed[0]],
            overdue=[NamedCase(row, called[row.case.customer_id]) for row in listed[1]],
        )


@dataclass(frozen=True)
class _Names:
    """What customers and agents are called; a customer's contacts are asked for once."""

    db: Reader
    customers: Mapping[str, str]
    agents: Mapping[str, str]
    people: dict[str, Mapping[str, str]] = field(default_factory=dict)

    async def at_customer(self, customer_id: str) -> Mapping[str, str]:
        """Agents, and the customer's contacts."""
        if customer_id not in self.people:
            theirs = {each.id: each.name for each in await contacts.roster(self.db, customer_id)}
            self.people[customer_id] = {**self.agents, **theirs}
        return self.people[customer_id]


async def _open_visit(db: Reader, row: CaseRow, names: _Names) -> OpenVisit:
    terms = await views.terms(db, row.number)
    assert terms is not None
    visit = row.case.visit
    assert visit is not None
    term = visit.excess or visit.term
    return OpenVisit(
        row=row,
        customer=names.customers[row.case.customer_id],
        record=visit_record(visit, await views.timeline(db, row.number), terms.channels),
        due_at=term.due_at if term else None,
        names=await names.at_customer(row.case.customer_id),
    )
