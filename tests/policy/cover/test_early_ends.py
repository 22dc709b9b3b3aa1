"""Random lives of a customer's contracts, paid, renewed, ended and replaced, against a diary of every hour (PLAN-17).

The diary asks each hour what was known by then; it shares no line with the rules that it is held against.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.cover.contracts import EarlyEnd
from policy.cover.cover_since import CoveredSince, Registered, covered_since
from tests.support.lives import bogota

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGINNING = bogota("2026-11-02 00:00")
FIRST = date(2026, 11, 2)
HOURS = 24 * 16


@dataclass(frozen=True)
class Paid:
    """A payment of a contract: its first and last day, in days from the first; the hour of it, and of its early end.

    `paid_day` is the payment's own date, where it has one.
    """

    first: int
    last: int
    hour: int
    end_hour: int | None
    end_day: int
    paid_day: int | None = None

    @property
    def registered(self) -> Registered:
        at = None if self.end_hour is None else BEGINNING + self.end_hour * HOUR
        return Registered(
            starts_on=FIRST + self.first * DAY,
            ends_on=FIRST + self.last * DAY,
            at=BEGINNING + self.hour * HOUR,
            paid_on=None if self.paid_day is None else FIRST + self.paid_day * DAY,
            ended=None if at is None else EarlyEnd(FIRST + self.end_day * DAY, at),
        )

    def covers(self, hour: int) -> bool:
        """Whether it covers in that hour, by what is written in the diary until then."""
        day = hour // 24
        if hour < self.hour or not self.first <= day <= self.last:
            return False
        return self.end_hour is None or hour < self.end_hour or day < self.end_day

    @property
    def on_its_day(self) -> Paid:
        """It as the diary has it where each payment is written down as it is made: on its day, not later."""
        if self.paid_day is None or self.hour // 24 <= self.paid_day:
            return self
        return replace(self, hour=24 * self.paid_day)


@st.composite
def payments(draw: st.DrawFn) -> Paid:
    first = draw(st.integers(0, 8))
    last = draw(st.integers(first, 14))
    hour = draw(st.integers(0, HOURS - 1))
    paid_day = draw(st.none() | st.integers(0, hour // 24))
    if not draw(st.booleans()):
        return Paid(first, last, hour, None, 0, paid_day)
    end_hour = draw(st.integers(0, HOURS - 1))
    return Paid(first, last, hour, end_hour, draw(st.integers(end_hour // 24, 16)), paid_day)


@pytest.mark.rule("PLAN-17", "WAR-3")
@given(st.lists(payments(), max_size=4), st.integers(0, HOURS - 1), st.integers(1, HOURS))
def test_a_held_case_is_released_in_the_first_hour_that_the_diary_calls_covered(
    paid: list[Paid], opened: int, held_for: int
) -> None:
    """A later end takes nothing from a case that was covered before it; a replacement covers from its day.

    Of a payment that is written down late: the first that it covers by its own date, once it is written down.
    """
    last = min(opened + held_for, HOURS)
    hours = [
        (max(hour, each.hour), hour)
        for each in paid
        if (hour := next((hour for hour in range(opened, HOURS) if each.on_its_day.covers(hour)), None)) is not None
    ]
    expected = min((each for each in hours if each[0] < last), default=None)

    found = covered_since(
        [each.registered for each in paid],
        opened_at=BEGINNING + opened * HOUR,
        held_until=BEGINNING + last * HOUR,
    )

    assert found == (None if expected is None else CoveredSince(*(BEGINNING + hour * HOUR for hour in expected)))


@pytest.mark.rule("PLAN-17", "WAR-6")
@given(payments(), st.integers(0, HOURS - 1))
def test_an_opening_is_judged_by_what_was_known_in_its_hour(paid: Paid, hour: int) -> None:
    """The same opening that is tried again after an end is promised no less."""
    at = BEGINNING + hour * HOUR
    day = FIRST + (hour // 24) * DAY
    known = paid.hour <= hour and paid.registered.starts_on <= day <= paid.registered.known_at(at)
    assert known == paid.covers(hour)
