"""Initial attention: which words meet it, which do not, and that nothing pauses it (PLAN-5, ESC-10, ESC-12)."""

from __future__ import annotations

import pytest

from policy.case import commands as c
from policy.case.case import Case, Channel, ClockState, Direction, Outcome, Priority
from policy.case.facts import InitialAttentionGiven
from tests.support.lives import (
    ANSWER,
    ASK,
    CLAIM,
    HAND_OFF,
    HELP_DESK,
    PREMIUM,
    REPLY,
    RESOLVE,
    TO_PROVIDER,
    WITHDRAW,
    WORDS,
    after,
    bogota,
    call,
    facts,
    kinds,
    opened,
    priority,
    transfer,
    turns,
)


def attempt(channel: Channel, outcome: Outcome) -> c.LogAttempt:
    return c.LogAttempt(by=HELP_DESK, channel=channel, outcome=outcome, summary=WORDS)


def state(case: Case) -> ClockState:
    assert case.initial_attention
    return case.initial_attention.state


@pytest.mark.rule("ESC-12")
class TestInitialAttention:
    @pytest.mark.parametrize(
        "answer",
        [
            REPLY,
            ASK,
            RESOLVE,
            attempt(Channel.PHONE, Outcome.NOT_SOLVED),
            attempt(Channel.PHONE, Outcome.SOLVED),
            attempt(Channel.CHAT, Outcome.NOT_SOLVED),
            call(),
            call(Direction.IN, Outcome.SOLVED),
        ],
        ids=lambda answer: type(answer).__name__,
    )
    def test_is_met_by_a_human_answer_that_the_customer_can_see(self, answer: c.Command) -> None:
        """A public reply, a question, the solution, a logged call or chat."""
        case = after(opened(priority=Priority.LOW, terms=PREMIUM), ("09:10", answer), terms=PREMIUM)
        assert (state(case), case.first_answered_at) == (ClockState.MET, bogota("09:10"))

    @pytest.mark.parametrize(
        "silence",
        [
            CLAIM,
            c.AssignCase(by=HELP_DESK, agent_id="agent-1"),
            c.AddNote(by=HELP_DESK, body=WORDS),
            attempt(Channel.PHONE, Outcome.NO_ANSWER),
            call(outcome=Outcome.NO_ANSWER),
            call(Direction.IN, Outcome.NO_ANSWER),
            attempt(Channel.EMAIL, Outcome.NOT_SOLVED),
            attempt(Channel.WEB, Outcome.NOT_SOLVED),
            priority(Priority.SERIOUS),
            HAND_OFF,
            transfer("sig"),
            TO_PROVIDER,
            ANSWER,
        ],
        ids=lambda silence: type(silence).__name__,
    )
    def test_is_not_met_by_what_is_no_answer(self, silence: c.Command) -> None:
        """Moving a case about tells the customer nothing."""
        case = after(opened(priority=Priority.LOW, terms=PREMIUM), ("09:10", silence), terms=PREMIUM)
        assert (state(case), case.first_answered_at) == (ClockState.RUNNING, None)

    def test_is_not_met_by_the_automatic_acknowledgement(self) -> None:
        """The contact is told of the opening, and the clock runs all the same."""
        case = opened()
        assert (state(case), case.first_answered_at) == (ClockState.RUNNING, None)

    def test_is_given_once(self) -> None:
        """The second answer is only an answer."""
        life = turns(opened(), ("09:10", REPLY), ("09:20", REPLY))
        assert kinds(life) == ["reply_sent", "initial_attention_given", "reply_sent"]
        assert life[-1].case.first_answered_at == bogota("09:10")

    @pytest.mark.rule("PLAN-5")
    def test_says_that_it_came_in_time(self) -> None:
        """The fact carries the instant that it is held against."""
        given = facts(turns(opened(), ("09:59:59", REPLY)))[-1]
        assert given == InitialAttentionGiven(due_at=bogota("10:00"), in_time=True)

    @pytest.mark.rule("PLAN-5")
    def test_says_that_it_came_late(self) -> None:
        """Missed stays missed, though the answer counts as the first."""
        life = turns(opened(), ("10:00:01", REPLY))
        assert facts(life)[-1] == InitialAttentionGiven(due_at=bogota("10:00"), in_time=False)
        assert state(life[-1].case) is ClockState.MISSED

    @pytest.mark.rule("PLAN-5")
    def test_is_missed_at_its_limit(self) -> None:
        """By itself, as a fact."""
        life = turns(opened(priority=Priority.LOW), "10:00")
        assert kinds(life)[-1] == "initial_attention_missed"
        assert state(life[-1].case) is ClockState.MISSED

    def test_is_stopped_by_an_end_without_an_answer(self) -> None:
        """Neither met nor missed: the customer took the request back."""
        assert state(after(opened(), ("09:10", WITHDRAW))) is ClockState.STOPPED


@pytest.mark.rule("ESC-10")
class TestItsClock:
    def test_never_pauses(self) -> None:
        """Whatever is asked of a case, the clock runs, is met, missed or stopped."""
        case = opened(priority=Priority.LOW, terms=PREMIUM)
        for step in (CLAIM, HAND_OFF, transfer("sig"), TO_PROVIDER, ASK):
            case = after(case, ("09:10", step), terms=PREMIUM)
            assert state(case) is not ClockState.PAUSED

    def test_runs_on_through_a_hand_off(self) -> None:
        """Level 2 owes the answer that level 1 did not give."""
        case = opened()
        assert after(case, ("09:10", HAND_OFF)).initial_attention == case.initial_attention
