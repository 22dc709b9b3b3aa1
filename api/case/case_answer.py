"""A case as the contract shows it, with its clocks as they stand at the request's instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from api.http.bodies import Answer, Z
from api.visit.visit_answer import EXAMPLE, VisitAnswer, visit_answer
from desk.reading.clocks import BrokenPromise, broken_promises
from policy.case.case import (
    Category,
    Cause,
    Channel,
    Chat,
    Clock,
    ClockState,
    ClosingReason,
    OutOfScopeKind,
    Plan,
    Promise,
    RemoteSession,
    Status,
    WaitingFor,
)
from policy.terms.terms import CoverKind
from policy.time import clock as clocks
from policy.time.calendar import Calendar
from storage.case import duplicates, ratings, successors
from storage.case.hours import hours_of
from storage.case.ratings import Rating
from storage.case.views import CaseRow
from storage.engine.database import Reader


class ClockAnswer(Answer):
    """One promise's time. `spent_seconds` is as of this answer; `warn_at` is the warning still to come (ESC-13)."""

    state: ClockState
    due_at: Z | None
    limit_seconds: int
    spent_seconds: int
    warn_at: Z | None


class ClocksAnswer(Answer):
    """Both clocks; none while the case is held (WAR-3)."""

    initial_attention: ClockAnswer | None
    level: ClockAnswer | None


class MissedAnswer(Answer):
    """A promise that was broken (ESC-6): since when, when it was kept after all, and by how much counted time.

    `late_seconds` is as of this answer, and grows until the answer or the solution comes. Levels 1 and 2 hand the case
    on at their limit, so none of their time counts beyond it.
    """

    clock: Promise
    due_at: Z
    met_at: Z | None
    late_seconds: int = Field(ge=0, examples=[5400])


class ProviderCaseAnswer(Answer):
    """The case that a service provider keeps for ours (ESC-9)."""

    provider: str
    number: str


class RemoteSessionAnswer(Answer):
    """The remote session that is going on, and who consented to it (ONS-6)."""

    number: int = Field(examples=[1])
    tool: str = Field(examples=["Chrome Remote Desktop"])
    consented_by: str
    started_at: Z


class ChatAnswer(Answer):
    """The chat that is going on, which waits until an agent has it. Without a line it ends by itself at `ends_at`."""

    contact_id: str
    agent_id: str | None
    begun_at: Z
    ends_at: Z


class RatingAnswer(Answer):
    """What the customer thought of it, from 1 to 5."""

    score: int = Field(ge=1, le=5, examples=[5])
    comment: str
    contact_id: str
    at: Z


class CaseAnswer(Answer):
    """A case, as of `turn`."""

    number: str = Field(examples=["MA-2026-000042"])
    status: Status
    closing_reason: ClosingReason | None
    level: int = Field(ge=1, le=3)
    group: str | None
    assignee: str | None
    priority: int = Field(ge=1, le=4)
    plan: Plan
    cover: CoverKind
    managed_support: bool = Field(description="Whether its contract holds managed support (PLAN-13)")
    customer_id: str
    contact_id: str
    solution_id: str
    serial_number: str | None
    channel: Channel
    category: Category
    title: str
    opened_at: Z
    overdue: bool
    overdue_at: Z | None
    missed: list[MissedAnswer] = Field(description="Every promise that was ever broken, in the order of their limits")
    clocks: ClocksAnswer
    next_hand_off_at: Z | None
    next_due_at: Z | None
    first_answered_at: Z | None
    waiting_for: WaitingFor | None
    waits: list[WaitingFor]
    answer_by: Z | None = Field(
        description="Until when a question is to be answered; then the case is resolved as unanswered (ESC-16)"
    )
    held_until: Z | None
    resolved_at: Z | None
    reopen_until: Z | None
    closed_at: Z | None
    out_of_scope_kind: OutOfScopeKind | None
    duplicate_of: str | None
    goes_on_in: str | None = Field(description="The last of its chain of duplicates, by now (ESC-18)")
    follows: str | None = Field(description="The closed case that it goes on from: its contact wrote to that one")
    followed_by: list[str] = Field(description="The cases that went on from it once it was closed, the oldest first")
    awaits_analysis: bool = Field(
        description="It came by mail without what the customer's team analysed, which is still to come (REQ-5)"
    )
    provider_case: ProviderCaseAnswer | None
    provider_incidents: list[str]
    visit: VisitAnswer | None = Field(examples=[EXAMPLE])
    remote_session: RemoteSessionAnswer | None
    chat: ChatAnswer | None
    diagnosis: Cause | None
    rating: RatingAnswer | None
    turn: int


async def case_answers(db: Reader, rows: list[CaseRow], *, at: datetime) -> list[CaseAnswer]:
    """The cases as answers, each counted in the hours that it was promised."""
    hours = await hours_of(db, [row.number for row in rows])
    rated = await ratings.of_cases(db, [row.number for row in rows])
    lasts = await duplicates.go_on_in(db, {row.case.duplicate_of for row in rows if row.case.duplicate_of})
    followed = await successors.of_cases(db, [row.number for row in rows if row.case.status is Status.CLOSED])
    beside = (
        _Beside(
            hours=hours[row.number],
            rating=rated.get(row.number),
            goes_on_in=lasts.get(row.case.duplicate_of or ""),
            followed_by=followed.get(row.number, ()),
        )
        for row in rows
    )
    return [_case_answer(row, its, at=at) for row, its in zip(rows, beside, strict=True)]


@dataclass(frozen=True)
class _Beside:
    """What of a case stands beside its row."""

    hours: Calendar
    rating: Rating | None
    goes_on_in: str | None
    followed_by: tuple[str, ...]


def _case_answer(row: CaseRow, beside: _Beside, *, at: datetime) -> CaseAnswer:
    hours, rating = beside.hours, beside.rating
    case = row.case
    at = case.as_of(at)
    provider = case.provider_case
    return CaseAnswer(
        number=case.number,
        status=case.status,
        closing_reason=case.closing_reason,
        level=int(case.level),
        group=case.group,
        assignee=case.assignee,
        priority=int(case.priority),
        plan=row.plan,
        cover=row.cover,
        managed_support=row.managed_support,
        customer_id=case.customer_id,
        contact_id=case.contact_id,
        solution_id=case.solution_id,
        serial_number=case.serial_number,
        channel=case.channel,
        category=case.category,
        title=row.title,
        opened_at=case.opened_at,
        overdue=case.overdue,
        overdue_at=case.overdue_at,
        missed=[_missed_answer(each) for each in broken_promises(case, hours, at=at)],
        clocks=ClocksAnswer(
            initial_attention=clock_answer(case.initial_attention, hours, at=at),
            level=clock_answer(case.level_clock, hours, at=at),
        ),
        next_hand_off_at=case.next_hand_off_at,
        next_due_at=row.next_due_at,
        first_answered_at=case.first_answered_at,
        waiting_for=case.waiting_for,
        waits=list(case.waits),
        answer_by=case.question.answer_by if case.question else None,
        held_until=case.held_until,
        resolved_at=case.resolved_at,
        reopen_until=case.reopen_until,
        closed_at=case.closed_at,
        out_of_scope_kind=case.out_of_scope_kind,
        duplicate_of=case.duplicate_of,
        goes_on_in=beside.goes_on_in,
        follows=case.follows,
        followed_by=list(beside.followed_by),
        awaits_analysis=case.awaits_analysis,
        provider_case=ProviderCaseAnswer(provider=provider.provider, number=provider.number) if provider else None,
        provider_incidents=list(case.provider_incidents),
        visit=visit_answer(case.visit) if case.visit else None,
        remote_session=_session_answer(case.remote_session) if case.remote_session else None,
        chat=_chat_answer(case.chat) if case.chat else None,
        diagnosis=case.diagnosis,
        rating=_rating_answer(rating) if rating else None,
        turn=case.turn,
    )


def _missed_answer(broken: BrokenPromise) -> MissedAnswer:
    late_seconds = int(broken.late.total_seconds())
    return MissedAnswer(clock=broken.promise, due_at=broken.due_at, met_at=broken.met_at, late_seconds=late_seconds)


def _session_answer(session: RemoteSession) -> RemoteSessionAnswer:
    return RemoteSessionAnswer(
        number=session.number, tool=session.tool, consented_by=session.consented_by, started_at=session.started_at
    )


def _chat_answer(chat: Chat) -> ChatAnswer:
    return ChatAnswer(contact_id=chat.contact_id, agent_id=chat.agent_id, begun_at=chat.begun_at, ends_at=chat.ends_at)


def _rating_answer(rating: Rating) -> RatingAnswer:
    return RatingAnswer(score=rating.score, comment=rating.comment, contact_id=rating.contact_id, at=rating.at)


def clock_answer(clock: Clock | None, hours: Calendar, *, at: datetime) -> ClockAnswer | None:
    if clock is None:
        return None
    return ClockAnswer(
        state=clock.state,
        due_at=clock.due_at,
        limit_seconds=int(clock.limit.total_seconds()),
        spent_seconds=int(clocks.spent_at(clock, at=at, calendar=hours).total_seconds()),
        warn_at=clock.warn_at,
    )
