"""A chat of a case: who writes in it, what a line means for its clocks, how it ends, and who is told (PLAN-7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.case import chats
from policy.case import commands as c
from policy.case import facts as f
from policy.case.case import Actor, Attempt, Case, Channel, ClockState, Level, Outcome, Role, Status
from policy.case.lifecycle import decide, open_case
from policy.case.refusals import CaseClosed, ChannelNotInPlan, LevelNotServed, RoleNotAllowed, TextMissing
from policy.people.recipients import Agent, Contact
from policy.terms.terms import CHAT_ENDS_AFTER
from policy.visit.refusals import RemoteChannelsNotExhausted
from tests.support.lives import (
    ASK,
    BEGIN_CHAT,
    CLAIM,
    CONTACT,
    DIRECTOR,
    HELP_DESK,
    NO_WORDS,
    PREMIUM,
    REQUEST_VISIT,
    RESOLVE,
    SPECIALIST,
    STANDARD,
    TAKE_CHAT,
    UNCOVERED,
    WITHDRAW,
    Step,
    after,
    attempt,
    bogota,
    end_chat,
    facts,
    hand_over_chat,
    line,
    opened,
    opening,
    turns,
)

COLLEAGUE = Actor(Role.AGENT, "agent-3", (Level.HELP_DESK,))
BY_CHAT = opening(channel=Channel.CHAT, begins_chat=True)
WAITING = open_case(BY_CHAT, terms=PREMIUM).case
TAKEN = after(WAITING, ("09:02", TAKE_CHAT), terms=PREMIUM)
TALKING = after(TAKEN, ("09:03", line()), terms=PREMIUM)


def ends(case: Case, *steps: Step) -> f.ChatEnded:
    """How the chat ended that these steps end."""
    [ended] = [fact for fact in facts(turns(case, *steps, terms=PREMIUM)) if isinstance(fact, f.ChatEnded)]
    return ended


@pytest.mark.rule("REQ-4")
def test_it_is_a_case_from_its_first_message() -> None:
    assert [each.fact.kind for each in open_case(BY_CHAT, terms=PREMIUM).entries] == ["case_opened", "chat_begun"]
    assert (WAITING.channel, WAITING.status) == (Channel.CHAT, Status.NEW)


@pytest.mark.rule("PLAN-7", "REQ-7")
def test_a_plan_without_the_channel_has_none() -> None:
    with pytest.raises(ChannelNotInPlan):
        open_case(BY_CHAT, terms=STANDARD)
    with pytest.raises(ChannelNotInPlan):
        decide(opened(), BEGIN_CHAT, terms=STANDARD, at=bogota("09:05"))


@pytest.mark.rule("WAR-3")
def test_a_case_that_is_held_has_none() -> None:
    uncovered = replace(UNCOVERED, channels=PREMIUM.channels)
    assert open_case(BY_CHAT, terms=uncovered).case.chat is None


@pytest.mark.rule("ESC-12")
def test_the_first_line_of_ours_is_the_initial_attention() -> None:
    assert TAKEN.initial_attention
    assert TAKEN.initial_attention.state is ClockState.RUNNING, "to take it is no answer yet"
    waits_on = after(TAKEN, ("09:02:30", line(CONTACT)), terms=PREMIUM)
    assert waits_on.first_answered_at is None, "nor is what the customer writes"
    assert TALKING.first_answered_at == bogota("09:03")


@pytest.mark.rule("ESC-10")
def test_the_customers_line_answers_what_it_was_asked() -> None:
    asked = after(TALKING, ("09:04", ASK), terms=PREMIUM)
    assert asked.status is Status.WAITING_CUSTOMER
    assert after(asked, ("09:05", line(CONTACT)), terms=PREMIUM).status is Status.IN_PROGRESS


class TestWhoHasIt:
    def test_is_the_first_who_takes_it_and_the_other_is_told_who(self) -> None:
        with pytest.raises(chats.ChatTakenAlready) as told:
            decide(TAKEN, replace(TAKE_CHAT, by=COLLEAGUE), terms=PREMIUM, at=bogota("09:02"))
        assert told.value.values["agent"] == HELP_DESK.id

    def test_takes_the_case_that_nobody_has_and_no_other(self) -> None:
        assert TAKEN.assignee == HELP_DESK.id
        claimed = after(WAITING, ("09:01", replace(CLAIM, by=COLLEAGUE)), ("09:02", TAKE_CHAT), terms=PREMIUM)
        assert claimed.assignee == COLLEAGUE.id

    @pytest.mark.rule("ESC-5")
    def test_serves_the_cases_level(self) -> None:
        with pytest.raises(LevelNotServed):
            decide(WAITING, replace(TAKE_CHAT, by=SPECIALIST), terms=PREMIUM, at=bogota("09:02"))

    @pytest.mark.parametrize("command", [line(COLLEAGUE), end_chat(by=COLLEAGUE)])
    def test_alone_writes_in_it_and_ends_it(self, command: c.Command) -> None:
        with pytest.raises(chats.ChatNotTaken):
            decide(WAITING, command, terms=PREMIUM, at=bogota("09:02"))
        with pytest.raises(chats.ChatOfAnother):
            decide(TAKEN, command, terms=PREMIUM, at=bogota("09:03"))

    @pytest.mark.rule("ESC-17")
    def test_may_be_who_stands_in_for_them(self) -> None:
        stand_in = replace(HELP_DESK, id="agent-8", on_behalf_of=HELP_DESK.id)
        assert after(TAKEN, ("09:03", line(stand_in)), terms=PREMIUM).chat

    def test_changes_by_a_hand_over_and_the_case_with_it(self) -> None:
        [turn] = turns(TALKING, ("09:05", hand_over_chat()), terms=PREMIUM)
        assert turn.case.chat
        assert (turn.case.chat.agent_id, turn.case.assignee) == ("agent-2", "agent-2")
        assert [notice.recipient for notice in turn.notices] == [Agent("agent-2")]
        with pytest.raises(chats.ChatTheirsAlready):
            decide(turn.case, hand_over_chat(), terms=PREMIUM, at=bogota("09:06"))

    def test_may_take_it_over_themself_and_is_told_of_nothing(self) -> None:
        taken_over = hand_over_chat("director-1", by=DIRECTOR)
        [turn] = turns(TALKING, ("09:05", taken_over), terms=PREMIUM)
        assert not turn.notices


class TestItsEnd:
    @pytest.mark.rule("ONS-4")
    @pytest.mark.parametrize("by", [HELP_DESK, CONTACT], ids=["support", "customer"])
    @pytest.mark.parametrize("outcome", [Outcome.SOLVED, Outcome.NOT_SOLVED])
    def test_logs_the_attempt(self, by: Actor, outcome: Outcome) -> None:
        over = after(TALKING, ("09:10", end_chat(outcome, by)), terms=PREMIUM)
        assert (over.chat, over.attempts) == (None, (Attempt(Channel.CHAT, outcome),))

    @pytest.mark.rule("ONS-4")
    @pytest.mark.parametrize("by", [HELP_DESK, CONTACT], ids=["support", "customer"])
    def test_is_no_attempt_where_nobody_of_ours_wrote(self, by: Actor) -> None:
        assert after(TAKEN, ("09:10", end_chat(by=by)), terms=PREMIUM).attempts == ()

    @pytest.mark.rule("ONS-4")
    def test_not_solved_is_what_a_visit_needs_of_the_channel(self) -> None:
        others = [("09:05", attempt(each)) for each in PREMIUM.channels if each is not Channel.CHAT]
        for outcome, is_enough in ((Outcome.SOLVED, False), (Outcome.NOT_SOLVED, True)):
            tried = after(TALKING, *others, ("09:10", end_chat(outcome)), terms=PREMIUM)
            if is_enough:
                assert decide(tried, REQUEST_VISIT, terms=PREMIUM, at=bogota("09:11")).case.visit
            else:
                with pytest.raises(RemoteChannelsNotExhausted):
                    decide(tried, REQUEST_VISIT, terms=PREMIUM, at=bogota("09:11"))

    def test_by_support_says_what_was_done(self) -> None:
        for summary in (None, NO_WORDS):
            with pytest.raises(TextMissing):
                decide(TALKING, replace(end_chat(), summary=summary), terms=PREMIUM, at=bogota("09:10"))

    @pytest.mark.rule("ONS-4")
    @pytest.mark.parametrize(
        ("case", "outcome"),
        [(WAITING, None), (TAKEN, None), (TALKING, Outcome.NO_ANSWER)],
        ids=["nobody took it", "nobody of ours wrote", "the customer was to answer"],
    )
    def test_comes_by_itself_once_nobody_writes(self, case: Case, outcome: Outcome | None) -> None:
        assert case.chat
        assert case.chat.ends_at == case.chat.begun_at + CHAT_ENDS_AFTER + (
            timedelta(minutes=3) if outcome else timedelta()
        )
        ended = ends(case, case.chat.ends_at)
        assert (ended.outcome, ended.tells) == (outcome, True)
        assert after(case, case.chat.ends_at, terms=PREMIUM).status is not Status.CLOSED, "the case goes on"

    @pytest.mark.rule("ONS-4")
    def test_by_itself_is_no_attempt_where_we_left_the_customer_without_an_answer(self) -> None:
        assert ends(TALKING, ("09:05", line(CONTACT)), "09:20").outcome is None

    def test_moves_on_with_each_line(self) -> None:
        said = after(TALKING, ("09:10", line(CONTACT)), terms=PREMIUM)
        assert said.chat
        assert said.chat.ends_at == bogota("09:25")

    def test_comes_with_the_cases(self) -> None:
        solved = turns(TALKING, ("09:10", RESOLVE), terms=PREMIUM)[-1]
        assert [each.fact.kind for each in solved.entries] == ["chat_ended", "case_resolved"]
        assert Attempt(Channel.CHAT, Outcome.SOLVED) in solved.case.attempts
        assert ends(TALKING, ("09:10", WITHDRAW)).outcome is None

    def test_leaves_nothing_to_write_in(self) -> None:
        over = after(TALKING, ("09:10", end_chat()), terms=PREMIUM)
        with pytest.raises(chats.ChatOver):
            decide(over, line(CONTACT), terms=PREMIUM, at=bogota("09:11"))
        with pytest.raises(CaseClosed):
            decide(after(over, ("09:11", WITHDRAW), terms=PREMIUM), line(CONTACT), terms=PREMIUM, at=bogota("09:12"))

    def test_may_be_followed_by_another(self) -> None:
        again = after(TALKING, ("09:10", end_chat()), ("09:20", BEGIN_CHAT), terms=PREMIUM)
        assert again.chat
        assert again.chat.agent_id is None
        with pytest.raises(chats.ChatGoingOn):
            decide(again, BEGIN_CHAT, terms=PREMIUM, at=bogota("09:21"))


class TestWhoIsTold:
    @pytest.mark.parametrize(
        ("said", "told"),
        [
            (line(), []),
            (line(CONTACT), []),
            (line(unseen=True), [Contact("contact-1")]),
            (line(CONTACT, unseen=True), [Agent("agent-1")]),
        ],
        ids=["customer there", "agent there", "customer gone", "agent gone"],
    )
    def test_of_a_line_is_who_was_not_there(self, said: c.SayInChat, told: list[Agent | Contact]) -> None:
        assert [each.recipient for each in turns(TALKING, ("09:05", said), terms=PREMIUM)[-1].notices] == told

    def test_once_for_all_lines_until_they_are_back(self) -> None:
        gone = ("09:05", line(unseen=True)), ("09:06", line(unseen=True))
        back = ("09:07", line(CONTACT)), ("09:08", line(unseen=True))
        told = [len(turn.notices) for turn in turns(TALKING, *gone, *back, terms=PREMIUM)]
        assert told == [1, 0, 0, 1]

    def test_of_a_line_to_a_chat_that_waits_is_nobody(self) -> None:
        assert not turns(WAITING, ("09:01", line(CONTACT, unseen=True)), terms=PREMIUM)[-1].notices

    def test_of_its_end_is_who_was_not_there(self) -> None:
        for end, told in (
            (end_chat(), []),
            (end_chat(unseen=True), [Contact("contact-1")]),
            (end_chat(by=CONTACT, unseen=True), [Agent("agent-1")]),
        ):
            assert [each.recipient for each in turns(TALKING, ("09:05", end), terms=PREMIUM)[-1].notices] == told

    def test_of_a_chat_on_a_case_that_is_there_is_who_works_on_it(self) -> None:
        case = after(opened(terms=PREMIUM), ("09:01", CLAIM), terms=PREMIUM)
        assert [each.recipient for each in turns(case, ("09:05", BEGIN_CHAT), terms=PREMIUM)[-1].notices] == [
            Agent("agent-1")
        ]


def test_only_the_customer_begins_one() -> None:
    with pytest.raises(RoleNotAllowed):
        decide(opened(terms=PREMIUM), replace(BEGIN_CHAT, by=HELP_DESK), terms=PREMIUM, at=bogota("09:05"))
