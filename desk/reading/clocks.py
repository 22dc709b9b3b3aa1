"""A case's clocks explained: what counted until now and why, and what will count if nothing changes, in one sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from policy.case.case import Case, Clock, ClockState, Promise
from policy.case.missed import late_at, met_at
from policy.time.calendar import Calendar, SegmentState
from policy.time.clock import ClockName
from policy.time.explanation import ClockStory, Interval, IntervalState, Replaced, stories
from storage.case import views
from storage.engine.database import Reader


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """[from_at, to_at) of a clock and the whole seconds it adds to the clock's sum, which are none where it stood.

    `why` is a word of `wording` ("interval"), `name` the holiday's where that is the reason; `lasts` is its own length,
    in whole seconds that add up for each state. `to_come`: it lies ahead, and is so if nothing changes.
    """

    from_at: datetime
    to_at: datetime
    state: str
    why: str
    name: str | None
    seconds: int
    lasts: int
    to_come: bool = False


@dataclass(frozen=True, kw_only=True)
class ExplainedClock:
    """One clock at one level. An earlier level's clock has no state, limit or due instant any more.

    `spent_seconds` is the sum of the stretches that counted until now.
    """

    clock: ClockName
    level: int | None
    state: ClockState | None
    due_at: datetime | None
    limit_seconds: int | None
    spent_seconds: int
    stretches: Sequence[Stretch]

    @property
    def total_seconds(self) -> int:
        """What all stretches add up to: the limit, where the clock runs and what is to come is among them."""
        return sum(each.seconds for each in self.stretches)


@dataclass(frozen=True, kw_only=True)
class BrokenPromise:
    """A promise that was missed (ESC-6): since when, when it was kept after all, and by how much counted time."""

    promise: Promise
    due_at: datetime
    met_at: datetime | None
    late: timedelta


def broken_promises(case: Case, hours: Calendar, *, at: datetime) -> Sequence[BrokenPromise]:
    """Every promise that the case ever missed, as of `at`; `hours` count the case now."""
    return [
        BrokenPromise(
            promise=each.promise,
            due_at=each.due_at,
            met_at=met_at(each, case),
            late=late_at(each, at=at, hours=hours),
        )
        for each in case.missed
    ]


async def explained(db: Reader, case: Case, *, at: datetime) -> Sequence[ExplainedClock]:
    """The initial attention's clock and each level's, in the order in which they began, until `at` (ESC-4, ESC-10)."""
    by_turn = await views.terms_by_turn(db, case.number)
    turns = sorted(by_turn)
    began_at = await views.turns_began_at(db, case.number, turns[1:])
    replaced = [Replaced(began_at[until], by_turn[turn].hours) for turn, until in pairwise(turns)]
    recorded = await views.stretches(db, case.number)
    told = stories(case, recorded, calendar=by_turn[turns[-1]].hours, at=at, replaced=replaced)
    return [_explained(story, case) for story in told]


def with_what_is_to_come(clock: ExplainedClock, hours: Calendar, *, at: datetime) -> ExplainedClock:
    """The clock with what will count until its limit; as it is where it does not run, or its limit has passed."""
    if clock.state is not ClockState.RUNNING or clock.due_at is None or clock.due_at <= at:
        return clock
    rest = (clock.limit_seconds or 0) - clock.spent_seconds
    to_come = _to_come(hours, rest, at=at, until=clock.due_at)
    return ExplainedClock(**{**vars(clock), "stretches": (*clock.stretches, *to_come)})


def _explained(story: ClockStory, case: Case) -> ExplainedClock:
    clock = _clock_now(story, case)
    return ExplainedClock(
        clock=story.clock,
        level=story.level,
        state=clock.state if clock else None,
        due_at=clock.due_at if clock else None,
        limit_seconds=int(clock.limit.total_seconds()) if clock else None,
        spent_seconds=int(story.spent.total_seconds()),
        stretches=tuple(_past(story.intervals)),
    )


def _clock_now(story: ClockStory, case: Case) -> Clock | None:
    if story.clock is ClockName.INITIAL_ATTENTION:
        return case.initial_attention
    return case.level_clock if story.level == case.level else None


def _past(intervals: Sequence[Interval]) -> Iterator[Stretch]:
    """Whole seconds that add up: each interval has what the running total gains."""
    totals = dict.fromkeys(IntervalState, timedelta(0))
    for each in intervals:
        before = totals[each.state]
        totals[each.state] = before + (each.to_at - each.from_at)
        lasts = int(totals[each.state].total_seconds()) - int(before.total_seconds())
        yield Stretch(
            from_at=each.from_at,
            to_at=each.to_at,
            state=each.state.value,
            why=each.why,
            name=each.name,
            seconds=lasts if each.state is IntervalState.COUNTED else 0,
            lasts=lasts,
        )


def _to_come(hours: Calendar, rest: int, *, at: datetime, until: datetime) -> Iterator[Stretch]:
    """What will count until the limit: whole seconds, the last stretch has what is left of the sum."""
    segments = hours.explain(at, until)
    last = max((place for place, each in enumerate(segments) if each.state is SegmentState.COUNTED), default=-1)
    for place, each in enumerate(segments):
        seconds = 0
        if each.state is SegmentState.COUNTED:
            seconds = rest if place == last else int((each.to_at - each.from_at).total_seconds())
            rest -= seconds
        yield Stretch(
            from_at=each.from_at,
            to_at=each.to_at,
            state=each.state.value,
            why=each.why.value,
            name=each.name,
            seconds=seconds,
            lasts=seconds,
            to_come=True,
        )
