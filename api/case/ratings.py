"""Rating a case over HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.case.case_answer import CaseAnswer, case_answers
from api.http.auth import Caller
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.visibility import VisibleCase
from desk.problems import NotFound
from desk.ratings import RatingGiven, rate, rating_of
from policy.case.rating import NothingToRate, RatingTooLate

router = APIRouter(tags=["cases"])


@router.post(
    "/cases/{number}/rating",
    response_model=CaseAnswer,
    summary="Rate the case",
    responses=can_refuse(NotFound, NothingToRate, RatingTooLate, post=True, role=True),
)
async def rate_case(
    row: VisibleCase, principal: Caller, body: RatingGiven, desk: DeskDep, request: Idempotent
) -> JSONResponse:
    """A later rating replaces the earlier one, until 30 days after the closing."""
    rating = rating_of(row, principal.actor, body, at=request.at)

    async def act() -> Success:
        await rate(desk, rating)
        [answer] = await case_answers(desk.database, [row], at=rating.at)
        return Success(200, answer)

    return await answer_once(desk, request, body, act)
