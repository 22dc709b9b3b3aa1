"""A law makes a day a holiday and an open case is amended: what moves, and by which name it is explained (PLAN-15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from policy.case import commands as c
from policy.case.case import Case, Priority, WakeKind
from policy.case.facts import HandedOff, Moved, TermsAmended
from policy.terms.terms import Terms
from policy.time.calendar import Calendar, Closure
from policy.time.clock import spent_at
from policy.time.explanation import Replaced, stories
from tests.support.lives import (
    ANSWER,
    ASK,
    DIRECTOR,
    PREMIUM,
    RESOLVE,
    STANDARD,
    UNCOVERED,
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
