"""An amendment of an open case: what it moves, what it leaves, and that what was counted stays counted (PLAN-15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escala.policy import commands as c
from escala.policy.amendment import NothingToAmend, moved
from escala.policy.calendar import Calendar, Closure
from escala.policy.case import Case, ClockState, Level, Priority, Status, WakeKind
from escala.policy.clock import spent_at
from escala.policy.explanation import Replaced, stories
from escala.policy.facts import HandedOff, Moved, TermsAmended
from escala.policy.refusals import CaseClosed, ReasonMissing, Refusal
from escala.policy.terms import Terms
from tests.support.lives import (
    ANSWER,
    ASK,
    CLAIM,
    CONFIRM,
    DIRECTOR,
    HAND_OFF,
    NO_WORDS,
    PREMIUM,
    REOPEN,
    REPLY,
    RESOLVE,
    STANDARD,
    UNCOVERED,
    WITHDRAW,
    WORDS,
    Step,
    after,
    bogota,
    facts,
    opened,
    turns,
)

pytestmark = pytest.mark.rule("PLAN-15")

NEW_HOLIDAY = Closure(date(2026, 11, 26), "Día de la vida")


def with_holiday(terms: Terms) -> Terms:
    """The terms with Thursday a holiday, where their calendars know holidays."""

    def closed(calendar: Calendar) -> Calendar:
        return replace(calendar, closures=(*calendar.closures, NEW_HOLIDAY)) if calendar.closures else calendar

    hours, business_days = closed(terms.hours), closed(terms.business_days)
    return replace(terms, policy_version="law", hours=hours, business_days=business_days)


def with_limits(terms: Terms, minutes: int) -> Terms:
    limits = ((timedelta(minutes=minutes),) * 4,) * 3
    return replace(terms, policy_version="matrix", limits=limits, initial_attention_within=limits[0][0])


def amend(amended: Terms) -> c.AmendTerms:
    return c.AmendTerms(by=DIRECTOR, terms=amended, reason=WORDS)


LAW = amend(with_holiday(STANDARD))
LATE = opened("16:30", Priority.LOW)
"""Two hours at level 1: half an hour today, and until 09:30 on Thursday."""


def amended_fact(case: Case, *steps: Step, terms: Terms = STANDARD) -> TermsAmended:
    return next(fact for fact in facts(turns(case, *steps, terms=terms)) if isinstance(fact, TermsAmended))


def due_at(case: Case) -> datetime | None:
    return case.level_clock.due_at if case.level_clock else None


class TestANewHoliday:
    @pytest.mark.rule("PLAN-14")
    def test_moves_a_standard_cases_limit_by_one_business_day(self) -> None:
        """From Thursday to Friday, at the same time of day."""
        case = after(LATE, ("16:40", LAW))
        assert (due_at(LATE), due_at(case)) == (bogota("2026-11-26 09:30"), bogota("2026-11-27 09:30"))

    def test_is_followed_by_the_hand_off(self) -> None:
        """The clock of the case goes by it, not only its page."""
        decisions = turns(LATE, ("16:40", LAW), "2026-11-26 12:00", "2026-11-27 09:30")
        [moved_up] = [d for d in decisions if any(isinstance(e.fact, HandedOff) for e in d.entries)]
        assert moved_up.entries[0].at == bogota("2026-11-27 09:30")

    def test_tells_every_deadline_before_and_after(self) -> None:
        """On the timeline, with the policies' versions and the reason."""
        fact = amended_fact(LATE, ("16:40", LAW))
        limit = Moved(WakeKind.LEVEL_LIMIT, bogota("2026-11-26 09:30"), bogota("2026-11-27 09:30"))
        assert limit in fact.moved
        assert (fact.from_version, fact.to_version, fact.reason) == (STANDARD.policy_version, "law", WORDS)

    def test_takes_nothing_back_that_was_counted(self) -> None:
        """On the very day, half an hour was worked already: it stays used."""
        case = after(LATE, ("2026-11-26 08:30", LAW))
        assert case.level_clock
        assert (case.level_clock.spent, due_at(case)) == (timedelta(hours=1), bogota("2026-11-27 09:00"))

    def test_moves_no_deadline_of_attention_round_the_clock(self) -> None:
        """Premium counts every hour; only its business days learn of the holiday."""
        fact = amended_fact(opened("16:30", terms=PREMIUM), ("16:40", amend(with_holiday(PREMIUM))), terms=PREMIUM)
        assert fact.moved == ()

    @pytest.mark.rule("ESC-14")
    def test_gives_the_customer_a_day_more_to_reopen_also_in_premium(self) -> None:
        """Five business days."""
        solved = ("09:20", RESOLVE)
        fact = amended_fact(opened(terms=PREMIUM), solved, ("09:30", amend(with_holiday(PREMIUM))), terms=PREMIUM)
        assert [each.what for each in fact.moved] == [WakeKind.REOPENING_END]

    @pytest.mark.rule("WAR-3")
    def test_holds_an_uncovered_case_a_day_longer(self) -> None:
        """Fifteen business days from its opening."""
        held = opened(terms=UNCOVERED)
        case = after(held, ("09:30", amend(with_holiday(UNCOVERED))), terms=UNCOVERED)
        assert held.held_until
        assert case.held_until == with_holiday(UNCOVERED).business_days.after_business_days(case.opened_at, 15)
        assert case.held_until > held.held_until

    def test_waits_with_a_paused_clock(self) -> None:
        """What is left is counted by the new hours once the customer answers."""
        case = after(LATE, ("16:40", ASK), ("16:45", LAW), ("16:50", ANSWER))
        assert due_at(case) == bogota("2026-11-27 09:40")


class TestAnotherMatrix:
    @pytest.mark.rule("ESC-11")
    def test_that_is_past_already_moves_the_case_up_now(self) -> None:
        """As a change of priority does; time used stays used."""
        decision = turns(opened("09:00", Priority.LOW), ("09:40", amend(with_limits(STANDARD, 30))))[-1]
        assert [e.fact.kind for e in decision.entries][-1] == "handed_off"
        assert (decision.case.level, due_at(decision.case)) == (Level.SPECIALISTS, bogota("10:10"))

    @pytest.mark.rule("ESC-11")
    def test_gives_the_rest_of_the_new_limit(self) -> None:
        """Forty minutes used of ninety."""
        case = after(opened("09:00", Priority.LOW), ("09:40", amend(with_limits(STANDARD, 90))))
        assert (due_at(case), case.level) == (bogota("10:30"), Level.HELP_DESK)

    @pytest.mark.rule("PLAN-5")
    def test_may_end_the_initial_attention_now(self) -> None:
        """It was within an hour, and is within half an hour."""
        case = after(opened("09:00", Priority.LOW), ("09:40", amend(with_limits(STANDARD, 30))))
        assert case.initial_attention
        assert (case.initial_attention.state, case.initial_attention.due_at) == (ClockState.MISSED, bogota("09:40"))


class TestAnAmendment:
    def test_is_refused_by_a_closed_case(self) -> None:
        """Closed stays closed."""
        with pytest.raises(CaseClosed):
            after(LATE, ("16:40", WITHDRAW), ("16:45", LAW))

    def test_is_refused_where_the_case_has_these_terms(self) -> None:
        """By name, so that many cases may be asked."""
        with pytest.raises(NothingToAmend):
            after(LATE, ("16:40", LAW), ("16:45", LAW))

    def test_has_a_reason(self) -> None:
        """The customer reads it."""
        with pytest.raises(ReasonMissing):
            after(LATE, ("16:40", replace(LAW, reason=NO_WORDS)))

    def test_leaves_plan_and_cover_as_they_were_promised(self) -> None:
        """Whatever the command brings."""
        decision = turns(LATE, ("16:40", amend(with_holiday(PREMIUM))))[-1]
        assert decision.terms
        assert (decision.terms.plan, decision.terms.channels) == (STANDARD.plan, STANDARD.channels)


def test_the_explanation_counts_before_it_by_the_old_hours_and_after_it_by_the_new() -> None:
    at, later = bogota("2026-11-26 08:30"), bogota("2026-11-27 08:20")
    decisions = turns(LATE, (at, LAW), later)
    new = with_holiday(STANDARD)
    stretches = [stretch for decision in decisions for stretch in decision.stretches]

    told = stories(decisions[-1].case, stretches, calendar=new.hours, at=later, replaced=[Replaced(at, STANDARD.hours)])

    level = told[-1]
    thursday = [(i.state.value, i.name or i.why) for i in level.intervals if i.from_at >= bogota("2026-11-26 08:00")]
    assert thursday[:2] == [("counted", "open"), ("closed", "Día de la vida")]
    clock = decisions[-1].case.level_clock
    assert clock
    assert level.spent == spent_at(clock, at=later, calendar=new.hours) == timedelta(minutes=80)


_STEPS = st.lists(
    st.tuples(
        st.timedeltas(timedelta(0), timedelta(hours=30)),
        st.sampled_from([CLAIM, REPLY, ASK, ANSWER, HAND_OFF, RESOLVE, REOPEN, CONFIRM, None]),
    ),
    max_size=6,
)


@given(steps=_STEPS, gap=st.timedeltas(timedelta(0), timedelta(hours=40)), law=st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_preview_is_what_is_applied(
    steps: list[tuple[timedelta, c.Command | None]], gap: timedelta, law: bool
) -> None:
    """In every state of a case, at every instant."""
    case, at = LATE, bogota("16:30")
    for passed, command in steps:
        at += passed
        case = _lived(case, command, at)
    at += gap
    case = _lived(case, None, at)
    if case.status is Status.CLOSED:
        return
    amended = with_holiday(STANDARD) if law else with_limits(STANDARD, 45)

    preview = moved(case, terms=STANDARD, amended=amended, at=at)

    assert amended_fact(case, (at, amend(amended))).moved == preview


def _lived(case: Case, command: c.Command | None, at: datetime) -> Case:
    try:
        return after(case, (at, command)) if command else after(case, at)
    except Refusal:
        return after(case, at)
