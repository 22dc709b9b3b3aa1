"""Since when a held case is covered: whatever the hour at which somebody asks (WAR-2, WAR-3)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.cover.cover_since import CoveredSince, Registered, covered_since
from tests.support.lives import bogota

OPENED, HELD_UNTIL = bogota("2026-11-25 09:00"), bogota("2026-12-17 09:00")


def registered(
    at: str | datetime, first: str = "2026-01-01", last: str = "2027-12-31", paid: str | None = None
) -> Registered:
    return Registered(
        starts_on=date.fromisoformat(first),
        ends_on=date.fromisoformat(last),
        at=bogota(at),
        paid_on=date.fromisoformat(paid) if paid else None,
    )


def found(*known: Registered) -> CoveredSince | None:
    return covered_since(known, opened_at=OPENED, held_until=HELD_UNTIL)


def since(*known: Registered) -> datetime | None:
    covered = found(*known)
    return covered.counts_from if covered else None


@pytest.mark.rule("WAR-2")
def test_a_certificate_covers_from_when_it_was_registered() -> None:
    """It has no payment whose date would count."""
    assert since(registered("2026-12-01 10:30")) == bogota("2026-12-01 10:30")


@pytest.mark.rule("WAR-3")
@pytest.mark.parametrize(
    ("paid", "counts_from"),
    [
        ("2026-12-03", "2026-12-03 10:30"),  # registered on its own day: a date has no hour
        ("2026-12-02", "2026-12-02 00:00"),  # registered late
        ("2026-11-27", "2026-11-27 00:00"),
        ("2026-11-25", "2026-11-25 09:00"),  # of the day on which the case was opened, or before
        ("2026-10-01", "2026-11-25 09:00"),
    ],
)
def test_a_payment_counts_from_its_own_date(paid: str, counts_from: str) -> None:
    """However late it is registered, and never from before the case was opened."""
    known_at = bogota("2026-12-03 10:30")
    assert found(registered(known_at, paid=paid)) == CoveredSince(known_at, bogota(counts_from))


@pytest.mark.rule("WAR-3")
def test_a_payment_of_a_day_before_the_contract_begins_counts_from_its_first_day() -> None:
    paid = registered("2026-12-03 10:30", first="2026-12-02", paid="2026-11-28")
    assert since(paid) == bogota("2026-12-02 00:00")


@pytest.mark.rule("WAR-3", "WAR-6")
def test_a_payment_in_time_releases_a_case_though_its_days_are_over_when_it_is_registered() -> None:
    """The case was covered when it was opened; paid after the last day, it was not."""
    assert since(registered("2026-12-03 10:30", last="2026-11-30", paid="2026-11-30")) == bogota("2026-11-30 00:00")
    assert since(registered("2026-12-03 10:30", last="2026-11-30", paid="2026-12-01")) is None


@pytest.mark.rule("WAR-3")
def test_a_payment_that_is_registered_once_the_hold_is_over_comes_too_late_whatever_its_date() -> None:
    assert since(registered("2026-12-17 09:00", paid="2026-11-26")) is None


@pytest.mark.rule("WAR-3")
def test_the_payment_that_is_known_first_decides() -> None:
    """A worker that was down answers as one that looked at once, before the second was registered."""
    first, second = registered("2026-12-02 08:00", paid="2026-12-02"), registered("2026-12-05 08:00", paid="2026-11-27")
    assert since(second, first) == bogota("2026-12-02 08:00")


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
    covered = since(*terms)
    assert covered is None or (OPENED <= covered < HELD_UNTIL and any(each.at <= covered for each in terms))
