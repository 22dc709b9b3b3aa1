"""When the end of a cover is announced: each announcement once, late ones once together, none after the end (WAR-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.case.case import Plan
from policy.cover.cover import ContractTerm
from policy.cover.cover_end import CoverDates, day_begins_at, goes_on
from tests.support.lives import bogota, policy

pytestmark = pytest.mark.rule("WAR-5")

DAYS = policy().cover_end_announced_days_before
LAST = date(2027, 3, 31)
YEAR = CoverDates(starts_on=date(2026, 4, 1), agreed_until=LAST, covered_through=LAST, days_before=DAYS)


def lived(cover: CoverDates, *looks: datetime) -> list[int]:
    """What was announced by whoever looked at these instants, and did each time all that was due."""
    said: list[int] = []
    for at in looks:
        while (due := cover.next_announcement(at=at)) and due.at <= at:
            said.append(due.days_before)
            cover = replace(cover, given=(*cover.given, due.days_before))
    return said


def test_the_policy_says_30_15_7_and_1_days_before() -> None:
    assert DAYS == (30, 15, 7, 1)


@pytest.mark.parametrize(
    ("given", "at"), [((), "2027-03-01"), ((30,), "2027-03-16"), ((30, 15), "2027-03-24"), ((30, 15, 7), "2027-03-30")]
)
def test_each_is_due_as_the_desk_opens_on_its_day(given: tuple[int, ...], at: str) -> None:
    announcement = replace(YEAR, given=given).next_announcement(at=bogota("2027-01-01 00:00"))

    assert announcement
    assert announcement.at == bogota(f"{at} 08:00")


def test_after_the_last_one_nothing_is_left_but_the_end() -> None:
    told = replace(YEAR, given=DAYS)

    assert told.next_announcement(at=bogota("2027-03-30 09:00")) is None
    assert told.next_wake_at(at=bogota("2027-03-30 09:00")) == bogota("2027-04-01 00:00")


def test_whoever_is_told_late_is_told_once_and_of_the_nearest() -> None:
    assert lived(YEAR, bogota("2027-03-25 12:00")) == [7]


def test_the_later_ones_still_come_after_a_late_one() -> None:
    assert lived(YEAR, bogota("2027-03-20 12:00"), bogota("2027-03-24 08:00"), bogota("2027-03-31 23:59")) == [15, 7, 1]


def test_none_comes_after_the_last_day() -> None:
    assert lived(YEAR, bogota("2027-04-01 00:00")) == []


def test_a_renewal_that_is_paid_moves_them_all() -> None:
    renewed = replace(YEAR, agreed_until=date(2028, 3, 31), covered_through=date(2028, 3, 31))

    assert lived(renewed, bogota("2027-03-30 09:00")) == []


@pytest.mark.rule("WAR-2")
def test_a_renewal_that_is_not_paid_moves_none() -> None:
    """It is said with the announcement, and keeps the workflow waiting for its payment."""
    agreed = replace(YEAR, agreed_until=date(2028, 3, 31))

    assert lived(agreed, bogota("2027-03-01 09:00")) == [30]
    assert agreed.unpaid_until == date(2028, 3, 31)
    assert agreed.over_at == bogota("2028-04-01 00:00")


@pytest.mark.rule("WAR-2")
def test_what_was_never_paid_has_no_end_to_announce() -> None:
    unpaid = replace(YEAR, covered_through=None)

    assert lived(unpaid, bogota("2027-03-30 09:00")) == []
    assert unpaid.unpaid_until is None


def test_none_comes_before_the_first_day() -> None:
    """A contract of ten days: its first announcement is on the day on which it begins."""
    short = replace(YEAR, starts_on=date(2027, 3, 22))

    assert short.next_wake_at(at=bogota("2027-01-01 00:00")) == short.starts_at
    assert lived(short, bogota("2027-03-21 23:59"), bogota("2027-03-22 08:00")) == [15]


def test_none_comes_where_another_paid_contract_goes_on() -> None:
    def contract(first: date, *, paid: bool = True) -> ContractTerm:
        return ContractTerm("contract-2", Plan.STANDARD, first, date(2028, 3, 31), paid=paid)

    assert goes_on(LAST, [contract(date(2027, 4, 1))])
    assert not goes_on(LAST, [contract(date(2027, 4, 2))])
    assert not goes_on(LAST, [contract(date(2027, 4, 1), paid=False)])
    assert lived(replace(YEAR, goes_on=True), bogota("2027-03-30 09:00")) == []


# -- whatever the days are --------------------------------------------------------------------------------------------

SOME_DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
COVERS = st.builds(
    lambda first, length, days: CoverDates(
        starts_on=first,
        agreed_until=first + timedelta(days=length),
        covered_through=first + timedelta(days=length),
        days_before=tuple(days),
    ),
    SOME_DAYS,
    st.integers(0, 800),
    st.lists(st.integers(1, 365), unique=True, max_size=5),
)
LOOKS = st.lists(st.timedeltas(timedelta(days=-30), timedelta(days=900)), max_size=12).map(sorted)


@given(COVERS, LOOKS)
def test_however_often_somebody_looks_each_is_given_once_nearer_and_nearer(
    cover: CoverDates, looks: list[timedelta]
) -> None:
    said = lived(cover, *(cover.starts_at + look for look in looks))

    assert said == sorted(set(said), reverse=True)


@given(COVERS)
def test_who_wakes_when_told_to_gives_all_that_fit_and_ends_after_the_last_day(cover: CoverDates) -> None:
    looks = [cover.starts_at - timedelta(days=1)]
    left = cover
    while looks[-1] < cover.over_at:
        looks.append(left.next_wake_at(at=looks[-1]))
        assert looks[-1] > looks[-2]
        left = replace(left, given=tuple(lived(cover, *looks)))

    fit = {days for days in cover.days_before if cover.over_at - timedelta(days=days) > day_begins_at(cover.starts_on)}
    assert fit <= set(left.given)
    assert len(set(left.given) - fit) <= 1


@pytest.mark.rule("WAR-2")
def test_there_is_something_to_do_where_paid_days_end_before_agreed_ones() -> None:
    """The plan of the next day may be a smaller one."""
    unpaid = replace(YEAR, agreed_until=date(2028, 3, 31), given=DAYS)

    assert unpaid.next_wake_at(at=bogota("2027-03-30 09:00")) == bogota("2027-04-01 00:00") == unpaid.lapses_at
    assert unpaid.next_wake_at(at=bogota("2027-04-01 00:00")) == unpaid.over_at
    assert [unpaid.has_lapsed(at=bogota(at)) for at in ("2027-03-31 23:59", "2027-04-01 00:00")] == [False, True]


def test_a_short_cover_is_told_of_the_days_that_it_has_left() -> None:
    """Ten days from the first to the last: the announcement of 30 days before comes on the first."""
    short = replace(YEAR, starts_on=date(2027, 3, 22))

    assert [(each.days_before, each.days_left) for each in short.announcements] == [(30, 9), (15, 9), (7, 7), (1, 1)]


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({}, True),
        ({"given": (30, 15)}, True),
        ({"given": (30, 15, 7)}, False),
        ({"covered_through": date(2028, 3, 31)}, False),
        ({"goes_on": True}, False),
    ],
)
def test_what_had_to_wait_is_said_only_while_it_holds(changed: dict[str, Any], holds: bool) -> None:
    assert replace(YEAR, **changed).still_announces(LAST, 15) is holds
