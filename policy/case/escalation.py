"""Escalation: the wakes of a case's clocks, hand-offs, transfers, priorities and providers (ESC, PRI).

Opening, working on it and closing are lifecycle's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from policy.case import commands as c
from policy.case import facts as f
from policy.case.case import Case, Clock, ClockState, Level, ProviderCase, Status, Text, WaitingFor
from policy.case.decision import Change, require_reason, require_text
from policy.case.refusals import (
    AlreadyAtHighestLevel,
    FunctionalEscalationNotInPlan,
    GroupHasIt,
    ProviderCaseKnown,
    ProviderCaseMissing,
    ProviderIncidentAlreadyLinked,
    ProviderNotInvolved,
    TransferTargetUnclear,
    UnknownGroup,
)
from policy.terms.terms import Terms
from policy.time import clock as clocks
from policy.time.clock import ClockName


def start_clocks(case: Case, *, at: datetime, terms: Terms) -> Case:
    """Start both clocks of a case that arrives at level 1 (PLAN-5, ESC-5)."""
    attention = clocks.start(
        terms.initial_attention_within, at=at, calendar=terms.hours, warn_at_percent=terms.warn_at_percent
    )
    return replace(case, initial_attention=attention, level_clock=_level_clock(case, case.level, at=at, terms=terms))


def _level_clock(case: Case, level: Level, *, at: datetime, terms: Terms) -> Clock:
    limit = terms.limit(level, case.priority)
    if case.waiting_for:
        return clocks.start_paused(limit, at=at)
    return clocks.start(limit, at=at, calendar=terms.hours, warn_at_percent=terms.warn_at_percent)


# -- what clocks do by themselves -------------------------------------------------------------------------------------


def warn(case: Case, due_at: datetime, *, terms: Terms) -> Change:
    """Warn of the clock whose warning falls due at `due_at` (ESC-13).

    One a turn: two clocks may reach it at the same instant, and a turn tells each recipient once of each kind.
    """
    for name in ClockName:
        clock = case.initial_attention if name is ClockName.INITIAL_ATTENTION else case.level_clock
        if clock and clock.state is ClockState.RUNNING and clock.warn_at == due_at and clock.due_at:
            fact = f.ClockWarned(clock=name, level=case.level, limit_at=clock.due_at, percent=terms.warn_at_percent)
            return _with_clock(case, name, replace(clock, warn_at=None, warned=True)), (fact,)
    return case, ()


def miss_attention(case: Case, due_at: datetime) -> Change:
    """Miss the initial attention whose limit is `due_at` (PLAN-5)."""
    clock = case.initial_attention
    if not clock or clock.state is not ClockState.RUNNING or clock.due_at != due_at:
        return case, ()
    return replace(case, initial_attention=clocks.miss(clock, count_on=False)), (f.InitialAttentionMissed(),)


def reach_limit(case: Case, due_at: datetime, *, terms: Terms) -> Change:
    """Hand the case on, or mark it overdue at level 3, where the level's limit is `due_at` (ESC-5, ESC-6).

    The next clock starts at the due instant, however late this is found out: the customer's time counted on (ESC-15).
    """
    clock = case.level_clock
    if not clock or clock.state is not ClockState.RUNNING or clock.due_at != due_at:
        return case, ()
    return _past_limit(case, "limit", at=due_at, terms=terms)


def repeat_overdue(case: Case, due_at: datetime, *, at: datetime, terms: Terms) -> Change:
    """Say again that the case is overdue, after each further period of level 3's length (ESC-6).

    Periods that passed while the service was down are told of once, with their number.
    """
    clock = case.level_clock
    if case.overdue_repeat_at != due_at or clock is None:
        return case, ()
    passed = clocks.spent_at(clock, at=at, calendar=terms.hours) // clock.limit - 1
    periods = max(case.overdue_periods + 1, passed)
    case = replace(case, overdue_periods=periods)
    return replace(case, overdue_repeat_at=_repeat_at(case, terms=terms)), (f.OverdueRepeated(periods=periods),)


def _past_limit(case: Case, cause: f.HandOffCause, *, at: datetime, terms: Terms) -> Change:
    """Move the case up, or mark it overdue where there is no level above. One that was overdue already stays so."""
    if case.level < Level.DIRECTOR:
        return hand_off(case, Move(Level(case.level + 1), cause), at=at, terms=terms)
    clock = case.level_clock
    assert clock is not None
    since_at = case.overdue_at or at
    missed = clocks.miss(clock, count_on=True) if clock.counting else clock
    # More than one period is behind a case whose limit a change of priority has shortened.
    periods = clocks.spent_at(clock, at=at, calendar=terms.hours) // clock.limit - 1
    facts = () if case.overdue_at else (f.CaseOverdue(),)
    case = replace(case, level_clock=replace(missed, due_at=since_at), overdue_at=since_at, overdue_periods=periods)
    return replace(case, overdue_repeat_at=_repeat_at(case, terms=terms)), facts


def _repeat_at(case: Case, *, terms: Terms) -> datetime | None:
    clock = case.level_clock
    if not clock or not clock.counting or case.overdue_at is None:
        return None
    return terms.hours.add(clock.since_at, clock.limit * (case.overdue_periods + 2) - clock.spent)


# -- moves ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Move:
    """A hand-off to make: to which level, and why; a person's has a reason that the customer sees."""

    to: Level
    cause: f.HandOffCause
    reason: Text | None = None


def hand_off(case: Case, move: Move, *, at: datetime, terms: Terms) -> Change:
    """Move the case to another level, unassigned, on a clock that starts at `at` (ESC-5).

    A specialist group that Help Desk named goes with it to level 2, where the specialists are; level 3 is one person.
    """
    fact = f.HandedOff(
        from_level=case.level, to_level=move.to, cause=move.cause, left_by=case.assignee, reason=move.reason
    )
    group = case.group if move.to is Level.SPECIALISTS else None
    clock = _level_clock(case, move.to, at=at, terms=terms)
    return replace(case, level=move.to, assignee=None, group=group, level_clock=clock), (fact,)


def hand_off_by_hand(case: Case, command: c.HandOff, *, at: datetime, terms: Terms) -> Change:
    """Move the case up early, one level, with a reason (ESC-7)."""
    require_reason(command.reason, "ESC-7")
    if case.level is Level.DIRECTOR:
        raise AlreadyAtHighestLevel(number=case.number)
    return hand_off(case, Move(Level(case.level + 1), "by_hand", command.reason), at=at, terms=terms)


def transfer(case: Case, command: c.TransferCase, *, at: datetime, terms: Terms) -> Change:
    """Escalate functionally: sideways with the clock running on, or straight to level 3 (ESC-8, PLAN-6)."""
    require_reason(command.reason, "ESC-8")
    if not terms.functional_escalation:
        raise FunctionalEscalationNotInPlan(plan=terms.plan)
    if (command.group is None) == (command.level is None) or command.level not in (None, Level.DIRECTOR):
        raise TransferTargetUnclear
    if command.group is None:
        if case.level is Level.DIRECTOR:
            raise AlreadyAtHighestLevel(number=case.number)
        return hand_off(case, Move(Level.DIRECTOR, "functional", command.reason), at=at, terms=terms)
    if command.group not in terms.groups:
        raise UnknownGroup(group=command.group, groups=", ".join(terms.groups))
    if command.group == case.group and terms.edition >= 2:
        raise GroupHasIt(number=case.number, group=command.group)
    fact = f.CaseTransferred(
        from_group=case.group, to_group=command.group, left_by=case.assignee, reason=command.reason
    )
    return replace(case, group=command.group, assignee=None), (fact,)


def set_priority(case: Case, command: c.SetPriority, *, at: datetime, terms: Terms) -> Change:
    """Confirm or change the priority (PRI-5): time used stays used; past the new limit the case moves up (ESC-11)."""
    require_reason(command.reason, "PRI-5")
    if command.priority is case.priority:
        return case, (f.PriorityConfirmed(priority=case.priority, reason=command.reason),)
    clock = case.level_clock
    assert clock is not None
    spent = clocks.spent_at(clock, at=at, calendar=terms.hours)
    changed = f.PriorityChanged(
        from_priority=case.priority, to_priority=command.priority, spent=spent, reason=command.reason
    )
    moved, facts = relimit_level(replace(case, priority=command.priority), "priority", at=at, terms=terms)
    return moved, (changed, *facts)


def relimit_level(case: Case, cause: f.HandOffCause, *, at: datetime, terms: Terms) -> Change:
    """Give the level's clock the limit of the priority: time used stays used, past it the case moves up (ESC-11)."""
    assert case.level_clock is not None
    limit = terms.limit(case.level, case.priority)
    clock = clocks.relimit(case.level_clock, limit, at=at, calendar=terms.hours, warn_at_percent=terms.warn_at_percent)
    case = replace(case, level_clock=clock)
    if clock.spent < limit:
        return replace(case, overdue_at=None, overdue_periods=0, overdue_repeat_at=None), ()
    return _past_limit(case, cause, at=at, terms=terms)


def escalate_to_provider(case: Case, command: c.EscalateToProvider, *, terms: Terms) -> Change:
    """Carry the provider's case number; the level clock keeps running (ESC-9)."""
    if not command.provider.strip() or not command.provider_case.strip():
        raise ProviderCaseMissing
    provider_case = ProviderCase(command.provider, command.provider_case)
    if case.provider_case and _is_same(provider_case, case.provider_case, terms=terms):
        known = case.provider_case
        raise ProviderCaseKnown(number=case.number, provider=known.provider, provider_case=known.number)
    fact = f.ProviderEscalated(provider=command.provider, provider_case=command.provider_case)
    return replace(case, provider_case=provider_case), (fact,)


def _is_same(one: ProviderCase, other: ProviderCase, *, terms: Terms) -> bool:
    """Whether both are one case of one provider, whom capitals make no other: "Google" is "google"."""
    if terms.edition < 3:
        return one == other and terms.edition >= 2
    return (one.provider.casefold(), one.number.casefold()) == (other.provider.casefold(), other.number.casefold())


def update_from_provider(case: Case, command: c.UpdateFromProvider) -> Change:
    """Note what the provider said (ESC-9)."""
    require_text(command.body, "ESC-9")
    if case.provider_case is None:
        raise ProviderNotInvolved(number=case.number)
    return case, (f.ProviderUpdated(body=command.body),)


def link_provider_incident(case: Case, command: c.LinkProviderIncident) -> Change:
    """Tie the case to an incident that the provider published; its clocks run on (SCOPE-6)."""
    if command.incident_id in case.provider_incidents:
        raise ProviderIncidentAlreadyLinked(number=case.number, incident=command.incident_id)
    linked = (*case.provider_incidents, command.incident_id)
    return replace(case, provider_incidents=linked), (f.ProviderIncidentLinked(incident_id=command.incident_id),)


# -- pauses -----------------------------------------------------------------------------------------------------------


def pause(case: Case, waiting_for: WaitingFor, *, at: datetime, terms: Terms) -> Case:
    """Stand the level clock still while the customer is waited for; initial attention runs on (ESC-10).

    A case may wait for several things at once; its clock goes on once all of them have come.
    """
    if case.waiting_for:
        return replace(case, also_waiting_for=(*case.also_waiting_for, waiting_for))
    assert case.level_clock is not None
    paused = clocks.pause(case.level_clock, at=at, calendar=terms.hours)
    return replace(
        case, status=Status.WAITING_CUSTOMER, waiting_for=waiting_for, level_clock=paused, overdue_repeat_at=None
    )


def stop_waiting(case: Case, waited_for: WaitingFor, *, at: datetime, terms: Terms) -> Case:
    """End one of the case's waits: the level clock goes on if it was the last, else it stands for the next (ESC-10)."""
    if waited_for is not case.waiting_for:
        return replace(case, also_waiting_for=tuple(each for each in case.also_waiting_for if each is not waited_for))
    if not case.also_waiting_for:
        return resume(case, at=at, terms=terms)
    assert case.level_clock is not None
    first, *others = case.also_waiting_for
    still = clocks.pause(case.level_clock, at=at, calendar=terms.hours)
    return replace(case, waiting_for=first, also_waiting_for=tuple(others), level_clock=still)


def resume(case: Case, *, at: datetime, terms: Terms) -> Case:
    """Let the level clock go on with what was left (ESC-10, ESC-14)."""
    assert case.level_clock is not None
    running = clocks.resume(case.level_clock, at=at, calendar=terms.hours, warn_at_percent=terms.warn_at_percent)
    case = replace(case, status=Status.IN_PROGRESS, waiting_for=None, level_clock=running)
    return replace(case, overdue_repeat_at=_repeat_at(case, terms=terms))


def give_attention(case: Case, *, at: datetime, terms: Terms) -> Change:
    """Note the first human answer that the customer can see (ESC-12); the second changes nothing."""
    clock = case.initial_attention
    if clock is None or case.first_answered_at is not None:
        return case, ()
    in_time = clock.state is ClockState.RUNNING
    met = clocks.stop(clock, ClockState.MET, at=at, calendar=terms.hours) if in_time else clock
    assert clock.due_at is not None
    fact = f.InitialAttentionGiven(due_at=clock.due_at, in_time=in_time)
    return replace(case, initial_attention=met, first_answered_at=at), (fact,)


def stop_clocks(case: Case, *, at: datetime, terms: Terms) -> Case:
    """Stop what still runs: the case was resolved or closed (ESC-14)."""
    attention, level = case.initial_attention, case.level_clock
    if attention and attention.state is ClockState.RUNNING:
        attention = clocks.stop(attention, ClockState.STOPPED, at=at, calendar=terms.hours)
    if level and level.state in (ClockState.RUNNING, ClockState.MISSED, ClockState.PAUSED):
        level = clocks.stop(level, ClockState.STOPPED, at=at, calendar=terms.hours)
    return replace(
        case,
        initial_attention=attention,
        level_clock=level,
        waiting_for=None,
        also_waiting_for=(),
        question=None,
        overdue_repeat_at=None,
    )


def _with_clock(case: Case, name: ClockName, clock: Clock) -> Case:
    if name is ClockName.INITIAL_ATTENTION:
        return replace(case, initial_attention=clock)
    return replace(case, level_clock=clock)
