"""The calendar against two oracles that share no code with it.

`Minutes` counts minute by minute, straight from the definition of open. `opening-hours-py` is another implementation,
in Rust, of another specification (OpenStreetMap's opening_hours), told the same week and the same closed dates.

Each property draws calendars and spans, then checks many instants in each, preferring those beside an edge.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours, State

from policy.time.calendar import Calendar, Closure, SegmentState, Shift
from tests.support.thoroughness import examples

MINUTE, DAY, INSTANT = timedelta(minutes=1), timedelta(days=1), timedelta(microseconds=1)
SPAN_DAYS = 6
INPUTS_A_SPAN = 100

# Zones with days on which labels misbehave: an hour twice, an hour never, half an hour, at midnight, a minute past
# midnight (so that a date has two separate stretches), a date left out, and quiet ones with odd offsets.
TRYING_DAYS = {
    "America/Bogota": ["2026-07-13", "1992-05-03", "1993-04-04"],
    "America/New_York": ["2026-03-08", "2026-11-01", "2100-03-14"],
    "Europe/London": ["2026-03-29", "2026-10-25", "1971-10-31"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
    "America/Sao_Paulo": ["2018-02-18", "2018-11-04"],
    "America/Havana": ["2026-03-08", "2026-11-01"],
    "America/St_Johns": ["2006-10-29", "2007-03-11"],
    "Pacific/Apia": ["2011-12-30", "2011-04-02"],
    "Asia/Kathmandu": ["1986-01-01", "2026-02-28"],
}
QUIET_ZONES = ["America/Bogota", "Asia/Kolkata", "Asia/Tokyo", "UTC", "Pacific/Marquesas"]

CHECKED: Counter[str] = Counter()
"""How many inputs each property has really checked."""

thorough = settings(examples(25), suppress_health_check=list(HealthCheck))


# ------------------------------------------------------------------------------------------- the first oracle


def is_open_by_definition(calendar: Calendar, at: datetime) -> bool:
    label = at.astimezone(ZoneInfo(calendar.zone))
    minute = label.hour * 60 + label.minute
    today, yesterday = calendar.week[label.weekday()], calendar.week[(label.weekday() + 6) % 7]
    attended = any(shift.opens <= minute < shift.closes for shift in today) or any(
        shift.opens <= minute + 1440 < shift.closes for shift in yesterday
    )
    closed = any(c.on == label.date() and c.from_minute <= minute < c.to_minute for c in calendar.closures)
    return attended and not closed


@dataclass(frozen=True)
class Minutes:
    """Every minute of a span, asked one by one. Offsets and edges lie on whole minutes, so a minute is of one kind."""

    calendar: Calendar
    begins_at: datetime
    random: Random

    @cached_property
    def open(self) -> list[bool]:
        minutes = range(SPAN_DAYS * 1440)
        return [is_open_by_definition(self.calendar, self.begins_at + minute * MINUTE) for minute in minutes]

    @cached_property
    def _opened_before(self) -> list[int]:
        return list(accumulate(self.open, initial=0))

    @cached_property
    def _edges(self) -> list[datetime]:
        changes = [i for i, (before, after) in enumerate(pairwise(self.open), start=1) if before != after]
        return [self.begins_at + i * MINUTE for i in [0, *changes, SPAN_DAYS * 1440]]

    def count(self, from_at: datetime, to_at: datetime) -> timedelta:
        return self._until(to_at) - self._until(from_at)

    def _until(self, at: datetime) -> timedelta:
        minute, rest = divmod(at - self.begins_at, MINUTE)
        return self._opened_before[minute] * MINUTE + (rest if rest and self.open[minute] else timedelta())

    def instant(self) -> datetime:
        """An instant of the span, every other time on an edge or a microsecond beside it."""
        length = SPAN_DAYS * DAY
        if self.random.random() < 0.5:
            at = self.random.choice(self._edges) + self.random.choice([-INSTANT, timedelta(), INSTANT])
            return min(max(at, self.begins_at), self.begins_at + length)
        return self.begins_at + self.random.randrange(length // INSTANT) * INSTANT

    def instants(self, how_many: int) -> Iterator[list[datetime]]:
        """Groups of so many instants in order, as many groups as a span is checked with."""
        return (sorted(self.instant() for _ in range(how_many)) for _ in range(INPUTS_A_SPAN))

    def closings(self) -> dict[date, datetime]:
        """When each local date of the span closes. The last two dates may go on after it."""
        closings: dict[date, datetime] = {}
        for minute, is_open in enumerate(self.open):
            if is_open:
                at = self.begins_at + minute * MINUTE
                closings[at.astimezone(ZoneInfo(self.calendar.zone)).date()] = at + MINUTE
        return dict(sorted(closings.items())[:-2])


# ------------------------------------------------------------------------------------------- what is drawn


@st.composite
def weeks(draw: st.DrawFn) -> tuple[tuple[Shift, ...], ...]:
    """Up to three shifts a day; the last one of a day may run into the night as far as the next day allows."""
    step = draw(st.sampled_from([1, 15, 60]))
    cuts = st.lists(st.integers(0, 1440 // step), max_size=6, unique=True).map(sorted)
    days = [[minute * step for minute in draw(cuts)] for _ in range(7)]
    days = [minutes[: len(minutes) // 2 * 2] for minutes in days]
    if not any(days):
        days[draw(st.integers(0, 6))] = [480, 1020]
    week = []
    for weekday, minutes in enumerate(days):
        shifts = [Shift(*pair) for pair in zip(minutes[::2], minutes[1::2], strict=True)]
        tomorrow = days[(weekday + 1) % 7]
        overnight = draw(st.booleans())
        if shifts and overnight:
            latest = 1440 + (tomorrow[0] if tomorrow else 1440)
            shifts[-1] = Shift(shifts[-1].opens, draw(st.integers(shifts[-1].closes, latest)))
        week.append(tuple(shifts))
    return tuple(week)


@st.composite
def closures(draw: st.DrawFn, first: date, days: int) -> tuple[Closure, ...]:
    """Whole and partial days, sometimes two on one date."""
    minutes = st.one_of(
        st.just((0, 1440)), st.lists(st.integers(0, 1440), min_size=2, max_size=2, unique=True).map(sorted)
    )
    drawn = draw(st.lists(st.tuples(st.integers(0, days), minutes), max_size=4))
    return tuple(Closure(first + day * DAY, f"closure {i}", *part) for i, (day, part) in enumerate(drawn))


@st.composite
def spans(draw: st.DrawFn) -> Minutes:
    """A calendar and a span of days around one on which its zone is trying."""
    zone = draw(st.sampled_from(sorted(TRYING_DAYS)))
    first = date.fromisoformat(draw(st.sampled_from(TRYING_DAYS[zone]))) - draw(st.integers(1, 4)) * DAY
    begins_at = datetime(first.year, first.month, first.day, draw(st.integers(0, 23)), tzinfo=UTC)
    calendar = Calendar("drawn", zone, draw(weeks()), draw(closures(first, SPAN_DAYS)))
    return Minutes(calendar, begins_at, Random(draw(st.integers(0, 2**32))))


# ------------------------------------------------------------------------------------------- against the minutes


@thorough
@given(spans())
def open_is_what_the_definition_says(minutes: Minutes) -> None:
    """Beside the edges above all."""
    for (at,) in minutes.instants(1):
        assert minutes.calendar.is_open(at) == is_open_by_definition(minutes.calendar, at)
        CHECKED["open_is_what_the_definition_says"] += 1


@thorough
@given(spans())
def elapsed_is_the_count(minutes: Minutes) -> None:
    """Between any two instants, in either order."""
    for from_at, to_at in minutes.instants(2):
        counted = minutes.count(from_at, to_at)
        assert minutes.calendar.elapsed(from_at, to_at) == counted
        assert minutes.calendar.elapsed(to_at, from_at) == -counted
        CHECKED["elapsed_is_the_count"] += 1


@thorough
@given(spans())
def adding_gives_the_earliest_instant(minutes: Minutes) -> None:
    """The amount has passed, and a microsecond before it had not."""
    for at, end_at in minutes.instants(2):
        amount = minutes.count(at, end_at)
        due_at = minutes.calendar.add(at, amount)
        assert at <= due_at <= end_at
        assert minutes.count(at, due_at) == amount
        assert not amount or minutes.count(due_at - INSTANT, due_at) == INSTANT
        CHECKED["adding_gives_the_earliest_instant"] += 1


@thorough
@given(spans())
def subtracting_gives_the_latest_instant(minutes: Minutes) -> None:
    """The amount still passes, and from a microsecond later it would not."""
    for begin_at, at in minutes.instants(2):
        amount = minutes.count(begin_at, at)
        from_at = minutes.calendar.subtract(at, amount)
        assert begin_at <= from_at <= at
        assert minutes.count(from_at, at) == amount
        assert not amount or minutes.count(from_at, from_at + INSTANT) == INSTANT
        CHECKED["subtracting_gives_the_latest_instant"] += 1


@thorough
@given(spans())
def subtracting_undoes_adding(minutes: Minutes) -> None:
    """From an open instant exactly; otherwise no open time lies between."""
    calendar = minutes.calendar
    for at, end_at in minutes.instants(2):
        amount = minutes.random.randrange((end_at - at) // INSTANT + 1) * INSTANT
        there = calendar.add(at, amount)
        back_at = calendar.subtract(there, amount)
        assert back_at == at if calendar.is_open(at) or not amount else calendar.elapsed(at, back_at) == timedelta()
        assert calendar.add(back_at, amount) == there
        CHECKED["subtracting_undoes_adding"] += 1


@thorough
@given(spans())
def elapsed_times_add_up(minutes: Minutes) -> None:
    """Also over years, far beyond the span that the oracle knows."""
    calendar = minutes.calendar
    for from_at, middle_at, to_at in minutes.instants(3):
        far_at = to_at + minutes.random.randrange(2000) * DAY
        parts = calendar.elapsed(from_at, middle_at) + calendar.elapsed(middle_at, far_at)
        assert calendar.elapsed(from_at, far_at) == parts
        CHECKED["elapsed_times_add_up"] += 1


@thorough
@given(spans())
def explanations_cover_the_span_and_add_up(minutes: Minutes) -> None:
    """Adjacent, merged, and every segment is wholly counted or wholly not."""
    for from_at, to_at in minutes.instants(2):
        segments = minutes.calendar.explain(from_at, to_at)
        edges = [from_at, *(segment.to_at for segment in segments)]
        assert [segment.from_at for segment in segments] == edges[:-1]
        assert edges[-1] == to_at
        for segment in segments:
            counts = segment.state is SegmentState.COUNTED
            length = segment.to_at - segment.from_at
            assert minutes.count(segment.from_at, segment.to_at) == (length if counts else timedelta())
        assert all((one.why, one.name) != (next_.why, next_.name) for one, next_ in pairwise(segments))
        CHECKED["explanations_cover_the_span_and_add_up"] += 1


@thorough
@given(spans())
def terms_end_with_a_business_day(minutes: Minutes) -> None:
    """The n-th following date that has open time, at its last open instant."""
    closings = minutes.closings()
    for (at,) in minutes.instants(1):
        today = at.astimezone(ZoneInfo(minutes.calendar.zone)).date()
        following = [closes_at for on, closes_at in closings.items() if on > today]
        for days, closes_at in enumerate(following, start=1):
            assert minutes.calendar.after_business_days(at, days) == closes_at
        CHECKED["terms_end_with_a_business_day"] += 1


# ------------------------------------------------------------------------------------------- the second oracle


def in_opening_hours(calendar: Calendar) -> OpeningHours:
    """The same week and closures in OpenStreetMap's words.

    Shifts are cut at midnight there, because a date that is "off" takes the whole of a shift that begins on it.
    """
    rules = []
    for weekday, name in enumerate(["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]):
        left = [(0, shift.closes - 1440) for shift in calendar.week[weekday - 1] if shift.closes > 1440]
        today = [(shift.opens, min(shift.closes, 1440)) for shift in calendar.week[weekday]]
        if left + today:
            rules.append(f"{name} " + ",".join(f"{clock(opens)}-{clock(closes)}" for opens, closes in left + today))
    rules += [f"{c.on:%Y %b %d} {clock(c.from_minute)}-{clock(c.to_minute)} off" for c in calendar.closures]
    return OpeningHours("; ".join(rules), timezone=ZoneInfo(calendar.zone), auto_country=False)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def quiet_calendars(draw: st.DrawFn) -> tuple[Calendar, datetime, Random]:
    """In zones whose offset stands still: the library knows labels only, and leaves open what a repeated one means."""
    first = draw(st.dates(date(1995, 1, 1), date(2150, 1, 1)))
    calendar = Calendar("drawn", draw(st.sampled_from(QUIET_ZONES)), draw(weeks()), draw(closures(first, 40)))
    return calendar, datetime(first.year, first.month, first.day, tzinfo=UTC), Random(draw(st.integers(0, 2**32)))


@thorough
@given(quiet_calendars())
def opening_hours_py_agrees(drawn: tuple[Calendar, datetime, Random]) -> None:
    """Two independent programs find the same open time in forty days."""
    calendar, begins_at, random = drawn
    zone, theirs = ZoneInfo(calendar.zone), in_opening_hours(calendar)
    intervals = theirs.intervals(begins_at.astimezone(zone), (begins_at + 40 * DAY).astimezone(zone))
    opened = [
        (from_at.astimezone(UTC), to_at.astimezone(UTC))
        for from_at, to_at, state, _ in intervals
        if state == State.OPEN
    ]
    segments = calendar.explain(begins_at, begins_at + 40 * DAY)
    assert [(s.from_at, s.to_at) for s in segments if s.state is SegmentState.COUNTED] == opened
    for _ in range(INPUTS_A_SPAN):
        at, other_at = sorted(begins_at + random.randrange(40 * DAY // INSTANT) * INSTANT for _ in "ab")
        assert calendar.is_open(at) == theirs.is_open(at.astimezone(zone))
        overlaps = (min(to_at, other_at) - max(from_at, at) for from_at, to_at in opened)
        assert calendar.elapsed(at, other_at) == sum((o for o in overlaps if o > timedelta()), timedelta())
        CHECKED["opening_hours_py_agrees"] += 1


PROPERTIES = [
    open_is_what_the_definition_says,
    elapsed_is_the_count,
    adding_gives_the_earliest_instant,
    subtracting_gives_the_latest_instant,
    subtracting_undoes_adding,
    elapsed_times_add_up,
    explanations_cover_the_span_and_add_up,
    terms_end_with_a_business_day,
    opening_hours_py_agrees,
]
ENOUGH = 20_000


@pytest.mark.rule("PLAN-14")
@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_the_calendar_and_its_oracles_agree(holds: Callable[[], None]) -> None:
    """Each property checks its share, so that all together really check 20,000 inputs a run."""
    holds()
    assert CHECKED[holds.__name__] * len(PROPERTIES) >= ENOUGH
