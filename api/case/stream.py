"""A case's timeline as it grows: server-sent events, one per fact, from the last one that the reader has seen.

The reader's browser comes back by itself with `Last-Event-ID`. A stream ends when the case is closed and all was sent,
when its reader may not see the case any more, after a while, and when the process stops.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event

from api.case.timeline import fact_answer
from api.http.auth import Caller, caller_now
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.visibility import VisibleCase
from desk.access import visible_case
from desk.desk import Desk
from desk.problems import NotFound
from desk.reading.stream import is_for, new_facts
from desk.stream_readers import TooManyStreams
from policy.case.case import Status
from storage.case import views
from storage.case.views import CaseRow
from storage.signing_in.tokens import Principal

router = APIRouter(tags=["cases"])

_EVENT = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "data": {"type": "string"}},
    "required": ["id", "data"],
}


@router.get(
    "/cases/{number}/stream",
    response_class=Response,
    response_model=None,
    summary="Follow a case: server-sent events, one per fact",
    responses={
        200: {
            "description": "`id` is the fact's `seq`, `data` the fact as in the timeline.",
            "content": {"text/event-stream": {"schema": _EVENT}},
        },
        204: {"description": "The case is closed and everything was sent: there is nothing to come back for."},
        **can_refuse(NotFound, TooManyStreams),
    },
)
async def follow_case(
    request: Request,
    row: VisibleCase,
    principal: Caller,
    desk: DeskDep,
    last_event_id: Annotated[str, Header(alias="Last-Event-ID", max_length=20)] = "",
) -> Response:
    after = int(last_event_id) if re.fullmatch(r"[0-9]{1,9}", last_event_id) else 0
    if row.case.status is Status.CLOSED and not await _is_more(desk, row, principal, after):
        return Response(status_code=204)
    desk.readers.check(principal.token_id)

    async def ask() -> None:
        await visible_case(desk, await caller_now(request, desk), row.number)

    told = desk.readers.stream(_events(desk, row.number, principal, after), whose=principal.token_id, ask=ask)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(told, headers=headers)


async def _is_more(desk: Desk, row: CaseRow, principal: Principal, after: int) -> bool:
    facts = await views.timeline(desk.database, row.number, after_seq=after)
    return any(is_for(principal, fact) for fact in facts)


async def _events(desk: Desk, number: str, principal: Principal, after: int) -> AsyncGenerator[bytes]:
    async for row in new_facts(desk, number, principal, after):
        if row is None:
            yield KEEPALIVE_COMMENT  # at first too: the reader learns at once that it is connected
        else:
            yield format_sse_event(id=str(row.seq), data_str=fact_answer(row).model_dump_json())
