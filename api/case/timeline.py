"""A case's timeline: its facts in order, with the words they speak of. Internal ones are hidden from contacts."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.auth import Caller
from api.http.bodies import Answer, Z
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.lists import Limit, Listed
from api.http.visibility import VisibleCase
from desk.problems import NotFound
from desk.reading.stream import is_for
from policy.case.case import Actor, Role
from storage.case import views
from storage.case.views import TimelineRow

router = APIRouter(tags=["cases"])


class ActorAnswer(Answer):
    """Who did it; `system` is a clock that ran out.

    `on_behalf_of`: the absent one in whose name, and with whose role, it was done; null in ordinary life (ESC-17).
    """

    role: Role
    id: str
    on_behalf_of: str | None = None


class FactAnswer(Answer):
    """Something that happened. `due_at`: when a clock was to do it; `late_seconds`: how much later it did."""

    seq: int
    at: Z
    kind: str = Field(examples=["handed_off"])
    actor: ActorAnswer
    internal: bool
    due_at: Z | None
    late_seconds: int | None
    data: dict[str, Any] = Field(examples=[{"from_level": 1, "to_level": 2, "cause": "limit", "left_by": None}])


@router.get(
    "/cases/{number}/timeline",
    response_model=Listed[FactAnswer],
    summary="Read what happened to a case",
    responses=can_refuse(NotFound),
)
async def read_timeline(
    row: VisibleCase,
    principal: Caller,
    desk: DeskDep,
    limit: Limit = 200,
    cursor: Annotated[int, Query(ge=0, le=1_000_000_000, description="The last `seq` already read")] = 0,
) -> Listed[FactAnswer]:
    rows = await views.timeline(desk.database, row.number, after_seq=cursor, limit=limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    items = [fact_answer(each) for each in rows if is_for(principal, each)]
    return Listed(items=items, next_cursor=str(rows[-1].seq) if more else None)


def fact_answer(row: TimelineRow) -> FactAnswer:
    return FactAnswer(
        seq=row.seq,
        at=row.at,
        kind=row.fact.kind,
        actor=actor_answer(row.actor),
        internal=row.internal,
        due_at=row.due_at,
        late_seconds=None if row.late is None else int(row.late.total_seconds()),
        data=row.data_in_words(),
    )


def actor_answer(actor: Actor) -> ActorAnswer:
    return ActorAnswer(role=actor.role, id=actor.id, on_behalf_of=actor.on_behalf_of)
