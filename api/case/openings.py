"""Opening a case over HTTP: 201 with the case, or 202 while its first turn is still to be recorded."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field

from api.case.case_answer import CaseAnswer, case_answers
from api.http.auth import only
from api.http.bodies import Answer
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from desk import opening
from desk.desk import Desk
from desk.idempotency import Begins
from desk.opening import AskedOpening, NewCase, StillOpening
from desk.problems import EngineUnavailable, NotFound
from desk.refusals import ContactNotAuthorized, SolutionUnknown
from policy.case import lifecycle
from policy.case.commands import OpenCase
from policy.case.refusals import ChannelNotInPlan, DescriptionMissing, PriorAnalysisMissing
from policy.cover.equipment import EquipmentNotSuppliedByUs, SerialNumberMissing, SerialNumberUnknown
from storage.case import views
from storage.signing_in.tokens import Principal

router = APIRouter(tags=["cases"])

Opener = Annotated[Principal, Depends(only(*sorted(lifecycle.ROLES[OpenCase])))]
REFUSED = (
    NotFound,
    ContactNotAuthorized,
    SolutionUnknown,
    ChannelNotInPlan,
    DescriptionMissing,
    PriorAnalysisMissing,
    EquipmentNotSuppliedByUs,
    SerialNumberMissing,
    SerialNumberUnknown,
    EngineUnavailable,
)
"""What an opening can be refused for."""


class Opening(Answer):
    """A case that is being opened: the engine has it for good, its first turn is about to be recorded."""

    number: str = Field(examples=["MA-2026-000042"])


@router.post(
    "/cases",
    status_code=201,
    response_model=CaseAnswer,
    summary="Open a case",
    responses={
        202: {"model": Opening, "description": "It will be open in a moment; `Location` says where."},
        **can_refuse(*REFUSED, post=True, role=True),
    },
)
async def open_case(body: NewCase, principal: Opener, request: Idempotent, desk: DeskDep) -> JSONResponse:
    return await answer_opening(desk, AskedOpening(new=body, by=principal, request=request))


async def answer_opening(desk: Desk, asked: AskedOpening) -> JSONResponse:
    """Open a case, and answer with it."""
    request = asked.request

    async def act() -> Success:
        opened = await opening.open_case(desk, asked)
        location = f"/api/v1/cases/{opened.number}"
        if isinstance(opened, StillOpening):
            return Success(202, Opening(number=opened.number), location, is_final=False)
        async with desk.database.snapshot() as db:
            row = await views.case(db, opened.number)
            assert row is not None, "the engine answers after the turn is recorded"
            [answer] = await case_answers(db, [row], at=request.at)
        return Success(201, answer, location)

    return await answer_once(desk, request, asked.new, Begins(act))
