"""A call as a telephone system tells of it, event by event, in whatever order and however often they come.

Of each instant the earliest is taken, and the number is the first that was told: so the events of one call make the
same call in any order, however often each comes, and whichever of them are missing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from policy.case.case import Direction, Outcome

RINGS_FOR = timedelta(minutes=3)
"""How long a call is taken to ring of which nothing more was heard."""
TALKS_FOR = timedelta(hours=4)
"""How long one is taken to go on of whose end nothing was heard."""


class CallEvent(StrEnum):
    """What a telephone system tells of a call."""

    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    RECORDED = "recorded"


class CallState(StrEnum):
    """Where a call stands. `unknown`: nothing was heard of it for so long that it can be neither ringing nor talk."""

    RINGING = "ringing"
    TALKING = "talking"
    ENDED = "ended"
    MISSED = "missed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """An event of a call. `number` is the other party's in E.164, empty for a hidden one; `agent_id` who is called."""

    event: CallEvent
    at: datetime
    direction: Direction = Direction.IN
    number: str = ""
    agent_id: str = ""
    recording_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call, as far as it was told of."""

    direction: Direction
    first_at: datetime
    number: str = ""
    agent_id: str = ""
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    recording_url: str = ""

    @property
    def started_at(self) -> datetime:
        """Since when there was somebody at it, or it rang; the first that was heard of it, where neither is known."""
        return self.answered_at or self.rang_at or self.first_at

    @property
    def lasted(self) -> timedelta:
        """How long they talked; nothing where that is not known."""
        if self.answered_at is None or self.ended_at is None:
            return timedelta(0)
        return max(self.ended_at - self.answered_at, timedelta(0))

    @property
    def outcome(self) -> Outcome:
        """What is drafted as its outcome."""
        return Outcome.NO_ANSWER if self.ended_at and not self.answered_at else Outcome.NOT_SOLVED

    def state(self, *, at: datetime) -> CallState:
        """Where it stands at an instant."""
        if self.ended_at:
            return CallState.ENDED if self.answered_at else CallState.MISSED
        if self.answered_at:
            return CallState.TALKING if at - self.answered_at < TALKS_FOR else CallState.UNKNOWN
        return CallState.RINGING if self.rang_at and at - self.rang_at < RINGS_FOR else CallState.UNKNOWN


def begun(heard: Heard) -> Call:
    """The call of which this is the first that was heard."""
    return after(Call(direction=heard.direction, first_at=heard.at), heard)


def after(call: Call, heard: Heard) -> Call:
    """The call after one more event. The same event again changes nothing."""
    call = replace(
        call,
        first_at=min(call.first_at, heard.at),
        # A system that does not say so every time says "in", which is what is taken for granted.
        direction=Direction.OUT if heard.direction is Direction.OUT else call.direction,
        number=call.number or heard.number,
        agent_id=call.agent_id or heard.agent_id,
        recording_url=call.recording_url or heard.recording_url,
    )
    match heard.event:
        case CallEvent.RINGING:
            return replace(call, rang_at=_earliest(call.rang_at, heard.at))
        case CallEvent.ANSWERED:
            # Who takes it is whose it is, whomever it rang at before.
            return replace(
                call,
                answered_at=_earliest(call.answered_at, heard.at),
                agent_id=heard.agent_id or call.agent_id,
            )
        case CallEvent.ENDED:
            return replace(call, ended_at=_earliest(call.ended_at, heard.at))
        case CallEvent.RECORDED:
            return call
        case _:
            assert_never(heard.event)


def _earliest(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else min(known, at)
