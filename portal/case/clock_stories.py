"""Why a promise ends when it ends: what was counted until now, and what will be if nothing changes, in one sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.case.clocks import ClocksExplained, ClockStoryAnswer, IntervalAnswer
from policy.case.case import ClockState
from policy.time.calendar import Calendar, SegmentState
from policy.time.clock import ClockName
from wording.language import word


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A row of the explanation; `seconds` is what it adds to the sum."""

    from_at: datetime
    to_at: datetime
    state: str
    label: str
    seconds: int
    to_come: bool


@dataclass(frozen=True, kw_only=True)
class Story:
    """One clock. Where it runs, the seconds of its stretches add up to its limit."""

    level: int | None
    due_at: datetime | None
    limit_seconds: int | None
    spent_seconds: int
    stretches: Sequence[Stretch]

    @property
    def total_seconds(self) -> int:
        return sum(each.seconds for each in self.stretches)


def stories(told: ClocksExplained, hours: Calendar, language: str) -> Sequence[Story]:
    """The initial attention's and each level's, in the order in which they began."""
    found = [told.initial_attention, *told.earlier_levels, told.level]
    return [_story(each, hours, language, at=told.at) for each in found if each]


def _story(told: ClockStoryAnswer, hours: Calendar, language: str, *, at: datetime) -> Story:
    stretches = [_past(each) for each in told.intervals]
    if told.state is ClockState.RUNNING and told.due_at and told.limit_seconds and told.due_at > at:
        stretches += _to_come(hours, told.limit_seconds - told.spent_seconds, language, at=at, until=told.due_at)
    return Story(
        level=told.level if told.clock is ClockName.LEVEL else None,
        due_at=told.due_at,
        limit_seconds=told.limit_seconds,
        spent_seconds=told.spent_seconds,
        stretches=stretches,
    )


def _past(each: IntervalAnswer) -> Stretch:
    counted = each.seconds if each.state == "counted" else 0
    return Stretch(
        from_at=each.from_at, to_at=each.to_at, state=each.state, label=each.label, seconds=counted, to_come=False
    )


def _to_come(hours: Calendar, rest: int, language: str, *, at: datetime, until: datetime) -> Iterator[Stretch]:
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
            label=each.name or word("interval", each.why.value, language),
            seconds=seconds,
            to_come=True,
        )
