"""The level clock around a visit: it stands for a quote and for an agreed date, and goes on after each (ESC-10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.case import commands as c
from policy.case.case import Case, ClockState, Level, Priority, Status, WaitingFor
from policy.case.facts import OverdueRepeated
from policy.time.clock import ClockName
from policy.visit.visit import VisitStep
from tests.policy.case.test_outage import on_time, unrecorded
from tests.support.lives import (
    ACCEPT,
    ANSWER,
    APPROVE,
    ASK,
    CANCEL,
    DECLINE,
    HAND_OFF,
    PREMIUM,
    REQUEST_VISIT,
    SCHEDULE,
    START,
    Step,
    after,
    attempt,
    bogota,
    exhausted,
    facts,
    kinds,
    opened,
    priority,
    turns,
    visit_at,
)

MINUTE = timedelta(minutes=1)
REQUESTED, QUOTED = visit_at(VisitStep.REQUESTED), visit_at(VisitStep.QUOTED)
SCHEDULED = visit_at(VisitStep.SCHEDULED)
pytestmark = pytest.mark.rule("ESC-10")


def used(case: Case) -> timedelta:
    assert case.level_clock
    return case.level_clock.spent


def pauses(case: Case, *steps: Step) -> list[tuple[str, str, str | None]]:
    """The level clock's stretches that were not counted: from when to when (UTC), and why."""
    stretches = [s for turn in turns(case, *steps) for s in turn.stretches if s.clock is ClockName.LEVEL]
    return [(f"{s.from_at:%m-%d %H:%M}", f"{s.to_at:%m-%d %H:%M}", s.why) for s in stretches if not s.counted]


class TestAQuote:
    def test_pauses_the_clock_from_the_approval(self) -> None:
        """A quarter of an hour was used; the request alone paused nothing."""
        assert REQUESTED.level_clock == exhausted().level_clock
        assert (QUOTED.status, QUOTED.waits) == (Status.WAITING_CUSTOMER, (WaitingFor.QUOTE,))
        assert (used(QUOTED), QUOTED.next_hand_off_at) == (15 * MINUTE, None)

    @pytest.mark.parametrize("decision", [ACCEPT, DECLINE, CANCEL], ids=["accepted", "declined", "cancelled"])
    def test_lets_it_go_on_from_the_customers_decision(self, decision: c.Command) -> None:
        """45 minutes are left at 15:00."""
        case = after(QUOTED, ("15:00", decision))
        assert (case.status, case.next_hand_off_at) == (Status.IN_PROGRESS, bogota("15:45"))

    def test_lets_it_go_on_from_the_lapse(self) -> None:
        """Friday at 17:00: the 45 minutes are Monday's."""
        assert after(QUOTED, "2026-11-27 17:00").next_hand_off_at == bogota("2026-11-30 08:45")

    @pytest.mark.rule("ESC-15")
    def test_that_lapsed_during_an_outage_resumes_it_at_the_due_instant(self) -> None:
        """The case has been handed on since, when it was due."""
        late = turns(QUOTED, "2026-11-30 15:00")
        moved = next(e.due_at for turn in late for e in turn.entries if e.fact.kind == "handed_off")
        assert moved == bogota("2026-11-30 08:45")
        assert unrecorded(late[-1].case) == unrecorded(on_time(QUOTED, bogota("2026-11-30 15:00")))

    def test_says_in_the_record_what_was_waited_for(self) -> None:
        """From the approval to the acceptance."""
        assert pauses(REQUESTED, ("09:15", APPROVE), ("15:00", ACCEPT)) == [("11-25 14:15", "11-25 20:00", "quote")]

    def test_does_not_pause_the_initial_attention(self) -> None:
        """Nobody has answered by 10:00."""
        case = after(QUOTED, "10:00")
        assert case.initial_attention
        assert case.initial_attention.state is ClockState.MISSED


class TestAnAgreedDate:
    def test_pauses_the_clock_until_the_visit_starts(self) -> None:
        """A week's wait used nothing: 15 minutes before the approval, 5 from the acceptance to the date."""
        assert (SCHEDULED.waits, used(SCHEDULED)) == ((WaitingFor.VISIT,), 20 * MINUTE)
        started = after(SCHEDULED, ("2026-12-03 08:55", START))
        assert (started.waits, started.next_hand_off_at) == ((), bogota("2026-12-03 09:35"))

    def test_is_waited_for_once_when_it_is_moved(self) -> None:
        """The clock stood already."""
        moved = after(SCHEDULED, ("14:00", replace(SCHEDULE, starts_at=bogota("2026-12-10 09:00"))))
        assert (moved.waits, moved.level_clock) == ((WaitingFor.VISIT,), SCHEDULED.level_clock)

    def test_that_is_called_off_lets_the_clock_go_on(self) -> None:
        """40 minutes from 14:00."""
        assert after(SCHEDULED, ("14:00", CANCEL)).next_hand_off_at == bogota("14:40")

    def test_is_waited_for_by_premium_too(self) -> None:
        """Around the clock nothing counts."""
        case = after(visit_at(VisitStep.SCHEDULED, terms=PREMIUM), ("2026-12-03 03:00", START), terms=PREMIUM)
        assert case.next_hand_off_at == bogota("2026-12-03 03:40")

    def test_says_in_the_record_what_was_waited_for(self) -> None:
        """Two pauses, each with its reason."""
        steps: tuple[Step, ...] = (
            ("09:15", APPROVE),
            ("09:20", ACCEPT),
            ("09:25", SCHEDULE),
            ("2026-12-03 08:55", START),
        )
        assert pauses(REQUESTED, *steps) == [
            ("11-25 14:15", "11-25 14:20", "quote"),
            ("11-25 14:25", "12-03 13:55", "visit"),
        ]


class TestTwoWaitsTogether:
    asked = after(REQUESTED, ("09:12", ASK), ("09:15", APPROVE))

    def test_are_both_known(self) -> None:
        """The first one named first; the clock stands since it."""
        assert self.asked.waits == (WaitingFor.INFORMATION, WaitingFor.QUOTE)
        assert used(self.asked) == 12 * MINUTE

    @pytest.mark.parametrize(
        ("first", "second", "left"),
        [(ANSWER, ACCEPT, WaitingFor.QUOTE), (ACCEPT, ANSWER, WaitingFor.INFORMATION)],
        ids=["the answer first", "the decision first"],
    )
    def test_both_have_to_end(self, first: c.Command, second: c.Command, left: WaitingFor) -> None:
        """In whichever order: the clock goes on with the last one."""
        halfway = after(self.asked, ("10:30", first))
        assert (halfway.waits, halfway.status, halfway.next_hand_off_at) == ((left,), Status.WAITING_CUSTOMER, None)
        assert after(halfway, ("11:00", second)).next_hand_off_at == bogota("11:48")

    def test_are_recorded_one_after_the_other(self) -> None:
        """Each stretch says what the clock stood for."""
        assert pauses(self.asked, ("10:30", ANSWER), ("11:00", ACCEPT)) == [
            ("11-25 14:12", "11-25 15:30", "information"),
            ("11-25 15:30", "11-25 16:00", "quote"),
        ]

    def test_ask_no_second_question(self) -> None:
        """While the first one is not answered, also where a quote came first."""
        quoted = after(QUOTED, ("09:20", ASK))
        assert quoted.waits == (WaitingFor.QUOTE, WaitingFor.INFORMATION)
        assert after(quoted, ("09:30", ANSWER)).waits == (WaitingFor.QUOTE,)

    def test_end_together_with_the_case(self) -> None:
        """Closed, it waits for nothing."""
        assert after(self.asked, ("10:30", c.WithdrawCase(by=ANSWER.by))).waits == ()


class TestACaseThatWaits:
    def test_for_a_quote_is_handed_on_by_hand_with_its_clock_standing(self) -> None:
        """Level 2 starts with its whole hour, once the customer has decided."""
        case = after(QUOTED, ("09:30", HAND_OFF))
        assert (case.level, case.waits, used(case), case.next_hand_off_at) == (
            Level.SPECIALISTS,
            (WaitingFor.QUOTE,),
            0 * MINUTE,
            None,
        )
        assert after(case, ("15:00", ACCEPT)).next_hand_off_at == bogota("16:00")

    @pytest.mark.rule("ESC-11")
    def test_for_a_quote_moves_up_when_its_new_limit_is_behind_it(self) -> None:
        """40 minutes are past priority 1's half hour."""
        used_40 = after(opened(), ("09:05", attempt()), ("09:10", REQUEST_VISIT), ("09:40", APPROVE))
        case = after(used_40, ("09:50", priority(Priority.CRITICAL)))
        assert (case.level, case.waits, case.next_hand_off_at) == (Level.SPECIALISTS, (WaitingFor.QUOTE,), None)

    @pytest.mark.rule("ESC-6")
    def test_overdue_is_not_said_again_before_it_goes_on(self) -> None:
        """Overdue at 16:00, and again each four business hours: two were used before the wait, two are left."""
        overdue = after(exhausted(), ("15:50", REQUEST_VISIT), ("2026-11-26 09:00", APPROVE))
        assert (overdue.overdue, overdue.overdue_repeat_at) == (True, None)
        waited = turns(overdue, ("2026-11-27 09:00", ACCEPT), "2026-11-27 11:00")
        assert [fact for fact in facts(waited) if isinstance(fact, OverdueRepeated)] == [OverdueRepeated(periods=1)]
        assert next(e.due_at for e in waited[-1].entries) == bogota("2026-11-27 11:00")

    @pytest.mark.rule("ESC-6")
    def test_overdue_twice_keeps_the_instant_it_was_due(self) -> None:
        """For the record: two waits, and the clock was missed at 16:00."""
        overdue = after(exhausted(), ("15:50", REQUEST_VISIT), ("16:10", ASK), ("16:20", APPROVE))
        case = after(overdue, ("16:30", ANSWER), ("16:40", ACCEPT))
        assert case.level_clock
        assert (case.level_clock.state, case.level_clock.due_at) == (ClockState.MISSED, bogota("16:00"))

    def test_is_never_warned(self) -> None:
        """A clock that stands comes to nothing."""
        waited = turns(after(SCHEDULED, "10:00"), "2026-12-03 08:59")
        assert set(kinds(waited)) == {"visit_reminded"}
