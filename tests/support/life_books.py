"""The books that an observer keeps of one life, from its facts and its stretches alone, and holds against the case.

Nothing here asks the rules: what is checked was written down turn by turn. `standing` holds between turns.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

from policy.case import facts as f
from policy.case.case import (
    SYSTEM,
    Case,
    Channel,
    Clock,
    ClockState,
    Direction,
    Level,
    Outcome,
    Role,
    Status,
    WaitingFor,
    WakeKind,
)
from policy.case.decision import Decision
from policy.case.facts import Entry
from policy.case.missed import late_at
from policy.terms.terms import Terms
from policy.time.calendar import Calendar, SegmentState
from policy.time.clock import ClockName
from policy.visit import facts as v
from policy.visit.visit import VisitStep
from tests.support.life_absences import may_act_for

NOTHING = timedelta(0)
_WORKED_ON = (Status.NEW, Status.IN_PROGRESS, Status.WAITING_CUSTOMER)


@dataclass
class Broken:
    """A promise that a life's facts say was broken, and what was counted since; `ended`: it grows no more."""

    promise: str
    due_at: datetime
    late: timedelta = NOTHING
    ended: bool = False


_SILENCE = timedelta(minutes=15)


@dataclass
class Talk:
    """A chat by its own count: who has it, who had the last word, and when silence ends it."""

    ends_at: datetime
    agent_id: str | None = None
    answered: bool = False
    awaits_us: bool = True


@dataclass
class Books:
    """What is known of a life so far."""

    terms: Terms
    turns: int = 0
    facts: int = 0
    used: dict[ClockName, timedelta] = field(default_factory=lambda: dict.fromkeys(ClockName, NOTHING))
    tried_in_vain: set[str] = field(default_factory=set)
    visits: dict[int, list[str]] = field(default_factory=dict)
    is_overdue: bool = False
    periods: int = 0
    is_closed: bool = False
    attended: list[str] = field(default_factory=list)
    expenses: dict[int, int] = field(default_factory=dict)
    decide_by: dict[bool, datetime] = field(default_factory=dict)
    """Until when a visit is decided on, and (True) its further expenses, as its facts and amendments said last."""
    awaits_excess: bool = False
    broken: list[Broken] = field(default_factory=list)
    question: Asked | None = None
    date: v.VisitScheduled | None = None
    """The visit's date as it was agreed on last."""
    opened_at: datetime | None = None
    came_by: Channel | None = None
    is_missed: bool = False
    awaits_signature: bool = False
    chat: Talk | None = None
    lacks_analysis: bool = False
    assignee: str | None = None

    def enter(self, before: Case | None, decision: Decision, *, at: datetime) -> None:
        """Write a turn down, once it is found to follow from what was written before."""
        after = decision.case
        assert not self.is_closed, "closed stays closed"
        self.turns += 1
        assert (after.turn, after.last_at) == (self.turns, at), "turns are numbered without a gap"
        for entry in decision.entries:
            self.facts += 1
            assert entry.seq == self.facts, "facts are numbered without a gap"
            assert entry.at == at
            assert entry.due_at is None or entry.due_at <= at, "nothing happens before it is due"
            by_itself = entry.by == SYSTEM and not isinstance(
                entry.fact, f.NoteAdded | f.DutyPaged
            )  # beside its clocks
            assert (entry.due_at is not None) == by_itself, "what happens by itself was due"
            assert entry.by.on_behalf_of is None or may_act_for(entry.by, at=at), "no right outlives its absence"
            self._enter_fact(entry)
        assert after.facts == self.facts
        told = Counter((notice.kind, notice.recipient) for notice in decision.notices)
        assert not told or max(told.values()) == 1, "one notice of a kind for each recipient"
        if before:
            self._enter_time(before, decision)
            self._check_level(before, decision)
            self._enter_broken(before, decision)
        if decision.terms:
            kept = decision.entries[0].fact.kind == "case_released"
            was, now = (self.terms.plan, self.terms.cover), (decision.terms.plan, decision.terms.cover)
            assert kept or was == now, "an amendment keeps plan and cover"
            self.terms = decision.terms
            if kept:
                self._check_release(decision)
            self.question = self.question and self.question.counted_anew(self.terms, at)
        self._check_used(after, at)
        self._check_broken(after, at)
        self._check_waits(after)
        assert after.lacks_analysis == self.lacks_analysis, "what was analysed comes once, by the customer's words"
        assert (self.chat is None) == (after.chat is None), "a chat ends with its case"
        assert self.chat is None or self.chat.agent_id == (after.chat and after.chat.agent_id)
        assert after.assignee == self.assignee, "whose it is, its facts say"
        if after.level_clock and after.status in _WORKED_ON:
            assert after.level_clock.limit == self.terms.limit(after.level, after.priority), "the limit it was promised"

    # -- facts --------------------------------------------------------------------------------------------------------

    def _enter_fact(self, entry: Entry) -> None:
        fact = entry.fact
        match fact:
            case f.AttemptLogged() if fact.outcome is not Outcome.SOLVED:
                self.tried_in_vain.add(fact.channel)
            case f.CallLogged():
                spoke = fact.outcome is not Outcome.NO_ANSWER
                if fact.outcome is not Outcome.SOLVED and (fact.direction is Direction.OUT or spoke):
                    self.tried_in_vain.add(Channel.PHONE)
                since_asked = self.question and fact.started_at + fact.lasted >= self.question.at
                assert fact.ends_wait == bool(spoke and since_asked), "who was spoken with is waited for no more"
                self.question = None if fact.ends_wait else self.question
            case f.CaseClaimed() | f.CaseAssigned():
                assert fact.kind == "case_assigned" or self.assignee is None, "what somebody has is given, not taken"
                self.assignee = fact.agent_id
            case f.HandedOff() | f.CaseTransferred():
                assert fact.left_by == self.assignee, "it leaves who had it"
                self.assignee = None
            case f.ChatBegun() | f.ChatTaken() | f.ChatSaid() | f.ChatHandedOver() | f.ChatEnded():
                self._enter_chat(fact, entry)
            case f.CaseOpened():
                self.opened_at, self.came_by = entry.at, fact.channel
                self.lacks_analysis = not fact.prior_analysis.characters
                assert not self.lacks_analysis or fact.channel is Channel.EMAIL, "only mail opens a case without it"
            case f.CaseOverdue():
                assert not self.is_overdue, "overdue once"
                self.is_overdue, self.periods = True, 0
            case f.OverdueRepeated():
                assert self.is_overdue, "overdue repeats only after it came"
                self.periods = fact.periods
            case f.InformationRequested():
                assert self.question is None, "one question at a time"
                self.question = Asked.now(self.terms, entry.at)
                assert fact.answer_by == self.question.answer_by
            case f.InformationReminded():
                assert self.question
                assert fact.answer_by == self.question.answer_by
                assert entry.due_at == self.question.remind_at[0], "each reminder when it was said to come"
                self.question = replace(self.question, remind_at=self.question.remind_at[1:])
            case f.InformationLapsed():
                self._end_of_question(entry)
                assert self._has_visit_to_make(), "only a visit lets a case go on without its answer"
            case f.CaseResolved():
                if fact.unanswered:
                    assert not self._has_visit_to_make(), "what a visit goes on in is not given up"
                    self._end_of_question(entry)
                assert fact.unanswered == (entry.by == SYSTEM) == (fact.summary is None)
                self.question, self.awaits_signature = None, False
            case f.CustomerAnswered():
                self.question = None
                assert self.lacks_analysis or not fact.brings_analysis, "it was there already"
                self.lacks_analysis = self.lacks_analysis and not fact.brings_analysis
            case f.AnalysisRecorded():
                assert self.lacks_analysis, "it was there already"
                self.question, self.lacks_analysis = None, False
            case f.CaseClosed():
                self.is_closed, self.question = True, None
            case f.InitialAttentionMissed() | f.InitialAttentionGiven():
                assert fact.kind not in self.attended, "attended once, missed once"
                assert fact.kind != "initial_attention_missed" or not self.attended, "missed before it came"
                if isinstance(fact, f.InitialAttentionGiven):
                    assert fact.in_time == (not self.attended)
                self.attended.append(fact.kind)
            case f.TermsAmended():
                moved = {each.what: each.after_at for each in fact.moved if each.after_at}
                for what, is_excess in ((WakeKind.VISIT_LIMIT, False), (WakeKind.EXCESS_LIMIT, True)):
                    if what in moved:
                        self.decide_by[is_excess] = moved[what]
            case _ if isinstance(fact, v.VisitFact):
                self._enter_visit(fact, entry)

    def _enter_chat(
        self, fact: f.ChatBegun | f.ChatTaken | f.ChatSaid | f.ChatHandedOver | f.ChatEnded, entry: Entry
    ) -> None:
        """One chat at a time, one agent in it, an end by silence at its time, and what of it was an attempt (ONS-4)."""
        by_contact = entry.by.role is Role.CONTACT
        if isinstance(fact, f.ChatBegun):
            assert self.chat is None, "one chat at a time"
            assert Channel.CHAT in self.terms.channels, "a plan without chat has none"
            assert by_contact, "the customer comes to the chat"
            self.chat = Talk(ends_at=entry.at + _SILENCE)
            assert fact.ends_at == self.chat.ends_at
            return
        chat = self.chat
        assert chat, "what nobody began goes not on"
        match fact:
            case f.ChatTaken():
                assert chat.agent_id is None, "exactly one takes it"
                chat.agent_id = fact.agent_id
                self._goes_with_chat(fact.agent_id, fact.takes_case, had=None)
            case f.ChatHandedOver():
                assert fact.from_agent == chat.agent_id != fact.to_agent
                self._goes_with_chat(fact.to_agent, fact.takes_case, had=chat.agent_id)
                chat.agent_id = fact.to_agent
            case f.ChatSaid():
                assert by_contact or chat.agent_id in (entry.by.id, entry.by.on_behalf_of), "who has it writes"
                chat.ends_at, chat.awaits_us = entry.at + _SILENCE, by_contact
                chat.answered = chat.answered or not by_contact
                assert by_contact or not fact.brings_analysis, "the customer says what it analysed"
                assert self.lacks_analysis or not fact.brings_analysis, "it was there already"
                self.lacks_analysis = self.lacks_analysis and not fact.brings_analysis
                if by_contact:
                    self.question = None
            case f.ChatEnded():
                by_itself = entry.due_at is not None and not fact.with_case
                assert not by_itself or entry.due_at == chat.ends_at, "silence ends it at its time"
                assert fact.outcome is None or chat.answered, "no attempt without a line of ours"
                assert not by_itself or (fact.outcome is None) == (chat.awaits_us or not chat.answered)
                if fact.outcome not in (None, Outcome.SOLVED):
                    self.tried_in_vain.add(Channel.CHAT)
                self.chat = None

    def _goes_with_chat(self, agent_id: str, takes_case: bool, *, had: str | None) -> None:
        """The case goes with the chat where nobody had it, or one person had both; else it stays whose it is."""
        assert takes_case == (self.assignee is None or self.assignee == had), "a chat takes no case from a third one"
        self.assignee = agent_id if takes_case else self.assignee

    def _check_release(self, decision: Decision) -> None:
        """Both clocks count from when it was covered, and another plan's channel is noted (WAR-3, PLAN-7)."""
        since, fact, after = decision.entries[0].due_at, decision.entries[0].fact, decision.case
        assert isinstance(fact, f.CaseReleased)
        assert since
        assert self.opened_at
        assert self.opened_at <= since <= after.last_at
        assert {clock.since_at for name in ClockName if (clock := clock_of(after, name))} == {since}
        outside = self.came_by not in self.terms.channels
        assert (fact.came_by, fact.channels) == ((self.came_by, self.terms.channels) if outside else (None, ()))

    def _end_of_question(self, entry: Entry) -> None:
        assert self.question
        assert not self.question.remind_at, "all reminders come before the end"
        assert entry.due_at == self.question.answer_by, "a question ends when it was said to"
        self.question = None

    def _has_visit_to_make(self) -> bool:
        steps = self.visits.get(len(self.visits), [])
        return bool(steps) and not set(steps) & _ENDS and "visit_reported" not in steps

    def _enter_visit(self, fact: v.VisitFact, entry: Entry) -> None:
        by, due_at = entry.by.role, entry.due_at
        steps = self.visits.setdefault(fact.visit, [])
        assert fact.visit == len(self.visits), "one visit at a time"
        assert not set(steps) & _ENDS, "a visit ends once"
        untried = set(self.terms.channels) - self.tried_in_vain
        match fact:
            case v.VisitRequested():
                assert not steps
                assert not untried, "remote channels come first"
                self.decide_by, self.awaits_excess, self.date = {False: fact.decide_by}, False, None
            case v.VisitApproved() | v.VisitRefused():
                assert by is Role.DIRECTOR
                assert _last(steps) == "visit_requested"
                if isinstance(fact, v.VisitApproved):
                    self.decide_by[False] = fact.decide_by
            case v.VisitAccepted() | v.VisitDeclined():
                assert by is Role.CONTACT, "the customer decides on what it bears"
                if fact.is_excess:
                    self._end_of_excess(fact.visit)
                    assert fact.amount == self.expenses[fact.visit], "all that was spent so far"
                else:
                    assert _last(steps) == "visit_approved", "approval first, acceptance second"
            case v.VisitLapsed():
                assert by is Role.SYSTEM
                assert due_at == self.decide_by[fact.is_excess], "it lapses when it was said to"
                if fact.is_excess:
                    self._end_of_excess(fact.visit)
            case v.VisitScheduled() | v.VisitStarted():
                assert not untried, "no visit without exhausted channels"
                agreed = [step for step in steps if step in ("visit_requested", "visit_approved", "visit_accepted")]
                assert agreed[:3] == ["visit_requested", "visit_approved", "visit_accepted"], (
                    "both agreements, in order"
                )
                assert "visit_started" not in steps
                assert fact.kind == "visit_scheduled" or "visit_scheduled" in steps
                if isinstance(fact, v.VisitScheduled):
                    self.date, self.is_missed = fact, False
                else:
                    self._check_start(entry)
            case v.VisitMissed():
                assert self.date
                assert (by, due_at) == (Role.SYSTEM, self.date.starts_at), "missed at its date"
                assert not self.is_missed, "a date is missed once"
                self.is_missed = True
            case v.VisitReported():
                assert steps.count("visit_started") == 1
                self.awaits_signature = True
            case v.VisitExpenseLogged():
                self.expenses[fact.visit] = self.expenses.get(fact.visit, 0) + fact.amount
                assert fact.total == self.expenses[fact.visit]
            case v.VisitQuoteExceeded():
                assert fact.total > fact.accepted
                self.decide_by[True], self.awaits_excess = fact.decide_by, True
            case v.VisitSignedOff():
                assert steps.count("visit_reported") == 1
                assert not self.awaits_excess, "expenses are decided on before the visit ends"
                self.awaits_signature = False
            case v.VisitCancelled():
                assert "visit_started" not in steps, "what has begun is not called off"
        if isinstance(fact, v.VisitCancelled | v.VisitSignedOff):
            assert fact.borne_by_customer + fact.borne_by_support == self.expenses.get(fact.visit, 0)
        ended = isinstance(fact, _ENDING) and not getattr(fact, "is_excess", False)
        steps.append(f"{fact.kind}!" if ended else fact.kind)

    def _check_start(self, entry: Entry) -> None:
        assert self.date
        sent = self.date.engineer_id in (entry.by.id, entry.by.on_behalf_of)
        assert sent or entry.by.role is Role.DIRECTOR, "who was sent, who stands in for that one, or the director"
        today, agreed = (at - _BOGOTA_BEHIND for at in (entry.at, self.date.starts_at))
        assert today.date() == agreed.date(), "on its day"

    def _check_waits(self, case: Case) -> None:
        """What the case waits for follows from what happened, and from nothing else."""
        expected = self.question and (self.question.answer_by, self.question.remind_at)
        assert expected == (case.question and (case.question.answer_by, case.question.remind_at))
        assert (WaitingFor.INFORMATION in case.waits) == (self.question is not None)
        assert (WaitingFor.SIGN_OFF in case.waits) == self.awaits_signature
        steps = self.visits.get(len(self.visits), [])
        is_ahead = self.date is not None and not self.is_missed and "visit_started" not in steps
        assert (WaitingFor.VISIT in case.waits) == (is_ahead and not set(steps) & _ENDS)

    def _end_of_excess(self, visit: int) -> None:
        assert self.awaits_excess, "what nobody asks about is not decided on"
        self.awaits_excess = False

    # -- broken promises ----------------------------------------------------------------------------------------------

    def _enter_broken(self, before: Case, decision: Decision) -> None:
        """What grew until this turn, what it broke, and what it ended (ESC-6)."""
        kinds, at, after = {entry.fact.kind for entry in decision.entries}, decision.case.last_at, decision.case
        for each in self.broken:
            if each.ended:
                continue
            if each.promise == "initial_attention":
                since = max(before.last_at, each.due_at)
                each.late += counted(self.terms.hours, since, at) if at > since else NOTHING
                each.ended = bool(kinds & {"initial_attention_given", "case_closed"})
            else:
                each.late += self._counted_at_3(decision, since=each.due_at)
        for entry in decision.entries:
            due_at = entry.due_at or entry.at
            match entry.fact:
                case f.InitialAttentionMissed():
                    new = Broken("initial_attention", due_at, counted(self.terms.hours, due_at, at))
                case f.HandedOff(from_level=left, cause="limit" | "priority" | "amendment"):
                    new = Broken(f"level_{int(left)}", due_at, ended=True)
                case f.CaseOverdue():
                    new = Broken("level_3", due_at)
                case _:
                    continue
            known = next((each for each in self.broken if (each.promise, each.due_at) == (new.promise, due_at)), None)
            if known is None:
                self.broken.append(new)
            else:
                known.ended = False
        if after.overdue_at is None:
            for each in self.broken:
                each.ended = each.ended or each.promise == "level_3"

    def _counted_at_3(self, decision: Decision, *, since: datetime) -> timedelta:
        ended = [each for each in decision.stretches if each.clock is ClockName.LEVEL and each.counted]
        spans = [(max(each.from_at, since), each.to_at) for each in ended]
        return sum((counted(self.terms.hours, a, b) for a, b in spans if a < b), NOTHING)

    def _check_broken(self, case: Case, at: datetime) -> None:
        """The case has them all, in their order, and as late as the record says."""
        hours = self.terms.hours
        assert [(each.promise.value, each.due_at) for each in case.missed] == [
            (each.promise, each.due_at) for each in self.broken
        ]
        for found, each in zip(case.missed, self.broken, strict=True):
            late = each.late
            if each.promise == "level_3" and not each.ended and case.level_clock and case.level_clock.counting:
                since = max(case.level_clock.since_at, each.due_at)
                late += counted(hours, since, at) if at > since else NOTHING
            assert late_at(found, at=at, hours=hours) == late, "late by the time that counted"

    # -- time ---------------------------------------------------------------------------------------------------------

    def _enter_time(self, before: Case, decision: Decision) -> None:
        after = decision.case
        for name in ClockName:
            old, new = clock_of(before, name), clock_of(after, name)
            if old is None:
                continue
            assert new is not None
            assert new.since_at >= old.since_at, "clocks never run backwards"
            arrived = name is ClockName.LEVEL and before.level is not after.level
            assert arrived or new.spent >= old.spent, "time used never shrinks"
            stretches = [stretch for stretch in decision.stretches if stretch.clock is name]
            desk = old.since_at
            for stretch in stretches:
                assert stretch.from_at == desk
                desk = stretch.to_at
                if stretch.counted:
                    self.used[name] += counted(self.terms.hours, stretch.from_at, stretch.to_at)
            assert desk == new.since_at, "stretches join without a gap"
            if arrived:
                by_limit = any(getattr(entry.fact, "cause", None) == "limit" for entry in decision.entries)
                assert not by_limit or self.used[name] == old.limit, "a level has all of its time"
                self.used[name] = NOTHING

    def _check_used(self, case: Case, at: datetime) -> None:
        for name in ClockName:
            clock = clock_of(case, name)
            if clock:
                assert self.used[name] == clock.spent, "time used is what its counted stretches add up to"
                assert clock.since_at <= at
                if clock.state is ClockState.RUNNING:
                    assert clock.due_at == self.terms.hours.add(clock.since_at, clock.limit - clock.spent)

    def _check_level(self, before: Case, decision: Decision) -> None:
        moves = [entry.fact for entry in decision.entries if isinstance(entry.fact, f.HandedOff)]
        after = decision.case
        assert len(moves) == (before.level is not after.level)
        for move in moves:
            assert (move.from_level, move.to_level) == (before.level, after.level)
            assert move.to_level == move.from_level + 1 or (move.cause, move.to_level) == ("functional", 3)
            assert after.assignee is None
        if after.overdue_at is None:
            self.is_overdue = False


@dataclass(frozen=True)
class Asked:
    """A question to the customer, by its own count of business days: 2 and 4 until its reminders, 5 until its end."""

    at: datetime
    answer_by: datetime
    remind_at: tuple[datetime, ...]

    @classmethod
    def now(cls, terms: Terms, at: datetime) -> Asked:
        first, second, end = (closing_of(terms.business_days, at, days) for days in (2, 4, 5))
        return cls(at, end, (first, second))

    def counted_anew(self, terms: Terms, now: datetime) -> Asked:
        """As another calendar counts it: what that puts in the past is due now, and a reminder comes before the end."""
        anew = Asked.now(terms, self.at)
        answer_by = max(anew.answer_by, now)
        left = [max(each, now) for each in anew.remind_at[2 - len(self.remind_at) :]] if self.remind_at else []
        return Asked(self.at, answer_by, tuple(sorted({each for each in left if each < answer_by})))


@lru_cache(maxsize=4096)
def closing_of(calendar: Calendar, at: datetime, days: int) -> datetime:
    """When the so-many-th day with any open time after the day of `at` closes; days are Bogotá's."""
    midnight = (at - _BOGOTA_BEHIND).replace(hour=0, minute=0, second=0, microsecond=0) + _BOGOTA_BEHIND
    while True:
        midnight += timedelta(days=1)
        segments = calendar.explain(midnight, midnight + timedelta(days=1))
        counts = [each.to_at for each in segments if each.state is SegmentState.COUNTED]
        days -= bool(counts)
        if not days:
            return counts[-1]


_BOGOTA_BEHIND = timedelta(hours=5)
_ENDING = v.VisitRefused | v.VisitDeclined | v.VisitLapsed | v.VisitCancelled | v.VisitSignedOff
_ENDS = {f"visit_{how}!" for how in ("refused", "declined", "lapsed", "cancelled", "signed_off")}


def _last(steps: list[str]) -> str | None:
    return next((step for step in reversed(steps) if step != "visit_reminded"), None)


def clock_of(case: Case, name: ClockName) -> Clock | None:
    return case.initial_attention if name is ClockName.INITIAL_ATTENTION else case.level_clock


@lru_cache(maxsize=4096)
def counted(hours: Calendar, from_at: datetime, to_at: datetime) -> timedelta:
    """The counted time of a span, added up segment by segment."""
    segments = hours.explain(from_at, to_at)
    return sum((each.to_at - each.from_at for each in segments if each.state is SegmentState.COUNTED), NOTHING)


# -- between turns ----------------------------------------------------------------------------------------------------


def standing(case: Case) -> None:
    """What holds of every case at any time."""
    clock = case.level_clock
    assert (case.status is Status.HELD) == (case.held_until is not None) or case.status is Status.CLOSED
    assert (clock is None) == (case.initial_attention is None)
    if clock:
        waits = case.status is Status.WAITING_CUSTOMER
        assert waits == (clock.state is ClockState.PAUSED) == bool(case.waits)
        assert (case.status in (Status.RESOLVED, Status.CLOSED)) == (clock.state is ClockState.STOPPED)
        assert case.overdue_at in (None, clock.due_at), "overdue since its limit"
    assert len(set(case.waits)) == len(case.waits)
    assert case.level is Level.DIRECTOR or case.overdue_at is None
    assert case.overdue_at or not case.overdue_repeat_at
    if case.status is Status.CLOSED:
        assert case.next_wake_at is None, "nothing wakes what is closed"
        assert not (case.visit and case.visit.is_open)
    if case.status in (Status.CLOSED, Status.RESOLVED):
        assert not case.remote_session
    if case.status is Status.RESOLVED and case.visit and case.visit.term and case.reopen_until:
        assert case.visit.step is VisitStep.REPORTED, "only a signature may be missing"
        assert case.reopen_until >= case.visit.term.due_at, "it is not closed before the signature is due"
    assert (WakeKind.INFORMATION_END in {wake.kind for wake in case.wakes}) == (case.question is not None)
    _standing_visit(case)


def _standing_visit(case: Case) -> None:
    visit, kinds = case.visit, {wake.kind for wake in case.wakes}
    step = visit.step if visit else None
    limits = kinds & {WakeKind.VISIT_LIMIT, WakeKind.VISIT_DATE}
    assert bool(limits) == bool(visit and visit.is_open), "every open step has its deadline"
    assert (WakeKind.EXCESS_LIMIT in kinds) == bool(visit and visit.excess)
    assert (WaitingFor.QUOTE in case.waits) == (step is VisitStep.QUOTED)
    assert (WaitingFor.VISIT in case.waits) == (WakeKind.VISIT_DATE in kinds)
    if visit:
        assert 0 <= visit.borne_by_customer <= visit.accepted
        assert visit.expenses <= visit.accepted or visit.excess or visit.excess_declined or not visit.is_open
