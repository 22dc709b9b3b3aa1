"""What the two plans give, and that a case keeps what it was promised (PLAN)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from policy.case.case import Channel, Level, Plan, Priority
from policy.case.lifecycle import open_case
from policy.terms.policy_reader import read_policy
from policy.terms.terms import EDITION, Terms
from policy.time.calendar import Closure
from tests.policy.terms.test_policy_file import TEXT
from tests.support.lives import CONTRACT, PREMIUM, STANDARD, after, bogota, opened, opening, policy

HOUR = timedelta(hours=1)


class TestThePlans:
    @pytest.mark.rule("PLAN-5")
    @pytest.mark.parametrize(("terms", "minutes"), [(STANDARD, 60), (PREMIUM, 30)], ids=["standard", "premium"])
    def test_promise_initial_attention(self, terms: Terms, minutes: int) -> None:
        """An hour and half an hour."""
        assert terms.initial_attention_within == timedelta(minutes=minutes)

    @pytest.mark.rule("PLAN-6")
    def test_differ_in_functional_escalation(self) -> None:
        """Premium's alone."""
        assert (STANDARD.functional_escalation, PREMIUM.functional_escalation) == (False, True)

    @pytest.mark.rule("PLAN-7")
    def test_differ_in_channels(self) -> None:
        """Web, or all."""
        assert STANDARD.channels == (Channel.WEB,)
        assert PREMIUM.channels == (Channel.WEB, Channel.CHAT, Channel.EMAIL, Channel.PHONE)

    @pytest.mark.rule("ESC-1")
    @pytest.mark.rule("ESC-2")
    @pytest.mark.rule("ESC-3")
    def test_share_one_matrix(self) -> None:
        """The same times, counted in other hours."""
        matrix = (
            (HOUR / 2, HOUR, HOUR, 2 * HOUR),
            (HOUR / 2, HOUR, HOUR, 2 * HOUR),
            (HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR),
        )
        assert STANDARD.limits == PREMIUM.limits == matrix

    def test_name_the_edition_and_the_file_they_are_from(self) -> None:
        """So that an old case decides as it did."""
        assert (STANDARD.edition, STANDARD.policy_version) == (EDITION, policy().version)

    @pytest.mark.rule("PLAN-1")
    @pytest.mark.rule("PLAN-4")
    @pytest.mark.parametrize(
        ("label", "standard"),
        [
            ("08:00", True),
            ("07:59:59", False),
            ("12:00", False),
            ("13:00", True),
            ("17:00", False),
            ("2026-11-28 10:00", False),
            ("2026-12-08 10:00", False),
            ("2026-11-27 23:00", False),
        ],
    )
    def test_differ_in_hours(self, label: str, standard: bool) -> None:
        """Standard has its hours of attention; Premium has no interruption."""
        assert STANDARD.hours.is_open(bogota(label)) is standard
        assert PREMIUM.hours.is_open(bogota(label))


@pytest.mark.rule("PLAN-14")
class TestTheCalendar:
    @pytest.mark.parametrize(
        "holiday",
        [
            "2026-07-13",
            "2026-12-08",
            "2026-12-25",
            "2027-01-01",
            "2027-01-11",
            "2027-03-25",
            "2027-03-26",
            "2027-07-12",
        ],
    )
    def test_is_closed_on_colombias_holidays(self, holiday: str) -> None:
        """Fixed ones, moved ones, Easter's, and the one of Ley 2578 of 2026."""
        assert not STANDARD.hours.is_open(bogota(f"{holiday} 10:00"))

    @pytest.mark.parametrize("day", ["2026-07-09", "2026-12-07", "2027-01-06", "2027-03-24", "2027-01-12"])
    def test_is_open_on_the_days_that_holidays_moved_from(self, day: str) -> None:
        """And on the eve and the morrow."""
        assert STANDARD.hours.is_open(bogota(f"{day} 10:00"))

    def test_can_be_another_one_by_contract(self) -> None:
        """A Standard contract over 7 x 24 counts the night."""
        closures = {"CO": STANDARD.hours.closures}
        terms = policy().terms(Plan.STANDARD, cover=CONTRACT, closures=closures, hours="7x24")
        assert opened("16:30", terms=terms).next_hand_off_at == bogota("17:30")


@pytest.mark.rule("PLAN-15")
class TestAnOpenCase:
    """Opened under the terms of its day; what others get later is not its business."""

    def test_keeps_its_matrix_when_the_policy_file_changes(self) -> None:
        """Terms are a value: a new file makes new terms, and the old ones stay as they are."""
        stricter = read_policy(TEXT.replace('"1h", "1h", "2h"]', '"5m", "5m", "5m"]'), file="policy.toml")
        assert stricter.terms(Plan.STANDARD, cover=CONTRACT, closures={"CO": ()}).limit(
            Level.HELP_DESK, Priority.SERIOUS
        ) == timedelta(minutes=5)
        assert after(opened(), "09:59").level is Level.HELP_DESK

    def test_keeps_its_holidays_when_a_law_adds_one(self) -> None:
        """A new holiday moves the promises of cases opened after it was known."""
        law = Closure(date(2026, 11, 26), "Día nuevo")
        hours = replace(STANDARD.hours, closures=(*STANDARD.hours.closures, law))
        later = open_case(opening("16:30"), terms=replace(STANDARD, hours=hours)).case
        assert opened("16:30").next_hand_off_at == bogota("2026-11-26 08:30")
        assert later.next_hand_off_at == bogota("2026-11-27 08:30")
