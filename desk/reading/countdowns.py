"""The countdowns of a case: each promise in time that counts, and why one does not count now where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from policy.case.case import Case, Clock, ClockState, Level, WaitingFor
from policy.time.calendar import Calendar, SegmentState
from policy.time.clock import spent_at
from policy.time.explanation import waits

_LOOK_AHEAD = timedelta(days=20)
_WEEK = timedelta(days=7)


class Face(StrEnum):
    """How a clock looks: it runs, most of it is used, its limit has passed, it stands, or the hours are closed."""

    RUNNING = "running"
    SOON = "soon"
    MISSED = "missed"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Hours as of an instant: whether they are open, and when that changes (None where it does not for a long time).

    `business`: whether they ever close, so that what they count is not the time on the wall.
    """

    calendar: Calendar
    is_open: bool
    changes_at: datetime | None
    business: bool


@dataclass(frozen=True, kw_only=True)
class Countdown:
    """A promise and its end. `counting` is false while the clock stands or the hours are closed; `ticking`: whether its
    figure changes as time passes, which that of a broken promise does.

    `left` is counted time, below nothing what it is late by; `used` percent of the limit are gone. `resumes_at` is when
    it goes on: when the hours open again, or by when the customer has decided at the latest; `changes_at` when what is
    said here is no longer true by itself.
    """

    label: str
    face: Face
    left: timedelta
    used: int
    business: bool
    due_at: datetime | None
    state: ClockState
    counting: bool
    ticking: bool
    waiting_for: WaitingFor | None
    resumes_at: datetime | None
    changes_at: datetime | None

    @property
    def left_seconds(self) -> int:
        """Whole seconds that are left, or that it is late by."""
        return int(self.left.total_seconds())


def countdowns(case: Case, hours: Hours, *, at: datetime) -> Sequence[Countdown]:
    """Every promise that still runs, the nearest first: the initial attention, and the level's hand-off."""
    found: list[Countdown] = []
    attention, level = case.initial_attention, case.level_clock
    if attention and case.first_answered_at is None and attention.state in (ClockState.RUNNING, ClockState.MISSED):
        found.append(_countdown("Initial attention", attention, case, hours, at=at))
    if level and level.state in (ClockState.RUNNING, ClockState.MISSED, ClockState.PAUSED):
        last = case.level is Level.DIRECTOR
        label = "Level 3's limit" if last else f"Hand-off to level {case.level + 1}"
        found.append(_countdown(label, level, case, hours, at=at))
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at or at))


def _countdown(label: str, clock: Clock, case: Case, hours: Hours, *, at: datetime) -> Countdown:
    waiting_for = case.waiting_for if clock.state is ClockState.PAUSED else None
    changes_at = hours.changes_at
    resumes_at = None if hours.is_open else changes_at
    if waiting_for:
        resumes_at = changes_at = waits_until(case)
    ends = [each for each in (changes_at, clock.due_at) if each and each > at]
    left = _left(clock, hours.calendar, at=at)
    used = max(0, min(100, round(100 * (1 - left / clock.limit)))) if clock.limit else 100
    return Countdown(
        label=label,
        face=_face(clock, hours, at=at),
        left=left,
        used=used,
        business=hours.business,
        due_at=clock.due_at,
        state=clock.state,
        counting=hours.is_open and clock.counting and waiting_for is None,
        ticking=hours.is_open and clock.due_at is not None,
        waiting_for=waiting_for,
        resumes_at=resumes_at,
        changes_at=min(ends, default=None),
    )


def _left(clock: Clock, calendar: Calendar, *, at: datetime) -> timedelta:
    """Counted time until the limit, or since it passed."""
    if clock.due_at is None:
        return clock.limit - spent_at(clock, at=at, calendar=calendar)
    return calendar.elapsed(at, clock.due_at)


def _face(clock: Clock, hours: Hours, *, at: datetime) -> Face:
    if clock.state is ClockState.PAUSED:
        return Face.PAUSED
    if clock.state is ClockState.MISSED or (clock.due_at and clock.due_at <= at):
        return Face.MISSED
    if not hours.is_open:
        return Face.CLOSED
    return Face.SOON if clock.warned or (clock.warn_at and clock.warn_at <= at) else Face.RUNNING


def waits_until(case: Case) -> datetime | None:
    """By when what the case waits for first ends at the latest; None where it waits for nothing."""
    return next((wait.until_at for wait in waits(case)), None)


def hours_at(calendar: Calendar, at: datetime) -> Hours:
    """The hours as of an instant."""
    is_open, changes_at = open_hours(calendar, at)
    return Hours(
        calendar=calendar,
        is_open=is_open,
        changes_at=changes_at,
        business=calendar.elapsed(at, at + _WEEK) < _WEEK,
    )


def open_hours(hours: Calendar, at: datetime) -> tuple[bool, datetime | None]:
    """Whether the hours are open at an instant, and when that changes; None where it does not for a long time."""
    segments = hours.explain(at, at + _LOOK_AHEAD)
    is_open = segments[0].state is SegmentState.COUNTED
    return is_open, next((each.from_at for each in segments if (each.state is SegmentState.COUNTED) != is_open), None)
