"""Rating a case from its page."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.case.ratings import RatingGiven, rate
from api.http import problems
from api.http.idempotency import Once
from desk.access import visible_case
from desk.problems import NotFound, Problem
from policy.case.refusals import Refusal
from portal.case.case_page import Typed, shown_after, shown_refused
from portal.frame.deps import At, DeskDep
from portal.frame.session import Contact, Stamped
from portal.frame.submit import request_of
from wording.language import translate

router = APIRouter()

_KEY = re.compile(r"[A-Za-z0-9_-]{8,100}")


@router.post("/casos/{number}/calificacion", dependencies=[Stamped])
async def rate_here(request: Request, visitor: Contact, desk: DeskDep, at: At, number: str) -> Response:
    """Keep the rating, once for each form that was shown."""
    row, form = await visible_case(desk, visitor.principal, number), await request.form()
    key, score, comment = (str(form.get(name, "")) for name in ("key", "score", "comment"))
    if not _KEY.fullmatch(key):
        raise NotFound
    once = Once(desk=desk, **vars(request_of(visitor, request.url.path, key, at=at)))
    typed = Typed("rating", {"score": score, "comment": comment})
    try:
        body = RatingGiven.model_validate({"score": int(score) if score.isdecimal() else score, "comment": comment})
        await rate(row, visitor.principal.actor, body, once, desk, at=at)
    except ValidationError:
        sentence = translate("Choose from 1 to 5.", visitor.language)
        return await shown_refused(request, visitor, number, 422, sentence, None, typed)
    except (Refusal, Problem) as refused:
        told = problems.document(refused, visitor.language)
        return await shown_refused(request, visitor, number, told["status"], told["detail"], told.get("rule"), typed)
    return await shown_after(request, visitor, number, "rating")
