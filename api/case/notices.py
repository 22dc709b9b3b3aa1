"""Outgoing notices and what became of them, for those who serve."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.auth import Staff
from api.http.bodies import Answer, Z
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.lists import Cursor, Limit, Listed
from desk.problems import InvalidCursor, own_cursor
from storage.case import views
from storage.case.views import NoticeRow

router = APIRouter(tags=["notices"])

CaseNumber = Annotated[str, Field(pattern=r"^MA-\d{4}-\d{6,9}$")]


class NoticeState(StrEnum):
    """Where a notice is on its way. `held`: its reader's quiet hours or digest; `spared`: they chose no mail of it."""

    PENDING = "pending"
    DELIVERED = "delivered"
    HELD = "held"
    SPARED = "spared"
    GIVEN_UP = "given_up"
    UNDELIVERED = "undelivered"


class NoticeAnswer(Answer):
    """A notice about the fact `seq`. `recipient` is a role or an id; `delivered_to` the addresses it went to."""

    id: int
    case: str
    kind: str = Field(examples=["handed_off"])
    recipient: str = Field(examples=["level:2"])
    seq: int
    limit_at: Z | None
    at: Z
    state: NoticeState
    attempts: int
    last_error: str | None
    delivered_at: Z | None
    delivered_to: list[str]


@router.get(
    "/notices",
    response_model=Listed[NoticeAnswer],
    summary="List outgoing notices, the newest first",
    responses=can_refuse(InvalidCursor, role=True),
)
async def list_notices(
    _: Staff,
    desk: DeskDep,
    case: Annotated[CaseNumber | None, Query(examples=["MA-2026-000042"])] = None,
    state: Annotated[NoticeState | None, Query(description="`undelivered`: not delivered, for whatever reason")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listed[NoticeAnswer]:
    with own_cursor():
        page = await views.notices(
            desk.database,
            case_number=case,
            undelivered=state not in (None, NoticeState.DELIVERED),
            limit=limit,
            cursor=cursor,
        )
    # A page may hold fewer than `limit`: the narrower states are sifted from it.
    items = [notice_answer(row) for row in page.items]
    return Listed(items=[each for each in items if _is_wanted(each, state)], next_cursor=page.next_cursor)


def notice_answer(row: NoticeRow) -> NoticeAnswer:
    return NoticeAnswer(
        id=row.id,
        case=row.case_number,
        kind=row.kind,
        recipient=row.recipient,
        seq=row.seq,
        limit_at=row.limit_at,
        at=row.at,
        state=_state(row),
        attempts=row.attempts,
        last_error=row.last_error,
        delivered_at=row.delivered_at,
        delivered_to=list(row.delivered_to),
    )


def _state(row: NoticeRow) -> NoticeState:
    if row.delivered_at:
        return NoticeState.DELIVERED
    if row.held:
        return NoticeState.SPARED if row.given_up else NoticeState.HELD
    return NoticeState.GIVEN_UP if row.given_up else NoticeState.PENDING


def _is_wanted(notice: NoticeAnswer, state: NoticeState | None) -> bool:
    return state in (None, NoticeState.UNDELIVERED, notice.state)
