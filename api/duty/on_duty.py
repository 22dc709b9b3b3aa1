"""The people on duty for each level, over HTTP (ESC-17)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.http import problems
from api.http.auth import only
from api.http.bodies import Answer, Z
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from desk.inputs import Instant
from desk.reading import duty
from desk.reading.duty import LevelDuty, OnDuty
from policy.case.case import Role
from storage.signing_in.tokens import Principal

router = APIRouter(tags=["duty"])

Looker = Annotated[Principal, Depends(only(Role.AGENT, Role.DIRECTOR, Role.ADMIN))]


class OnDutyAnswer(Answer):
    """Somebody, by id and name."""

    agent_id: str
    name: str


class LevelDutyAnswer(Answer):
    """A level: `assigned` whose turn it is, `on_duty` who is there, `substitute` who stands in if that is another.

    Each is null where it is nobody. `order` are those whom a page reaches, one after the other; `until` is when the
    next change comes, null if that is more than two weeks ahead.
    """

    level: int
    assigned: OnDutyAnswer | None
    on_duty: OnDutyAnswer | None
    substitute: OnDutyAnswer | None
    order: list[OnDutyAnswer]
    until: Z | None


class DutyAnswer(Answer):
    """Who is on duty at an instant."""

    at: Z
    levels: list[LevelDutyAnswer] = Field(description="one for each level, in order")


@router.get(
    "/duty",
    response_model=DutyAnswer,
    summary="Who is on duty for each level, and who stands in",
    responses=can_refuse(problems.InvalidInput, role=True),
)
async def show_duty(
    _: Looker,
    desk: DeskDep,
    now: At,
    at: Annotated[Instant | None, Query(examples=["2026-12-24T23:30:00Z"])] = None,
) -> DutyAnswer:
    found = await duty.on_duty(desk, at=at or now)
    return DutyAnswer(at=found.at, levels=[_level(each, found) for each in found.levels])


def _level(each: LevelDuty, found: OnDuty) -> LevelDutyAnswer:
    def person(agent_id: str | None) -> OnDutyAnswer | None:
        return OnDutyAnswer(agent_id=agent_id, name=found.names.get(agent_id, agent_id)) if agent_id else None

    order = [answer for one in each.now.order if (answer := person(one))]
    return LevelDutyAnswer(
        level=int(each.level),
        assigned=person(each.now.assigned),
        on_duty=person(each.now.person),
        substitute=person(each.now.substitute),
        order=order,
        until=each.until,
    )
