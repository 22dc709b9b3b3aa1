"""One clock by itself: start, pause, resume, stop, miss, another limit. It knows nothing of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.case.case import Clock, ClockState
from policy.time import clock as clocks
from tests.support.lives import PREMIUM, STANDARD, bogota

OFFICE = STANDARD.hours
ALWAYS = PREMIUM.hours
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def started(at: str = "09:00", limit: timedelta = HOUR) -> Clock:
    return clocks.start(limit, at=bogota(at), calendar=OFFICE, warn_at_percent=75)


def paused(at: str) -> Clock:
    return clocks.pause(started(), at=bogota(at), calendar=OFFICE)


def resumed(clock: Clock, at: str) -> Clock:
    return clocks.resume(clock, at=bogota(at), calendar=OFFICE, warn_at_percent=75)


class TestAClock:
    def test_starts_with_nothing_spent(self) -> None:
        """It counts from its first instant."""
        clock = started()
        assert (clock.state, clock.counting, clock.spent) == (ClockState.RUNNING, True, timedelta(0))

    def test_is_due_when_its_limit_has_been_counted(self) -> None:
        """Lunch is skipped."""
        assert started("11:30").due_at == bogota("13:30")

    def test_is_due_at_the_closing_instant_when_its_limit_ends_there(self) -> None:
        """Not at the next opening."""
        assert started("16:00").due_at == bogota("17:00")

    def test_counts_around_the_clock_where_the_calendar_never_closes(self) -> None:
        """The calendar decides, not the clock."""
        clock = clocks.start(2 * HOUR, at=bogota("23:00"), calendar=ALWAYS, warn_at_percent=75)
        assert clock.due_at == bogota("2026-11-26 01:00")

    def test_has_its_warning_at_the_given_share(self) -> None:
        """Three quarters of the limit, counted like the limit."""
        assert started("11:30").warn_at == bogota("13:15")

    def test_has_spent_what_was_open(self) -> None:
        """From 11:30 to 13:15 there were 45 minutes."""
        assert clocks.spent_at(started("11:30"), at=bogota("13:15"), calendar=OFFICE) == 45 * MINUTE

    def test_counts_nothing_when_it_starts_paused(self) -> None:
        """It waits with its whole limit."""
        clock = clocks.start_paused(HOUR, at=bogota("09:00"))
        assert clocks.spent_at(clock, at=bogota("16:00"), calendar=OFFICE) == timedelta(0)
        assert (clock.due_at, clock.warn_at) == (None, None)


class TestAPausedClock:
    def test_stands_still(self) -> None:
        """What was used stays used, and no more."""
        clock = paused("09:20")
        assert clocks.spent_at(clock, at=bogota("16:00"), calendar=OFFICE) == 20 * MINUTE
        assert (clock.state, clock.due_at, clock.warn_at) == (ClockState.PAUSED, None, None)

    def test_goes_on_with_what_was_left(self) -> None:
        """Forty minutes from 11:30 on end at 13:10."""
        assert resumed(paused("09:20"), "11:30").due_at == bogota("13:10")

    def test_keeps_the_rest_until_its_warning(self) -> None:
        """Twenty-five minutes were left until it."""
        assert resumed(paused("09:20"), "11:00").warn_at == bogota("11:25")

    def test_stays_paused_when_paused_again(self) -> None:
        """Nothing is counted twice."""
        again = clocks.pause(paused("09:20"), at=bogota("09:50"), calendar=OFFICE)
        assert (again.state, again.spent) == (ClockState.PAUSED, 20 * MINUTE)

    def test_goes_on_as_missed_when_its_limit_had_passed(self) -> None:
        """A missed clock counts on and keeps its due instant."""
        missed = clocks.miss(started(), count_on=True)
        clock = resumed(clocks.pause(missed, at=bogota("11:00"), calendar=OFFICE), "14:00")
        assert (clock.state, clock.counting, clock.due_at) == (ClockState.MISSED, True, bogota("10:00"))

    def test_goes_on_as_missed_when_it_was_paused_at_the_very_limit(self) -> None:
        """There was nothing left to go on with."""
        missed = clocks.miss(started(), count_on=True)
        clock = resumed(clocks.pause(missed, at=bogota("10:00"), calendar=OFFICE), "14:00")
        assert (clock.state, clock.due_at) == (ClockState.MISSED, bogota("10:00"))

    @pytest.mark.rule("ESC-6")
    def test_keeps_a_missed_due_instant_when_paused_again(self) -> None:
        """Two waits, one after the other, do not forget when the limit passed."""
        missed = clocks.miss(started(), count_on=True)
        first = clocks.pause(missed, at=bogota("11:00"), calendar=OFFICE)
        second = clocks.pause(first, at=bogota("11:30"), calendar=OFFICE)
        assert resumed(second, "14:00").due_at == bogota("10:00")


class TestAResumedClock:
    def test_is_warned_at_once_when_its_warning_has_passed(self) -> None:
        """It was paused before it was warned, under a longer limit."""
        clock = replace(paused("09:50"), warned=False)
        assert resumed(clock, "14:00").warn_at == bogota("14:00")

    def test_is_not_warned_twice(self) -> None:
        """The warning was given before the pause."""
        clock = replace(paused("09:50"), warned=True)
        assert resumed(clock, "14:00").warn_at is None


class TestAStoppedClock:
    def test_keeps_its_due_instant_to_be_held_against(self) -> None:
        """Met in time or not can be read from it for ever."""
        clock = clocks.stop(started(), ClockState.MET, at=bogota("09:40"), calendar=OFFICE)
        assert (clock.state, clock.spent, clock.due_at) == (ClockState.MET, 40 * MINUTE, bogota("10:00"))

    def test_counts_no_more(self) -> None:
        """The next day finds it as it was."""
        clock = clocks.stop(started(), ClockState.STOPPED, at=bogota("09:40"), calendar=OFFICE)
        assert clocks.spent_at(clock, at=bogota("2026-11-26 09:00"), calendar=OFFICE) == 40 * MINUTE


class TestAMissedClock:
    def test_has_spent_exactly_its_limit(self) -> None:
        """However late it was noticed."""
        clock = clocks.miss(started(), count_on=False)
        assert (clock.state, clock.spent, clock.since_at) == (ClockState.MISSED, HOUR, bogota("10:00"))

    def test_counts_on_where_the_policy_goes_on_by_it(self) -> None:
        """Level 3's periods after its limit are counted by the same clock."""
        clock = clocks.miss(started(), count_on=True)
        assert clocks.spent_at(clock, at=bogota("11:30"), calendar=OFFICE) == 150 * MINUTE


@pytest.mark.rule("ESC-11")
class TestAnotherLimit:
    def relimited(self, clock: Clock, limit: timedelta, at: str) -> Clock:
        return clocks.relimit(clock, limit, at=bogota(at), calendar=OFFICE, warn_at_percent=75)

    def test_leaves_what_was_used(self) -> None:
        """Twenty minutes of two hours, counted across lunch."""
        clock = self.relimited(started("11:50"), 2 * HOUR, "13:10")
        assert (clock.spent, clock.due_at) == (20 * MINUTE, bogota("14:50"))

    def test_leaves_a_pause_a_pause(self) -> None:
        """Only the limit is another."""
        assert self.relimited(paused("09:20"), 2 * HOUR, "11:00") == replace(paused("09:20"), limit=2 * HOUR)

    def test_is_warned_of_anew_when_it_is_further_away(self) -> None:
        """The old warning spoke of the old limit."""
        warned = replace(started(), warned=True, warn_at=None)
        assert self.relimited(warned, 2 * HOUR, "09:50").warn_at == bogota("10:30")
