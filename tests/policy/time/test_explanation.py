"""Where a clock's time went: every interval has a reason, and the counted ones add up to what the clock shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.case.case import Case, Priority
from policy.case.commands import Command
from policy.case.refusals import Refusal
from policy.time.clock import ClockName, Stretch, spent_at
from policy.time.explanation import ClockStory, Interval, stories
from tests.support.lives import (
    ANSWER,
    ASK,
    HAND_OFF,
    REOPEN,
    REPLY,
    RESOLVE,
    STANDARD,
    Step,
    bogota,
    opened,
    priority,
    turns,
)


def lived(case: Case, *steps: Step, at: str) -> tuple[Case, tuple[ClockStory, ...]]:
    """The case after the steps and all that fell due until `at`, and its stories."""
    decisions = turns(case, *steps, bogota(at))
    case = decisions[-1].case if decisions else case
    stretches: list[Stretch] = [stretch for decision in decisions for stretch in decision.stretches]
    return case, stories(case, stretches, calendar=STANDARD.hours, at=bogota(at))


def level(told: tuple[ClockStory, ...], number: int) -> ClockStory:
    return next(story for story in told if (story.clock, story.level) == (ClockName.LEVEL, number))


def shown(story: ClockStory) -> list[tuple[str, str, str, str]]:
    """(from, to, state, why) on Bogotá's clocks."""

    def label(at: datetime) -> str:
        return f"{at - timedelta(hours=5):%d %H:%M}"

    return [(label(i.from_at), label(i.to_at), i.state.value, i.name or i.why) for i in story.intervals]


@pytest.mark.rule("ESC-4")
def test_lunch_is_closed_time_between_two_counted_intervals() -> None:
    _, told = lived(opened("11:30", Priority.LOW), at="13:30")
    assert shown(level(told, 1)) == [
        ("25 11:30", "25 12:00", "counted", "open"),
        ("25 12:00", "25 13:00", "closed", "break"),
        ("25 13:00", "25 13:30", "counted", "open"),
    ]


@pytest.mark.rule("PLAN-14")
def test_a_holiday_is_called_by_its_name() -> None:
    """Friday afternoon to Tuesday, over a weekend and a moved Epiphany."""
    _, told = lived(opened("2027-01-08 16:30", Priority.LOW), at="2027-01-12 08:15")
    assert [why for *_, why in shown(level(told, 1))] == [
        "open",
        "night",
        "weekend",
        "Día de los Reyes Magos (observado)",
        "night",
        "open",
    ]


@pytest.mark.rule("ESC-10")
def test_waiting_for_the_customer_is_a_pause_and_initial_attention_has_none() -> None:
    _, told = lived(opened("09:00", Priority.LOW), (bogota("09:20"), ASK), at="10:00")
    assert shown(level(told, 1)) == [
        ("25 09:00", "25 09:20", "counted", "open"),
        ("25 09:20", "25 10:00", "paused", "information"),
    ]
    assert [state for _, _, state, _ in shown(told[0])] == ["counted"]


@pytest.mark.rule("ESC-10")
def test_the_answer_ends_the_pause() -> None:
    steps = ((bogota("09:20"), ASK), (bogota("09:50"), ANSWER))
    case, told = lived(opened("09:00", Priority.LOW), *steps, at="10:00")
    assert [state for _, _, state, _ in shown(level(told, 1))] == ["counted", "paused", "counted"]
    assert level(told, 1).spent == timedelta(minutes=30)
    assert case.level_clock is not None


@pytest.mark.rule("ESC-5")
def test_each_level_has_its_own_story() -> None:
    _, told = lived(opened("09:00", Priority.SERIOUS), (bogota("09:30"), HAND_OFF), at="09:45")
    assert [(story.clock.value, story.level) for story in told] == [
        ("initial_attention", None),
        ("level", 1),
        ("level", 2),
    ]
    assert [level(told, n).spent for n in (1, 2)] == [timedelta(minutes=30), timedelta(minutes=15)]


@pytest.mark.rule("ESC-11")
def test_a_change_of_priority_does_not_cut_an_interval_in_two() -> None:
    _, told = lived(opened("09:00", Priority.LOW), (bogota("09:20"), priority(Priority.MODERATE)), at="09:40")
    assert shown(level(told, 1)) == [("25 09:00", "25 09:40", "counted", "open")]


@pytest.mark.rule("ESC-14")
def test_the_time_between_solution_and_reopening_is_no_time_of_the_level() -> None:
    steps = ((bogota("09:20"), RESOLVE), (bogota("10:20"), REOPEN))
    _, told = lived(opened("09:00", Priority.LOW), *steps, at="10:30")
    assert shown(level(told, 1)) == [
        ("25 09:00", "25 09:20", "counted", "open"),
        ("25 09:20", "25 10:20", "paused", "stopped"),
        ("25 10:20", "25 10:30", "counted", "open"),
    ]


def test_a_stopped_clock_has_no_story_after_its_end() -> None:
    _, told = lived(opened("09:00"), (bogota("09:20"), RESOLVE), at="11:00")
    assert {story.intervals[-1].to_at for story in told} == {bogota("09:20")}


MINUTES = st.integers(1, 6 * 24 * 60)
STEPS = st.lists(
    st.tuples(MINUTES, st.sampled_from([ASK, ANSWER, REPLY, priority(Priority.LOW), HAND_OFF])), max_size=6
)


@given(steps=STEPS, more=MINUTES)
def test_the_counted_intervals_add_up_to_what_each_clock_shows(steps: list[tuple[int, Command]], more: int) -> None:
    """Whatever happens to a case: no gap, no overlap, and the sum is the clock's."""
    case = opened("2026-12-04 15:00", Priority.MODERATE)
    at, stretches = case.opened_at, []
    for minutes, command in steps:
        at += timedelta(minutes=minutes)
        try:
            decisions = turns(case, (at, command))
        except Refusal:
            decisions = turns(case, at)
        stretches += [stretch for decision in decisions for stretch in decision.stretches]
        case = decisions[-1].case if decisions else case
    at += timedelta(minutes=more)
    assert case.initial_attention is not None
    assert case.level_clock is not None
    told = stories(case, stretches, calendar=STANDARD.hours, at=at)
    assert told[0].spent == spent_at(case.initial_attention, at=at, calendar=STANDARD.hours)
    assert told[-1].spent == spent_at(case.level_clock, at=at, calendar=STANDARD.hours)
    for story in told:
        assert are_adjacent(story.intervals)


def are_adjacent(intervals: tuple[Interval, ...]) -> bool:
    return all(one.to_at == next_.from_at for one, next_ in pairwise(intervals)) and all(
        each.from_at < each.to_at for each in intervals
    )
