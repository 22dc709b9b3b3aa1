"""Opening a case: what is refused, what is kept of it, and the case that no cover holds (PLAN, REQ, WAR-3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.case.case import Category, Channel, ClosingReason, Level, Priority, Status
from policy.case.commands import Command, OpenCase
from policy.case.facts import CaseHeld as HeldFact
from policy.case.facts import CaseOpened
from policy.case.lifecycle import decide, open_case
from policy.case.refusals import CaseHeld, ChannelNotInPlan, DescriptionMissing, PriorAnalysisMissing
from policy.terms.terms import CoverKind, Terms
from tests.support.lives import (
    ANSWER,
    CLAIM,
    HELP_DESK,
    NO_WORDS,
    PREMIUM,
    REPLY,
    STANDARD,
    UNCOVERED,
    WITHDRAW,
    after,
    bogota,
    kinds,
    opened,
    opening,
)


class TestAnOpening:
    def test_begins_at_help_desk(self) -> None:
        """New, at level 1, in nobody's hands."""
        case = opened()
        assert (case.status, case.level, case.assignee, case.turn) == (Status.NEW, Level.HELP_DESK, None, 1)

    def test_happens_when_it_was_received(self) -> None:
        """Not when somebody came to process it."""
        decision = open_case(opening("09:00"), terms=STANDARD)
        assert decision.case.opened_at == decision.entries[0].at == bogota("09:00")

    @pytest.mark.rule("PLAN-7")
    @pytest.mark.rule("REQ-4")
    @pytest.mark.parametrize("channel", list(Channel))
    def test_keeps_its_channel_of_origin(self, channel: Channel) -> None:
        """Under Premium all four become a case on the platform."""
        command = opening(by=HELP_DESK, channel=channel)
        assert open_case(command, terms=PREMIUM).case.channel is channel

    @pytest.mark.rule("PLAN-7")
    @pytest.mark.rule("REQ-7")
    @pytest.mark.parametrize("channel", [Channel.CHAT, Channel.EMAIL, Channel.PHONE])
    def test_is_refused_on_a_channel_that_the_plan_does_not_hold(self, channel: Channel) -> None:
        """Standard has the web platform only, and the message says which channel to use."""
        with pytest.raises(ChannelNotInPlan) as refused:
            open_case(opening(channel=channel), terms=STANDARD)
        assert refused.value.values == {"plan": "standard", "channel": channel.value, "channels": "web"}

    @pytest.mark.rule("REQ-5")
    def test_is_refused_without_a_prior_analysis(self) -> None:
        """The customer's trained users come first."""
        with pytest.raises(PriorAnalysisMissing) as refused:
            open_case(opening(prior_analysis=NO_WORDS), terms=STANDARD)
        assert refused.value.rule == "REQ-5"

    @pytest.mark.rule("SCOPE-1")
    @pytest.mark.parametrize(
        "command", [opening(title=NO_WORDS), opening(description=NO_WORDS)], ids=["title", "description"]
    )
    def test_is_refused_when_it_says_nothing(self, command: OpenCase) -> None:
        """A title and a description of what happens."""
        with pytest.raises(DescriptionMissing):
            open_case(command, terms=STANDARD)

    @pytest.mark.parametrize("terms", [STANDARD, PREMIUM], ids=["standard", "premium"])
    @pytest.mark.parametrize(
        "category",
        [
            pytest.param(Category.INCIDENT, marks=pytest.mark.rule("PLAN-3")),
            pytest.param(Category.QUESTION, marks=pytest.mark.rule("SCOPE-1")),
            pytest.param(Category.BEST_PRACTICE, marks=pytest.mark.rule("PLAN-10")),
            pytest.param(Category.ARCHITECTURE, marks=pytest.mark.rule("PLAN-11")),
        ],
    )
    def test_is_taken_for_whatever_support_is(self, category: Category, terms: Terms) -> None:
        """Both plans ask for help with incidents, questions, best practice and architecture."""
        assert open_case(opening(category=category), terms=terms).case.category is category

    @pytest.mark.rule("PLAN-11")
    @pytest.mark.parametrize(
        ("category", "terms", "goes"),
        [
            (Category.ARCHITECTURE, STANDARD, "recommended_practice"),
            (Category.ARCHITECTURE, PREMIUM, "concrete_cases"),
            (Category.QUESTION, PREMIUM, None),
        ],
    )
    def test_says_how_far_help_with_an_architecture_goes(
        self, category: Category, terms: Terms, goes: str | None
    ) -> None:
        fact = open_case(opening(category=category), terms=terms).entries[0].fact
        assert isinstance(fact, CaseOpened)
        assert fact.architecture_help == goes

    @pytest.mark.rule("SCOPE-1")
    def test_is_tied_to_a_component_of_the_solution(self) -> None:
        """And to its serial number where it is equipment."""
        case = open_case(opening(solution_id="solution-7", serial_number="SN-1"), terms=STANDARD).case
        assert (case.solution_id, case.serial_number) == ("solution-7", "SN-1")

    def test_writes_down_what_it_was_asked_and_under_what(self) -> None:
        """Plan, cover, priority and the deposited words."""
        fact = open_case(opening(priority=Priority.LOW), terms=PREMIUM).entries[0].fact
        assert isinstance(fact, CaseOpened)
        assert (fact.plan, fact.cover, fact.priority) == ("premium", CoverKind.CONTRACT, Priority.LOW)


@pytest.mark.rule("WAR-3")
class TestAHeldCase:
    held = opened(terms=UNCOVERED)

    @pytest.mark.rule("PLAN-12")
    def test_is_one_that_neither_contract_nor_warranty_covers(self) -> None:
        """No contract term, no service: held, and said so."""
        decision = open_case(opening(), terms=UNCOVERED)
        assert decision.case.status is Status.HELD
        assert kinds([decision]) == ["case_opened", "case_held"]

    def test_has_no_clock(self) -> None:
        """The only thing to come is the end of the wait."""
        assert (self.held.initial_attention, self.held.level_clock) == (None, None)
        assert self.held.next_wake_at == self.held.held_until

    def test_waits_fifteen_business_days(self) -> None:
        """From Wednesday 25 November; 8 December is a holiday."""
        assert self.held.held_until == bogota("2026-12-17 17:00")
        assert open_case(opening(), terms=UNCOVERED).entries[1].fact == HeldFact(until=bogota("2026-12-17 17:00"))

    def test_closes_as_not_covered_after_them(self) -> None:
        """By itself."""
        case = after(self.held, "2026-12-17 17:00", terms=UNCOVERED)
        assert (case.status, case.closing_reason) == (Status.CLOSED, ClosingReason.NOT_COVERED)

    def test_is_not_worked_on(self) -> None:
        """Nobody takes it before the cover is renewed and paid."""
        with pytest.raises(CaseHeld) as refused:
            decide(self.held, CLAIM, terms=UNCOVERED, at=bogota("09:10"))
        assert refused.value.rule == "WAR-3"

    @pytest.mark.parametrize("command", [REPLY, ANSWER], ids=["reply", "answer"])
    def test_can_be_talked_about(self, command: Command) -> None:
        """Both sides write, and it stays held without a clock."""
        case = after(self.held, ("09:10", command), terms=UNCOVERED)
        assert (case.status, case.initial_attention, case.first_answered_at) == (Status.HELD, None, None)

    def test_can_be_withdrawn(self) -> None:
        """And does not close a second time as not covered."""
        case = after(self.held, ("09:10", WITHDRAW), terms=UNCOVERED)
        assert (case.closing_reason, case.next_wake_at) == (ClosingReason.WITHDRAWN, None)


class TestAWarrantysCase:
    @pytest.mark.rule("WAR-3")
    def test_is_served_like_a_contracts(self) -> None:
        """Clocks run from the opening."""
        cover = replace(STANDARD.cover, kind=CoverKind.WARRANTY)
        case = open_case(opening(), terms=replace(STANDARD, cover=cover)).case
        assert (case.status, case.next_hand_off_at) == (Status.NEW, bogota("10:00"))
