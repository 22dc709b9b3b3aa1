"""A case's life from the first claim to the end: who has it, and how it is resolved, reopened and closed (ESC-14)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.case import commands as c
from policy.case.case import Actor, Attempt, Case, Channel, ClockState, ClosingReason, Level, Outcome, Priority, Status
from policy.case.duplicates import GoesOnIn
from policy.case.facts import CaseClosed, CaseResolved
from policy.case.lifecycle import decide, elapse
from policy.case.refusals import (
    AgentDoesNotServe,
    AlreadyClaimed,
    DuplicateInCircle,
    DuplicateOfEnded,
    DuplicateOfItself,
    GroupNotServed,
    LevelNotServed,
    ReasonMissing,
    ReopeningTooLate,
    TextMissing,
)
from tests.support.lives import (
    ASK,
    CLAIM,
    CONFIRM,
    CONTACT,
    DIRECTOR,
    HAND_OFF,
    HELP_DESK,
    NO_WORDS,
    PREMIUM,
    REOPEN,
    REPLY,
    RESOLVE,
    SPECIALIST,
    STANDARD,
    WITHDRAW,
    WORDS,
    after,
    bogota,
    duplicate,
    facts,
    kinds,
    opened,
    transfer,
    turns,
)

RESOLVED = after(opened(), ("09:20", CLAIM), ("09:40", RESOLVE))


class TestAnAgent:
    def test_takes_a_case_of_its_level(self) -> None:
        """From then on the case is in progress."""
        case = after(opened(), ("09:10", CLAIM))
        assert (case.assignee, case.status) == ("agent-1", Status.IN_PROGRESS)

    @pytest.mark.rule("ESC-5")
    def test_does_not_take_a_case_of_another_level(self) -> None:
        """The queue of a level is for those who serve it."""
        with pytest.raises(LevelNotServed) as refused:
            after(opened(), ("09:10", c.ClaimCase(by=SPECIALIST)))
        assert refused.value.values == {"level": 1}

    @pytest.mark.rule("ESC-8")
    @pytest.mark.parametrize("groups", [("sig",), ("rastreo", "sig"), ()], ids=["member", "of several", "of none"])
    def test_takes_a_case_of_its_group(self, groups: tuple[str, ...]) -> None:
        """Whoever is in no group serves any."""
        claim = c.ClaimCase(by=replace(HELP_DESK, groups=groups))
        case = after(opened(terms=PREMIUM), ("09:05", transfer("sig")), ("09:10", claim), terms=PREMIUM)
        assert case.assignee == "agent-1"

    @pytest.mark.rule("ESC-8")
    def test_takes_a_case_of_its_group_whose_clock_runs_at_another_level(self) -> None:
        """A transfer moves the case sideways and keeps the level's clock running."""
        claim = c.ClaimCase(by=replace(SPECIALIST, groups=("sig",)))
        case = after(opened(terms=PREMIUM), ("09:05", transfer("sig")), ("09:10", claim), terms=PREMIUM)
        assert (case.assignee, case.level) == ("agent-2", Level.HELP_DESK)

    @pytest.mark.rule("ESC-8")
    def test_does_not_take_a_case_of_a_group_that_is_not_its_own(self) -> None:
        """The refusal names the group; the director may all the same."""
        case = after(opened(terms=PREMIUM), ("09:05", transfer("sig")), terms=PREMIUM)
        with pytest.raises(GroupNotServed) as refused:
            after(case, ("09:10", c.ClaimCase(by=replace(HELP_DESK, groups=("rastreo",)))), terms=PREMIUM)
        assert refused.value.values == {"group": "sig"}
        assert after(case, ("09:10", c.ClaimCase(by=DIRECTOR)), terms=PREMIUM).assignee == "director-1"

    def test_does_not_take_what_somebody_has(self) -> None:
        """The message says who."""
        with pytest.raises(AlreadyClaimed) as refused:
            after(opened(), ("09:10", CLAIM), ("09:20", CLAIM))
        assert refused.value.values["assignee"] == "agent-1"

    def test_can_be_given_a_case_that_somebody_has(self) -> None:
        """Assigning is how a case changes hands."""
        other = c.AssignCase(by=HELP_DESK, agent_id="agent-9")
        assert after(opened(), ("09:10", CLAIM), ("09:20", other)).assignee == "agent-9"

    @pytest.mark.rule("ESC-5", "ESC-8")
    @pytest.mark.parametrize(
        ("to", "given_at", "is_taken"),
        [
            (HELP_DESK, "09:59", True),
            (HELP_DESK, "10:00", False),
            (DIRECTOR, "10:00", True),
            (replace(HELP_DESK, levels=(Level.SPECIALISTS,)), "09:59", False),
            (replace(HELP_DESK, levels=(Level.SPECIALISTS,)), "10:00", True),
        ],
    )
    def test_is_given_to_who_serves_it_where_it_is_by_then(self, to: Actor, given_at: str, is_taken: bool) -> None:
        """The one who gave it had the case before them as it was: its limit may have passed since (10:00)."""
        given = c.AssignCase(by=DIRECTOR, agent_id=to.id, to=to)
        if is_taken:
            assert after(opened(), (given_at, given)).assignee == to.id
            return
        with pytest.raises(AgentDoesNotServe):
            after(opened(), (given_at, given))

    @pytest.mark.rule("ESC-8", "PLAN-7")
    def test_a_chat_is_handed_over_to_who_serves_its_case(self) -> None:
        """As by then, for the case may go with it."""
        chat = ("09:05", c.BeginChat(by=CONTACT, body=WORDS)), ("09:06", c.TakeChat(by=HELP_DESK))
        case = after(opened(terms=PREMIUM), *chat, ("09:07", HAND_OFF), terms=PREMIUM)
        to = replace(HELP_DESK, id="agent-2")
        with pytest.raises(AgentDoesNotServe):
            after(case, ("09:08", c.HandOverChat(by=HELP_DESK, agent_id=to.id, to=to)), terms=PREMIUM)

    def test_who_is_director_takes_any_case(self) -> None:
        """Every level is below the director."""
        assert after(opened(), ("09:10", c.ClaimCase(by=DIRECTOR))).assignee == "director-1"

    def test_begins_work_by_answering(self) -> None:
        """A case that was answered is no longer new."""
        assert after(opened(), ("09:10", REPLY)).status is Status.IN_PROGRESS

    @pytest.mark.parametrize("command", [replace(REPLY, body=NO_WORDS), c.AddNote(by=HELP_DESK, body=NO_WORDS)])
    def test_writes_something(self, command: c.Command) -> None:
        """Nothing empty is published."""
        with pytest.raises(TextMissing):
            decide(opened(), command, terms=STANDARD, at=bogota("09:10"))


class TestAnAttempt:
    def log(self, channel: Channel, outcome: Outcome) -> c.LogAttempt:
        return c.LogAttempt(by=HELP_DESK, channel=channel, outcome=outcome, summary=WORDS)

    def test_is_remembered_by_channel_and_outcome(self) -> None:
        """What a visit will ask for later."""
        case = after(opened(), ("09:10", self.log(Channel.PHONE, Outcome.NO_ANSWER)))
        assert case.attempts == (Attempt(Channel.PHONE, Outcome.NO_ANSWER),)

    def test_is_remembered_once_however_often_it_is_made(self) -> None:
        """The timeline has them all; the case needs to know that there was one."""
        steps = [(f"09:{minute}", self.log(Channel.PHONE, Outcome.NO_ANSWER)) for minute in range(10, 30)]
        assert len(after(opened(), *steps).attempts) == 1

    def test_says_what_was_tried(self) -> None:
        """An empty summary is none."""
        with pytest.raises(TextMissing):
            after(opened(), ("09:10", replace(self.log(Channel.PHONE, Outcome.SOLVED), summary=NO_WORDS)))


@pytest.mark.rule("ESC-14")
class TestAResolvedCase:
    def test_has_its_clocks_stopped(self) -> None:
        """What was spent stays readable, and nothing is due but the customer's word."""
        assert RESOLVED.level_clock
        assert RESOLVED.level_clock.state is ClockState.STOPPED
        assert RESOLVED.next_wake_at == RESOLVED.reopen_until

    def test_can_be_reopened_within_five_business_days(self) -> None:
        """Resolved on a Wednesday: until the next Wednesday closes."""
        assert RESOLVED.reopen_until == bogota("2026-12-02 17:00")

    def test_counts_those_days_in_business_days_for_premium_too(self) -> None:
        """A business day is a business day for every plan; 8 December is none."""
        case = after(opened("2026-12-04 09:00", terms=PREMIUM), ("2026-12-04 09:10", RESOLVE), terms=PREMIUM)
        assert case.reopen_until == bogota("2026-12-14 17:00")

    def test_says_until_when(self) -> None:
        """The fact carries it, for the notice to the customer."""
        fact = facts(turns(opened(), ("09:40", RESOLVE)))[0]
        assert fact == CaseResolved(summary=WORDS, reopen_until=bogota("2026-12-02 17:00"))

    def test_tells_the_solution(self) -> None:
        """An empty one is none."""
        with pytest.raises(TextMissing):
            after(opened(), ("09:40", replace(RESOLVE, summary=NO_WORDS)))

    def test_is_closed_by_the_customers_word(self) -> None:
        """Confirmed."""
        case = after(RESOLVED, ("10:00", CONFIRM))
        assert (case.status, case.closing_reason) == (Status.CLOSED, ClosingReason.CONFIRMED)

    def test_is_closed_by_no_word_at_all(self) -> None:
        """At the end of the fifth business day, by itself."""
        last = turns(RESOLVED, "2026-12-02 17:00")[-1]
        assert last.entries[0].fact == CaseClosed(reason=ClosingReason.UNANSWERED)
        assert (last.entries[0].due_at, last.case.status) == (bogota("2026-12-02 17:00"), Status.CLOSED)

    def test_is_open_to_the_customer_until_the_last_second(self) -> None:
        """One second before the end it goes back to work."""
        assert after(RESOLVED, ("2026-12-02 16:59:59", REOPEN)).status is Status.IN_PROGRESS

    def test_can_still_be_written_about(self) -> None:
        """A reply or a note changes nothing about its being resolved."""
        assert after(RESOLVED, ("10:00", REPLY)).status is Status.RESOLVED

    def test_no_longer_waits_for_information(self) -> None:
        """Whoever resolves it needs none."""
        case = after(opened(), ("09:10", ASK), ("09:20", RESOLVE))
        assert (case.status, case.waiting_for) == (Status.RESOLVED, None)


@pytest.mark.rule("ESC-14")
class TestAReopenedCase:
    def test_goes_on_with_the_time_it_had_left(self) -> None:
        """Forty of sixty minutes were used; twenty are left from Thursday 10:00 on."""
        case = after(RESOLVED, ("2026-11-26 10:00", REOPEN))
        assert case.next_hand_off_at == bogota("2026-11-26 10:20")

    def test_is_back_at_the_level_that_resolved_it(self) -> None:
        """With whoever resolved it."""
        resolve = c.ResolveCase(by=SPECIALIST, summary=WORDS)
        steps = (("09:10", HAND_OFF), ("09:20", c.ClaimCase(by=SPECIALIST)), ("09:30", resolve), ("15:00", REOPEN))
        case = after(opened(), *steps)
        assert (case.level, case.assignee, case.status) == (Level.SPECIALISTS, "agent-2", Status.IN_PROGRESS)

    def test_forgets_that_it_was_resolved(self) -> None:
        """It will not be closed by silence while it is worked on."""
        case = after(RESOLVED, ("10:00", REOPEN))
        assert (case.resolved_at, case.reopen_until) == (None, None)

    def test_has_a_pause_behind_it_that_still_does_not_count(self) -> None:
        """Resolved while waiting: the level had used ten minutes."""
        case = after(opened(), ("09:10", ASK), ("11:00", RESOLVE), ("14:00", REOPEN))
        assert case.next_hand_off_at == bogota("14:50")

    def test_can_be_resolved_again(self) -> None:
        """With five new business days from then on."""
        case = after(RESOLVED, ("2026-11-26 10:00", REOPEN), ("2026-11-26 10:10", RESOLVE))
        assert case.reopen_until == bogota("2026-12-03 17:00")

    def test_says_what_is_not_solved(self) -> None:
        """A reason is needed."""
        with pytest.raises(ReasonMissing):
            after(RESOLVED, ("10:00", replace(REOPEN, reason=NO_WORDS)))

    def test_is_refused_when_the_time_has_passed(self) -> None:
        """Also in the moment before silence closes it."""
        assert RESOLVED.reopen_until
        with pytest.raises(ReopeningTooLate):
            decide(RESOLVED, REOPEN, terms=STANDARD, at=RESOLVED.reopen_until)


class TestAnEnd:
    @pytest.mark.parametrize(
        ("command", "reason"),
        [
            (WITHDRAW, ClosingReason.WITHDRAWN),
            (c.CloseAsDuplicate(by=HELP_DESK, of="MA-2026-000002"), ClosingReason.DUPLICATE),
        ],
        ids=["withdrawn", "duplicate"],
    )
    def test_says_why(self, command: c.Command, reason: ClosingReason) -> None:
        """In the case and in the fact."""
        last = turns(opened(), ("09:10", command))[-1]
        assert (last.case.status, last.case.closing_reason) == (Status.CLOSED, reason)
        assert last.case.closed_at == bogota("09:10")

    def test_leaves_nothing_to_come(self) -> None:
        """No clock, no reminder, no term."""
        for case in (after(opened(), ("2026-11-26 09:00", WITHDRAW)), after(RESOLVED, ("10:00", CONFIRM))):
            assert (case.next_wake_at, case.next_hand_off_at, case.overdue) == (None, None, False)

    def test_of_a_duplicate_names_the_other_case(self) -> None:
        """So that the customer can follow that one."""
        case = after(opened(), ("09:10", duplicate(GoesOnIn("MA-2026-000002", Status.IN_PROGRESS))))
        assert case.duplicate_of == "MA-2026-000002"

    @pytest.mark.rule("ESC-18")
    @pytest.mark.parametrize("status", Status)
    def test_of_a_duplicate_leads_to_the_chains_last_while_that_is_open(self, status: Status) -> None:
        """Whatever case of the chain was named; the ledger is to look once more."""
        last = GoesOnIn("MA-2026-000003", status)
        if status in (Status.RESOLVED, Status.CLOSED):
            with pytest.raises(DuplicateOfEnded):
                after(opened(), ("09:10", duplicate(last)))
            return
        decision = turns(opened(), ("09:10", duplicate(last)))[-1]
        assert (decision.case.duplicate_of, decision.goes_on_in) == (last.number, last.number)

    @pytest.mark.rule("ESC-18")
    @pytest.mark.parametrize("status", Status)
    def test_is_not_a_circle(self, status: Status) -> None:
        """The other one was closed as this one's duplicate."""
        with pytest.raises(DuplicateInCircle):
            after(opened(), ("09:10", duplicate(GoesOnIn("MA-2026-000001", status))))

    def test_is_not_to_be_its_own_duplicate(self) -> None:
        """A case cannot repeat itself."""
        with pytest.raises(DuplicateOfItself):
            after(opened(), ("09:10", c.CloseAsDuplicate(by=HELP_DESK, of="MA-2026-000001")))


class TestTime:
    def test_does_nothing_before_it_has_come(self) -> None:
        """Asking too early is the caller's mistake, said as such."""
        with pytest.raises(ValueError, match="nothing of case MA-2026-000001 is due"):
            elapse(opened(), terms=STANDARD, at=bogota("09:44:59"))

    def test_does_nothing_to_a_closed_case(self) -> None:
        """There is nothing left that could fall due."""
        case = after(opened(), ("09:10", WITHDRAW))
        assert turns(case, "2027-11-25 09:00") == []

    def test_lets_happen_at_once_what_falls_due_together(self) -> None:
        """Priority 2 of Standard: the attention and the level have one hour, and end in one turn."""
        last = turns(opened(priority=Priority.SERIOUS), "10:00")[-1]
        assert kinds([last]) == ["initial_attention_missed", "handed_off"]


def _numbers(case: Case) -> tuple[int, int]:
    return case.turn, case.facts


class TestATurn:
    def test_is_numbered(self) -> None:
        """The opening is turn 1; facts are counted over all turns."""
        assert [_numbers(decision.case) for decision in turns(opened(), ("09:10", REPLY), ("09:20", RESOLVE))] == [
            (2, 3),
            (3, 4),
        ]

    def test_numbers_its_entries_on(self) -> None:
        """Reply and attention are facts 2 and 3."""
        assert [entry.seq for entry in turns(opened(), ("09:10", REPLY))[0].entries] == [2, 3]
