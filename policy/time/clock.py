"""A clock: it starts, pauses, goes on and stops. It knows nothing of cases: what a limit means is escalation's.

Every function takes the instant (`at`) and the calendar that counts, and answers a new clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from policy.case.case import Clock, ClockState
from policy.time.calendar import Calendar

NOTHING = timedelta(0)


class ClockName(StrEnum):
    """The two clocks of a case."""

    INITIAL_ATTENTION = "initial_attention"
    LEVEL = "level"


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A finished stretch of one clock: counted or not, [from_at, to_at). `why` says what it was not counted for."""

    clock: ClockName
    level: int
    from_at: datetime
    to_at: datetime
    counted: bool
    why: str | None = None


def start(limit: timedelta, *, at: datetime, calendar: Calendar, warn_at_percent: int) -> Clock:
    """A clock that begins to count at `at`; a limit that ends at closing time is due at that closing instant."""
    idle = Clock(
        limit=limit, state=ClockState.PAUSED, counting=False, spent=NOTHING, since_at=at, due_at=None, warn_at=None
    )
    return resume(idle, at=at, calendar=calendar, warn_at_percent=warn_at_percent)


def start_paused(limit: timedelta, *, at: datetime) -> Clock:
    """A clock that waits from its first instant, because what its case waits for has not come (ESC-10)."""
    return Clock(
        limit=limit, state=ClockState.PAUSED, counting=False, spent=NOTHING, since_at=at, due_at=None, warn_at=None
    )


def spent_at(clock: Clock, *, at: datetime, calendar: Calendar) -> timedelta:
    """The time counted up to `at`."""
    return clock.spent + calendar.elapsed(clock.since_at, at) if clock.counting else clock.spent


def pause(clock: Clock, *, at: datetime, calendar: Calendar) -> Clock:
    """The clock standing still with what it has used (ESC-10). A missed one keeps its due instant, also if it stood."""
    return replace(
        clock,
        state=ClockState.PAUSED,
        counting=False,
        spent=spent_at(clock, at=at, calendar=calendar),
        since_at=at,
        due_at=None if clock.state is ClockState.RUNNING else clock.due_at,
        warn_at=None,
    )


def resume(clock: Clock, *, at: datetime, calendar: Calendar, warn_at_percent: int) -> Clock:
    """The clock counting on with what was left (ESC-10). One whose limit had passed goes on as missed."""
    if clock.spent >= clock.limit:
        return replace(clock, state=ClockState.MISSED, counting=True, since_at=at)
    warning = clock.limit * warn_at_percent / 100
    return replace(
        clock,
        state=ClockState.RUNNING,
        counting=True,
        since_at=at,
        due_at=calendar.add(at, max(clock.limit - clock.spent, NOTHING)),
        warn_at=None if clock.warned else calendar.add(at, max(warning - clock.spent, NOTHING)),
    )


def stop(clock: Clock, state: ClockState, *, at: datetime, calendar: Calendar) -> Clock:
    """The clock at its end, met or stopped; its due instant stays, to be held against."""
    return replace(
        clock,
        state=state,
        counting=False,
        spent=spent_at(clock, at=at, calendar=calendar),
        since_at=at,
        warn_at=None,
    )


def miss(clock: Clock, *, count_on: bool) -> Clock:
    """The clock past its limit, its due instant kept; it counts on only where the policy goes on by it (ESC-6)."""
    if count_on:
        return replace(clock, state=ClockState.MISSED, warn_at=None)
    assert clock.due_at is not None
    return replace(
        clock, state=ClockState.MISSED, counting=False, spent=clock.limit, since_at=clock.due_at, warn_at=None
    )


def relimit(clock: Clock, limit: timedelta, *, at: datetime, calendar: Calendar, warn_at_percent: int) -> Clock:
    """The same clock under another limit: the time already used stays used, and a pause stays a pause (ESC-11)."""
    spent = spent_at(clock, at=at, calendar=calendar)
    warned = clock.warned and spent >= limit * warn_at_percent / 100
    used = replace(clock, limit=limit, spent=spent, due_at=None, warned=warned)
    if not clock.counting:
        return used
    return resume(used, at=at, calendar=calendar, warn_at_percent=warn_at_percent)
