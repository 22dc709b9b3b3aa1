"""The countdowns of a case's page, and why one does not count now where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from policy.case.case import Case, Clock, ClockState, Level, WaitingFor
from policy.terms.terms import Terms
from policy.time.calendar import Calendar, SegmentState
from policy.time.explanation import waits

_LOOK_AHEAD = timedelta(days=20)


@dataclass(frozen=True, kw_only=True)
class Countdown:
    """A promise and its end. `counting` is false while the clock stands or the hours are closed.

    `resumes_at` is when it goes on: when the hours open again, or by when the customer has decided at the latest;
    `changes_at` when what is said here is no longer true by itself.
    """

    label: str
    due_at: datetime | None
    state: ClockState
    counting: bool
    waiting_for: WaitingFor | None
    resumes_at: datetime | None
    changes_at: datetime | None


def countdowns(case: Case, terms: Terms, *, at: datetime) -> Sequence[Countdown]:
    """Every promise that still runs, the nearest first: the initial attention, and the level's hand-off."""
    found: list[Countdown] = []
    attention, level = case.initial_attention, case.level_clock
    if attention and case.first_answered_at is None and attention.state in (ClockState.RUNNING, ClockState.MISSED):
        found.append(_countdown("Initial attention", attention, case, terms, at=at))
    if level and level.state in (ClockState.RUNNING, ClockState.MISSED, ClockState.PAUSED):
        last = case.level is Level.DIRECTOR
        label = "Level 3's limit" if last else f"Hand-off to level {case.level + 1}"
        found.append(_countdown(label, level, case, terms, at=at))
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at or at))


def _countdown(label: str, clock: Clock, case: Case, terms: Terms, *, at: datetime) -> Countdown:
    waiting_for = case.waiting_for if clock.state is ClockState.PAUSED else None
    is_open, changes_at = open_hours(terms.hours, at)
    resumes_at = None if is_open else changes_at
    if waiting_for:
        resumes_at = changes_at = waits_until(case)
    ends = [each for each in (changes_at, clock.due_at) if each and each > at]
    return Countdown(
        label=label,
        due_at=clock.due_at,
        state=clock.state,
        counting=is_open and clock.counting and waiting_for is None,
        waiting_for=waiting_for,
        resumes_at=resumes_at,
        changes_at=min(ends, default=None),
    )


def waits_until(case: Case) -> datetime | None:
    """By when what the case waits for first ends at the latest; None where it waits for nothing."""
    return next((wait.until_at for wait in waits(case)), None)


def open_hours(hours: Calendar, at: datetime) -> tuple[bool, datetime | None]:
    """Whether the hours are open at an instant, and when that changes; None where it does not for a long time."""
    segments = hours.explain(at, at + _LOOK_AHEAD)
    is_open = segments[0].state is SegmentState.COUNTED
    return is_open, next((each.from_at for each in segments if (each.state is SegmentState.COUNTED) != is_open), None)
