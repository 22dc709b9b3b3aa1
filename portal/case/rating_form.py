"""Rating a case from its page."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from desk.access import visible_case
from desk.idempotency import Done, FinalRefusal, once
from desk.inputs import whole
from desk.ratings import RatingGiven, rate, rating_of
from portal.case.case_page import Typed, shown_after, shown_refused
from portal.frame.deps import At, DeskDep
from portal.frame.session import Contact, Stamped
from portal.frame.submit import DONE, Refused, key_of, request_of, submit
from wording.language import translate

router = APIRouter()


@router.post("/casos/{number}/calificacion", dependencies=[Stamped])
async def rate_here(request: Request, visitor: Contact, desk: DeskDep, at: At, number: str) -> Response:
    """Keep the rating, once for each form that was shown."""
    row, form = await visible_case(desk, visitor.principal, number), await request.form()
    score, comment = (str(form.get(name, "")) for name in ("score", "comment"))
    asked = request_of(visitor, request.url.path, key_of(form), at=at)

    async def act() -> Done[None] | FinalRefusal:
        given = RatingGiven.model_validate({"score": whole(score), "comment": comment})
        rating = rating_of(row, visitor.principal.actor, given, at=at)
        return await once(desk, asked, given, lambda: rate(desk, rating), DONE)

    outcome = await submit(visitor, act, what_is_wrong=lambda _, language: translate("Choose from 1 to 5.", language))
    if isinstance(outcome, Refused):
        typed = Typed("rating", {"score": score, "comment": comment})
        return await shown_refused(request, visitor, number, outcome, typed)
    return await shown_after(request, visitor, number, "rating")
