"""A case's timeline as it grows: server-sent events, one per fact, from the last one that the reader has seen.

The reader's browser comes back by itself with `Last-Event-ID`. A stream ends when the case is closed and all was sent,
when its reader may not see the case any more, after a while, and when the process stops.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event

from api.case.timeline import fact_answer, is_for
from api.http.auth import Caller, caller_now
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.visibility import VisibleCase
from desk.access import visible_case
from desk.desk import Desk
from desk.problems import NotFound
from desk.stream_readers import TooManyStreams
from policy.case.case import Status
from storage.case import views
from storage.case.views import CaseRow
from storage.signing_in.tokens import Principal

router = APIRouter(tags=["cases"])

HEARTBEAT = 15.0
LIFETIME = 900.0
_AT_ONCE = 200
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

    told = desk.readers.stream(events(desk, row.number, principal, after), whose=principal.token_id, ask=ask)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(told, headers=headers)


async def _is_more(desk: Desk, row: CaseRow, principal: Principal, after: int) -> bool:
    facts = await views.timeline(desk.database, row.number, after_seq=after)
    return any(is_for(principal, fact) for fact in facts)


async def events(desk: Desk, number: str, principal: Principal, after: int) -> AsyncGenerator[bytes]:
    now = asyncio.get_running_loop().time
    ends_at = now() + LIFETIME
    with desk.feed.watch(number) as watch, desk.figures.streams.track_inprogress():
        yield KEEPALIVE_COMMENT  # the reader learns at once that it is connected
        while not watch.over and now() < ends_at:
            head = await watch.news(within=min(HEARTBEAT, ends_at - now()))
            if head is None:
                yield KEEPALIVE_COMMENT
                continue
            while after < head.facts:
                facts = await views.timeline(desk.database, number, after_seq=after, limit=_AT_ONCE)
                if not facts:
                    break
                for fact in facts:
                    after = fact.seq
                    if is_for(principal, fact):
                        yield format_sse_event(id=str(fact.seq), data_str=fact_answer(fact).model_dump_json())
            if head.closed:
                return
