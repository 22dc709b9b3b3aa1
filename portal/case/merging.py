"""Merging duplicates: choose the case that this one repeats, look at both, and close this one."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Response

from desk.access import visible_case
from desk.desk import Desk
from desk.problems import NotFound
from desk.reading.case import can_of
from policy.case.case import WORKED_ON, Status
from portal.case.case_lines import group_names, lines, names_of
from portal.case.case_request import AboutCase
from portal.frame.pages import page
from portal.frame.session import ForWorkers, Visitor
from storage.case import views
from storage.case.views import CaseFilter, CaseRow

router = APIRouter()

_MOST = 20
_OPEN = (*WORKED_ON, Status.HELD)
"""What a duplicate may go on in (ESC-18)."""


@router.get("/casos/{number}/duplicado", dependencies=[ForWorkers])
async def choose(
    about: AboutCase,
    q: Annotated[str, Query(max_length=200)] = "",
    de: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The customer's other open cases that hold `q`; with `de`, this case and that one side by side."""
    visitor, desk, row = about.visitor, about.desk, await about.case()
    wanted = CaseFilter(customer_id=row.case.customer_id, q=q.strip() or None, status=_OPEN)
    found = (await views.cases(desk.database, wanted, limit=_MOST + 1)).items
    others = [each for each in found if each.number != about.number][:_MOST]
    both = await _both(visitor, desk, row, de)
    sides = [await _side(visitor, desk, each) for each in both]
    return page(
        about.request,
        "case/merging.html",
        row=row,
        q=q,
        others=others,
        sides=sides,
        goes_on=all(each.case.status in _OPEN for each in both[1:]),
        can_close="CloseAsDuplicate" in can_of(row.case, visitor.principal),
        key=secrets.token_urlsafe(18),
    )


async def _both(visitor: Visitor, desk: Desk, row: CaseRow, de: str) -> list[CaseRow]:
    if not de:
        return []
    other = await visible_case(desk, visitor.principal, de)
    if other.case.customer_id != row.case.customer_id or other.number == row.number:
        raise NotFound
    return [row, other]


async def _side(visitor: Visitor, desk: Desk, row: CaseRow) -> dict[str, object]:
    """A case as the preview shows it: its row and the first and the last thing said."""
    names = await names_of(desk.database, row.case.customer_id)
    facts = await views.timeline(desk.database, row.number)
    told = lines(facts, names, visitor.language, {}, group_names(desk.policy))
    said = [line for line in told if not line.is_bare]
    return {"row": row, "said": said[:1] + said[1:][-1:]}
