"""Cases, read: lists and the single one. Opening is openings.py's, commands are commands.py's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BeforeValidator, Field

from api.case.case_answer import CaseAnswer, case_answers
from api.http.auth import Caller
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.lists import Cursor, Limit, Listed
from api.http.visibility import VisibleCase
from desk.access import only_visible
from desk.inputs import Id, Instant, PlanId, clean
from desk.problems import InvalidCursor, NotFound, own_cursor
from policy.case.case import Level, Priority, Status
from storage.case import views
from storage.case.views import CaseFilter, Sort

router = APIRouter(tags=["cases"])

Sought = Annotated[str, BeforeValidator(clean), Field(max_length=200)]


@dataclass(frozen=True, kw_only=True)
class CasesAsked:
    """Which cases the address asks for, in what order, and from where in the list on."""

    status: Annotated[tuple[Status, ...], Query(max_length=6, description="Several mean any of them")] = ()
    level: Annotated[int | None, Query(ge=1, le=3)] = None
    group: Annotated[Id | None, Query()] = None
    priority: Annotated[int | None, Query(ge=1, le=4)] = None
    plan: Annotated[PlanId | None, Query()] = None
    customer_id: Annotated[Id | None, Query()] = None
    assignee: Annotated[Id | None, Query()] = None
    overdue: Annotated[bool | None, Query(description="Whether they are past level 3's limit now")] = None
    missed: Annotated[bool | None, Query(description="Whether any promise of theirs was ever broken (ESC-6)")] = None
    due_before: Annotated[Instant | None, Query(examples=["2026-11-23T14:00:00Z"])] = None
    q: Annotated[Sought | None, Query(description="In the number, the title and the texts")] = None
    sort: Annotated[Sort, Query()] = "-opened_at"
    limit: Limit = 50
    cursor: Cursor = None

    @property
    def filter(self) -> CaseFilter:
        return CaseFilter(
            status=self.status,
            level=Level(self.level) if self.level else None,
            group=self.group,
            priority=Priority(self.priority) if self.priority else None,
            plan=self.plan,
            customer_id=self.customer_id,
            assignee=self.assignee,
            overdue=self.overdue,
            missed=self.missed,
            due_before=self.due_before,
            q=self.q,
            sort=self.sort,
        )


@router.get(
    "/cases",
    response_model=Listed[CaseAnswer],
    summary="List the cases that you may see",
    responses=can_refuse(InvalidCursor),
)
async def list_cases(
    principal: Caller, desk: DeskDep, at: At, asked: Annotated[CasesAsked, Depends()]
) -> Listed[CaseAnswer]:
    wanted = only_visible(principal, asked.filter)
    if wanted is None:
        return Listed(items=[])
    async with desk.database.snapshot() as db:
        with own_cursor():
            page = await views.cases(db, wanted, limit=asked.limit, cursor=asked.cursor)
        items = await case_answers(db, page.items, at=at)
    return Listed(items=items, next_cursor=page.next_cursor)


@router.get("/cases/{number}", response_model=CaseAnswer, summary="Read a case", responses=can_refuse(NotFound))
async def read_case(row: VisibleCase, desk: DeskDep, at: At, response: Response) -> CaseAnswer:
    async with desk.database.snapshot() as db:
        [answer] = await case_answers(db, [await views.case(db, row.number) or row], at=at)
    response.headers["ETag"] = f'"{answer.turn}"'  # what a command's If-Match may name
    return answer
