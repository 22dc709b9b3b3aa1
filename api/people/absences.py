"""Absences over HTTP: who is away and who stands in (ESC-17). One's own are marked by oneself, all by the director."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.case.timeline import ActorAnswer, actor_answer
from api.http.auth import Staff, only
from api.http.bodies import Answer, Z
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.lists import Listed
from api.http.visibility import IdInPath
from desk.people import absences
from desk.people.absences import MARKERS, NewAbsence
from desk.problems import NotFound
from desk.refusals import AgentUnknown
from policy.people import absences as p
from policy.people.absences import Absence
from storage.signing_in.tokens import Principal

router = APIRouter(tags=["agents"])

Marker = Annotated[Principal, Depends(only(*MARKERS))]


class AbsenceAnswer(Answer):
    """An absence. `until` is when it is over, or when it was ended before that; `ended_by` says by whom."""

    id: str
    agent_id: str
    substitute_id: str
    from_at: Z = Field(serialization_alias="from")
    until: Z
    is_on: bool
    marked_by: ActorAnswer
    marked_at: Z
    ended_by: ActorAnswer | None


@router.post(
    "/absences",
    status_code=201,
    response_model=AbsenceAnswer,
    summary="Mark somebody absent, with a substitute",
    responses=can_refuse(
        AgentUnknown,
        p.AbsenceOver,
        p.AbsenceTooLong,
        p.AlreadyAbsent,
        p.SubstituteUnfit,
        p.SubstituteDisabled,
        p.SubstitutionCircle,
        post=True,
        role=True,
    ),
)
async def mark_absence(principal: Marker, body: NewAbsence, request: Idempotent, desk: DeskDep) -> JSONResponse:
    async def act() -> Success:
        return Success(201, show(await absences.mark(desk, body, request, by=principal.actor), at=request.at))

    return await answer_once(desk, request, body, act)


@router.delete(
    "/absences/{absence_id}",
    status_code=204,
    summary="End an absence before its time, or take back one that is to come",
    responses=can_refuse(NotFound, keyless=True, role=True),
)
async def end_absence(absence_id: IdInPath, principal: Marker, desk: DeskDep, at: At) -> Response:
    await absences.end(desk, absence_id, by=principal.actor, at=at)
    return Response(status_code=204)


@router.get(
    "/absences",
    response_model=Listed[AbsenceAnswer],
    summary="List who is away or will be",
    responses=can_refuse(role=True),
)
async def list_absences(_: Staff, desk: DeskDep, at: At) -> Listed[AbsenceAnswer]:
    found = await absences.read(desk, at=at)
    return Listed(items=[show(each, at=at) for each in found.listed])


def show(absence: Absence, *, at: datetime) -> AbsenceAnswer:
    return AbsenceAnswer(
        id=absence.id,
        agent_id=absence.person,
        substitute_id=absence.substitute,
        from_at=absence.from_at,
        until=absence.until,
        is_on=absence.is_on(at),
        marked_by=actor_answer(absence.marked_by),
        marked_at=absence.marked_at,
        ended_by=actor_answer(absence.ended_by) if absence.ended_by else None,
    )
