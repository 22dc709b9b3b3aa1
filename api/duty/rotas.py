"""Rotas and overrides over HTTP: what says who is on duty, read by our own, changed by who directs (ESC-17)."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.case.timeline import ActorAnswer, actor_answer
from api.duty.on_duty import Looker
from api.http.auth import only
from api.http.bodies import Answer, Z
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.lists import Listed
from api.http.visibility import IdInPath
from desk.duty import rotas
from desk.duty.rotas import NewOverride, NewRota
from desk.problems import NotFound
from desk.reading import duty
from policy.duty import changes
from policy.duty.rota import Layer, Override, WeekHours
from storage.signing_in.tokens import Principal

router = APIRouter(prefix="/duty", tags=["duty"])

Director = Annotated[Principal, Depends(only(*changes.DIRECTS))]


class RotaAnswer(Answer):
    """People who take turns at a level, in order. No `days` means every hour; hours are those of Bogotá's clocks.

    Where several hold, holidays decide before hours of the week, those before what holds always.
    """

    id: str = Field(examples=["rot_4b1c9e2a7d304b1c9e2a7d30"])
    level: int = Field(ge=1, le=3)
    people: list[str] = Field(examples=[["ana.torres", "eva.rojas"]])
    starts_on: date
    hands_over_at: str = Field(examples=["08:00"])
    every_hours: int = Field(examples=[168])
    days: list[int] = Field(description="0 is Monday", examples=[[5, 6]])
    from_time: str = Field(examples=["17:00"])
    to_time: str = Field(examples=["08:00"])
    on_holidays: bool
    made_at: Z


class OverrideAnswer(Answer):
    """That somebody is on duty for a while, whatever the rota says; `swap_id` is the swap that made it, if one did."""

    id: str = Field(examples=["ovr_4b1c9e2a7d304b1c9e2a7d30"])
    level: int = Field(ge=1, le=3)
    agent_id: str
    from_at: Z = Field(serialization_alias="from")
    until: Z
    made_by: ActorAnswer
    made_at: Z
    swap_id: str | None


@router.get(
    "/rotas", response_model=Listed[RotaAnswer], summary="List the rotas that hold", responses=can_refuse(role=True)
)
async def list_rotas(_: Looker, desk: DeskDep, at: At) -> Listed[RotaAnswer]:
    return Listed(items=[_rota(each) for each in (await duty.what_says(desk, at=at)).layers])


@router.post(
    "/rotas",
    status_code=201,
    response_model=RotaAnswer,
    summary="Make a rota, from now on; with `instead_of`, in place of one that ends now",
    responses=can_refuse(
        NotFound, changes.RotaEmpty, changes.PersonNotOfLevel, changes.TurnTooLong, post=True, role=True
    ),
)
async def make_rota(principal: Director, body: NewRota, request: Idempotent, desk: DeskDep) -> JSONResponse:
    async def act() -> Success:
        return Success(201, _rota(await rotas.make(desk, body, request, by=principal.actor)))

    return await answer_once(desk, request, body, act)


@router.delete(
    "/rotas/{rota_id}",
    status_code=204,
    summary="End a rota now; what it said until now stays",
    responses=can_refuse(NotFound, keyless=True, role=True),
)
async def end_rota(rota_id: IdInPath, principal: Director, desk: DeskDep, at: At) -> Response:
    await rotas.end(desk, rota_id, by=principal.actor, at=at)
    return Response(status_code=204)


@router.get(
    "/overrides",
    response_model=Listed[OverrideAnswer],
    summary="List the overrides that are not over, the soonest first",
    responses=can_refuse(role=True),
)
async def list_overrides(_: Looker, desk: DeskDep, at: At) -> Listed[OverrideAnswer]:
    return Listed(items=[_override(each) for each in (await duty.what_says(desk, at=at)).overrides])


@router.post(
    "/overrides",
    status_code=201,
    response_model=OverrideAnswer,
    summary="Put somebody on duty for a while",
    responses=can_refuse(
        changes.OverrideOver, changes.OverridesOverlap, changes.PersonNotOfLevel, post=True, role=True
    ),
)
async def put_override(principal: Director, body: NewOverride, request: Idempotent, desk: DeskDep) -> JSONResponse:
    async def act() -> Success:
        return Success(201, _override(await rotas.put(desk, body, request, by=principal.actor)))

    return await answer_once(desk, request, body, act)


@router.delete(
    "/overrides/{override_id}",
    status_code=204,
    summary="Take an override back, with the other one of its swap",
    responses=can_refuse(NotFound, keyless=True, role=True),
)
async def take_back(override_id: IdInPath, principal: Director, desk: DeskDep, at: At) -> Response:
    await rotas.take_back(desk, override_id, by=principal.actor, at=at)
    return Response(status_code=204)


def _rota(layer: Layer) -> RotaAnswer:
    hours = layer.hours or WeekHours(days=())
    return RotaAnswer(
        id=layer.id,
        level=layer.level,
        people=list(layer.people),
        starts_on=layer.starts_on,
        hands_over_at=_clock(layer.hands_over_at),
        every_hours=layer.every_hours,
        days=list(hours.days),
        from_time=_clock(hours.from_time),
        to_time=_clock(hours.to_time),
        on_holidays=layer.on_holidays,
        made_at=layer.made_at,
    )


def _override(override: Override) -> OverrideAnswer:
    return OverrideAnswer(
        id=override.id,
        level=override.level,
        agent_id=override.person,
        from_at=override.from_at,
        until=override.until,
        made_by=actor_answer(override.made_by),
        made_at=override.made_at,
        swap_id=override.swap,
    )


def _clock(at: time) -> str:
    return at.strftime("%H:%M")
