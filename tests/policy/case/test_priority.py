"""Priorities: proposed, confirmed or changed, and what a change does to the level's clock (PRI, ESC-11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from policy.case import commands as c
from policy.case.case import ClockState, Level, Priority
from policy.case.facts import PriorityChanged, PriorityConfirmed
from policy.case.lifecycle import decide
from policy.case.refusals import ReasonMissing
from policy.people.recipients import Contact
from tests.support.lives import (
    ANSWER,
    ASK,
    HELP_DESK,
    NO_WORDS,
    PREMIUM,
    STANDARD,
    WORDS,
    after,
    bogota,
    facts,
    kinds,
    opened,
    priority,
    turns,
)

MINUTE = timedelta(minutes=1)


class TestAPriority:
    @pytest.mark.parametrize(
        ("proposed", "limits"),
        [
            pytest.param(Priority.CRITICAL, (30, 30, 60), marks=pytest.mark.rule("PRI-1")),
            pytest.param(Priority.SERIOUS, (60, 60, 240), marks=pytest.mark.rule("PRI-2")),
            pytest.param(Priority.MODERATE, (60, 60, 480), marks=pytest.mark.rule("PRI-3")),
            pytest.param(Priority.LOW, (120, 120, 960), marks=pytest.mark.rule("PRI-4")),
        ],
    )
    def test_rules_every_levels_limit(self, proposed: Priority, limits: tuple[int, int, int]) -> None:
        """The four impacts, each with its own minutes at the three levels, for both plans."""
        for terms in (STANDARD, PREMIUM):
            assert tuple(terms.limit(level, proposed) // MINUTE for level in Level) == limits

    @pytest.mark.rule("PRI-5")
    def test_is_the_proposed_one_until_help_desk_speaks(self) -> None:
        """The requester proposes."""
        assert opened(priority=Priority.MODERATE).priority is Priority.MODERATE

    @pytest.mark.rule("PRI-5")
    def test_can_be_confirmed_without_touching_the_clock(self) -> None:
        """Agreeing is a fact, not a change."""
        case = opened(priority=Priority.SERIOUS)
        decision = turns(case, ("09:10", priority(Priority.SERIOUS)))[-1]
        assert facts([decision]) == [PriorityConfirmed(priority=Priority.SERIOUS, reason=WORDS)]
        assert decision.case.level_clock == case.level_clock

    @pytest.mark.rule("PRI-5")
    def test_changes_with_a_reason_that_the_customer_sees(self) -> None:
        """The fact is public, carries the reason, and the contact is told."""
        decision = turns(opened(priority=Priority.SERIOUS), ("09:10", priority(Priority.CRITICAL)))[-1]
        changed = PriorityChanged(
            from_priority=Priority.SERIOUS, to_priority=Priority.CRITICAL, spent=10 * MINUTE, reason=WORDS
        )
        assert facts([decision]) == [changed]
        assert not changed.internal
        assert [notice.recipient for notice in decision.notices] == [Contact("contact-1")]

    @pytest.mark.rule("PRI-5")
    @pytest.mark.parametrize("to", [Priority.SERIOUS, Priority.CRITICAL])
    def test_is_neither_confirmed_nor_changed_without_a_reason(self, to: Priority) -> None:
        """The customer reads why."""
        command = c.SetPriority(by=HELP_DESK, priority=to, reason=NO_WORDS)
        with pytest.raises(ReasonMissing):
            decide(opened(priority=Priority.SERIOUS), command, terms=STANDARD, at=bogota("09:10"))


@pytest.mark.rule("ESC-11")
class TestAChangeOfPriority:
    @pytest.mark.parametrize(
        ("to", "hand_off"), [(Priority.CRITICAL, "09:30"), (Priority.MODERATE, "10:00"), (Priority.LOW, "11:00")]
    )
    def test_keeps_the_time_used_and_sets_the_new_limit(self, to: Priority, hand_off: str) -> None:
        """The due instant is what it would have been under that priority from the start."""
        case = after(opened(priority=Priority.SERIOUS), ("09:10", priority(to)))
        assert case.next_hand_off_at == bogota(hand_off)

    @pytest.mark.parametrize("at", ["09:30", "09:59:59"])
    def test_moves_up_now_a_case_that_has_used_its_new_limit(self, at: str) -> None:
        """Half an hour or more at level 1 is too long for priority 1."""
        decision = turns(opened(priority=Priority.SERIOUS), (at, priority(Priority.CRITICAL)))[-1]
        assert kinds([decision]) == ["priority_changed", "handed_off"]
        assert (decision.case.level, decision.case.next_hand_off_at) == (2, bogota(at) + 30 * MINUTE)

    def test_moves_up_one_level_only(self) -> None:
        """However long ago the new limit passed: the next level has its own time."""
        case = after(opened(priority=Priority.LOW), ("10:59", priority(Priority.CRITICAL)))
        assert case.level is Level.SPECIALISTS

    def test_does_not_move_a_case_that_is_short_of_its_new_limit(self) -> None:
        """A second less than half an hour is in time."""
        case = after(opened(priority=Priority.SERIOUS), ("09:29:59", priority(Priority.CRITICAL)))
        assert (case.level, case.next_hand_off_at) == (1, bogota("09:30"))

    def test_leaves_a_paused_clock_paused(self) -> None:
        """The customer still owes the answer; afterwards the new limit's rest counts."""
        waiting = after(opened(priority=Priority.SERIOUS), ("09:10", ASK), ("09:40", priority(Priority.LOW)))
        assert waiting.level_clock
        assert (waiting.level_clock.state, waiting.next_hand_off_at) == (ClockState.PAUSED, None)
        assert after(waiting, ("10:00", ANSWER)).next_hand_off_at == bogota("11:50")

    def test_moves_up_a_waiting_case_whose_time_is_used_still_waiting(self) -> None:
        """Level 2 gets it with a clock that starts with the customer's answer."""
        waiting = after(opened(priority=Priority.SERIOUS), ("09:40", ASK), ("09:50", priority(Priority.CRITICAL)))
        assert (waiting.level, waiting.next_hand_off_at) == (2, None)
        assert after(waiting, ("11:00", ANSWER)).next_hand_off_at == bogota("11:30")

    def test_leaves_initial_attention_alone(self) -> None:
        """That clock is the plan's, not the priority's."""
        case = opened(priority=Priority.SERIOUS)
        assert after(case, ("09:10", priority(Priority.LOW))).initial_attention == case.initial_attention

    def test_warns_again_of_the_new_limit(self) -> None:
        """Warned of 30 minutes at 22:30, the case is warned of its new hour at 45."""
        steps = ("09:23", ("09:24", priority(Priority.SERIOUS)), "09:45")
        warned = [e for t in turns(opened(priority=Priority.CRITICAL), *steps) for e in t.entries if e.due_at]
        levels = [e.due_at for e in warned if getattr(e.fact, "clock", None) == "level"]
        assert levels == [bogota("09:22:30"), bogota("09:45")]

    def test_does_not_warn_twice_where_the_new_limit_is_close_as_well(self) -> None:
        """Past three quarters of both limits there is nothing new to say."""
        case = after(opened(priority=Priority.SERIOUS), "09:50", ("09:51", priority(Priority.MODERATE)))
        assert case.level_clock
        assert (case.level_clock.warned, case.level_clock.warn_at) == (True, None)


@pytest.mark.rule("ESC-11")
@pytest.mark.rule("ESC-6")
class TestAChangeOfPriorityAtLevel3:
    """Premium, priority 4 from 09:00: level 3 from 13:00, overdue at 05:00 of the next day."""

    def test_marks_overdue_a_case_that_has_used_its_new_limit(self) -> None:
        """There is no level above: 15 hours at level 3 are too long for priority 1."""
        decision = turns(
            opened(priority=Priority.LOW, terms=PREMIUM),
            ("2026-11-26 04:00", priority(Priority.CRITICAL)),
            terms=PREMIUM,
        )[-1]
        assert kinds([decision]) == ["priority_changed", "case_overdue"]
        assert decision.case.overdue_at == bogota("2026-11-26 04:00")

    def test_says_it_again_after_the_next_whole_period(self) -> None:
        """Time used stays used: 15 hours were 14 further periods, the fifteenth ends at 16."""
        steps = (("2026-11-26 04:30", priority(Priority.CRITICAL)), "2026-11-26 05:00")
        last = turns(opened(priority=Priority.LOW, terms=PREMIUM), *steps, terms=PREMIUM)[-1]
        assert [(e.fact.kind, e.due_at) for e in last.entries] == [("overdue_repeated", bogota("2026-11-26 05:00"))]
        assert last.case.overdue_periods == 15

    def test_keeps_since_when_a_case_is_overdue(self) -> None:
        """Overdue before and after: it is told of once."""
        life = turns(
            opened(priority=Priority.LOW, terms=PREMIUM),
            ("2026-11-26 06:00", priority(Priority.MODERATE)),
            terms=PREMIUM,
        )
        assert kinds(life).count("case_overdue") == 1
        assert life[-1].case.overdue_at == bogota("2026-11-26 05:00")

    def test_ends_being_overdue_where_the_new_limit_is_longer(self) -> None:
        """Priority 1 was overdue at 11:00; as priority 2 it has until 14:00."""
        case = after(
            opened(priority=Priority.CRITICAL, terms=PREMIUM), ("11:30", priority(Priority.SERIOUS)), terms=PREMIUM
        )
        assert (case.overdue, case.overdue_repeat_at) == (False, None)
        assert case.level_clock
        assert case.level_clock.due_at == bogota("14:00")

    def test_repeats_from_the_answer_on_where_the_case_was_waiting(self) -> None:
        """Nobody is reminded while the customer owes an answer."""
        steps = (("2026-11-26 03:30", ASK), ("2026-11-26 04:00", priority(Priority.CRITICAL)))
        waiting = after(opened(priority=Priority.LOW, terms=PREMIUM), *steps, terms=PREMIUM)
        assert (waiting.overdue, waiting.overdue_repeat_at) == (True, None)
        answered = after(waiting, ("2026-11-26 10:00", ANSWER), terms=PREMIUM)
        assert answered.next_wake_at == bogota("2026-11-26 10:30")
