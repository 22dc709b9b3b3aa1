"""Since when a held case is covered: whatever the hour at which somebody asks (WAR-2, WAR-3)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.cover.cover_since import Registered, covered_at
from tests.support.lives import bogota

OPENED, HELD_UNTIL = bogota("2026-11-25 09:00"), bogota("2026-12-17 09:00")


def registered(at: str | datetime, first: str = "2026-01-01", last: str = "2027-12-31") -> Registered:
    return Registered(starts_on=date.fromisoformat(first), ends_on=date.fromisoformat(last), at=bogota(at))


def since(*known: Registered) -> datetime | None:
    return covered_at(known, opened_at=OPENED, held_until=HELD_UNTIL)


@pytest.mark.rule("WAR-2")
def test_a_payment_covers_from_when_it_was_registered() -> None:
    """Not from the day it pays for: nobody could have worked on the case before."""
    assert since(registered("2026-12-01 10:30")) == bogota("2026-12-01 10:30")


@pytest.mark.rule("WAR-3")
def test_a_contract_that_begins_later_covers_from_its_first_day_in_bogota() -> None:
    assert since(registered("2026-12-01 10:30", first="2026-12-10")) == bogota("2026-12-10 00:00")


@pytest.mark.rule("WAR-3")
@pytest.mark.parametrize(("at", "in_time"), [("2026-12-17 08:59:59", True), ("2026-12-17 09:00", False)])
def test_what_is_registered_at_the_end_of_the_hold_comes_too_late(at: str, in_time: bool) -> None:
    assert (since(registered(at)) is not None) is in_time


@pytest.mark.rule("WAR-3")
def test_what_begins_after_the_hold_comes_too_late_though_it_is_paid() -> None:
    assert since(registered("2026-12-01 10:30", first="2026-12-18")) is None


@pytest.mark.rule("WAR-2")
def test_what_ended_before_the_case_was_opened_covers_nothing() -> None:
    assert since(registered("2026-12-01 10:30", last="2026-11-30")) is None


def test_the_earliest_of_several_counts() -> None:
    assert since(registered("2026-12-05 08:00"), registered("2026-12-02 08:00")) == bogota("2026-12-02 08:00")


LATER = st.timedeltas(timedelta(days=-20), timedelta(days=40))


@given(st.lists(st.tuples(LATER, st.integers(1, 28)), max_size=5))
def test_it_lies_in_the_hold_and_never_before_its_cause(known: list[tuple[timedelta, int]]) -> None:
    terms = [registered(OPENED + later, first=f"2026-12-{day:02}") for later, day in known]
    found = since(*terms)
    assert found is None or (OPENED <= found < HELD_UNTIL and any(each.at <= found for each in terms))
