"""A changed holiday list or matrix applied to an open case: what it moves, and what it leaves as promised (PLAN-15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from policy.case.case import Case, Clock, ClockState, ClosingReason, Level, Priority, Status, WaitingFor, WakeKind
from policy.case.decision import Decision
from policy.case.facts import CaseClosed, HandedOff, InitialAttentionMissed, Moved, TermsAmended
from policy.case.lifecycle import decide, elapse, settle
from policy.case.refusals import ReasonMissing
from policy.terms import amendment
from policy.terms.amendment import AtOnce, at_once
from policy.terms.terms import Terms
from policy.time.calendar import Closure
from policy.time.clock import ClockName, spent_at
from policy.visit.facts import VisitLapsed, VisitSignedOff
from policy.visit.visit import VisitStep
from tests.support.lives import (
    ACCEPT,
    ADMIN,
    ANSWER,
    APPROVE,
    ASK,
    LONGER,
    NO_WORDS,
    PREMIUM,
    RELEASE,
    REOPEN,
    REPLY,
    REQUEST_VISIT,
    RESOLVE,
    STANDARD,
    UNCOVERED,
    When,
    after,
    amend,
    attempt,
    bogota,
    expense,
    facts,
    kinds,
    opened,
    priority,
    turns,
    visit_at,
)
from tests.support.thoroughness import examples

_TERMS = TypeAdapter(Terms)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
pytestmark = pytest.mark.rule("PLAN-15")


def read_again(terms: Terms) -> Terms:
    """The terms after a journey through a history."""
    return _TERMS.validate_json(_TERMS.dump_json(terms))


def with_limits(limit: timedelta, *, attention: timedelta = HOUR) -> Terms:
    """Standard's terms with one limit for every level and priority."""
    return replace(
        STANDARD,
        policy_version="other",
        limits=cast("Any", ((limit,) * 4,) * 3),
        initial_attention_within=attention,
    )


def closed_on(*days: str) -> Terms:
    """Standard's terms with more holidays."""
    more = tuple(Closure(date.fromisoformat(day), "Día cívico") for day in days)
    closures = tuple(sorted((*STANDARD.hours.closures, *more), key=lambda closure: closure.on))
    return replace(
        STANDARD,
        policy_version="other",
        hours=replace(STANDARD.hours, closures=closures),
        business_days=replace(STANDARD.business_days, closures=closures),
    )


THURSDAY_OFF = closed_on("2026-11-26")
SHORTER = with_limits(20 * MINUTE)


def amended(case: Case, to: Terms, at: When, *, terms: Terms = STANDARD) -> Decision:
    """The turn that amends the case, once all that fell due before is settled."""
    return turns(case, (at, amend(to)), terms=terms)[-1]


def moves(decision: Decision) -> tuple[Moved, ...]:
    fact = decision.entries[0].fact
    assert isinstance(fact, TermsAmended)
    return fact.moved


def level_clock(case: Case) -> Clock:
    assert case.level_clock
    return case.level_clock


class TestAnAmendedCase:
    def test_goes_on_under_the_new_terms(self) -> None:
        """Calendars and matrix are the new ones; plan, cover and channels stay."""
        decision = amended(opened(terms=PREMIUM), LONGER, "09:20", terms=PREMIUM)
        assert decision.terms == replace(
            PREMIUM,
            policy_version="longer",
            hours=LONGER.hours,
            business_days=LONGER.business_days,
            initial_attention_within=LONGER.initial_attention_within,
            limits=LONGER.limits,
        )

    def test_keeps_the_time_it_has_used_as_it_was_counted(self) -> None:
        """20 minutes of the old hour; 100 of the new two are left."""
        decision = amended(opened(), LONGER, "09:20")
        assert (level_clock(decision.case).spent, level_clock(decision.case).limit) == (20 * MINUTE, 2 * HOUR)
        assert decision.case.next_hand_off_at == bogota("11:00")

    def test_keeps_the_old_hours_of_a_day_that_is_made_a_holiday_afterwards(self) -> None:
        """Thursday counted until 08:10, when the decree came; Friday counts on."""
        case = opened("16:30")
        decision = amended(case, THURSDAY_OFF, "2026-11-26 08:10")
        assert level_clock(decision.case).spent == 40 * MINUTE
        assert decision.case.next_hand_off_at == bogota("2026-11-27 08:20")

    def test_ends_its_stretches_there(self) -> None:
        """So that each is explained by the hours that counted it."""
        stretches = amended(opened(), LONGER, "09:20").stretches
        assert [(s.clock, s.to_at, s.counted) for s in stretches] == [
            (ClockName.INITIAL_ATTENTION, bogota("09:20"), True),
            (ClockName.LEVEL, bogota("09:20"), True),
        ]

    def test_is_amended_by_the_director_or_an_administrator(self) -> None:
        """Who is on record."""
        by_admin = turns(opened(), ("09:20", replace(amend(LONGER), by=ADMIN)))[-1]
        assert by_admin.entries[0].by == ADMIN

    def test_is_amended_with_a_reason(self) -> None:
        """The customer reads it."""
        with pytest.raises(ReasonMissing):
            after(opened(), ("09:20", replace(amend(LONGER), reason=NO_WORDS)))

    def test_says_from_which_policy_to_which_and_what_moved(self) -> None:
        """Level 1's limit, by an hour; the initial attention stays."""
        decision = amended(opened(), LONGER, "09:20")
        fact = decision.entries[0].fact
        assert isinstance(fact, TermsAmended)
        assert (fact.from_version, fact.to_version) == (STANDARD.policy_version, "longer")
        assert fact.moved == (Moved(WakeKind.LEVEL_LIMIT, bogota("10:00"), bogota("11:00")),)

    @pytest.mark.parametrize("to", [STANDARD, replace(STANDARD, policy_version="renamed")], ids=["same", "renamed"])
    def test_is_not_amended_to_what_it_has(self, to: Terms) -> None:
        """Another name for the same is nothing new."""
        with pytest.raises(amendment.NothingToAmend):
            after(opened(), ("09:20", amend(to)))

    def test_keeps_a_holiday_when_a_matrix_comes_that_was_made_of_its_terms_before(self) -> None:
        """The second amendment knows nothing of the first: it is refused, and changes nothing."""
        case = after(opened(), ("09:10", amend(THURSDAY_OFF, instead_of=STANDARD)))
        with pytest.raises(amendment.TermsChanged):
            decide(case, amend(LONGER, instead_of=STANDARD), terms=THURSDAY_OFF, at=bogota("09:20"))

    def test_keeps_the_plans_hours_that_it_was_released_to_meanwhile(self) -> None:
        """The amendment was made of what a case without cover has; a Premium contract came."""
        released = decide(
            opened(terms=UNCOVERED), replace(RELEASE, terms=PREMIUM), terms=UNCOVERED, at=bogota("2026-11-26 09:00")
        )
        assert released.terms == PREMIUM
        with pytest.raises(amendment.TermsChanged):
            decide(
                released.case,
                amend(LONGER, instead_of=UNCOVERED),
                terms=PREMIUM,
                at=bogota("2026-11-26 09:05"),
            )

    def test_takes_what_was_made_of_its_terms(self) -> None:
        """As they are in its history, read again."""
        decision = decide(opened(), amend(LONGER, instead_of=STANDARD), terms=read_again(STANDARD), at=bogota("09:20"))
        assert decision.terms == LONGER

    def test_is_not_amended_twice_with_the_same(self) -> None:
        """The second finds the terms of the first."""
        with pytest.raises(amendment.NothingToAmend):
            after(opened(), ("09:20", amend(LONGER)), ("09:30", amend(LONGER)))

    def test_goes_by_the_new_matrix_when_its_priority_changes_later(self) -> None:
        """Two hours for priority 2, one for priority 1."""
        case = after(opened(), ("09:20", amend(LONGER)), ("09:30", priority(Priority.CRITICAL)))
        assert case.next_hand_off_at == bogota("10:00")


class TestATimeUsedBeyondTheNewLimit:
    def test_moves_the_case_up_now(self) -> None:
        """Half an hour of twenty minutes: level 2 begins at 09:30."""
        decision = amended(opened(), SHORTER, "09:30")
        move = decision.entries[1].fact
        assert isinstance(move, HandedOff)
        assert (move.cause, move.to_level) == ("amendment", Level.SPECIALISTS)
        assert decision.case.next_hand_off_at == bogota("09:50")

    def test_moves_it_up_also_at_the_very_limit(self) -> None:
        """Nothing is left of it."""
        assert amended(opened(), SHORTER, "09:20").case.level is Level.SPECIALISTS

    def test_misses_the_initial_attention(self) -> None:
        """With what was really used, as its stretches explain it."""
        decision = amended(opened(), with_limits(2 * HOUR, attention=10 * MINUTE), "09:30")
        attention = decision.case.initial_attention
        assert attention
        assert (attention.state, attention.spent, attention.due_at) == (ClockState.MISSED, 30 * MINUTE, bogota("09:30"))
        assert InitialAttentionMissed() in facts([decision])

    def test_leaves_a_promise_that_was_kept_or_missed_before(self) -> None:
        """What is over is over."""
        kept = after(opened(), ("09:20", REPLY))
        assert amended(kept, with_limits(2 * HOUR, attention=10 * MINUTE), "09:30").case.initial_attention == (
            kept.initial_attention
        )
        missed = after(opened(), "10:00")
        assert amended(missed, with_limits(2 * HOUR, attention=3 * HOUR), "10:10").case.initial_attention == (
            missed.initial_attention
        )

    def test_marks_a_case_of_level_3_overdue(self) -> None:
        """There is no level above."""
        decision = amended(after(opened(), "12:00"), SHORTER, "13:30")
        assert kinds([decision]) == ["terms_amended", "case_overdue"]
        assert decision.case.overdue_at == bogota("13:30")

    def test_counts_the_periods_of_an_overdue_case_anew(self) -> None:
        """Level 3 since 11:00, overdue since 16:00: five and a half hours of four, then of half an hour."""
        case = amended(after(opened(), "16:00"), with_limits(30 * MINUTE), "2026-11-26 08:30").case
        assert (case.overdue_at, case.overdue_periods) == (bogota("16:00"), 10)
        assert case.overdue_repeat_at == bogota("2026-11-26 09:00")

    def test_ends_being_overdue_where_the_new_limit_lies_ahead(self) -> None:
        """Eight hours instead of four: they end on Thursday at 11:00."""
        case = amended(after(opened(), "16:30"), LONGER, "16:30").case
        assert (case.overdue, case.overdue_repeat_at) == (False, None)
        assert case.next_limit_at == bogota("2026-11-26 11:00")

    def test_of_a_waiting_case_moves_it_up_standing(self) -> None:
        """Level 2's whole time is left when the customer answers."""
        case = amended(after(opened(), ("09:30", ASK)), SHORTER, "09:40").case
        assert (case.level, case.waits, case.next_hand_off_at) == (Level.SPECIALISTS, (WaitingFor.INFORMATION,), None)
        assert after(case, ("15:00", ANSWER), terms=SHORTER).next_hand_off_at == bogota("15:20")


class TestAWaitingCase:
    def test_stays_paused_under_another_limit(self) -> None:
        """Ten minutes used, 110 left from the answer on."""
        waiting = after(opened(), ("09:10", ASK))
        case = amended(waiting, LONGER, "11:00").case
        assert (level_clock(case).state, level_clock(case).spent) == (ClockState.PAUSED, 10 * MINUTE)
        assert after(case, ("14:00", ANSWER), terms=LONGER).next_hand_off_at == bogota("15:50")

    @pytest.mark.rule("ESC-10")
    def test_says_in_the_record_what_it_waited_for_on_both_sides(self) -> None:
        """The pause is cut in two, not forgotten."""
        decisions = turns(opened(), ("09:10", ASK), ("11:00", amend(LONGER)), ("14:00", ANSWER))
        waits = [s for turn in decisions for s in turn.stretches if s.clock is ClockName.LEVEL and not s.counted]
        assert [(s.from_at, s.to_at, s.why) for s in waits] == [
            (bogota("09:10"), bogota("11:00"), "information"),
            (bogota("11:00"), bogota("14:00"), "information"),
        ]


SPENT_LATE = after(visit_at(VisitStep.REPORTED), ("2026-12-10 16:00", expense(400_000)))


class TestATermInBusinessDays:
    @pytest.mark.rule("WAR-3")
    def test_of_a_held_case_is_counted_anew(self) -> None:
        """Fifteen business days from the opening, one holiday later."""
        decision = amended(opened(terms=UNCOVERED), THURSDAY_OFF, "09:20", terms=UNCOVERED)
        assert moves(decision) == (Moved(WakeKind.HELD_END, bogota("2026-12-17 17:00"), bogota("2026-12-18 17:00")),)

    @pytest.mark.rule("ESC-14")
    def test_to_reopen_a_case_is_counted_anew(self) -> None:
        """Five business days from its solution."""
        decision = amended(after(opened(), ("09:10", RESOLVE)), THURSDAY_OFF, "09:20")
        assert moves(decision) == (
            Moved(WakeKind.REOPENING_END, bogota("2026-12-02 17:00"), bogota("2026-12-03 17:00")),
        )

    @pytest.mark.rule("ONS-3")
    @pytest.mark.parametrize("step", [VisitStep.REQUESTED, VisitStep.QUOTED, VisitStep.AGREED])
    def test_of_a_visits_step_is_counted_anew(self, step: VisitStep) -> None:
        """Two business days from where it began."""
        moved = {each.what: each.after_at for each in moves(amended(visit_at(step), THURSDAY_OFF, "09:26"))}
        assert moved[WakeKind.VISIT_LIMIT] == bogota("2026-11-30 17:00")

    @pytest.mark.rule("ONS-2")
    def test_to_answer_expenses_above_the_quote_is_counted_anew(self) -> None:
        """Beside the step's own."""
        exceeded = after(visit_at(VisitStep.STARTED), ("2026-12-03 09:00", expense(400_000)))
        moved = {m.what: m.after_at for m in moves(amended(exceeded, closed_on("2026-12-04"), "2026-12-03 09:10"))}
        assert moved[WakeKind.EXCESS_LIMIT] == moved[WakeKind.VISIT_LIMIT] == bogota("2026-12-09 17:00")

    @pytest.mark.rule("ONS-2", "ONS-5")
    def test_of_a_sign_off_that_waits_for_expenses_is_kept_by_another_matrix(self) -> None:
        """Five business days were over on 10 December; an expense of that day gave the customer until the 14th."""
        answered = after(SPENT_LATE, ("2026-12-11 08:30", ACCEPT))
        decision = amended(answered, LONGER, "2026-12-11 08:40")
        assert (moves(decision), decision.case.visit) == ((), answered.visit)

    @pytest.mark.rule("ONS-2", "ONS-5")
    def test_of_a_sign_off_that_waits_for_expenses_is_counted_anew_from_the_expense(self) -> None:
        """A holiday more on the Friday: both end on Tuesday, whatever became of the expense."""
        moved = {m.what: m.after_at for m in moves(amended(SPENT_LATE, closed_on("2026-12-11"), "2026-12-10 16:10"))}
        assert moved[WakeKind.EXCESS_LIMIT] == moved[WakeKind.VISIT_LIMIT] == bogota("2026-12-15 17:00")
        answered = after(SPENT_LATE, ("2026-12-10 16:05", ACCEPT))
        moved = {m.what: m.after_at for m in moves(amended(answered, closed_on("2026-12-11"), "2026-12-10 16:10"))}
        assert moved[WakeKind.VISIT_LIMIT] == bogota("2026-12-15 17:00")

    @pytest.mark.rule("ONS-5")
    def test_does_not_move_an_agreed_date(self) -> None:
        """Two people agreed on it."""
        assert moves(amended(visit_at(VisitStep.SCHEDULED), THURSDAY_OFF, "09:30")) == ()

    @pytest.mark.rule("ONS-3", "ESC-10")
    def test_that_lies_in_the_past_by_the_new_count_ends_now(self) -> None:
        """Thursday was no holiday after all: the quote lapsed on Friday at 17:00, and now it is Monday at 09:00.

        The clock goes on from now: what it waited for was open until then.
        """
        case = after(opened(terms=THURSDAY_OFF), ("09:05", attempt()), terms=THURSDAY_OFF)
        quoted = after(case, ("09:10", REQUEST_VISIT), ("09:15", APPROVE), terms=THURSDAY_OFF)
        monday = bogota("2026-11-30 09:00")
        decision = amended(quoted, STANDARD, monday, terms=THURSDAY_OFF)
        assert decision.case.next_wake_at == monday
        lapsed = elapse(decision.case, terms=STANDARD, at=monday)
        assert kinds([lapsed]) == ["visit_lapsed"]
        assert lapsed.case.next_hand_off_at == bogota("2026-11-30 09:45")

    def test_ended_before_is_not_awakened(self) -> None:
        """A visit that was declined has no limit any more."""
        case = amended(visit_at(VisitStep.DECLINED), THURSDAY_OFF, "09:30").case
        assert {wake.kind for wake in case.wakes}.isdisjoint({WakeKind.VISIT_LIMIT, WakeKind.VISIT_REMINDER})


class TestAResolvedCase:
    def test_goes_by_the_new_matrix_once_it_is_reopened(self) -> None:
        """Ten minutes used of two hours, from 10:00 on."""
        case = after(opened(), ("09:10", RESOLVE), ("09:30", amend(LONGER)), ("10:00", REOPEN))
        assert (level_clock(case).limit, case.next_hand_off_at) == (2 * HOUR, bogota("11:50"))

    def test_moves_up_when_it_is_reopened_beyond_the_new_limit(self) -> None:
        """Half an hour of twenty minutes."""
        decisions = turns(opened(), ("09:30", RESOLVE), ("09:40", amend(SHORTER)), ("10:00", REOPEN))
        assert kinds(decisions)[-2:] == ["case_reopened", "handed_off"]
        assert decisions[-1].case.next_hand_off_at == bogota("10:20")

    def test_keeps_its_clocks_as_they_stopped(self) -> None:
        """What was promised then is what was kept."""
        resolved = after(opened(), ("09:10", RESOLVE))
        assert amended(resolved, LONGER, "09:30").case.level_clock == resolved.level_clock


class TestWhatHappensAtOnce:
    """What a preview tells beside the deadlines."""

    @pytest.mark.parametrize(
        ("case", "to", "at", "expected"),
        [
            (opened(), SHORTER, "09:30", [AtOnce.MOVES_UP]),
            (opened(), with_limits(2 * HOUR, attention=10 * MINUTE), "09:30", [AtOnce.ATTENTION_MISSED]),
            (after(opened(), "12:00"), SHORTER, "13:30", [AtOnce.BECOMES_OVERDUE]),
            (opened(), LONGER, "09:30", []),
        ],
    )
    def test_is_what_the_amendment_itself_brings(self, case: Case, to: Terms, at: str, expected: list[AtOnce]) -> None:
        """In the order of its facts."""
        assert list(at_once(facts([amended(case, to, at)]))) == expected

    def test_is_also_what_falls_due_by_it(self) -> None:
        """Expenses that lapse are not the visit's end; a visit that nobody signed off is."""
        lapsed = VisitLapsed(visit=1, step=VisitStep.REPORTED, is_excess=True)
        ended = VisitSignedOff(visit=1, unanswered=True, borne_by_customer=0, borne_by_support=0)
        closed = CaseClosed(reason=ClosingReason.NOT_COVERED)
        assert at_once((lapsed, replace(lapsed, is_excess=False), ended, closed)) == (
            AtOnce.EXPENSES_LAPSE,
            AtOnce.VISIT_LAPSES,
            AtOnce.VISIT_SIGNED_OFF,
            AtOnce.CASE_CLOSES,
        )


# -- what is previewed is what happens --------------------------------------------------------------------------------

_CASES = (
    opened(),
    opened(terms=UNCOVERED),
    after(opened(), ("09:10", ASK)),
    after(opened(), ("09:20", REPLY)),
    after(opened(), ("09:10", RESOLVE)),
    *(visit_at(step) for step in VisitStep),
    after(visit_at(VisitStep.STARTED), ("2026-12-03 09:00", expense(400_000))),
)
_DAYS = st.lists(st.dates(date(2026, 11, 25), date(2026, 12, 20)).map(str), max_size=4, unique=True)
_LIMITS = st.timedeltas(5 * MINUTE, 20 * HOUR)


@st.composite
def _amendments(draw: st.DrawFn) -> tuple[Case, Terms, datetime, Terms]:
    """A settled case, its terms, an instant, and other terms for it."""
    case = draw(st.sampled_from(_CASES))
    terms = UNCOVERED if case.status is Status.HELD else STANDARD
    at = case.last_at + draw(st.timedeltas(timedelta(0), timedelta(days=8)))
    case = after(case, at, terms=terms)
    limits = with_limits(draw(_LIMITS), attention=draw(_LIMITS))
    calendars = closed_on(*draw(_DAYS))
    return case, terms, at, replace(limits, hours=calendars.hours, business_days=calendars.business_days)


class TestAPreview:
    @examples(200)
    @given(_amendments())
    def test_tells_what_the_amendment_then_moves(self, given_case: tuple[Case, Terms, datetime, Terms]) -> None:
        """The same deadlines, before and after; and used time neither lost nor won."""
        case, terms, at, other = given_case
        if case.status is Status.CLOSED:
            return
        told = amendment.moved(case, terms=terms, amended=amendment.amended_terms(terms, other), at=at)
        decision = decide(case, amend(other), terms=terms, at=at)
        assert moves(decision) == told
        before, now = ({w.kind: w.at for w in each.wakes} for each in (case, decision.case))
        assert all((before.get(m.what), now.get(m.what)) == (m.before_at, m.after_at) for m in told)

    @examples(200)
    @given(_amendments())
    def test_never_puts_a_deadline_into_the_past(self, given_case: tuple[Case, Terms, datetime, Terms]) -> None:
        """What the new terms put there is due now, and time happens in order."""
        case, terms, at, other = given_case
        if case.status is Status.CLOSED:
            return
        decision = decide(case, amend(other), terms=terms, at=at)
        assert decision.case.next_wake_at is None or decision.case.next_wake_at >= at
        assert decision.terms
        for turn in settle(decision.case, terms=decision.terms, at=at + timedelta(days=30)):
            assert all(stretch.from_at < stretch.to_at for stretch in turn.stretches)

    @examples(200)
    @given(_amendments())
    def test_leaves_what_was_used(self, given_case: tuple[Case, Terms, datetime, Terms]) -> None:
        """By the old hours until then, unless the case moved up."""
        case, terms, at, other = given_case
        if case.status is Status.CLOSED or not case.level_clock:
            return
        now = decide(case, amend(other), terms=terms, at=at).case
        if now.level is case.level:
            assert level_clock(now).spent == spent_at(case.level_clock, at=at, calendar=terms.hours) or (
                case.status is Status.RESOLVED
            )
