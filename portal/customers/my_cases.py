"""A customer's cases: the open ones by what is due next, then what is solved and closed. It follows what happens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator, Field

from desk.desk import Desk
from desk.inputs import clean
from desk.problems import own_cursor
from desk.reading.countdowns import open_hours
from policy.case.case import Role, Status, WaitingFor
from portal.customers.my_cases_news import CustomerNews
from portal.frame.deps import DeskDep
from portal.frame.pages import answered, page, render, to
from portal.frame.session import Contact, SignedIn, Visitor
from portal.queue.list_news import news_of
from storage.case import views
from storage.case.hours import hours_of
from storage.case.views import CaseFilter, CaseRow
from storage.engine.paging import Page

router = APIRouter()

OPEN = (Status.NEW, Status.IN_PROGRESS, Status.WAITING_CUSTOMER, Status.HELD)
DONE = (Status.RESOLVED, Status.CLOSED)
_OPEN_AT_ONCE, _DONE_AT_ONCE = 50, 20

Sought = Annotated[str, BeforeValidator(clean), Field(max_length=200), Query()]
Place = Annotated[str, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]*$")]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A case as the list shows it. `resumes_at`: when the hours open again; `changes_at`: when that is no longer so."""

    row: CaseRow
    due_at: datetime | None
    waiting_for: WaitingFor | None
    resumes_at: datetime | None
    changes_at: datetime | None


@router.get("/casos")
async def show(
    request: Request, visitor: SignedIn, desk: DeskDep, q: Sought = "", abiertos: Place = "", cerrados: Place = ""
) -> Response:
    if visitor.role is not Role.CONTACT:
        return to("/cola", visitor)
    return page(request, "customers/my_cases.html", **await _shown(desk, visitor, q, abiertos, cerrados))


@router.get("/casos/lista")
async def show_list(
    request: Request,
    visitor: SignedIn,
    desk: DeskDep,
    q: Sought = "",
    abiertos: Place = "",
    cerrados: Place = "",
    huella: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The list alone, for the page that shows it already; nothing (204) where it shows what is so."""
    if visitor.role is not Role.CONTACT:
        return to("/cola", visitor)
    shown = await _shown(desk, visitor, q, abiertos, cerrados)
    if huella == shown["mark"]:
        return answered(Response(status_code=204), visitor)
    return answered(
        Response(render(request, visitor, "customers/my_cases_list.html", **shown), media_type="text/html"), visitor
    )


@router.get("/casos/eventos")
async def follow(request: Request, visitor: Contact, desk: DeskDep) -> Response:
    """That something happened in a case of the customer's own, each time that it does."""
    customer_id = visitor.principal.customer_id
    assert customer_id is not None, "a contact is a customer's"
    return news_of(CustomerNews, request, desk).stream(request, desk, visitor, customer_id)


async def _shown(desk: Desk, visitor: Visitor, q: str, opened: str, done: str) -> dict[str, Any]:
    at = desk.clock()
    mine: dict[str, Any] = {"customer_id": visitor.principal.customer_id, "q": q or None}
    with own_cursor():
        due_next = CaseFilter(status=OPEN, sort="next_due", **mine)
        last_first = CaseFilter(status=DONE, sort="-opened_at", **mine)
        going = await views.cases(desk.database, due_next, limit=_OPEN_AT_ONCE, cursor=opened or None)
        over = await views.cases(desk.database, last_first, limit=_DONE_AT_ONCE, cursor=done or None)
    listed = await _listed(desk, going.items, at=at)
    return {
        "q": q,
        "opened": opened,
        "done": done,
        "now": at,
        "going": listed,
        "going_next": going.next_cursor,
        "over": over.items,
        "over_next": over.next_cursor,
        "mark": _mark(listed, going, over),
    }


async def _listed(desk: Desk, rows: list[CaseRow], *, at: datetime) -> list[Listed]:
    hours = await hours_of(desk.database, [row.number for row in rows])
    found = []
    for row in rows:
        case = row.case
        is_open, changes_at = open_hours(hours[row.number], max(at, case.last_at))
        waits = case.waiting_for
        found.append(
            Listed(
                row=row,
                due_at=None if waits else case.next_hand_off_at or row.next_due_at,
                waiting_for=waits,
                resumes_at=None if is_open else changes_at,
                changes_at=changes_at,
            )
        )
    return found


def _mark(listed: list[Listed], going: Page[CaseRow], over: Page[CaseRow]) -> str:
    """Another word for every other list."""
    said = [(each.row.number, each.row.case.turn, each.resumes_at) for each in listed]
    said += [(row.number, row.case.turn, None) for row in over.items]
    return hashlib.sha256(repr((said, going.next_cursor, over.next_cursor)).encode()).hexdigest()[:24]
