"""Rating a case: what its customer's contacts thought of it, once it is resolved."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from desk.desk import Desk
from desk.inputs import Body, Words
from policy.case.case import Actor
from policy.case.rating import check_rating
from storage.case import ratings
from storage.case.ratings import Rating
from storage.case.views import CaseRow


class RatingGiven(Body):
    """From 1 (bad) to 5 (excellent), and why, if one cares to say."""

    score: int = Field(strict=True, ge=1, le=5, examples=[5])
    comment: Words = Field(default="", examples=["Nos tuvieron al tanto todo el tiempo."])


def rating_of(row: CaseRow, by: Actor, given: RatingGiven, *, at: datetime) -> Rating:
    """The rating that somebody may give to a case now. Raises RoleNotAllowed, NothingToRate or RatingTooLate."""
    at = row.case.as_of(at)
    check_rating(row.case, by.role, at=at)
    return Rating(case_number=row.number, score=given.score, comment=given.comment, contact_id=by.id, at=at)


async def rate(desk: Desk, rating: Rating) -> None:
    """Keep a rating; it replaces the case's earlier one."""
    await ratings.rate(desk.database, rating)
