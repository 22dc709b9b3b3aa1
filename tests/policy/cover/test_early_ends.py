"""Random lives of a customer's contracts, paid, renewed, ended and replaced, against a diary of every hour (PLAN-17).

The diary asks each hour what was known by then; it shares no line with the rules that it is held against.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.cover.contracts import EarlyEnd
from policy.cover.cover_since import Registered, covered_at
from tests.support.lives import bogota

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGINNING = bogota("2026-11-02 00:00")
FIRST = date(2026, 11, 2)
HOURS = 24 * 16


@dataclass(frozen=True)
class Paid:
    """A payment of a contract: its first and last day, in days from the first; the hour of it, and of its early end."""

    first: int
    last: int
    hour: int
    end_hour: int | None
    end_day: int

    @property
    def registered(self) -> Registered:
        at = None if self.end_hour is None else BEGINNING + self.end_hour * HOUR
        return Registered(
            starts_on=FIRST + self.first * DAY,
            ends_on=FIRST + self.last * DAY,
            at=BEGINNING + self.hour * HOUR,
            ended=None if at is None else EarlyEnd(FIRST + self.end_day * DAY, at),
        )

    def covers(self, hour: int) -> bool:
        """Whether it covers in that hour, by what is written in the diary until then."""
        day = hour // 24
        if hour < self.hour or not self.first <= day <= self.last:
            return False
        return self.end_hour is None or hour < self.end_hour or day < self.end_day


@st.composite
def payments(draw: st.DrawFn) -> Paid:
    first = draw(st.integers(0, 8))
    last = draw(st.integers(first, 14))
    hour = draw(st.integers(0, HOURS - 1))
    if not draw(st.booleans()):
        return Paid(first, last, hour, None, 0)
    end_hour = draw(st.integers(0, HOURS - 1))
    return Paid(first, last, hour, end_hour, draw(st.integers(end_hour // 24, 16)))


@pytest.mark.rule("PLAN-17", "WAR-3")
@given(st.lists(payments(), max_size=4), st.integers(0, HOURS - 1), st.integers(1, HOURS))
def test_a_held_case_is_released_in_the_first_hour_that_the_diary_calls_covered(
    paid: list[Paid], opened: int, held_for: int
) -> None:
    """A later end takes nothing from a case that was covered before it; a replacement covers from its day."""
    last = min(opened + held_for, HOURS)
    expected = next((hour for hour in range(opened, last) if any(each.covers(hour) for each in paid)), None)

    found = covered_at(
        [each.registered for each in paid],
        opened_at=BEGINNING + opened * HOUR,
        held_until=BEGINNING + last * HOUR,
    )

    assert found == (None if expected is None else BEGINNING + expected * HOUR)


@pytest.mark.rule("PLAN-17", "WAR-6")
@given(payments(), st.integers(0, HOURS - 1))
def test_an_opening_is_judged_by_what_was_known_in_its_hour(paid: Paid, hour: int) -> None:
    """The same opening that is tried again after an end is promised no less."""
    at = BEGINNING + hour * HOUR
    day = FIRST + (hour // 24) * DAY
    known = paid.hour <= hour and paid.registered.starts_on <= day <= paid.registered.known_at(at)
    assert known == paid.covers(hour)
