"""The rule of when a case may be rated: by its customer, once there is something to judge, and not for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from policy.case.case import Case, Role, Status
from policy.case.refusals import RoleNotAllowed, StateRefusal

OPEN_FOR = timedelta(days=30)
"""How long after its closing a case can still be rated, and its rating changed."""


class NothingToRate(StateRefusal):
    """A case is judged by its solution."""

    message = "Case {number} can be rated once it is resolved."


class RatingTooLate(StateRefusal):
    """Whom it concerned has gone on."""

    message = "The {days} days to rate case {number} have passed."


def check_rating(case: Case, role: Role, *, at: datetime) -> None:
    """Refuse a rating by who is none of the customer's contacts, and outside of its time."""
    if role is not Role.CONTACT:
        raise RoleNotAllowed
    if case.status is Status.CLOSED and case.closed_at:
        if at >= case.closed_at + OPEN_FOR:
            raise RatingTooLate(number=case.number, days=OPEN_FOR.days)
    elif case.status is not Status.RESOLVED:
        raise NothingToRate(number=case.number)


def may_rate(case: Case, role: Role, *, at: datetime) -> bool:
    """Whether a form to rate the case is worth showing."""
    try:
        check_rating(case, role, at=at)
    except (RoleNotAllowed, NothingToRate, RatingTooLate):
        return False
    return True
