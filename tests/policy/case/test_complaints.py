"""What users of such systems complain about, one test each, named by what must not happen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from policy.case.case import Level, Priority
from policy.case.commands import Command
from policy.case.facts import ClockWarned
from policy.people.recipients import LevelQueue
from tests.support.lives import (
    ANSWER,
    ASK,
    PREMIUM,
    RESOLVE,
    WITHDRAW,
    after,
    bogota,
    kinds,
    opened,
    priority,
    turns,
)
from tests.support.promises import PROMISES


class TestNever:
    @pytest.mark.rule("ESC-4")
    @pytest.mark.rule("PLAN-4")
    @pytest.mark.rule("PLAN-14")
    def test_does_an_escalation_fire_at_midnight_on_a_holiday(self) -> None:
        """Monday 16:50 before the holiday of Tuesday 8 December: nothing happens until Wednesday."""
        life = turns(opened("2026-12-07 16:50", Priority.CRITICAL), "2026-12-09 07:59:59")
        assert life == []
        assert after(opened("2026-12-07 16:50", Priority.CRITICAL), "2026-12-09 08:20").level is Level.SPECIALISTS

    @pytest.mark.rule("PLAN-4")
    def test_does_premium_sleep_on_a_holiday(self) -> None:
        """There the escalation fires at midnight, because somebody is there."""
        case = opened("2026-12-07 23:30", Priority.CRITICAL, terms=PREMIUM)
        assert after(case, "2026-12-08 00:00", terms=PREMIUM).level is Level.SPECIALISTS

    @pytest.mark.rule("ESC-4")
    def test_does_a_standard_case_move_outside_the_hours_of_attention(self) -> None:
        """Every promised instant lies in a shift or at its end, on no weekend."""
        instants = [
            at - timedelta(hours=5)
            for row in PROMISES
            if row.plan == "standard"
            for at in (row.initial_attention_due_at, row.level_2_at, row.level_3_at, row.overdue_at)
        ]
        hours = [(at.hour + at.minute / 60 + at.second / 3600, at.weekday()) for at in instants]
        assert all(day < 5 and (8 < hour <= 12 or 13 < hour <= 17) for hour, day in hours)

    @pytest.mark.rule("ESC-5")
    @pytest.mark.rule("ESC-6")
    def test_does_only_the_first_level_fire(self) -> None:
        """Two hand-offs, then overdue, then again."""
        moves = [kind for kind in kinds(turns(opened(), "2026-11-26 11:00")) if "warned" not in kind]
        assert moves == [
            "initial_attention_missed",
            "handed_off",
            "handed_off",
            "case_overdue",
            "overdue_repeated",
        ]

    @pytest.mark.rule("ESC-6")
    @pytest.mark.rule("ESC-14")
    @pytest.mark.parametrize("end", [RESOLVE, WITHDRAW], ids=["resolved", "withdrawn"])
    def test_does_a_reminder_repeat_after_the_end(self, end: Command) -> None:
        """A year later the customer heard of it once more at most: that it was closed."""
        ended = after(opened(), ("2026-11-26 12:00", end))
        assert kinds(turns(ended, "2027-11-26 12:00")) in ([], ["case_closed"])

    @pytest.mark.rule("ESC-6")
    def test_does_a_reminder_come_more_often_than_once_a_period(self) -> None:
        """A week overdue, looked at every hour: forty business hours are ten reminders."""
        hourly = [bogota("16:00") + timedelta(hours=hour) for hour in range(7 * 24 + 1)]
        assert kinds(turns(opened(), *hourly)).count("overdue_repeated") == 10

    @pytest.mark.rule("ESC-11")
    def test_does_a_change_of_priority_forget_the_paused_time(self) -> None:
        """Ten minutes used, five hours waited, ten more used: at 15:10 two thirds of priority 1's time are gone."""
        steps = (("09:10", ASK), ("15:00", ANSWER), ("15:10", priority(Priority.CRITICAL)))
        assert after(opened(priority=Priority.LOW), *steps).next_hand_off_at == bogota("15:20")

    @pytest.mark.rule("ESC-10")
    def test_does_a_weekend_in_a_pause_count_twice(self) -> None:
        """Asked on Friday at 16:30 with half an hour used, answered on Monday at 9: half an hour is left."""
        case = after(opened("2026-11-27 16:00"), ("2026-11-27 16:30", ASK), ("2026-11-30 09:00", ANSWER))
        assert case.next_hand_off_at == bogota("2026-11-30 09:30")

    @pytest.mark.rule("PLAN-14")
    def test_does_lunch_count(self) -> None:
        """Half an hour before it and half an hour after it make the hour."""
        assert opened("11:30").next_hand_off_at == bogota("13:30")

    @pytest.mark.rule("ESC-10")
    def test_does_the_customers_answer_leave_the_clock_standing(self) -> None:
        """The case waits no more, and its next hand-off has an instant."""
        waiting = after(opened(), ("09:10", ASK))
        assert waiting.next_hand_off_at is None
        assert after(waiting, ("09:30", ANSWER)).next_hand_off_at == bogota("10:20")

    @pytest.mark.rule("ESC-13")
    def test_is_the_second_warning_of_a_day_swallowed(self) -> None:
        """Three levels on one Wednesday: three warnings of the level's clock, each with its notice."""
        life = turns(opened(), "15:00")
        facts = [(turn, entry.fact) for turn in life for entry in turn.entries]
        warned = [turn for turn, fact in facts if isinstance(fact, ClockWarned) and fact.clock == "level"]
        assert [turn.notices[0].recipient for turn in warned] == [LevelQueue(level) for level in Level]
