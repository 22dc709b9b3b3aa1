"""What the director decides and watches: visits with the proof that they are needed, level 3, and overdue cases."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from api.visit.visit_record import VisitRecord, read_visit
from desk.desk import Desk
from policy.case.case import Level, Status
from policy.visit.visit import PENDING, UNDER_WAY, VisitStep
from portal.frame.deps import At, DeskDep
from portal.frame.pages import page
from portal.frame.session import Director, Visitor
from storage.case import views
from storage.case.views import CaseFilter, CaseRow
from storage.people import agents, contacts, customers
from storage.visit.open_visits import with_visit_at

router = APIRouter()

_LIVING = (Status.NEW, Status.IN_PROGRESS, Status.WAITING_CUSTOMER)
_MOST = 100


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A case with a visit that is still open, and all that is on record of it. `names` are people's."""

    row: CaseRow
    customer: str
    record: VisitRecord
    due_at: datetime | None
    names: dict[str, str]


@dataclass(frozen=True)
class Listed:
    """A case in a list, with its customer's name."""

    row: CaseRow
    customer: str


@router.get("/direccion/visitas")
async def show_visits(request: Request, visitor: Director, desk: DeskDep, at: At) -> Response:
    db = desk.database
    requested = await with_visit_at(db, (VisitStep.REQUESTED,), limit=_MOST)
    others = await with_visit_at(db, (PENDING | UNDER_WAY) - {VisitStep.REQUESTED}, limit=_MOST)
    level_3 = await views.cases(db, CaseFilter(status=_LIVING, level=Level.DIRECTOR, sort="next_due"), limit=_MOST)
    overdue = await views.cases(db, CaseFilter(overdue=True, sort="next_due"), limit=_MOST)
    names = _Names(desk)
    return page(
        request,
        "direction/visits.html",
        now=at,
        requested=[await _watched(number, visitor, desk, names) for number in requested],
        others=[await _watched(number, visitor, desk, names) for number in others],
        level_3=[Listed(row, await names.customer(row.case.customer_id)) for row in level_3.items],
        overdue=[Listed(row, await names.customer(row.case.customer_id)) for row in overdue.items],
        key=lambda: secrets.token_urlsafe(18),
    )


async def _watched(number: str, visitor: Visitor, desk: Desk, names: _Names) -> Watched:
    row = await views.case(desk.database, number)
    assert row is not None
    assert row.case.visit is not None
    term = row.case.visit.excess or row.case.visit.term
    return Watched(
        row=row,
        customer=await names.customer(row.case.customer_id),
        record=await read_visit(row, visitor.principal, desk),
        due_at=term.due_at if term else None,
        names=await names.people(row.case.customer_id),
    )


class _Names:
    """What customers and people are called, each asked for once."""

    def __init__(self, desk: Desk) -> None:
        self._db = desk.database
        self._customers: dict[str, str] = {}
        self._people: dict[str, dict[str, str]] = {}

    async def customer(self, customer_id: str) -> str:
        if customer_id not in self._customers:
            found = await customers.get(self._db, customer_id)
            self._customers[customer_id] = found.name if found else customer_id
        return self._customers[customer_id]

    async def people(self, customer_id: str) -> dict[str, str]:
        if customer_id not in self._people:
            ours = {each.id: each.name for each in await agents.listing(self._db)}
            theirs = {each.id: each.name for each in await contacts.roster(self._db, customer_id)}
            self._people[customer_id] = ours | theirs
        return self._people[customer_id]
