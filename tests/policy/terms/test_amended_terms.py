"""What a changed policy file makes of a case's pinned terms: the holidays and the matrix, when somebody asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from policy.terms.amended_terms import AmendedPart, reread_terms
from policy.terms.terms import Terms
from policy.time.calendar import Closure
from tests.support.lives import PREMIUM, STANDARD, policy

NEW = Closure(date(2026, 11, 26), "Día de la vida")
CLOSURES = {"CO": tuple(sorted((*STANDARD.hours.closures, NEW), key=lambda closure: closure.on))}
SHORTER = replace(policy(), version="other", limits=((timedelta(minutes=10),) * 4,) * 3, warn_at_percent=50)
pytestmark = pytest.mark.rule("PLAN-15")


def reread(terms: Terms, *what: AmendedPart) -> Terms:
    return reread_terms(terms, what, policy=SHORTER, closures=CLOSURES)


def test_holidays_reach_the_calendars_and_nothing_else() -> None:
    amended = reread(STANDARD, AmendedPart.HOLIDAYS)

    assert NEW in amended.hours.closures
    assert NEW in amended.business_days.closures
    assert replace(amended, hours=STANDARD.hours, business_days=STANDARD.business_days) == replace(
        STANDARD, policy_version="other"
    )


def test_the_matrix_reaches_limits_warnings_and_the_initial_attention() -> None:
    amended = reread(STANDARD, AmendedPart.MATRIX)

    assert (amended.limits, amended.warn_at_percent, amended.hours) == (SHORTER.limits, 50, STANDARD.hours)
    assert amended.initial_attention_within == timedelta(hours=1)


def test_attention_round_the_clock_has_no_holidays_but_its_business_days_do() -> None:
    amended = reread(PREMIUM, AmendedPart.HOLIDAYS)

    assert amended.hours == PREMIUM.hours
    assert NEW in amended.business_days.closures


def test_terms_that_are_such_already_stay_with_their_version() -> None:
    once = reread(STANDARD, *AmendedPart)

    assert reread(once, *AmendedPart) is once
    assert reread_terms(STANDARD, [*AmendedPart], policy=policy(), closures={"CO": STANDARD.hours.closures}) is STANDARD


def test_a_calendar_that_the_policy_file_dropped_keeps_its_holidays() -> None:
    old = replace(STANDARD, hours=replace(STANDARD.hours, name="6x10"))

    assert reread(old, AmendedPart.HOLIDAYS).hours == old.hours


def test_plan_cover_and_channels_stay() -> None:
    amended = reread(STANDARD, *AmendedPart)

    assert (amended.plan, amended.cover, amended.channels) == (STANDARD.plan, STANDARD.cover, STANDARD.channels)
