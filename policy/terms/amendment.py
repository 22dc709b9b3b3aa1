"""Amendments: a changed holiday list or matrix applied to an open case, on record, and what it would move (PLAN-15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from policy.case import escalation, information
from policy.case import facts as f
from policy.case.case import LIMITS, Case, Clock, ClockState, Status, WakeKind
from policy.case.commands import AmendTerms
from policy.case.decision import Change, require_reason
from policy.case.facts import Moved
from policy.case.refusals import Refusal, StateRefusal
from policy.terms.terms import Terms
from policy.time import clock as clocks
from policy.visit import facts as v
from policy.visit import on_site

_DEADLINES = tuple(kind for kind in WakeKind if kind in LIMITS or kind is WakeKind.OVERDUE_REPEAT)


class AtOnce(StrEnum):
    """What an amendment has happen at its very instant, where its terms put something into the past."""

    ATTENTION_MISSED = "attention_missed"
    MOVES_UP = "moves_up"
    BECOMES_OVERDUE = "becomes_overdue"
    VISIT_LAPSES = "visit_lapses"
    EXPENSES_LAPSE = "expenses_lapse"
    VISIT_SIGNED_OFF = "visit_signed_off"
    QUESTION_LAPSES = "question_lapses"
    CASE_RESOLVED = "case_resolved"
    CASE_CLOSES = "case_closes"


class NothingToAmend(Refusal):
    """The case has these terms already."""

    rule = "PLAN-15"
    message = (
        "Case {number} already has these hours and limits: there is nothing to amend. "
        "If others should hold, change the policy file first and preview the amendment again."
    )


class TermsChanged(StateRefusal):
    """An amendment is of the terms that it was made of: what came meanwhile is not undone unseen."""

    rule = "PLAN-15"
    message = (
        "The terms of case {number} have changed since this amendment was prepared. "
        "Preview it again, and apply it to what holds now."
    )


def amended_terms(terms: Terms, by: Terms) -> Terms:
    """`terms` with the calendars and the matrix of `by`: plan, cover and all else stay as they were promised."""
    return replace(
        terms,
        policy_version=by.policy_version,
        hours=by.hours,
        business_days=by.business_days,
        initial_attention_within=by.initial_attention_within,
        limits=by.limits,
        warn_at_percent=by.warn_at_percent,
    )


def amend(case: Case, command: AmendTerms, *, terms: Terms, amended: Terms, at: datetime) -> Change:
    """Apply `amended` from `at` on, with every deadline that it moves.

    Time used until `at` was counted as promised and stays used; past a new limit the case moves up now, as ESC-11 says.
    """
    require_reason(command.reason, "PLAN-15")
    if command.instead_of not in (None, terms):
        raise TermsChanged(number=case.number)
    if replace(amended, policy_version=terms.policy_version) == terms:
        raise NothingToAmend(number=case.number)
    after, facts = _applied(case, terms=terms, amended=amended, at=at)
    fact = f.TermsAmended(
        from_version=terms.policy_version,
        to_version=amended.policy_version,
        moved=_moved(case, after),
        reason=command.reason,
    )
    return after, (fact, *facts)


def moved(case: Case, *, terms: Terms, amended: Terms, at: datetime) -> tuple[Moved, ...]:
    """The deadlines that the amendment would move at `at`, in `WakeKind`'s order. The case is settled until then."""
    return _moved(case, _applied(case, terms=terms, amended=amended, at=at)[0])


def at_once(facts: Iterable[f.Fact]) -> tuple[AtOnce, ...]:
    """What of these facts, of an amendment and of what fell due by it, changes more than deadlines; in their order."""
    found = dict.fromkeys(each for fact in facts if (each := _at_once(fact)))
    return tuple(found)


def _at_once(fact: f.Fact) -> AtOnce | None:
    match fact:
        case f.InitialAttentionMissed():
            return AtOnce.ATTENTION_MISSED
        case f.HandedOff():
            return AtOnce.MOVES_UP
        case f.CaseOverdue():
            return AtOnce.BECOMES_OVERDUE
        case v.VisitLapsed():
            return AtOnce.EXPENSES_LAPSE if fact.is_excess else AtOnce.VISIT_LAPSES
        case v.VisitSignedOff():
            return AtOnce.VISIT_SIGNED_OFF
        case f.InformationLapsed():
            return AtOnce.QUESTION_LAPSES
        case f.CaseResolved():
            return AtOnce.CASE_RESOLVED
        case f.CaseClosed():
            return AtOnce.CASE_CLOSES
        case _:
            return None


def _moved(before: Case, after: Case) -> tuple[Moved, ...]:
    was, is_now = ({wake.kind: wake.at for wake in case.wakes} for case in (before, after))
    return tuple(
        Moved(kind, was.get(kind), is_now.get(kind)) for kind in _DEADLINES if was.get(kind) != is_now.get(kind)
    )


def _applied(case: Case, *, terms: Terms, amended: Terms, at: datetime) -> Change:
    if case.held_until:
        until = amended.business_days.after_business_days(case.opened_at, amended.held_for_business_days)
        case = replace(case, held_until=max(until, at))
    if case.reopen_until and case.resolved_at:
        until = amended.business_days.after_business_days(case.resolved_at, amended.reopen_within_business_days)
        case = replace(case, reopen_until=max(until, at))
    if case.visit and case.visit.is_open:
        case = replace(case, visit=on_site.retermed(case.visit, at=at, terms=amended, instead_of=terms))
        case = on_site.kept_for_its_signature(case)
    if case.question:
        case = replace(case, question=information.retermed(case.question, at=at, terms=amended))
    if case.status in (Status.HELD, Status.RESOLVED):
        return case, ()
    case, attention = _amend_attention(case, terms=terms, amended=amended, at=at)
    assert case.level_clock is not None
    counted = _counted_until(case.level_clock, at=at, terms=terms)
    case, level = escalation.relimit_level(replace(case, level_clock=counted), "amendment", at=at, terms=amended)
    return case, (*attention, *level)


def _counted_until(clock: Clock, *, at: datetime, terms: Terms) -> Clock:
    """The clock with what it counted by the hours it was promised; it goes on from `at` by others."""
    return replace(clock, spent=clocks.spent_at(clock, at=at, calendar=terms.hours), since_at=at)


def _amend_attention(case: Case, *, terms: Terms, amended: Terms, at: datetime) -> Change:
    clock = case.initial_attention
    if clock is None or clock.state is not ClockState.RUNNING:
        return case, ()
    limit = amended.initial_attention_within
    counted = _counted_until(clock, at=at, terms=terms)
    if counted.spent < limit:
        relimited = clocks.relimit(
            counted, limit, at=at, calendar=amended.hours, warn_at_percent=amended.warn_at_percent
        )
        return replace(case, initial_attention=relimited), ()
    missed = replace(counted, limit=limit, state=ClockState.MISSED, counting=False, due_at=at, warn_at=None)
    return replace(case, initial_attention=missed), (f.InitialAttentionMissed(),)
