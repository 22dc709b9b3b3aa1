"""Pages over HTTP: who was called about which case and when, and saying that one has it (ESC-17)."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from api.duty.on_duty import Looker
from api.http.bodies import Answer, Z
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.lists import Cursor, Limit, Listed
from api.http.visibility import IdInPath
from desk.duty import acknowledging
from desk.inputs import Nothing
from desk.problems import InvalidCursor, NotFound, own_cursor
from desk.reading import duty
from desk.reading.duty import Paged
from policy.duty.steps import PageState, PageStep, PageWhy

router = APIRouter(prefix="/duty/pages", tags=["duty"])


class StepAnswer(Answer):
    """Something that happened with a page; `agent_id` is whom it reached, or who acknowledged."""

    step: PageStep
    agent_id: str | None
    at: Z


class PageAnswer(Answer):
    """That somebody on duty is called about a case."""

    id: str = Field(examples=["MA-2026-000042.7"])
    case: str = Field(examples=["MA-2026-000042"])
    level: int = Field(ge=1, le=3)
    why: PageWhy
    at: Z
    state: PageState
    acknowledged_by: str | None
    acknowledged_at: Z | None
    steps: list[StepAnswer]


@router.get(
    "",
    response_model=Listed[PageAnswer],
    summary="List the pages, the newest first",
    responses=can_refuse(InvalidCursor, role=True),
)
async def list_pages(_: Looker, desk: DeskDep, limit: Limit = 50, cursor: Cursor = None) -> Listed[PageAnswer]:
    with own_cursor():
        items, following = await duty.paged(desk, limit=limit, cursor=cursor)
    return Listed(items=[_page(each) for each in items], next_cursor=following)


@router.post(
    "/{page_id}/acknowledgement",
    response_model=PageAnswer,
    summary="Acknowledge a page: nobody else is called about it",
    responses=can_refuse(NotFound, post=True, role=True),
)
async def acknowledge(
    page_id: IdInPath, principal: Looker, request: Idempotent, desk: DeskDep, body: Nothing | None = None
) -> JSONResponse:
    """Whom it reached, who serves its level, or the director; one that is acknowledged already stays as it is."""

    async def act() -> Success:
        await acknowledging.by_hand(desk, page_id, by=principal.actor, at=request.at)
        return Success(200, _page(await duty.one_page(desk, page_id)))

    return await answer_once(desk, request, body, act)


def _page(paged: Paged) -> PageAnswer:
    page = paged.page
    return PageAnswer(
        id=page.id,
        case=page.case_number,
        level=page.level,
        why=page.why,
        at=page.at,
        state=page.state,
        acknowledged_by=page.acknowledged_by,
        acknowledged_at=page.acknowledged_at,
        steps=[StepAnswer(step=each.step, agent_id=each.person_id, at=each.at) for each in paged.steps],
    )
