"""A case's clocks, explained: each interval that counted or did not, and every hand-off beside its due instant."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from api.http.bodies import Answer, Z
from api.http.deps import At, DeskDep, Language
from api.http.documented_refusals import can_refuse
from api.http.visibility import VisibleCase
from desk.problems import NotFound
from desk.reading.clocks import ExplainedClock, Stretch, explained
from policy.case.case import ClockState, WaitingFor
from policy.case.facts import HandedOff
from policy.time.clock import ClockName
from policy.time.explanation import IntervalState, Wait, waits
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


class WaitAnswer(Answer):
    """What the level's clock stands for, and until when if nobody does anything (ESC-10).

    A question that is not answered by `until` resolves the case as unanswered (ESC-16).
    """

    waiting_for: WaitingFor = Field(alias="for")
    until: Z | None
    reminders_at: list[Z]


class ClocksExplained(Answer):
    """Where the time went, as of `at`, and what the case waits for."""

    number: str
    at: Z
    initial_attention: ClockStoryAnswer | None
    level: ClockStoryAnswer | None
    earlier_levels: list[ClockStoryAnswer]
    hand_offs: list[HandOffAnswer]
    waits: list[WaitAnswer]
    next_hand_off_at: Z | None


@router.get(
    "/cases/{number}/clocks",
    response_model=ClocksExplained,
    summary="Explain a case's clocks",
    responses=can_refuse(NotFound),
)
async def explain_clocks(row: VisibleCase, desk: DeskDep, at: At, language: Language) -> ClocksExplained:
    async with desk.database.snapshot() as db:
        case = (await views.case(db, row.number) or row).case
        at = case.as_of(at)
        told = [_story(clock, language) for clock in await explained(db, case, at=at)]
        facts = await views.timeline(db, case.number)
    levels = [story for story in told if story.clock is ClockName.LEVEL]
    return ClocksExplained(
        number=case.number,
        at=at,
        initial_attention=next((story for story in told if story.clock is ClockName.INITIAL_ATTENTION), None),
        level=levels[-1] if levels else None,
        earlier_levels=levels[:-1],
        hand_offs=[_hand_off(row, row.fact) for row in facts if isinstance(row.fact, HandedOff)],
        waits=[_wait(each) for each in waits(case)],
        next_hand_off_at=case.next_hand_off_at,
    )


def _story(clock: ExplainedClock, language: str) -> ClockStoryAnswer:
    return ClockStoryAnswer(
        clock=clock.clock,
        level=clock.level,
        state=clock.state,
        due_at=clock.due_at,
        limit_seconds=clock.limit_seconds,
        spent_seconds=clock.spent_seconds,
        intervals=[_interval(each, language) for each in clock.stretches],
    )


def _interval(each: Stretch, language: str) -> IntervalAnswer:
    return IntervalAnswer(
        from_at=each.from_at,
        to_at=each.to_at,
        state=IntervalState(each.state),
        why=each.name or each.why,
        label=each.name or word("interval", each.why, language),
        seconds=each.lasts,
    )


def _wait(each: Wait) -> WaitAnswer:
    return WaitAnswer(waiting_for=each.waiting_for, until=each.until_at, reminders_at=list(each.remind_at))


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
