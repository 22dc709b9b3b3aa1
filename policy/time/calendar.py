"""The hours of attention: which instants count, how many lie between two, and when a limit falls due (PLAN-1, PLAN-14).

**Open** has one definition, from which all else follows. An instant is open if and only if the label that the wall
clock of the calendar's zone shows at that instant

- lies in a shift of its date, or in the part of the date before's overnight shift that runs into it, and
- lies in no closure of its date.

So daylight saving needs no special case: an hour that the clock shows twice counts twice, an hour it skips not at all.
A closure covers labels of its own date only, among them what is left of yesterday's overnight shift.

Spans are half-open, [from, to). Every instant given must be aware (ValueError if not); every instant answered is UTC.
Answers are exact to the microsecond and exist for the years 1970 to 2200 (ValueError beyond).

What does not live here: which dates are holidays (`storage/closures.py`), and what a limit is for (`clock.py`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from policy.time.open_time import FIRST_YEAR, LAST_YEAR, OpenTime

MINUTES_A_DAY = 1440

_ZERO = timedelta()
_DAY = timedelta(days=1)
_LONGEST = timedelta(days=366 * (LAST_YEAR - FIRST_YEAR + 1))
# No zone has changed its offset twice within six days since 1970.
_OFFSET_STEP = timedelta(days=3)


class SegmentState(StrEnum):
    COUNTED = "counted"
    CLOSED = "closed"


class Why(StrEnum):
    """Why a stretch of time counts or does not."""

    OPEN = "open"
    NIGHT = "night"
    """Before the first shift of a day or after its last."""
    BREAK = "break"
    """Between two shifts of one day: lunch."""
    WEEKEND = "weekend"
    """A weekday on which no shift begins."""
    HOLIDAY = "holiday"
    """In a closure, whatever the week says."""


@dataclass(frozen=True)
class Shift:
    """Attention from `opens` until `closes`, in minutes from local midnight of the day on which it begins.

    `closes` above 1440 runs overnight into the next day, 2880 at most. ValueError if it does not open before it closes.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < MINUTES_A_DAY:
            raise ValueError(f"a shift opens at minute 0 to 1439 of its day, not {self.opens}")
        if not self.opens < self.closes <= 2 * MINUTES_A_DAY:
            raise ValueError(f"a shift that opens at {self.opens} closes after that and by 2880, not at {self.closes}")


@dataclass(frozen=True)
class Closure:
    """A local date, or the minutes [from_minute, to_minute) of it, on which nobody attends (PLAN-14)."""

    on: date
    name: str
    from_minute: int = 0
    to_minute: int = MINUTES_A_DAY

    def __post_init__(self) -> None:
        if not 0 <= self.from_minute < self.to_minute <= MINUTES_A_DAY:
            raise ValueError(
                f"{self.name} on {self.on}: from {self.from_minute} to {self.to_minute} is no part of a day"
            )


@dataclass(frozen=True)
class Segment:
    """A stretch [from_at, to_at) in UTC that has one reason; `name` is the closure's when that is the reason."""

    from_at: datetime
    to_at: datetime
    state: SegmentState
    why: Why
    name: str | None = None


class _Part(NamedTuple):
    """The labels from_..to of a day, counted from its midnight, that share a reason."""

    from_: timedelta
    to: timedelta
    why: Why
    name: str | None = None


class _Stretch(NamedTuple):
    """A part as it falls in time."""

    from_at: datetime
    to_at: datetime
    on: date
    why: Why
    name: str | None


@dataclass(frozen=True)
class Calendar:
    """Hours of attention: a week of shifts in a zone, less the closures (PLAN-1, PLAN-14).

    `zone` is an IANA key; `week` holds seven days, Monday first, each with its shifts in order. Of two closures that
    overlap, the first one listed gives its name. ValueError for a week that is not seven days, an unknown zone, shifts
    out of order or overlapping (also with the night before), or a week without any shift.
    """

    name: str
    zone: str
    week: tuple[tuple[Shift, ...], ...]
    closures: tuple[Closure, ...] = ()

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f"calendar {self.name}: a week has 7 days, not {len(self.week)}")
        if not any(self.week):
            raise ValueError(f"calendar {self.name} is never open")
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"calendar {self.name}: {self.zone!r} is no time zone") from error
        for weekday, shifts in enumerate(self.week):
            free_from = self._left_from_the_day_before(weekday)
            for shift in shifts:
                if shift.opens < free_from:
                    raise ValueError(f"calendar {self.name}: day {weekday} has shifts that overlap or are out of order")
                free_from = shift.closes

    def is_open(self, at: datetime) -> bool:
        """Whether `at` counts. The opening instant does, the closing instant does not."""
        at = _utc(at)
        return self.never_closes or self._open_time.is_open(at)

    def add(self, at: datetime, amount: timedelta) -> datetime:
        """When a limit of `amount` that starts at `at` falls due: the earliest instant with that much open time since.

        A limit that is used up exactly at closing time is due at the closing instant, not at the next opening.
        Zero gives `at`. ValueError for a negative amount.
        """
        if at.tzinfo is not UTC:
            at = _utc(at)
        if not _ZERO < amount <= _LONGEST:
            return _unmoved(at, amount)
        return at + amount if self.never_closes else self._open_time.add(at, amount)

    def subtract(self, at: datetime, amount: timedelta) -> datetime:
        """The latest instant from which `amount` of open time passes until `at`: the inverse of `add`.

        Zero gives `at`. ValueError for a negative amount.
        """
        if at.tzinfo is not UTC:
            at = _utc(at)
        if not _ZERO < amount <= _LONGEST:
            return _unmoved(at, amount)
        return at - amount if self.never_closes else self._open_time.subtract(at, amount)

    def elapsed(self, from_at: datetime, to_at: datetime) -> timedelta:
        """The open time in [from_at, to_at); negative when `to_at` is the earlier one."""
        if from_at.tzinfo is not UTC:
            from_at = _utc(from_at)
        if to_at.tzinfo is not UTC:
            to_at = _utc(to_at)
        return to_at - from_at if self.never_closes else self._open_time.elapsed(from_at, to_at)

    def explain(self, from_at: datetime, to_at: datetime) -> tuple[Segment, ...]:
        """The span cut where the reason changes: adjacent, in order, counted segments adding up to `elapsed`.

        A span that is empty or runs backwards has no segments. Takes time in proportion to the days of the span.
        """
        from_at, to_at = _utc(from_at), _utc(to_at)
        if from_at >= to_at:
            return ()
        if self.never_closes:
            return (Segment(from_at, to_at, SegmentState.COUNTED, Why.OPEN),)
        segments: list[Segment] = []
        for stretch in self._stretches(from_at, to_at):
            last = segments[-1] if segments else None
            if last and (last.why, last.name) == (stretch.why, stretch.name):
                segments[-1] = replace(last, to_at=stretch.to_at)
            else:
                state = SegmentState.COUNTED if stretch.why is Why.OPEN else SegmentState.CLOSED
                segments.append(Segment(stretch.from_at, stretch.to_at, state, stretch.why, stretch.name))
        return tuple(segments)

    def after_business_days(self, at: datetime, days: int) -> datetime:
        """The end of a term of `days` business days (días hábiles), which does not count the day of `at`.

        It is the instant at which the `days`-th following local date that has any open time closes; midnight where
        that date never closes or its shift runs overnight. ValueError for fewer days than one.
        """
        if days < 1:
            raise ValueError(f"a term has at least one business day, not {days}")
        at = _utc(at)
        return self._open_time.closing(at, at.astimezone(self._zone).date(), days)

    def open_stretches(self, from_at: datetime, to_at: datetime) -> Iterator[tuple[datetime, datetime, date]]:
        """The open time of a span in UTC, in order and cut at local midnight, each piece with its local date."""
        return (stretch[:3] for stretch in self._stretches(from_at, to_at) if stretch.why is Why.OPEN)

    def __reduce__(self) -> tuple[type["Calendar"], tuple[object, ...]]:
        # Copies and pickles carry the four fields, never the compiled index.
        return Calendar, (self.name, self.zone, self.week, self.closures)

    @cached_property
    def _open_time(self) -> OpenTime:
        return _open_time_of(self)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def never_closes(self) -> bool:
        """Whether every instant counts."""
        return not self.closures and all(part.why is Why.OPEN for day in self._ordinary_days for part in day)

    @cached_property
    def _ordinary_days(self) -> tuple[tuple[_Part, ...], ...]:
        return tuple(tuple(self._ordinary_day(weekday)) for weekday in range(7))

    @cached_property
    def _closures_on(self) -> dict[date, list[Closure]]:
        closures: dict[date, list[Closure]] = {}
        for closure in self.closures:
            closures.setdefault(closure.on, []).append(closure)
        return closures

    def _left_from_the_day_before(self, weekday: int) -> int:
        return max((shift.closes - MINUTES_A_DAY for shift in self.week[weekday - 1]), default=0)

    def _ordinary_day(self, weekday: int) -> Iterator[_Part]:
        shifts = self.week[weekday]
        open_minutes = [(shift.opens, min(shift.closes, MINUTES_A_DAY)) for shift in shifts]
        if (left := self._left_from_the_day_before(weekday)) > 0:
            open_minutes.insert(0, (0, left))
        minute = 0
        for opens, closes in [*open_minutes, (MINUTES_A_DAY, MINUTES_A_DAY)]:
            if minute < opens:
                between_shifts = bool(shifts) and shifts[0].opens < minute < shifts[-1].opens
                why = Why.WEEKEND if not shifts else Why.BREAK if between_shifts else Why.NIGHT
                yield _Part(timedelta(minutes=minute), timedelta(minutes=opens), why)
            if opens < closes:
                yield _Part(timedelta(minutes=opens), timedelta(minutes=closes), Why.OPEN)
            minute = closes

    def _parts_of(self, day: date) -> Iterable[_Part]:
        ordinary = self._ordinary_days[day.weekday()]
        closures = self._closures_on.get(day)
        return _with_closures(ordinary, closures) if closures else ordinary

    def _stretches(self, from_at: datetime, to_at: datetime) -> Iterator[_Stretch]:
        """The span cut into parts of days, in order. While the offset stands still, labels are instants moved by it."""
        for span_from, span_to, offset in _constant_offsets(self._zone, from_at, to_at):
            day = (span_from + offset).date()
            midnight = datetime.combine(day, time(), UTC) - offset
            while midnight < span_to:
                for part in self._parts_of(day):
                    begins_at, ends_at = midnight + part.from_, midnight + part.to
                    if begins_at < span_to and span_from < ends_at:
                        yield _Stretch(max(begins_at, span_from), min(ends_at, span_to), day, part.why, part.name)
                day += _DAY
                midnight += _DAY


@lru_cache(maxsize=128)
def _open_time_of(calendar: Calendar) -> OpenTime:
    """One index for all equal calendars: every case carries its own copy of the calendar it was promised."""
    return OpenTime(calendar.open_stretches)


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    return at.astimezone(UTC)


def _unmoved(at: datetime, amount: timedelta) -> datetime:
    if amount:
        raise ValueError(f"an amount of time is between zero and {_LONGEST.days} days, not {amount}")
    return at


def _with_closures(parts: Iterable[_Part], closures: list[Closure]) -> Iterator[_Part]:
    closed = [
        _Part(timedelta(minutes=c.from_minute), timedelta(minutes=c.to_minute), Why.HOLIDAY, c.name) for c in closures
    ]
    # The first that covers a label gives its reason, so closures go before the ordinary day.
    layers = [*closed, *parts]
    for from_, to in pairwise(sorted({desk for part in layers for desk in (part.from_, part.to)})):
        covering = next(part for part in layers if part.from_ <= from_ < part.to)
        yield covering._replace(from_=from_, to=to)


def _constant_offsets(
    zone: ZoneInfo, from_at: datetime, to_at: datetime
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The span cut where the zone's offset from UTC changes, each piece with its offset."""

    def offset_at(at: datetime) -> timedelta:
        offset = at.astimezone(zone).utcoffset()
        assert offset is not None
        return offset

    piece_from, offset, known_at = from_at, offset_at(from_at), from_at
    while known_at < to_at:
        next_at = min(known_at + _OFFSET_STEP, to_at)
        if offset_at(next_at) != offset:
            same, other = known_at, next_at
            while other - same > timedelta(seconds=1):
                middle = same + (other - same) // 2
                same, other = (middle, other) if offset_at(middle) == offset else (same, middle)
            # Offsets change on whole seconds; `other` may have come to rest up to a second late.
            change_at = other.replace(microsecond=0)
            yield piece_from, change_at, offset
            piece_from, offset = change_at, offset_at(change_at)
        known_at = next_at
    if piece_from < to_at:
        yield piece_from, to_at, offset
