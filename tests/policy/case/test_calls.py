"""A logged call: an answer to the customer, a try on the telephone, or neither (ESC-12, ONS-4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.case.case import Attempt, Channel, Direction, Outcome, Status, WaitingFor
from policy.case.facts import CallLogged
from policy.case.lifecycle import decide
from policy.case.refusals import CallToCome, TextMissing
from policy.visit.visit import VisitStep
from tests.support.lives import ASK, NO_WORDS, PREMIUM, after, bogota, call, opened, visit_at

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


@pytest.mark.rule("ESC-10", "ESC-16")
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize(
    ("outcome", "called_at", "ends"),
    [
        (Outcome.NOT_SOLVED, "10:00", True),
        (Outcome.SOLVED, "10:00", True),
        (Outcome.NO_ANSWER, "10:00", False),
        (Outcome.NOT_SOLVED, "09:09", False),
    ],
)
def test_who_was_spoken_with_since_the_question_is_waited_for_no_more(
    direction: Direction, outcome: Outcome, called_at: str, ends: bool
) -> None:
    """A call that was over before it, and is logged late, answers nothing."""
    asked = after(CASE, ("09:15", ASK), terms=PREMIUM)
    spoken = replace(call(direction, outcome), started_at=bogota(called_at))
    decision = decide(asked, spoken, terms=PREMIUM, at=bogota("10:30"))
    now, fact = decision.case, decision.entries[0].fact
    assert asked.level_clock
    assert now.level_clock
    assert isinstance(fact, CallLogged)
    assert (fact.ends_wait, now.question is None, now.waits == ()) == (ends, ends, ends)
    assert now.status is (Status.IN_PROGRESS if ends else Status.WAITING_CUSTOMER)
    assert (now.level_clock.counting, now.level_clock.spent) == (ends, asked.level_clock.spent)
    before = replace(PREMIUM, edition=3)
    assert decide(asked, spoken, terms=before, at=bogota("10:30")).case.question == asked.question


@pytest.mark.rule("ESC-10", "ESC-16")
def test_a_call_ends_no_other_wait() -> None:
    case = after(visit_at(VisitStep.QUOTED, terms=PREMIUM), ("2026-11-25 10:00", ASK), terms=PREMIUM)
    at = case.last_at + timedelta(hours=1)
    now = decide(case, replace(call(), started_at=at - timedelta(minutes=9)), terms=PREMIUM, at=at).case
    assert (now.waits, now.status) == ((WaitingFor.QUOTE,), Status.WAITING_CUSTOMER)


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
