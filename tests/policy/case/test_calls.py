"""A logged call: an answer to the customer, a try on the telephone, or neither (ESC-12, ONS-4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.case.case import Attempt, Channel, Direction, Outcome, Status
from policy.case.facts import CallLogged
from policy.case.lifecycle import decide
from policy.case.refusals import CallToCome, TextMissing
from tests.support.lives import NO_WORDS, PREMIUM, bogota, call, opened

CASE = opened(terms=PREMIUM)
AT = bogota("09:10")


@pytest.mark.rule("ONS-4")
@pytest.mark.parametrize(
    ("direction", "outcome", "tried"),
    [
        (Direction.OUT, Outcome.NOT_SOLVED, True),
        (Direction.OUT, Outcome.NO_ANSWER, True),
        (Direction.OUT, Outcome.SOLVED, True),
        (Direction.IN, Outcome.NOT_SOLVED, True),
        (Direction.IN, Outcome.SOLVED, True),
        (Direction.IN, Outcome.NO_ANSWER, False),
    ],
)
def test_a_call_is_a_try_unless_the_customer_reached_nobody(
    direction: Direction, outcome: Outcome, tried: bool
) -> None:
    decision = decide(CASE, call(direction, outcome), terms=PREMIUM, at=AT)
    assert decision.case.attempts == ((Attempt(Channel.PHONE, outcome),) if tried else ())
    assert decision.case.status is Status.IN_PROGRESS
    assert isinstance(decision.entries[0].fact, CallLogged)


@pytest.mark.rule("ONS-4")
def test_a_call_is_logged_once_it_is_over() -> None:
    over_now = replace(call(), started_at=AT - timedelta(minutes=4))
    decide(CASE, over_now, terms=PREMIUM, at=AT)
    a_clock_ahead = replace(over_now, started_at=over_now.started_at + timedelta(minutes=1))
    decide(CASE, a_clock_ahead, terms=PREMIUM, at=AT)
    with pytest.raises(CallToCome):
        decide(CASE, replace(a_clock_ahead, lasted=timedelta(minutes=5)), terms=PREMIUM, at=AT)


@pytest.mark.rule("ONS-4")
def test_a_call_says_what_was_spoken() -> None:
    with pytest.raises(TextMissing):
        decide(CASE, replace(call(), summary=NO_WORDS), terms=PREMIUM, at=AT)
