"""Open time as a sorted index: how much of it lies before an instant, and which instant lies so much of it further.

Knows only instants in UTC and the open stretches it is given; shifts, closures and zones are `calendar.py`'s.

The index is two parallel lists. `edges` holds closing, opening, closing, opening ... instants, so that an odd position
is an opening; `worked` holds the open time that lies before each edge. A question is one or two bisections, whatever
the span. Years are compiled when first asked for.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

FIRST_YEAR, LAST_YEAR = 1970, 2200

OpenStretches = Callable[[datetime, datetime], Iterable[tuple[datetime, datetime, date]]]
"""Gives the open stretches of a span in order, each as (from, to, its local date)."""

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Table:
    """The compiled years `first_year` to `last_year` in UTC. Never changed once built, so that threads can share it."""

    first_year: int
    last_year: int
    begins_at: datetime
    ends_at: datetime
    edges: list[datetime]
    worked: list[timedelta]
    open_days: list[date]
    closings: list[datetime]

    def before(self, at: datetime) -> timedelta:
        """Open time between the table's beginning and `at`."""
        i = bisect_right(self.edges, at) - 1
        return self.worked[i] + (at - self.edges[i]) if i & 1 else self.worked[i]


def _compiled(source: OpenStretches, first_year: int, last_year: int) -> _Table:
    begins_at = datetime(first_year, 1, 1, tzinfo=UTC)
    ends_at = datetime(last_year + 1, 1, 1, tzinfo=UTC)
    # A closing edge before everything: every instant of the table then has an edge to its left.
    edges, worked = [begins_at - _DAY], [timedelta()]
    closing_of: dict[date, datetime] = {}
    for from_at, to_at, on in source(begins_at, ends_at):
        closing_of[on] = to_at
        # Stretches that touch at midnight leave two equal edges, which does no harm.
        edges += (from_at, to_at)
        worked += (worked[-1], worked[-1] + (to_at - from_at))
    # The last local date or two may go on beyond the table, so their closing is not known yet.
    complete_before = ends_at.date() - _DAY
    open_days = sorted(on for on in closing_of if on < complete_before)
    closings = [closing_of[on] for on in open_days]
    return _Table(first_year, last_year, begins_at, ends_at, edges, worked, open_days, closings)


class OpenTime:
    """Answers for one calendar. All instants are UTC; outside the years 1970 to 2200 it raises ValueError."""

    def __init__(self, source: OpenStretches) -> None:
        self._source = source
        start = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
        self._table = _Table(FIRST_YEAR, FIRST_YEAR - 1, start, start, [], [], [], [])

    def is_open(self, at: datetime) -> bool:
        return bool((bisect_right(self._covering(at, at).edges, at) - 1) & 1)

    def elapsed(self, from_at: datetime, to_at: datetime) -> timedelta:
        """Open time in [from_at, to_at); negative when to_at is the earlier one."""
        if to_at < from_at:
            return -self.elapsed(to_at, from_at)
        table = self._covering(from_at, to_at)
        return table.before(to_at) - table.before(from_at)

    def add(self, at: datetime, amount: timedelta) -> datetime:
        """The earliest instant with `amount` (above zero) of open time since `at`."""
        table = self._covering(at, at)
        while (target := table.before(at) + amount) > table.worked[-1]:
            table = self._grown(table, table.last_year + 1)
        i = bisect_left(table.worked, target)
        return table.edges[i] - (table.worked[i] - target)

    def subtract(self, at: datetime, amount: timedelta) -> datetime:
        """The latest instant with `amount` (above zero) of open time until `at`."""
        table = self._covering(at, at)
        while (target := table.before(at) - amount) < timedelta():
            table = self._grown(table, table.first_year - 1)
        i = bisect_right(table.worked, target) - 1
        return table.edges[i] + (target - table.worked[i])

    def closing(self, at: datetime, after: date, days: int) -> datetime:
        """When the `days`-th open local date after `after`, the local date of `at`, closes."""
        table = self._covering(at, at)
        while (i := bisect_right(table.open_days, after) + days - 1) >= len(table.open_days):
            table = self._grown(table, table.last_year + 1)
        return table.closings[i]

    def _covering(self, from_at: datetime, to_at: datetime) -> _Table:
        table = self._table
        if table.begins_at <= from_at and to_at < table.ends_at:
            return table
        return self._grown(table, from_at.year, to_at.year)

    def _grown(self, table: _Table, *years: int) -> _Table:
        """A table of these years too; asked again and again it doubles, so a long walk stays cheap."""
        if min(years) < FIRST_YEAR or max(years) > LAST_YEAR:
            raise ValueError(f"calendars reach from {FIRST_YEAR} to {LAST_YEAR}, not to {min(years)}..{max(years)}")
        first, last, margin = min(years), max(years), 1
        if table.edges:
            margin = table.last_year - table.first_year + 1
            first, last = min(first, table.first_year), max(last, table.last_year)
        if first < table.first_year or not table.edges:
            first = max(first - margin, FIRST_YEAR)
        if last > table.last_year:
            last = min(last + margin, LAST_YEAR)
        self._table = _compiled(self._source, first, last)
        return self._table
