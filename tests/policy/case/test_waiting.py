"""The level clock while the case waits for the customer (ESC-10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.case import escalation
from policy.case.case import ClockState, Level, Priority, Status, WaitingFor, WakeKind
from policy.case.lifecycle import decide
from policy.case.refusals import AlreadyWaiting, TextMissing
from policy.terms.terms import Terms
from policy.time.clock import ClockName, Stretch
from tests.support.lives import (
    ANSWER,
    ASK,
    CLAIM,
    NO_WORDS,
    PREMIUM,
    REPLY,
    STANDARD,
    after,
    bogota,
    facts,
    kinds,
    opened,
    turns,
)

MINUTE = timedelta(minutes=1)


@pytest.mark.rule("ESC-10")
class TestACaseThatAsksTheCustomer:
    def test_waits_with_its_level_clock_paused(self) -> None:
        """Ten minutes were used; what comes by itself is the customer's reminder (ESC-16)."""
        case = after(opened(), ("09:10", ASK))
        assert (case.status, case.waiting_for) == (Status.WAITING_CUSTOMER, WaitingFor.INFORMATION)
        assert case.level_clock
        assert (case.level_clock.state, case.level_clock.spent) == (ClockState.PAUSED, 10 * MINUTE)
        assert case.wakes[0].kind is WakeKind.INFORMATION_REMINDER

    @pytest.mark.rule("ESC-4")
    @pytest.mark.parametrize(
        ("terms", "asked_at", "used"),
        [
            (STANDARD, "13:30", timedelta(minutes=60)),
            (PREMIUM, "13:20", timedelta(minutes=110)),
            (STANDARD, "11:59", timedelta(minutes=29)),
            (STANDARD, "12:59", timedelta(minutes=30)),
        ],
    )
    def test_has_used_the_time_of_its_plans_hours(self, terms: Terms, asked_at: str, used: timedelta) -> None:
        """From 11:30 on; lunch is from 12:00 to 13:00."""
        case = after(opened("11:30", Priority.LOW, terms=terms), (asked_at, ASK), terms=terms)
        assert case.level_clock
        assert case.level_clock.spent == used

    def test_is_not_handed_on_while_it_waits(self) -> None:
        """To the last minute of its five business days it is still where it was."""
        case = after(opened(), ("09:10", ASK), "2026-12-02 16:59")
        assert (case.level, case.status) == (Level.HELP_DESK, Status.WAITING_CUSTOMER)

    def test_goes_on_with_what_was_left_when_the_answer_comes(self) -> None:
        """Fifty minutes from 15:00 on."""
        case = after(opened(), ("09:10", ASK), ("15:00", ANSWER))
        assert (case.status, case.waiting_for) == (Status.IN_PROGRESS, None)
        assert case.next_hand_off_at == bogota("15:50")

    def test_goes_on_at_the_next_opening_when_the_answer_comes_at_night(self) -> None:
        """An answer on Wednesday at 22:00 finds nobody until Thursday at 8."""
        case = after(opened(), ("09:10", ASK), ("22:00", ANSWER))
        assert case.next_hand_off_at == bogota("2026-11-26 08:50")

    def test_goes_on_at_once_under_premium(self) -> None:
        """There somebody is there at night."""
        case = after(opened(terms=PREMIUM), ("09:10", ASK), ("22:00", ANSWER), terms=PREMIUM)
        assert case.next_hand_off_at == bogota("22:50")

    def test_keeps_its_assignee_and_level(self) -> None:
        """Waiting is no hand-off."""
        case = after(opened(), ("09:05", CLAIM), ("09:10", ASK), ("15:00", ANSWER))
        assert (case.assignee, case.level) == ("agent-1", Level.HELP_DESK)

    def test_goes_on_waiting_when_it_is_told_something_more(self) -> None:
        """A reply asks nothing and ends nothing."""
        assert after(opened(), ("09:10", ASK), ("09:20", REPLY)).status is Status.WAITING_CUSTOMER

    def test_asks_one_question_at_a_time(self) -> None:
        """The second is refused until the first is answered."""
        with pytest.raises(AlreadyWaiting) as refused:
            after(opened(), ("09:10", ASK), ("09:20", ASK))
        assert refused.value.rule == "ESC-10"

    def test_asks_something(self) -> None:
        """An empty question pauses nothing."""
        with pytest.raises(TextMissing):
            decide(opened(), replace(ASK, body=NO_WORDS), terms=STANDARD, at=bogota("09:10"))

    def test_adds_up_its_pauses(self) -> None:
        """10 and 20 minutes used, three and two hours waited: half an hour is left at 14:30."""
        steps = (("09:10", ASK), ("11:10", ANSWER), ("11:30", ASK), ("14:30", ANSWER))
        assert after(opened(), *steps).next_hand_off_at == bogota("15:00")

    def test_leaves_a_record_of_the_wait(self) -> None:
        """The stretch that was not counted says what for."""
        decision = turns(opened(), ("09:10", ASK), ("15:00", ANSWER))[-1]
        assert decision.stretches == (
            Stretch(
                clock=ClockName.LEVEL,
                level=1,
                from_at=bogota("09:10"),
                to_at=bogota("15:00"),
                counted=False,
                why="information",
            ),
        )


@pytest.mark.rule("ESC-10")
class TestACustomerWhoWrites:
    def test_unasked_changes_no_clock(self) -> None:
        """It is a message, no answer."""
        case = opened()
        decision = turns(case, ("09:10", ANSWER))[-1]
        assert kinds([decision]) == ["customer_answered"]
        assert (decision.case.level_clock, decision.case.status) == (case.level_clock, Status.NEW)

    def test_nothing_is_refused(self) -> None:
        """An empty answer would start the clock for nothing."""
        with pytest.raises(TextMissing):
            after(opened(), ("09:10", ASK), ("09:20", replace(ANSWER, body=NO_WORDS)))

    @pytest.mark.parametrize("waiting_for", [WaitingFor.QUOTE, WaitingFor.VISIT, WaitingFor.SIGN_OFF])
    def test_does_not_end_a_wait_for_something_else(self, waiting_for: WaitingFor) -> None:
        """A message decides no quote and starts no visit."""
        case = escalation.pause(opened(), waiting_for, at=bogota("09:10"), terms=STANDARD)
        decision = decide(case, ANSWER, terms=STANDARD, at=bogota("09:20"))
        assert facts([decision])[0].kind == "customer_answered"
        assert decision.case.waiting_for is waiting_for


class TestAPauseOfLevel3:
    @pytest.mark.rule("ESC-10")
    def test_counts_like_any_other(self) -> None:
        """Priority 1 reaches level 3 at 10:00; half an hour is used, half is left."""
        steps = (("10:30", ASK), ("14:00", ANSWER), "14:30")
        assert after(opened(priority=Priority.CRITICAL), *steps).overdue_at == bogota("14:30")
