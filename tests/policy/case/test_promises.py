"""The table of ESC-1..3 and PLAN-5, to the second, for cases that nobody touches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from policy.case.case import ClockState, Level, Priority
from policy.case.facts import CaseOverdue, HandedOff
from tests.support.every import every
from tests.support.lives import opened, policy, terms, turns
from tests.support.promises import PROMISES, Promise

each_promise = every("promise", PROMISES)


def _due(promise: Promise) -> dict[str, datetime | None]:
    """The due instants of everything that happens to an untouched case until it is overdue, as the policy has them."""
    life = turns(
        opened(promise.opened_at, promise.priority, terms=terms(promise.plan)),
        promise.overdue_at,
        terms=terms(promise.plan),
    )
    due: dict[str, datetime | None] = {}
    for entry in (entry for turn in life for entry in turn.entries):
        if isinstance(entry.fact, HandedOff):
            due[f"level_{int(entry.fact.to_level)}"] = entry.due_at
        if isinstance(entry.fact, CaseOverdue):
            due["overdue"] = entry.due_at
    return due


class TestAnUntouchedCase:
    @pytest.mark.rule("PLAN-5")
    @each_promise
    def test_is_due_its_initial_attention_when_the_plan_says(self, promise: Promise) -> None:
        """Standard within one business hour, Premium within thirty minutes."""
        case = opened(promise.opened_at, promise.priority, terms=terms(promise.plan))
        assert case.initial_attention
        assert case.initial_attention.due_at == promise.initial_attention_due_at

    @pytest.mark.rule("ESC-1")
    @pytest.mark.rule("ESC-4")
    @each_promise
    def test_leaves_help_desk_when_the_matrix_says(self, promise: Promise) -> None:
        """Level 1 holds it no longer than its priority allows, in the plan's hours."""
        assert opened(promise.opened_at, promise.priority, terms=terms(promise.plan)).next_hand_off_at == (
            promise.level_2_at
        )
        assert _due(promise)["level_2"] == promise.level_2_at

    @pytest.mark.rule("ESC-2")
    @pytest.mark.rule("ESC-4")
    @each_promise
    def test_leaves_the_specialists_when_the_matrix_says(self, promise: Promise) -> None:
        """Level 2's clock starts at level 1's due instant."""
        assert _due(promise)["level_3"] == promise.level_3_at

    @pytest.mark.rule("ESC-3")
    @pytest.mark.rule("ESC-4")
    @each_promise
    def test_is_overdue_when_the_matrix_says(self, promise: Promise) -> None:
        """Level 3's clock starts at level 2's due instant."""
        assert _due(promise)["overdue"] == promise.overdue_at

    @each_promise
    def test_is_not_overdue_a_microsecond_before(self, promise: Promise) -> None:
        """The limit is an instant, not a neighbourhood."""
        case = opened(promise.opened_at, promise.priority, terms=terms(promise.plan))
        before = turns(case, promise.overdue_at - datetime.resolution, terms=terms(promise.plan))[-1].case
        assert (before.level, before.overdue) == (Level.DIRECTOR, False)
        assert before.level_clock
        assert before.level_clock.state is ClockState.RUNNING


class TestTheTable:
    def test_holds_both_plans_and_all_priorities_for_every_opening(self) -> None:
        """No row is missing, none stands twice."""
        openings = {promise.opened_at for promise in PROMISES}
        assert {(promise.plan, promise.priority, promise.opened_at) for promise in PROMISES} == {
            (plan, priority, opened_at) for plan in policy().plans for priority in Priority for opened_at in openings
        }
        assert len(PROMISES) == 8 * len(openings)

    def test_lies_in_the_future_of_the_project(self) -> None:
        """The real server opens cases at these instants, and cannot go back in time."""
        assert min(promise.opened_at for promise in PROMISES) > datetime(2026, 11, 23, tzinfo=UTC)
