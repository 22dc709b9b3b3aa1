"""The promises of a case that were broken: which, since when and by how much. They stay with it for ever (ESC-6).

A level's promise is broken where its time ran out: at levels 1 and 2 the case moves on at that instant, so none of its
time counts beyond; at level 3 it counts until the solution. Time is counted in the hours that held when it passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from policy.case import facts as f
from policy.case.case import Case, ClockState, Missed, Promise
from policy.time.calendar import Calendar

BY_A_LIMIT: frozenset[f.HandOffCause] = frozenset({"limit", "priority", "amendment"})
"""Why a case is handed off whose time at the level is over: it ran out, or a shorter limit lies behind already."""


def late_at(missed: Missed, *, at: datetime, hours: Calendar) -> timedelta:
    """The time counted past the due instant, as of `at`. `hours` count the case now."""
    if missed.since_at is None:
        return missed.late
    return missed.late + hours.elapsed(missed.since_at, max(at, missed.since_at))


def met_at(missed: Missed, case: Case) -> datetime | None:
    """When what was promised came after all: the answer, or level 3's solution; None where it has not, or no more can.

    Levels 1 and 2 handed the case on instead.
    """
    match missed.promise:
        case Promise.INITIAL_ATTENTION:
            return case.first_answered_at
        case Promise.LEVEL_3:
            return case.resolved_at
        case Promise.LEVEL_1 | Promise.LEVEL_2:
            return None
        case _:
            assert_never(missed.promise)


def missed_by(
    before: Case | None, after: Case, happened: Iterable[f.Fact], *, hours: Calendar, other_hours_at: datetime | None
) -> tuple[Missed, ...]:
    """What the case has missed once a turn has made `before` into `after`.

    `hours` counted until the turn; where it replaced them, others count since `other_hours_at` (PLAN-15).
    """
    found = [
        _gone_on(each, after, hours=hours, other_hours_at=other_hours_at) for each in (before.missed if before else ())
    ]
    for new in (*_broken_now(after), *_left_behind(happened, after)):
        if all((each.promise, each.due_at) != (new.promise, new.due_at) for each in found):
            found.append(_gone_on(new, after, hours=hours, other_hours_at=None))
    return tuple(found)


def _left_behind(happened: Iterable[f.Fact], after: Case) -> Iterator[Missed]:
    """The promises of levels 1 and 2 that ended with a hand-off."""
    for fact in happened:
        if isinstance(fact, f.HandedOff) and fact.cause in BY_A_LIMIT and after.level_clock:
            # The next level's clock starts where the last one's limit was (ESC-5, ESC-15).
            yield Missed(promise=Promise(f"level_{int(fact.from_level)}"), due_at=after.level_clock.since_at)


def _broken_now(case: Case) -> Iterator[Missed]:
    """The promises whose break the case's own clocks show: also of one that an older program had gone on with."""
    attention, level = case.initial_attention, case.level_clock
    if attention and attention.state is ClockState.MISSED and attention.due_at:
        yield Missed(promise=Promise.INITIAL_ATTENTION, due_at=attention.due_at, since_at=attention.due_at)
    if level and case.overdue_at:
        went_on = level.since_at > case.overdue_at
        late = max(level.spent - level.limit, timedelta(0)) if went_on else timedelta(0)
        yield Missed(promise=Promise.LEVEL_3, due_at=case.overdue_at, late=late)


def _gone_on(missed: Missed, after: Case, *, hours: Calendar, other_hours_at: datetime | None) -> Missed:
    """The broken promise as a turn leaves it."""
    match missed.promise:
        case Promise.INITIAL_ATTENTION:
            # It grows until the first human answer or the case's end: this clock never pauses (ESC-10, ESC-12).
            ended_at = after.first_answered_at or after.closed_at
            return _counted_until(ended_at or other_hours_at, missed, hours=hours, goes_on=ended_at is None)
        case Promise.LEVEL_3:
            # It goes on with level 3's clock, for as long as the case is overdue since then.
            clock = after.level_clock
            assert clock is not None
            grows = clock.counting and after.overdue_at == missed.due_at
            if grows and missed.since_at is None:
                return replace(missed, since_at=max(clock.since_at, missed.due_at))
            return _counted_until(clock.since_at, missed, hours=hours, goes_on=grows)
        case Promise.LEVEL_1 | Promise.LEVEL_2:
            return missed
        case _:
            assert_never(missed.promise)


def _counted_until(until: datetime | None, missed: Missed, *, hours: Calendar, goes_on: bool) -> Missed:
    """What grew, counted until an instant, and from there on if it goes on."""
    since_at = missed.since_at
    if since_at is None or until is None or (until <= since_at and goes_on):
        return missed
    counted_until = max(until, since_at)
    late = missed.late + hours.elapsed(since_at, counted_until)
    return replace(missed, late=late, since_at=counted_until if goes_on else None)
