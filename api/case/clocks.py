"""A case's clocks, explained: each interval that counted or did not, and every hand-off beside its due instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from fastapi import APIRouter
from pydantic import Field

from api.case.case_answer import as_of
from api.http.bodies import Answer, Z
from api.http.deps import At, DeskDep, Language
from api.http.documented_refusals import can_refuse
from api.http.visibility import VisibleCase
from desk.desk import Desk
from desk.problems import NotFound
from policy.case.case import Case, Clock, ClockState
from policy.case.facts import HandedOff
from policy.time.clock import ClockName
from policy.time.explanation import ClockStory, Interval, IntervalState, Replaced, stories
from storage.case import views
from storage.case.views import TimelineRow
from wording.language import word

router = APIRouter(tags=["cases"])


class IntervalAnswer(Answer):
    """[from, to) of a clock. `why` is a word or the holiday's name, `label` the same for people to read.

    The `seconds` of the counted intervals add up to the clock's `spent_seconds`.
    """

    from_at: Z = Field(alias="from")
    to_at: Z = Field(alias="to")
    state: IntervalState
    why: str = Field(examples=["night"])
    label: str = Field(examples=["noche"])
    seconds: int


class ClockStoryAnswer(Answer):
    """One clock at one level. An earlier level's clock has no state, limit or due instant any more."""

    clock: ClockName
    level: int | None
    state: ClockState | None
    due_at: Z | None
    limit_seconds: int | None
    spent_seconds: int
    intervals: list[IntervalAnswer]


class HandOffAnswer(Answer):
    """A change of level: when it was due, if a clock made it, and when it was."""

    seq: int
    from_level: int
    to_level: int
    cause: str = Field(examples=["limit"])
    due_at: Z | None
    at: Z
    late_seconds: int | None


class ClocksExplained(Answer):
    """Where the time went, as of `at`."""

    number: str
    at: Z
    initial_attention: ClockStoryAnswer | None
    level: ClockStoryAnswer | None
    earlier_levels: list[ClockStoryAnswer]
    hand_offs: list[HandOffAnswer]
    next_hand_off_at: Z | None


@router.get(
    "/cases/{number}/clocks",
    response_model=ClocksExplained,
    summary="Explain a case's clocks",
    responses=can_refuse(NotFound),
)
async def explain_clocks(row: VisibleCase, desk: DeskDep, at: At, language: Language) -> ClocksExplained:
    case = row.case
    at = as_of(case, at)
    facts = await views.timeline(desk.database, case.number)
    told = [_story(story, case, language) for story in await _stories(desk, case, facts, at=at)]
    levels = [story for story in told if story.clock is ClockName.LEVEL]
    return ClocksExplained(
        number=case.number,
        at=at,
        initial_attention=next((story for story in told if story.clock is ClockName.INITIAL_ATTENTION), None),
        level=levels[-1] if levels else None,
        earlier_levels=levels[:-1],
        hand_offs=[_hand_off(row, row.fact) for row in facts if isinstance(row.fact, HandedOff)],
        next_hand_off_at=case.next_hand_off_at,
    )


async def _stories(desk: Desk, case: Case, facts: Sequence[TimelineRow], *, at: datetime) -> Sequence[ClockStory]:
    by_turn = await views.terms_by_turn(desk.database, case.number)
    stretches = await views.stretches(desk.database, case.number)
    turns, began_at = sorted(by_turn), {fact.turn: fact.at for fact in facts}
    replaced = [Replaced(began_at[until], by_turn[turn].hours) for turn, until in pairwise(turns)]
    return stories(case, stretches, calendar=by_turn[turns[-1]].hours, at=at, replaced=replaced)


def _story(story: ClockStory, case: Case, language: str) -> ClockStoryAnswer:
    clock = _clock_now(story, case)
    return ClockStoryAnswer(
        clock=story.clock,
        level=story.level,
        state=clock.state if clock else None,
        due_at=clock.due_at if clock else None,
        limit_seconds=int(clock.limit.total_seconds()) if clock else None,
        spent_seconds=int(story.spent.total_seconds()),
        intervals=list(_intervals(story.intervals, language)),
    )


def _clock_now(story: ClockStory, case: Case) -> Clock | None:
    if story.clock is ClockName.INITIAL_ATTENTION:
        return case.initial_attention
    return case.level_clock if story.level == case.level else None


def _intervals(intervals: Sequence[Interval], language: str) -> Iterator[IntervalAnswer]:
    """Whole seconds that add up: each interval has what the running total gains."""
    totals = dict.fromkeys(IntervalState, timedelta(0))
    for each in intervals:
        before = totals[each.state]
        totals[each.state] = before + (each.to_at - each.from_at)
        yield IntervalAnswer(
            from_at=each.from_at,
            to_at=each.to_at,
            state=each.state,
            why=each.name or each.why,
            label=each.name or word("interval", each.why, language),
            seconds=int(totals[each.state].total_seconds()) - int(before.total_seconds()),
        )


def _hand_off(row: TimelineRow, fact: HandedOff) -> HandOffAnswer:
    return HandOffAnswer(
        seq=row.seq,
        from_level=fact.from_level,
        to_level=fact.to_level,
        cause=fact.cause,
        due_at=row.due_at,
        at=row.at,
        late_seconds=None if row.late is None else int(row.late.total_seconds()),
    )
