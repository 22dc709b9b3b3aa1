"""What a customer's contacts thought of a case, once it is resolved."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from api.case.case_answer import CaseAnswer, as_of, case_answers
from api.http.auth import Caller
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Given, Once, OnceDep
from api.http.visibility import VisibleCase
from desk.desk import Desk
from desk.inputs import Body, Words
from desk.problems import NotFound
from policy.case.case import Actor
from policy.case.rating import NothingToRate, RatingTooLate, check_rating
from storage.case import ratings
from storage.case.ratings import Rating
from storage.case.views import CaseRow

router = APIRouter(tags=["cases"])


class RatingGiven(Body):
    """From 1 (bad) to 5 (excellent), and why, if one cares to say."""

    score: int = Field(strict=True, ge=1, le=5, examples=[5])
    comment: Words = Field(default="", examples=["Nos tuvieron al tanto todo el tiempo."])


@router.post(
    "/cases/{number}/rating",
    response_model=CaseAnswer,
    summary="Rate the case",
    responses=can_refuse(NotFound, NothingToRate, RatingTooLate, post=True, role=True),
)
async def rate_case(
    row: VisibleCase, principal: Caller, body: RatingGiven, desk: DeskDep, at: At, once: OnceDep
) -> JSONResponse:
    """A later rating replaces the earlier one, until 30 days after the closing."""
    return await rate(row, principal.actor, body, once, desk, at=at)


async def rate(row: CaseRow, by: Actor, body: RatingGiven, once: Once, desk: Desk, *, at: datetime) -> JSONResponse:
    """Keep a rating, once; for the pages as for the API."""
    at = as_of(row.case, at)
    check_rating(row.case, by.role, at=at)

    async def act() -> Given:
        given = Rating(case_number=row.number, score=body.score, comment=body.comment, contact_id=by.id, at=at)
        await ratings.rate(desk.database, given)
        [answer] = await case_answers(desk, [row], at=at)
        return Given(200, answer)

    return await once(body, act)
