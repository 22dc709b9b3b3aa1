"""Waiting for the customer's answer has an end: reminders, the end, and what either finds the case at (ESC-16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from policy.case import commands as c
from policy.case.case import Case, ClosingReason, Level, OutOfScopeKind, Status, WaitingFor, WakeKind
from policy.case.decision import Decision
from policy.case.facts import CaseResolved, InformationRequested, TermsAmended
from policy.people.recipients import Agent, Contact, LevelQueue
from policy.time.calendar import Closure
from policy.time.explanation import Wait, waits
from policy.visit.visit import VisitStep
from tests.policy.case.test_outage import on_time, unrecorded
from tests.support.lives import (
    ACCEPT,
    ANSWER,
    APPROVE,
    ASK,
    CLAIM,
    CONFIRM,
    HAND_OFF,
    HELP_DESK,
    PREMIUM,
    REOPEN,
    REPORT,
    REQUEST_VISIT,
    RESOLVE,
    SIGN_OFF,
    STANDARD,
    WITHDRAW,
    WORDS,
    Step,
    after,
    amend,
    bogota,
    exhausted,
    facts,
    kinds,
    opened,
    turns,
    visit_at,
)

pytestmark = pytest.mark.rule("ESC-16")

# Asked on Wednesday 2026-11-25 at 09:10: reminded on Friday and Tuesday, over on Wednesday a week later, as they close.
FIRST, SECOND, END = bogota("2026-11-27 17:00"), bogota("2026-12-01 17:00"), bogota("2026-12-02 17:00")
ASKED = after(opened(), ("09:05", CLAIM), ("09:10", ASK))
SOFTWARE = replace(ASK, body=replace(WORDS, content_id="content-2"))


def due(decisions: list[Decision]) -> list[tuple[str, datetime | None]]:
    """What happened by itself, and when it was due."""
    return [(entry.fact.kind, entry.due_at) for turn in decisions for entry in turn.entries if entry.due_at]


def told(decisions: list[Decision], kind: str) -> list[tuple[object, datetime | None]]:
    """Who is told of a kind, and of which deadline."""
    return [(each.recipient, each.limit_at) for turn in decisions for each in turn.notices if each.kind == kind]


class TestAQuestionThatNobodyAnswers:
    silence = turns(ASKED, "2026-12-02 17:00")

    def test_is_reminded_of_twice_and_then_resolves_the_case(self) -> None:
        """After 2, 4 and 5 business days, each as that day's attention closes."""
        happened = [("information_reminded", FIRST), ("information_reminded", SECOND), ("case_resolved", END)]
        assert due(self.silence) == happened

    def test_says_so_in_its_fact(self) -> None:
        """Resolved as unanswered, without a solution, and open to be reopened for five more business days (ESC-14)."""
        fact = CaseResolved(summary=None, reopen_until=bogota("2026-12-10 17:00"), unanswered=True)
        assert facts(self.silence)[-1] == fact
        case = self.silence[-1].case
        assert (case.status, case.waits, case.question, case.resolved_at) == (Status.RESOLVED, (), None, END)

    @pytest.mark.rule("ESC-14")
    def test_is_reopened_where_it_was_with_the_time_it_had_left(self) -> None:
        """Fifty of sixty minutes, from nine o'clock on."""
        case = after(self.silence[-1].case, ("2026-12-04 09:00", REOPEN))
        assert (case.status, case.level, case.waits) == (Status.IN_PROGRESS, Level.HELP_DESK, ())
        assert case.next_hand_off_at == bogota("2026-12-04 09:50")

    @pytest.mark.rule("ESC-14")
    def test_closes_the_case_as_unanswered_in_the_end(self) -> None:
        """Where nobody reopens it: two weeks of silence and two holidays' worth of patience."""
        case = after(self.silence[-1].case, "2026-12-11 09:00")
        assert (case.status, case.closing_reason) == (Status.CLOSED, ClosingReason.UNANSWERED)

    @pytest.mark.rule("ESC-14")
    def test_is_confirmed_as_any_resolution(self) -> None:
        """The customer may say that it needs nothing more."""
        assert after(self.silence[-1].case, ("2026-12-03 09:00", CONFIRM)).closing_reason is ClosingReason.CONFIRMED

    def test_counts_in_business_days_under_premium_too(self) -> None:
        """Their end is at the office's closing, not at midnight."""
        case = after(opened(terms=PREMIUM), ("2026-11-25 22:00", ASK), terms=PREMIUM)
        assert case.question
        assert (case.question.remind_at, case.question.answer_by) == ((FIRST, SECOND), END)

    def test_has_the_days_that_its_terms_promised(self) -> None:
        """The figures are the policy file's, pinned with the case."""
        hasty = replace(
            STANDARD,
            information=replace(STANDARD.information, remind_after_business_days=(1,), end_after_business_days=2),
        )
        case = after(opened(terms=hasty), ("09:10", ASK), terms=hasty)
        assert [(wake.kind, wake.at) for wake in case.wakes] == [
            (WakeKind.INFORMATION_REMINDER, bogota("2026-11-26 17:00")),
            (WakeKind.INFORMATION_END, bogota("2026-11-27 17:00")),
        ]

    def test_waits_for_ever_in_a_case_of_an_older_edition(self) -> None:
        """Such a case was promised no end."""
        before = replace(STANDARD, edition=2)
        case = after(opened(terms=before), ("09:10", ASK), "2027-06-01 09:00", terms=before)
        assert (case.status, case.next_wake_at) == (Status.WAITING_CUSTOMER, None)


class TestEachMessage:
    def test_of_the_question_says_until_when(self) -> None:
        """To the customer, and to who works on the case unless they asked it themselves."""
        assert told(turns(opened(), ("09:10", ASK)), "information_requested") == [
            (Contact("contact-1"), END),
            (LevelQueue(Level.HELP_DESK), END),
        ]
        claimed = after(opened(), ("09:05", CLAIM))
        assert told(turns(claimed, ("09:10", ASK)), "information_requested") == [(Contact("contact-1"), END)]
        other = replace(ASK, by=replace(HELP_DESK, id="agent-7"))
        assert (Agent("agent-1"), END) in told(turns(claimed, ("09:10", other)), "information_requested")

    def test_reminds_both_sides(self) -> None:
        """The requester, and the assignee."""
        both = [(Contact("contact-1"), END), (Agent("agent-1"), END)]
        assert told(turns(ASKED, "2026-12-01 17:00"), "information_reminded") == both * 2

    def test_of_the_end_goes_to_both_sides(self) -> None:
        """With the last moment to reopen; a case that was handed on by then is the queue's."""
        until = bogota("2026-12-10 17:00")
        moved = after(ASKED, ("10:00", HAND_OFF))
        assert told(turns(ASKED, "2026-12-02 17:00"), "case_resolved") == [
            (Contact("contact-1"), until),
            (Agent("agent-1"), until),
        ]
        assert told(turns(moved, "2026-12-02 17:00"), "case_resolved")[1][0] == LevelQueue(Level.SPECIALISTS)

    def test_stands_in_the_clocks_explanation(self) -> None:
        """What is waited for, until when, and the reminders to come."""
        assert waits(after(ASKED, "2026-11-30 09:00")) == (
            Wait(waiting_for=WaitingFor.INFORMATION, until_at=END, remind_at=(SECOND,)),
        )


class TestAnAnswer:
    def test_in_time_ends_the_wait_and_all_that_was_to_come_of_it(self) -> None:
        """To the last instant before it."""
        case = after(ASKED, (END - timedelta(microseconds=1), ANSWER))
        assert (case.waits, case.question) == ((), None)
        assert {wake.kind for wake in case.wakes} <= {WakeKind.LEVEL_LIMIT, WakeKind.LEVEL_WARNING}

    def test_after_a_reminder_lets_a_new_question_begin_anew(self) -> None:
        """Its own five days."""
        case = after(ASKED, ("2026-11-30 09:00", ANSWER), ("2026-11-30 09:05", SOFTWARE))
        assert case.question
        assert case.question.answer_by == bogota("2026-12-07 17:00")
        assert len(case.question.remind_at) == 2

    @pytest.mark.parametrize(
        "end",
        [
            WITHDRAW,
            RESOLVE,
            c.CloseAsOutOfScope(by=HELP_DESK, kind=OutOfScopeKind.DATA_LOAD, reason=WORDS),
            c.CloseAsDuplicate(by=HELP_DESK, of="MA-2026-000002"),
        ],
        ids=lambda end: type(end).__name__,
    )
    def test_is_waited_for_no_longer_once_the_case_ends(self, end: c.Command) -> None:
        """However it ends."""
        case = after(ASKED, ("2026-11-26 09:00", end))
        assert (case.question, case.waits) == (None, ())
        assert WakeKind.INFORMATION_END not in {wake.kind for wake in case.wakes}


class TestAHandOff:
    def test_leaves_the_end_where_it_was(self) -> None:
        """The customer was told a day; the level above it waits until then."""
        case = after(ASKED, ("2026-11-26 09:00", HAND_OFF))
        assert case.question == ASKED.question
        resolved = after(case, "2026-12-02 17:00")
        assert (resolved.status, resolved.level) == (Status.RESOLVED, Level.SPECIALISTS)


@pytest.mark.rule("ESC-15")
class TestAnOutage:
    @pytest.mark.parametrize("until", ["2026-11-27 18:00", "2026-12-02 18:00", "2026-12-11 09:00"])
    def test_comes_to_the_same_as_looking_in_time(self, until: str) -> None:
        """A reminder, the end, and the end of the time to reopen."""
        late = turns(ASKED, until)
        assert unrecorded(late[-1].case) == unrecorded(on_time(ASKED, bogota(until)))

    def test_lets_everything_happen_in_order_with_its_lateness(self) -> None:
        """A day late, each due when it was."""
        late = turns(ASKED, "2026-12-03 17:00")
        assert [at for _, at in due(late)] == [FIRST, SECOND, END]
        assert {entry.at for turn in late for entry in turn.entries} == {bogota("2026-12-03 17:00")}


class TestAnAmendment:
    closed = tuple(Closure(date(2026, 11, day), "Día cívico") for day in (26, 27))
    more = replace(STANDARD, policy_version="more", business_days=replace(STANDARD.business_days, closures=closed))

    @pytest.mark.rule("PLAN-15")
    def test_of_the_holidays_moves_the_reminders_and_the_end(self) -> None:
        """Two days that do not count any more put everything off by two."""
        decision = turns(ASKED, ("2026-11-25 11:00", amend(self.more)))[-1]
        question = decision.case.question
        assert question
        assert question.remind_at == (bogota("2026-12-01 17:00"), bogota("2026-12-03 17:00"))
        fact = facts([decision])[0]
        assert isinstance(fact, TermsAmended)
        assert (WakeKind.INFORMATION_END, END, bogota("2026-12-04 17:00")) in [
            (each.what, each.before_at, each.after_at) for each in fact.moved
        ]

    @pytest.mark.rule("PLAN-15")
    def test_that_puts_the_end_into_the_past_ends_the_wait_now(self) -> None:
        """Every day counts: asked on Wednesday, five days were over on Monday."""
        every_day = replace(STANDARD, policy_version="every-day", business_days=PREMIUM.hours)
        at = bogota("2026-12-01 10:00")
        case = after(ASKED, (at, amend(every_day)), at)
        assert (case.status, case.resolved_at) == (Status.RESOLVED, at)


class TestAVisit:
    """One that goes on keeps the case from being resolved; the question alone is over."""

    ways: tuple[tuple[str, Step], ...] = (
        ("asked for", ("2026-12-01 09:00", REQUEST_VISIT)),
        ("quoted", ("2026-12-01 09:05", APPROVE)),
        ("agreed", ("2026-12-01 09:10", ACCEPT)),
    )

    @pytest.mark.parametrize("so_far", [1, 2, 3], ids=[name for name, _ in ways])
    def test_that_goes_on_keeps_the_case_open(self, so_far: int) -> None:
        """Nobody's work is thrown away: the clock goes on once nothing else is waited for."""
        case = after(exhausted(), ("09:10", ASK), *(step for _, step in self.ways[:so_far]))
        at_end = turns(case, "2026-12-02 17:00")
        assert kinds(at_end)[-1] == "information_lapsed"
        assert at_end[-1].case.status is not Status.RESOLVED
        assert at_end[-1].case.waits == ((WaitingFor.QUOTE,) if so_far == 2 else ())

    def test_that_lapses_at_that_very_instant_keeps_nothing(self) -> None:
        """The quote's two business days end with the question's five: first the visit, then the case."""
        case = after(exhausted(), ("09:10", ASK), ("2026-11-27 09:00", REQUEST_VISIT), ("2026-11-30 09:00", APPROVE))
        decision = turns(case, "2026-12-02 17:00")[-1]
        assert kinds([decision]) == ["visit_lapsed", "case_resolved"]
        assert decision.case.status is Status.RESOLVED

    @pytest.mark.rule("ONS-5")
    def test_whose_signature_alone_is_missing_does_not(self) -> None:
        """The case is resolved, and the signature may still come."""
        asked = after(visit_at(VisitStep.STARTED), ("2026-12-03 09:00", ASK), ("2026-12-03 10:00", REPORT))
        case: Case = after(asked, "2026-12-11 17:00")
        assert (case.status, case.resolved_at) == (Status.RESOLVED, bogota("2026-12-11 17:00"))
        reopened = after(asked, ("2026-12-09 10:00", SIGN_OFF), "2026-12-11 17:00")
        assert reopened.status is Status.RESOLVED


def test_an_old_question_has_no_end_in_its_fact() -> None:
    """So its letter names none."""
    before = replace(STANDARD, edition=2)
    fact = facts(turns(opened(terms=before), ("09:10", ASK), terms=before))[0]
    assert fact == InformationRequested(body=WORDS, answer_by=None)
