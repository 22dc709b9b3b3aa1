"""How a case moves: by its clock, by hand, functionally, to a provider; and what happens past level 3's limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from policy.case import commands as c
from policy.case.case import ClockState, Level, Priority, ProviderCase, Status, WakeKind
from policy.case.facts import CaseTransferred, ClockWarned, HandedOff, OverdueRepeated
from policy.case.lifecycle import decide
from policy.case.refusals import (
    AlreadyAtHighestLevel,
    FunctionalEscalationNotInPlan,
    GroupHasIt,
    ProviderCaseKnown,
    ProviderNotInvolved,
    ReasonMissing,
    TextMissing,
    TransferTargetUnclear,
    UnknownGroup,
)
from policy.terms.terms import Terms
from tests.support.lives import (
    ANSWER,
    ASK,
    CLAIM,
    HAND_OFF,
    HELP_DESK,
    NO_WORDS,
    PREMIUM,
    REOPEN,
    REPLY,
    RESOLVE,
    STANDARD,
    TO_PROVIDER,
    WITHDRAW,
    WORDS,
    Step,
    after,
    bogota,
    facts,
    kinds,
    opened,
    transfer,
    turns,
)

both_plans = pytest.mark.parametrize("terms", [STANDARD, PREMIUM], ids=["standard", "premium"])


@pytest.mark.rule("ESC-5")
class TestALevel:
    def test_has_its_clock_from_the_opening(self) -> None:
        """Level 1's time starts when the case is opened."""
        clock = opened("09:00").level_clock
        assert clock
        assert (clock.since_at, clock.spent, clock.state) == (bogota("09:00"), timedelta(0), ClockState.RUNNING)

    def test_hands_the_case_on_by_itself_at_its_limit(self) -> None:
        """Nobody gives a command; the clock is the actor."""
        entry = turns(opened(), "10:00")[-1].entries[-1]
        assert entry.by.role == "system"
        assert entry.fact == HandedOff(
            from_level=Level.HELP_DESK, to_level=Level.SPECIALISTS, cause="limit", left_by=None
        )

    @both_plans
    def test_hands_the_case_on_with_the_next_levels_whole_limit(self, terms: Terms) -> None:
        """Priority 2: an hour, an hour, and then four."""
        clock = after(opened(terms=terms), ("09:10", HAND_OFF), ("09:30", HAND_OFF), terms=terms).level_clock
        assert clock
        assert (clock.limit, clock.spent, clock.since_at) == (timedelta(hours=4), timedelta(0), bogota("09:30"))

    def test_hands_the_case_on_unassigned(self) -> None:
        """Whoever had it is named in the fact, and has it no more."""
        decision = turns(opened(), ("09:10", CLAIM), "10:00")[-1]
        assert decision.case.assignee is None
        assert [fact.left_by for fact in facts([decision]) if isinstance(fact, HandedOff)] == ["agent-1"]

    def test_keeps_the_group_at_level_2_and_leaves_it_at_level_3(self) -> None:
        """The specialists are at level 2; level 3 is one person."""
        case = after(opened(terms=PREMIUM), ("09:10", transfer("sig")), "10:00", terms=PREMIUM)
        assert (case.level, case.group) == (2, "sig")
        assert after(case, "11:00", terms=PREMIUM).group is None

    def test_starts_its_clock_when_the_case_arrives(self) -> None:
        """With nothing spent, at the due instant of the level before."""
        clock = after(opened(), "10:20").level_clock
        assert clock
        assert (clock.since_at, clock.spent, clock.due_at) == (bogota("10:00"), timedelta(0), bogota("11:00"))

    def test_does_not_start_initial_attention_again(self) -> None:
        """That promise is of the case, not of the level."""
        case = opened(priority=Priority.CRITICAL)
        moved = after(case, "09:30")
        assert case.initial_attention
        assert moved.initial_attention == case.initial_attention

    def test_leaves_the_status_as_it_is(self) -> None:
        """A new case that nobody took is new at the next level."""
        assert after(opened(), "10:00").status is Status.NEW


@pytest.mark.rule("ESC-6")
class TestAnOverdueCase:
    """Standard, priority 2 from 09:00: overdue at 16:00, its periods are of 4 hours."""

    def test_is_marked_at_level_3s_limit(self) -> None:
        """Since the due instant, and still at level 3."""
        case = after(opened(), "16:00")
        assert (case.overdue, case.overdue_at, case.level) == (True, bogota("16:00"), 3)

    def test_is_told_of_again_after_each_further_period(self) -> None:
        """At 11:00 and 16:00 of the next day, in the plan's hours, each with its number."""
        repeated = [
            (entry.due_at, entry.fact.periods)
            for turn in turns(opened(), "16:00", "2026-11-26 11:00", "2026-11-26 16:00")
            for entry in turn.entries
            if isinstance(entry.fact, OverdueRepeated)
        ]
        assert repeated == [(bogota("2026-11-26 11:00"), 1), (bogota("2026-11-26 16:00"), 2)]

    @pytest.mark.parametrize("end", [RESOLVE, WITHDRAW])
    def test_is_told_of_no_more_once_it_ended(self, end: c.Command) -> None:
        """Resolved or closed, nothing about being overdue comes up again."""
        case = after(opened(), ("2026-11-26 09:00", end))
        assert (case.overdue, case.overdue_repeat_at) == (False, None)

    def test_is_not_told_of_while_it_waits_for_the_customer(self) -> None:
        """Of the period, three hours were left when the question went out; only the wait itself has an end (ESC-16)."""
        waiting = after(opened(), ("2026-11-26 08:00", ASK))
        assert {wake.kind for wake in waiting.wakes} == {WakeKind.INFORMATION_REMINDER, WakeKind.INFORMATION_END}
        assert after(waiting, ("2026-11-27 08:00", ANSWER)).next_wake_at == bogota("2026-11-27 11:00")

    def test_stays_overdue_when_it_is_reopened(self) -> None:
        """With what was left of the period."""
        case = after(opened(), ("2026-11-26 08:00", RESOLVE), ("2026-11-27 08:00", REOPEN))
        assert (case.overdue, case.overdue_at) == (True, bogota("16:00"))
        assert case.next_wake_at == bogota("2026-11-27 11:00")

    def test_counts_its_time_on(self) -> None:
        """The clock says how long level 3 has had it."""
        case = after(opened(), ("2026-11-26 11:00", ASK))
        assert case.level_clock
        assert case.level_clock.spent == timedelta(hours=8)


@pytest.mark.rule("ESC-7")
@pytest.mark.rule("PLAN-6")
class TestAHandOffByHand:
    @both_plans
    def test_moves_the_case_one_level_up(self, terms: Terms) -> None:
        """Early, with a clock of its own from then on."""
        case = after(opened(terms=terms), ("09:10", HAND_OFF), terms=terms)
        assert (case.level, case.next_hand_off_at) == (2, bogota("10:10"))

    def test_says_why_and_by_whom(self) -> None:
        """The reason is part of the fact."""
        entry = turns(opened(), ("09:10", HAND_OFF))[-1].entries[0]
        assert entry.by == HELP_DESK
        assert entry.fact == HandedOff(
            from_level=Level.HELP_DESK, to_level=Level.SPECIALISTS, cause="by_hand", left_by=None, reason=WORDS
        )

    def test_needs_a_reason(self) -> None:
        """The customer reads it."""
        with pytest.raises(ReasonMissing):
            after(opened(), ("09:10", replace(HAND_OFF, reason=NO_WORDS)))

    def test_is_refused_at_level_3(self) -> None:
        """There is nobody above the director."""
        case = after(opened(), ("09:10", HAND_OFF), ("09:20", HAND_OFF))
        with pytest.raises(AlreadyAtHighestLevel) as refused:
            decide(case, HAND_OFF, terms=STANDARD, at=bogota("09:30"))
        assert refused.value.rule == "ESC-7"

    def test_keeps_a_waiting_case_waiting(self) -> None:
        """The next level's clock starts with the customer's answer."""
        case = after(opened(), ("09:10", ASK), ("09:20", HAND_OFF))
        assert (case.status, case.next_hand_off_at) == (Status.WAITING_CUSTOMER, None)
        assert after(case, ("11:00", ANSWER)).next_hand_off_at == bogota("12:00")


@pytest.mark.rule("ESC-8")
class TestAFunctionalEscalation:
    @pytest.mark.rule("PLAN-6")
    def test_goes_sideways_without_touching_the_clock(self) -> None:
        """Another group, the same level, the same due instant."""
        case = opened(terms=PREMIUM)
        moved = after(case, ("09:10", transfer("sig")), terms=PREMIUM)
        assert (moved.group, moved.level) == ("sig", case.level)
        assert moved.level_clock == case.level_clock

    def test_leaves_the_assignee(self) -> None:
        """The group takes it from its queue."""
        decision = turns(opened(terms=PREMIUM), ("09:05", CLAIM), ("09:10", transfer("sig")), terms=PREMIUM)[-1]
        assert decision.case.assignee is None
        assert facts([decision]) == [CaseTransferred(from_group=None, to_group="sig", left_by="agent-1", reason=WORDS)]

    def test_goes_straight_to_level_3(self) -> None:
        """Skipping level 2, with level 3's own clock."""
        case = after(opened(terms=PREMIUM), ("09:10", transfer(level=Level.DIRECTOR)), terms=PREMIUM)
        assert case.level is Level.DIRECTOR
        assert case.level_clock
        assert case.level_clock.due_at == bogota("13:10")

    @pytest.mark.rule("PLAN-6")
    @pytest.mark.parametrize("command", [transfer("sig"), transfer(level=Level.DIRECTOR)], ids=["group", "level 3"])
    def test_is_refused_for_standard(self, command: c.TransferCase) -> None:
        """And the message says why."""
        with pytest.raises(FunctionalEscalationNotInPlan) as refused:
            after(opened(), ("09:10", command))
        message = refused.value.message.format(**refused.value.values)
        assert message.startswith("The standard plan escalates by hierarchy only")
        assert "Premium" in message

    def test_is_refused_to_a_group_that_nobody_knows(self) -> None:
        """The message lists the groups that there are."""
        with pytest.raises(UnknownGroup) as refused:
            after(opened(terms=PREMIUM), ("09:10", transfer("astrology")), terms=PREMIUM)
        assert refused.value.values["groups"] == "google-maps-platform, sig, rastreo, infraestructura"

    @pytest.mark.parametrize(
        "command",
        [
            transfer(),
            transfer("sig", Level.DIRECTOR),
            transfer(level=Level.SPECIALISTS),
            transfer(level=Level.HELP_DESK),
        ],
        ids=["nowhere", "both", "level 2", "level 1"],
    )
    def test_is_refused_when_its_target_is_unclear(self, command: c.TransferCase) -> None:
        """A group or level 3, exactly one of them."""
        with pytest.raises(TransferTargetUnclear):
            after(opened(terms=PREMIUM), ("09:10", command), terms=PREMIUM)

    def test_to_the_group_that_has_the_case_leaves_its_worker(self) -> None:
        """Refused, so that nobody loses the case by it; edition 1 took it away."""
        worked = after(opened(terms=PREMIUM), ("09:10", transfer("sig")), ("09:11", CLAIM), terms=PREMIUM)
        with pytest.raises(GroupHasIt):
            after(worked, ("09:20", transfer("sig")), terms=PREMIUM)
        before = replace(PREMIUM, edition=1)
        assert after(worked, ("09:20", transfer("sig")), terms=before).assignee is None

    def test_is_refused_to_level_3_from_level_3(self) -> None:
        """The director has the case already."""
        up = transfer(level=Level.DIRECTOR)
        with pytest.raises(AlreadyAtHighestLevel):
            after(opened(terms=PREMIUM), ("09:10", up), ("09:20", up), terms=PREMIUM)

    def test_needs_a_reason(self) -> None:
        """The customer reads it."""
        with pytest.raises(ReasonMissing):
            after(opened(terms=PREMIUM), ("09:10", replace(transfer("sig"), reason=NO_WORDS)), terms=PREMIUM)


@pytest.mark.rule("ESC-9")
class TestAServiceProvider:
    @both_plans
    def test_has_a_case_of_its_own(self, terms: Terms) -> None:
        """Both plans carry the provider's number."""
        case = after(opened(terms=terms), ("09:10", TO_PROVIDER), terms=terms)
        assert case.provider_case == ProviderCase("google", "G-1")

    def test_may_have_another_case_of_the_same_provider(self) -> None:
        """The last one is carried; the same one again would say nothing, though edition 1 took it."""
        other = replace(TO_PROVIDER, provider_case="G-2")
        assert after(opened(), ("09:10", TO_PROVIDER), ("09:20", other)).provider_case == ProviderCase("google", "G-2")
        again = (("09:10", TO_PROVIDER), ("09:20", TO_PROVIDER))
        with pytest.raises(ProviderCaseKnown):
            after(opened(), *again)
        before = replace(STANDARD, edition=1)
        assert kinds(turns(opened(terms=before), *again, terms=before))[-1] == "provider_escalated"

    def test_is_the_same_in_capitals_or_not(self) -> None:
        """ "Google" and "google" are one; edition 2 took them for two."""
        again = (("09:10", TO_PROVIDER), ("09:20", replace(TO_PROVIDER, provider="Google", provider_case="g-1")))
        with pytest.raises(ProviderCaseKnown):
            after(opened(), *again)
        before = replace(STANDARD, edition=2)
        assert kinds(turns(opened(terms=before), *again, terms=before))[-1] == "provider_escalated"

    def test_does_not_stop_the_level_clock(self) -> None:
        """The customer's time counts on while the provider thinks."""
        case = opened()
        assert after(case, ("09:10", TO_PROVIDER)).level_clock == case.level_clock

    def test_sends_updates(self) -> None:
        """Each is a fact that the customer sees."""
        update = c.UpdateFromProvider(by=HELP_DESK, body=WORDS)
        assert kinds(turns(opened(), ("09:10", TO_PROVIDER), ("09:20", update)))[-1] == "provider_updated"

    def test_sends_none_before_it_is_involved(self) -> None:
        """An update follows an escalation."""
        with pytest.raises(ProviderNotInvolved):
            after(opened(), ("09:20", c.UpdateFromProvider(by=HELP_DESK, body=WORDS)))

    def test_sends_no_empty_update(self) -> None:
        """An update says something."""
        with pytest.raises(TextMissing):
            after(opened(), ("09:10", TO_PROVIDER), ("09:20", c.UpdateFromProvider(by=HELP_DESK, body=NO_WORDS)))


def warnings(*steps: Step, priority: Priority = Priority.LOW) -> list[tuple[str, datetime | None]]:
    """Each warning's clock and due instant."""
    entries = [entry for turn in turns(opened(priority=priority), *steps) for entry in turn.entries]
    return [(entry.fact.clock.value, entry.due_at) for entry in entries if isinstance(entry.fact, ClockWarned)]


@pytest.mark.rule("ESC-13")
class TestAWarning:
    def test_comes_at_three_quarters_of_each_clock(self) -> None:
        """Initial attention has an hour, level 1 two."""
        assert warnings("10:59") == [("initial_attention", bogota("09:45")), ("level", bogota("10:30"))]

    def test_comes_in_the_plans_hours(self) -> None:
        """Level 2 has it from 11:00; three quarters of two hours from then are at 13:30."""
        assert warnings("13:30", priority=Priority.LOW)[-1] == ("level", bogota("13:30"))

    def test_comes_again_at_each_level(self) -> None:
        """Every level's clock is its own."""
        assert [due for clock, due in warnings("16:00", priority=Priority.SERIOUS) if clock == "level"] == [
            bogota("09:45"),
            bogota("10:45"),
            bogota("15:00"),
        ]

    def test_does_not_come_for_attention_that_was_given(self) -> None:
        """The promise is met; there is nothing to warn of."""
        assert warnings(("09:10", REPLY), "10:00") == []

    def test_does_not_come_while_the_clock_stands_still(self) -> None:
        """The case waits for the customer, not for the level."""
        assert warnings(("10:00", ASK), "2026-11-26 09:00") == [("initial_attention", bogota("09:45"))]

    def test_comes_once(self) -> None:
        """A pause after it does not bring it back."""
        steps = ("10:30", ("10:40", ASK), ("11:00", ANSWER), "11:19")
        assert [clock for clock, _ in warnings(*steps)].count("level") == 1

    def test_names_the_limit_that_it_warns_of(self) -> None:
        """Whoever reads it knows how long there is."""
        warned = [
            fact for fact in facts(turns(opened(priority=Priority.LOW), "10:30")) if isinstance(fact, ClockWarned)
        ]
        assert [fact.limit_at for fact in warned] == [bogota("10:00"), bogota("11:00")]
