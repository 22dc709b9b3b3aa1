"""The explanation of a clock: every interval of it, counted or not, and why, for whoever doubts a deadline.

Stretches that ended are recorded with the turn that ended them; the one that goes on now is read from the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from policy.case.case import Case, Clock, ClockState, WaitingFor
from policy.time.calendar import Calendar, Why
from policy.time.clock import ClockName, Stretch


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What the level clock stands for, and until when if nobody does anything (ESC-10, ESC-16).

    `until_at` is None where the wait has no end; `remind_at` are the reminders still to come, in order.
    """

    waiting_for: WaitingFor
    until_at: datetime | None
    remind_at: tuple[datetime, ...] = ()


class IntervalState(StrEnum):
    """Whether an interval counted, lay outside the hours of attention, or fell in a pause of the clock."""

    COUNTED = "counted"
    CLOSED = "closed"
    PAUSED = "paused"


@dataclass(frozen=True, kw_only=True)
class Interval:
    """[from_at, to_at) of one clock. `name` is the holiday's where that is the reason."""

    from_at: datetime
    to_at: datetime
    state: IntervalState
    why: str
    name: str | None = None


@dataclass(frozen=True)
class Replaced:
    """A calendar that counted a case until an amendment; every stretch of a clock ended there (PLAN-15)."""

    until_at: datetime
    calendar: Calendar


@dataclass(frozen=True)
class Hours:
    """The hours that a case's clocks count in: the calendar of now, and those that amendments replaced, in order."""

    calendar: Calendar
    replaced: Sequence[Replaced] = ()

    def at(self, instant: datetime) -> Calendar:
        """The calendar that counted at the instant."""
        return next((each.calendar for each in self.replaced if instant < each.until_at), self.calendar)


@dataclass(frozen=True, kw_only=True)
class ClockStory:
    """One clock's whole time at one level: its intervals in order, and what of them counted."""

    clock: ClockName
    level: int | None
    intervals: tuple[Interval, ...]

    @property
    def spent(self) -> timedelta:
        """The counted intervals' sum: what the clock shows."""
        return sum((i.to_at - i.from_at for i in self.intervals if i.state is IntervalState.COUNTED), timedelta(0))


def waits(case: Case) -> tuple[Wait, ...]:
    """All that the case waits for from the customer, in the order in which it began to."""
    return tuple(_wait(case, waiting_for) for waiting_for in case.waits)


def _wait(case: Case, waiting_for: WaitingFor) -> Wait:
    question, visit = case.question, case.visit
    term = visit.term if visit else None
    match waiting_for:
        case WaitingFor.INFORMATION if question:
            return Wait(waiting_for=waiting_for, until_at=question.answer_by, remind_at=question.remind_at)
        case WaitingFor.INFORMATION:
            return Wait(waiting_for=waiting_for, until_at=None)
        case WaitingFor.VISIT:
            return Wait(waiting_for=waiting_for, until_at=visit.starts_at if visit else None)
        case WaitingFor.QUOTE | WaitingFor.SIGN_OFF:
            remind_at = (term.remind_at,) if term and term.remind_at else ()
            return Wait(waiting_for=waiting_for, until_at=term.due_at if term else None, remind_at=remind_at)
        case _:
            assert_never(waiting_for)


def stories(
    case: Case, stretches: Iterable[Stretch], *, calendar: Calendar, at: datetime, replaced: Sequence[Replaced] = ()
) -> tuple[ClockStory, ...]:
    """The initial attention's story and one for each level the case has been at, as of `at` (ESC-4, ESC-10).

    `calendar` counts the case now; before it, `replaced` did, in their order (PLAN-15).
    """
    recorded, hours = tuple(stretches), Hours(calendar, replaced)
    told: list[ClockStory] = []

    def told_of(name: ClockName, level: int | None, clock: Clock | None) -> None:
        own = (s for s in recorded if s.clock is name and level in (None, s.level))
        found = intervals(own, clock, case.waiting_for, hours=hours, at=at)
        told.append(ClockStory(clock=name, level=level, intervals=found))

    if case.initial_attention:
        told_of(ClockName.INITIAL_ATTENTION, None, case.initial_attention)
    if case.level_clock:
        for level in sorted({s.level for s in recorded if s.clock is ClockName.LEVEL} | {int(case.level)}):
            told_of(ClockName.LEVEL, level, case.level_clock if level == case.level else None)
    return tuple(told)


def intervals(
    stretches: Iterable[Stretch],
    clock: Clock | None,
    waiting_for: WaitingFor | None,
    *,
    hours: Hours,
    at: datetime,
) -> tuple[Interval, ...]:
    """One clock's intervals in order: its recorded stretches, then the one that goes on at `at`, if any."""
    found: list[Interval] = []
    for stretch in sorted(stretches, key=lambda stretch: stretch.from_at):
        counted_by = hours.at(stretch.from_at)
        found += _of(stretch.from_at, stretch.to_at, stretch.counted, stretch.why, counted_by)
    if clock and clock.since_at < at:
        if clock.counting:
            found += _of(clock.since_at, at, True, None, hours.calendar)
        elif clock.state is ClockState.PAUSED:
            why = waiting_for.value if waiting_for else clock.state.value
            found += _of(clock.since_at, at, False, why, hours.calendar)
    return tuple(_joined(found))


def _of(from_at: datetime, to_at: datetime, counted: bool, why: str | None, calendar: Calendar) -> Iterator[Interval]:
    if not counted:
        yield Interval(from_at=from_at, to_at=to_at, state=IntervalState.PAUSED, why=why or ClockState.PAUSED.value)
        return
    for segment in calendar.explain(from_at, to_at):
        state = IntervalState.COUNTED if segment.why is Why.OPEN else IntervalState.CLOSED
        yield Interval(
            from_at=segment.from_at, to_at=segment.to_at, state=state, why=segment.why.value, name=segment.name
        )


def _joined(found: list[Interval]) -> Iterator[Interval]:
    """Neighbours of one reason as one: a change of priority ends a stretch, but changes nothing for its reader."""
    last: Interval | None = None
    for interval in found:
        if last and last.to_at == interval.from_at and (last.why, last.name) == (interval.why, interval.name):
            last = Interval(from_at=last.from_at, to_at=interval.to_at, state=last.state, why=last.why, name=last.name)
            continue
        if last:
            yield last
        last = interval
    if last:
        yield last
