"""What holds for every life of a case, whatever is asked of it and whenever (Hypothesis)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.case import commands as c
from policy.case.case import (
    SYSTEM,
    Case,
    Channel,
    Clock,
    ClockState,
    Level,
    Outcome,
    OutOfScopeKind,
    Plan,
    Priority,
    Status,
    WaitingFor,
)
from policy.case.commands import Command
from policy.case.decision import Decision
from policy.case.facts import HandedOff
from policy.case.lifecycle import decide, open_case, settle
from policy.case.refusals import CaseClosed, Refusal
from policy.terms.terms import Terms
from policy.time.clock import ClockName, spent_at
from policy.visit.facts import VisitCancelled, VisitSignedOff
from policy.visit.visit import PENDING, UNDER_WAY, VisitStep
from tests.policy.case.test_outage import on_time, unrecorded
from tests.policy.case.test_round_trip import carried
from tests.support.lives import (
    ACCEPT,
    ANSWER,
    APPROVE,
    ASK,
    CANCEL,
    CLAIM,
    CONFIRM,
    DECLINE,
    HAND_OFF,
    HELP_DESK,
    REFUSE,
    REOPEN,
    REPLY,
    REPORT,
    REQUEST_VISIT,
    RESOLVE,
    SCHEDULE,
    SIGN_OFF,
    START,
    TO_PROVIDER,
    WITHDRAW,
    WORDS,
    after,
    attempt,
    bogota,
    commands,
    expense,
    opening,
    priority,
    terms,
    transfer,
)
from tests.support.thoroughness import examples

_LONG = timedelta(days=40)

# What keeps a case going comes often and what ends it seldom, so that lives are long. None lets time pass alone.
_GOING: tuple[Command, ...] = (
    CLAIM,
    REPLY,
    ASK,
    ANSWER,
    HAND_OFF,
    TO_PROVIDER,
    RESOLVE,
    REOPEN,
    transfer("sig"),
    transfer(level=Level.DIRECTOR),
    c.AddNote(by=HELP_DESK, body=WORDS),
    c.LogAttempt(by=HELP_DESK, channel=Channel.PHONE, outcome=Outcome.NO_ANSWER, summary=WORDS),
    *(priority(to) for to in Priority),
)
_ENDING = (WITHDRAW, CONFIRM, c.CloseAsOutOfScope(by=HELP_DESK, kind=OutOfScopeKind.DATA_LOAD, reason=WORDS))
Asked = Callable[[Case, Terms, datetime], Command]


def _next_of_its_visit(case: Case, promised: Terms, at: datetime) -> Command:
    """What brings the case's visit one step on, an exhausted channel or another visit where there is none."""
    visit = case.visit
    if visit is None or not visit.is_open:
        untried = [each for each in promised.channels if each not in {tried.channel for tried in case.attempts}]
        return attempt(untried[0]) if untried else REQUEST_VISIT
    steps: dict[VisitStep, Command] = {
        VisitStep.REQUESTED: APPROVE,
        VisitStep.QUOTED: ACCEPT,
        VisitStep.AGREED: replace(SCHEDULE, starts_at=at + timedelta(hours=3)),
        VisitStep.SCHEDULED: START,
        VisitStep.STARTED: REPORT,
        VisitStep.REPORTED: SIGN_OFF,
    }
    return steps[visit.step]


def _another_date(case: Case, promised: Terms, at: datetime) -> Command:
    return replace(SCHEDULE, starts_at=at + timedelta(hours=5))


def _another_expense(case: Case, promised: Terms, at: datetime) -> Command:
    return expense(200_000, f"FV-{case.turn}")


_OF_A_VISIT: tuple[Command | Asked, ...] = (
    *(_next_of_its_visit,) * 14,
    *(_another_expense,) * 4,
    _another_date,
    *(REFUSE,) * 3,
    DECLINE,
    ACCEPT,
    CANCEL,
)
_COMMANDS: st.SearchStrategy[Command | Asked | None] = st.sampled_from(
    (*_GOING * 3, *_OF_A_VISIT, REOPEN, REOPEN, None, *_ENDING)
)
_GAPS = st.one_of(
    st.timedeltas(timedelta(0), timedelta(minutes=15)),
    st.timedeltas(timedelta(0), timedelta(hours=2)),
    st.timedeltas(timedelta(0), timedelta(days=4)),
    st.sampled_from([timedelta(0), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=4), timedelta(days=1)]),
)


@dataclass(frozen=True)
class Life:
    """A random life: every decision with the case before it and the instant at which it was taken."""

    terms: Terms
    turns: tuple[tuple[Case | None, Decision, datetime], ...]
    ends_at: datetime

    @property
    def case(self) -> Case:
        return self.turns[-1][1].case


@st.composite
def _lives(draw: st.DrawFn, plan: Plan) -> Life:
    promised = terms(plan)
    at = bogota("2026-11-25 00:00") + draw(st.timedeltas(timedelta(0), _LONG))
    command = opening(at, draw(st.sampled_from(Priority)))
    turns: list[tuple[Case | None, Decision, datetime]] = [(None, open_case(command, terms=promised), at)]
    towards_a_visit = [(timedelta(minutes=2), _next_of_its_visit)] * draw(st.sampled_from([0, 0, 2, 4, 6, 8, 10]))
    anything = draw(st.lists(st.tuples(_GAPS, _COMMANDS), min_size=draw(st.integers(0, 25)), max_size=30))
    for gap, step in (*towards_a_visit, *anything):
        at += gap
        for turn in _happens(turns[-1][1].case, step, promised, at):
            turns.append((turns[-1][1].case, turn, at))
    return Life(promised, tuple(turns), at)


def _happens(case: Case, step: Command | Asked | None, promised: Terms, at: datetime) -> Iterator[Decision]:
    for decision in settle(case, terms=promised, at=at):
        yield decision
        case = decision.case
    if step:
        command = step if isinstance(step, Command) else step(case, promised, at)
        try:
            yield decide(case, command, terms=promised, at=at)
        except Refusal:
            return


LIVES = st.one_of(_lives(Plan.STANDARD), _lives(Plan.PREMIUM))
same_in_every_run = examples(40)


def _steps(life: Life) -> Iterator[tuple[Case, Decision, datetime]]:
    """The turns after the opening."""
    return ((before, decision, at) for before, decision, at in life.turns if before)


def _due(case: Case) -> datetime | None:
    return case.visit.term.due_at if case.visit and case.visit.term else None


def _level_clock(case: Case) -> Clock:
    assert case.level_clock
    return case.level_clock


class TestInEveryLife:
    @same_in_every_run
    @given(LIVES)
    def test_nothing_due_is_left_behind(self, life: Life) -> None:
        """Once time has happened, what wakes the case next lies ahead."""
        for _, decision, at in life.turns:
            *_, settled = decision.case, *(turn.case for turn in settle(decision.case, terms=life.terms, at=at))
            assert settled.next_wake_at is None or settled.next_wake_at > at

    @same_in_every_run
    @given(LIVES)
    def test_time_used_is_neither_lost_nor_won_by_a_turn(self, life: Life) -> None:
        """When it happens, or was due, the level has used the same before and after it, or the case changed level."""
        for before, decision, at in _steps(life):
            after, then = decision.case, decision.entries[0].due_at or at
            was = spent_at(_level_clock(before), at=then, calendar=life.terms.hours)
            now = spent_at(_level_clock(after), at=then, calendar=life.terms.hours)
            assert now == was or after.level > before.level

    @same_in_every_run
    @given(LIVES)
    def test_time_used_never_runs_backwards(self, life: Life) -> None:
        """From turn to turn the level's time grows or stands."""
        for before, decision, at in _steps(life):
            if before.level is decision.case.level:
                was = spent_at(_level_clock(before), at=before.last_at, calendar=life.terms.hours)
                assert spent_at(_level_clock(decision.case), at=at, calendar=life.terms.hours) >= was

    @same_in_every_run
    @given(LIVES)
    def test_the_level_has_used_what_its_counted_stretches_add_up_to(self, life: Life) -> None:
        """The explained time and the counted time are one."""
        hours, clock = life.terms.hours, _level_clock(life.case)
        used = spent_at(clock, at=life.ends_at, calendar=hours)
        running = hours.elapsed(clock.since_at, life.ends_at) if clock.counting else timedelta(0)
        stretches = (s for _, decision, _ in life.turns for s in decision.stretches if s.clock is ClockName.LEVEL)
        counted = (s for s in stretches if s.counted and s.level == life.case.level)
        assert sum((hours.elapsed(s.from_at, s.to_at) for s in counted), running) == used

    @same_in_every_run
    @given(LIVES)
    def test_stretches_join_without_a_gap(self, life: Life) -> None:
        """From the opening to where each clock's present stretch began."""
        for name, clock in zip(ClockName, (life.case.initial_attention, life.case.level_clock), strict=True):
            desk = life.case.opened_at
            for stretch in (s for _, decision, _ in life.turns for s in decision.stretches if s.clock is name):
                assert stretch.from_at == desk
                desk = stretch.to_at
            assert clock
            assert clock.since_at == desk

    @same_in_every_run
    @given(LIVES)
    def test_a_running_clock_is_due_when_what_is_left_has_been_counted(self, life: Life) -> None:
        """Whatever happened to it before."""
        for _, decision, _ in life.turns:
            for clock in (decision.case.initial_attention, decision.case.level_clock):
                if clock and clock.state is ClockState.RUNNING:
                    assert clock.due_at == life.terms.hours.add(clock.since_at, clock.limit - clock.spent)

    @same_in_every_run
    @given(LIVES)
    def test_the_level_rises_by_one_unless_functionally(self, life: Life) -> None:
        """And whoever had the case has it no more."""
        for before, decision, _ in _steps(life):
            after = decision.case
            moves = [entry.fact for entry in decision.entries if isinstance(entry.fact, HandedOff)]
            assert len(moves) == (after.level != before.level)
            if moves:
                assert after.level - before.level == 1 or (moves[0].cause, after.level) == ("functional", 3)
                assert after.assignee is None

    @same_in_every_run
    @given(LIVES)
    def test_the_status_and_the_clock_agree(self, life: Life) -> None:
        """Waiting means paused, ended means stopped, overdue means level 3."""
        for _, decision, _ in life.turns:
            case = decision.case
            state = _level_clock(case).state
            assert (case.status is Status.WAITING_CUSTOMER) == (state is ClockState.PAUSED) == bool(case.waiting_for)
            assert (case.status in (Status.RESOLVED, Status.CLOSED)) == (state is ClockState.STOPPED)
            assert case.level is Level.DIRECTOR or not case.overdue_at

    @pytest.mark.rule("ESC-10")
    @same_in_every_run
    @given(LIVES)
    def test_the_waits_and_the_visit_agree(self, life: Life) -> None:
        """A quote, a date that lies ahead and a signature are waited for once each, and never afterwards."""
        for _, decision, _ in life.turns:
            case = decision.case
            step = case.visit.step if case.visit else None
            assert len(set(case.waits)) == len(case.waits)
            assert (WaitingFor.QUOTE in case.waits) == (step is VisitStep.QUOTED)
            is_ahead = step is VisitStep.SCHEDULED and case.visit is not None and case.visit.starts_at == _due(case)
            assert (WaitingFor.VISIT in case.waits) == is_ahead
            assert WaitingFor.SIGN_OFF not in case.waits or step is VisitStep.REPORTED

    @pytest.mark.rule("ONS-2")
    @same_in_every_run
    @given(LIVES)
    def test_no_customer_bears_more_than_it_accepted(self, life: Life) -> None:
        """Both sides' shares add up to what was spent, whatever way the visit ended."""
        for before, decision, _ in _steps(life):
            for entry in decision.entries:
                if isinstance(entry.fact, VisitSignedOff | VisitCancelled) and before.visit:
                    theirs, ours = entry.fact.borne_by_customer, entry.fact.borne_by_support
                    assert theirs + ours == before.visit.expenses
                    assert 0 <= theirs <= before.visit.accepted

    @pytest.mark.rule("ONS-5")
    @same_in_every_run
    @given(LIVES)
    def test_an_open_visit_always_has_something_coming(self, life: Life) -> None:
        """A closed case has no open visit, and a resolved one none but for its signature (ONS-5)."""
        for _, decision, _ in life.turns:
            visit = decision.case.visit
            if visit:
                assert visit.is_open == (visit.term is not None)
                assert not visit.is_open or decision.case.status is not Status.CLOSED
                assert not visit.goes_on or decision.case.status is not Status.RESOLVED

    @same_in_every_run
    @given(LIVES, st.sampled_from(commands()))
    def test_closed_stays_closed(self, life: Life, command: Command) -> None:
        """No command and no time moves a closed case."""
        case = life.case
        if case.status is Status.CLOSED:
            assert case.next_wake_at is None
            with pytest.raises(CaseClosed):
                decide(case, command, terms=life.terms, at=life.ends_at)

    @same_in_every_run
    @given(LIVES)
    def test_turns_and_facts_are_numbered_without_a_gap(self, life: Life) -> None:
        """Turn by turn, entry by entry, from one."""
        assert [decision.case.turn for _, decision, _ in life.turns] == list(range(1, len(life.turns) + 1))
        seqs = [entry.seq for _, decision, _ in life.turns for entry in decision.entries]
        assert seqs == list(range(1, life.case.facts + 1))

    @same_in_every_run
    @given(LIVES)
    def test_every_clock_fact_says_when_it_was_due(self, life: Life) -> None:
        """Due instants do not run backwards, and nothing happens before it is due."""
        due = [(e.due_at, e.at) for _, decision, _ in life.turns for e in decision.entries if e.by == SYSTEM]
        assert all(due_at and due_at <= at for due_at, at in due)
        assert [due_at for due_at, _ in due] == sorted(due_at for due_at, _ in due if due_at)

    @same_in_every_run
    @given(LIVES, st.timedeltas(timedelta(0), _LONG))
    def test_an_outage_ends_where_punctuality_would_have(self, life: Life, outage: timedelta) -> None:
        """However the case was left, however long nobody looked."""
        restart = life.ends_at + outage
        late, punctual = after(life.case, restart, terms=life.terms), on_time(life.case, restart, terms=life.terms)
        assert unrecorded(late) == unrecorded(punctual)

    @examples(30)
    @given(LIVES)
    def test_every_turn_survives_its_history(self, life: Life) -> None:
        """Written as JSON and read again, a decision is the same."""
        for _, decision, _ in life.turns:
            assert carried(decision, Decision) == decision


class TestTheLivesTried:
    def test_reach_every_status_every_level_and_every_step_of_a_visit(self) -> None:
        """Otherwise the properties above would say little."""
        statuses: set[Status] = set()
        levels: set[Level] = set()
        steps: set[VisitStep] = set()

        @same_in_every_run
        @given(LIVES)
        def collect(life: Life) -> None:
            statuses.update(decision.case.status for _, decision, _ in life.turns)
            levels.update(decision.case.level for _, decision, _ in life.turns if decision.case.status != "closed")
            steps.update(decision.case.visit.step for _, decision, _ in life.turns if decision.case.visit)

        collect()
        assert (statuses, levels) == (set(Status) - {Status.HELD}, set(Level))
        assert steps >= PENDING | UNDER_WAY | {VisitStep.SIGNED_OFF}
