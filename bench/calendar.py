"""The calendar beside its peers: what one question costs, and how many answers are wrong.

One calendar, 8 x 5 with lunch and Colombia's holidays (PLAN-14), in the form each library likes best; inputs are
converted to that form before the clock starts. Right is what a count of minutes says, each minute asked by itself.
Where a library has no such question, the shortest loop over what it does offer is measured, and marked *.

Run: python bench/calendar.py [--check]
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    # Run as a file, this folder comes first, and this module would hide the standard library's `calendar`.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import random
import time as stopwatch
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import businesstimedelta
import pandas as pd
import pytz  # type: ignore[import-untyped]  # its stubs are not installed; businesstimedelta takes no other zones
from business_duration import businessDuration
from opening_hours import OpeningHours, State

from policy.time.calendar import Calendar, Shift
from storage.terms.closures import holidays_between

ZONE = ZoneInfo("America/Bogota")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CLOSURES = holidays_between(date(2024, 1, 1), date(2029, 12, 31))
HOLIDAYS = {closure.on for closure in CLOSURES}
WORKDAY = (Shift(8 * 60, 12 * 60), Shift(13 * 60, 17 * 60))
OFFICE = Calendar("8 x 5", ZONE.key, (*(WORKDAY,) * 5, (), ()), CLOSURES)

CASES = 1_000
FIRST_AT = datetime(2026, 1, 1, 5, tzinfo=UTC)
SPAN_DAYS = 730


# ------------------------------------------------------------------------------------------- what is right


class Minutes:
    """Open minutes before each minute of the span, every one asked by its wall-clock label."""

    def __init__(self) -> None:
        minutes = (FIRST_AT + minute * MINUTE for minute in range((SPAN_DAYS + 90) * 1440))
        self.open_before = list(accumulate(map(self._is_open, minutes), initial=0))

    @staticmethod
    def _is_open(at: datetime) -> bool:
        label = at.astimezone(ZONE)
        attended = time(8) <= label.time() < time(12) or time(13) <= label.time() < time(17)
        return attended and label.weekday() < 5 and label.date() not in HOLIDAYS

    def count(self, from_at: datetime, to_at: datetime) -> timedelta:
        first, last = ((at - FIRST_AT) // MINUTE for at in (from_at, to_at))
        return (self.open_before[last] - self.open_before[first]) * MINUTE


# ------------------------------------------------------------------------------------------- the peers


@dataclass(frozen=True)
class Peer:
    """How one library is asked. `given` and `answered` convert instants, outside of what is timed."""

    name: str
    given: Callable[[datetime], Any]
    answered: Callable[[Any], datetime]
    amount: Callable[[int], Any] = lambda hours: hours * HOUR
    add: Callable[[Any, Any], Any] | None = None
    elapsed: Callable[[Any, Any], timedelta] | None = None


def escala() -> Peer:
    return Peer("Escala", lambda at: at, lambda at: at, add=OFFICE.add, elapsed=OFFICE.elapsed)


def business_time_delta() -> Peer:
    zone = pytz.timezone(ZONE.key)
    rules = businesstimedelta.Rules(
        [
            businesstimedelta.WorkDayRule(time(8), time(17), [0, 1, 2, 3, 4], tz=zone),
            businesstimedelta.LunchTimeRule(time(12), time(13), [0, 1, 2, 3, 4], tz=zone),
            businesstimedelta.HolidayRule(HOLIDAYS, tz=zone),
        ]
    )
    return Peer(
        "businesstimedelta",
        lambda at: at.astimezone(zone),
        lambda at: at.astimezone(UTC),
        amount=lambda hours: businesstimedelta.BusinessTimeDelta(rules, hours=hours),
        add=lambda at, amount: at + amount,
        elapsed=lambda from_at, to_at: rules.difference(from_at, to_at).timedelta,
    )


def business_duration() -> Peer:
    """Knows one shift a day and no zones: asked twice, once for the morning and once for the afternoon."""
    holidays = sorted(HOLIDAYS)

    def elapsed(from_at: datetime, to_at: datetime) -> timedelta:
        shifts = ((time(8), time(12)), (time(13), time(17)))
        halves = (businessDuration(from_at, to_at, *shift, holidaylist=holidays, unit="sec") for shift in shifts)
        return timedelta(seconds=float(sum(halves)))

    return Peer("business-duration", as_wall_clock, from_wall_clock, elapsed=elapsed)


def opening_hours_py() -> Peer:
    """Has open intervals only: both questions are loops over them."""
    closed = "; ".join(f"{on:%Y %b %d} off" for on in sorted(HOLIDAYS))
    hours = OpeningHours(f"Mo-Fr 08:00-12:00,13:00-17:00; {closed}", timezone=ZONE, auto_country=False)

    def add(at: datetime, amount: timedelta) -> datetime:
        for from_at, to_at, state, _ in hours.intervals(at):
            if state == State.OPEN:
                if to_at - from_at >= amount:
                    return from_at + amount
                amount -= to_at - from_at
        raise ValueError("never open again")

    def elapsed(from_at: datetime, to_at: datetime) -> timedelta:
        intervals = hours.intervals(from_at, to_at)
        return sum((ends - begins for begins, ends, state, _ in intervals if state == State.OPEN), timedelta())

    return Peer(
        "opening-hours-py *", lambda at: at.astimezone(ZONE), lambda at: at.astimezone(UTC), add=add, elapsed=elapsed
    )


def pandas_custom_business_hour() -> Peer:
    offset = pd.offsets.CustomBusinessHour(start=["08:00", "13:00"], end=["12:00", "17:00"], holidays=sorted(HOLIDAYS))
    return Peer(
        "pandas CustomBusinessHour",
        lambda at: pd.Timestamp(as_wall_clock(at)),
        lambda at: from_wall_clock(at.to_pydatetime()),
        amount=lambda hours: offset * hours,
        add=lambda at, amount: at + amount,
    )


def as_wall_clock(at: datetime) -> datetime:
    return at.astimezone(ZONE).replace(tzinfo=None)


def from_wall_clock(at: datetime) -> datetime:
    return at.replace(tzinfo=ZONE).astimezone(UTC)


# ------------------------------------------------------------------------------------------- measuring


def microseconds(ask: Callable[..., object] | None, inputs: list[tuple[Any, ...]]) -> float | None:
    """Per question: the best of several rounds over the inputs, for at most about a second."""
    if ask is None:
        return None
    best, stop_at = float("inf"), stopwatch.perf_counter() + 1
    while True:
        begun = stopwatch.perf_counter()
        for arguments in inputs:
            ask(*arguments)
        ended = stopwatch.perf_counter()
        best = min(best, ended - begun)
        if ended > stop_at:
            return best / len(inputs) * 1e6


def wrong_sums(peer: Peer, minutes: Minutes, cases: list[tuple[datetime, int]]) -> str:
    """Answers that are not the amount away, and those that are but name the next opening, not the closing."""
    if peer.add is None:
        return "-"
    wrong = late = 0
    for at, hours in cases:
        due_at = peer.answered(peer.add(peer.given(at), peer.amount(hours)))
        wrong += minutes.count(at, due_at) != hours * HOUR
        late += minutes.count(at, due_at) == hours * HOUR == minutes.count(at, due_at - MINUTE)
    return f"{wrong} + {late} late" if late else str(wrong)


def wrong_differences(peer: Peer, minutes: Minutes, cases: list[tuple[datetime, datetime]]) -> str:
    if peer.elapsed is None:
        return "-"
    return str(sum(peer.elapsed(*map(peer.given, case)) != minutes.count(*case) for case in cases))


def main() -> int:
    rng = random.Random(14)  # the same cases in every run

    def instant() -> datetime:
        return FIRST_AT + rng.randrange(SPAN_DAYS * 1440) * MINUTE

    sums = [(instant(), rng.randrange(1, 41)) for _ in range(CASES)]
    spans = [(at, at + rng.randrange(30 * 1440) * MINUTE) for at in (instant() for _ in range(CASES))]
    moments = [FIRST_AT + rng.randrange(360 * 1440) * MINUTE for _ in range(20)]
    minutes = Minutes()

    begun = stopwatch.perf_counter()
    replace(OFFICE, name="compiled anew").is_open(moments[0])
    compiled_in = stopwatch.perf_counter() - begun

    head = ("", "add 16 h", "elapsed, 3 days", "elapsed, 1 year", "wrong sums", "wrong spans")
    rows = []
    ours: list[float | None] = []
    peers = (escala, business_time_delta, business_duration, opening_hours_py, pandas_custom_business_hour)
    for peer in (make() for make in peers):
        given = [peer.given(at) for at in moments]
        times = [microseconds(peer.add, [(at, peer.amount(16)) for at in given])]
        for days in (3, 365):
            later = [peer.given(at + days * DAY) for at in moments]
            times.append(microseconds(peer.elapsed, list(zip(given, later, strict=True))))
        ours = ours or times
        wrong = (wrong_sums(peer, minutes, sums), wrong_differences(peer, minutes, spans))
        rows.append((peer.name, *map(figure, times, ours), *wrong))

    print(f"Microseconds a question (times Escala's), and wrong answers of {CASES} random cases of 2026 and 2027.\n")
    for name, *cells in (head, *rows):
        print(f"{name:<26}" + "".join(f"{cell:>22}" for cell in cells))
    print(
        "\n* no such question: a loop over its open intervals.   late: names the next opening for the closing instant."
    )
    print(f"Escala compiles a calendar's years once a process, when first asked: {compiled_in * 1e3:.1f} ms.")
    *_, wrong_additions, wrong_spans = rows[0]
    print(f"calendar: {wrong_additions} of Escala's sums and {wrong_spans} of its spans are wrong, at most 0")
    return int("--check" in sys.argv and (wrong_additions, wrong_spans) != ("0", "0"))


def figure(time_taken: float | None, ours: float | None) -> str:
    if time_taken is None or ours is None:
        return "-"
    return f"{time_taken:,.2f} (x {time_taken / ours:,.0f})"


if __name__ == "__main__":
    sys.exit(main())
