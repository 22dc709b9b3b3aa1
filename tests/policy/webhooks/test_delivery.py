"""What follows from a delivery's try in vain: another try, a pause, or that it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from policy.webhooks.delivery import TRIED_FOR, AfterFailure, PausedWhy, after_failure

AT = datetime(2027, 3, 1, 14, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
LONG, JUST_NOT = AT - TRIED_FOR, AT - TRIED_FOR + MOMENT


@pytest.mark.parametrize(
    ("began", "failing", "answered", "follows"),
    [
        (AT, AT, 500, AfterFailure()),
        (JUST_NOT, JUST_NOT, None, AfterFailure()),
        (LONG, JUST_NOT, 422, AfterFailure(gives_up=True)),  # the endpoint took others meanwhile
        (JUST_NOT, LONG, None, AfterFailure(pauses=PausedWhy.FAILING)),
        (LONG, LONG, 503, AfterFailure(pauses=PausedWhy.FAILING)),  # kept, not given up
        (AT, AT, 410, AfterFailure(pauses=PausedWhy.GONE)),
        (LONG, LONG, 410, AfterFailure(pauses=PausedWhy.GONE)),
    ],
)
def test_what_follows(began: datetime, failing: datetime, answered: int | None, follows: AfterFailure) -> None:
    assert after_failure(began_at=began, failing_since=failing, answered=answered, at=AT) == follows
