"""The life of a webhook's delivery: its states, how long it is tried, and when its endpoint is paused.

No rule of the support policy speaks of webhooks; these are the desk's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto

TRIED_FOR = timedelta(days=3)
"""How long one delivery is tried, and an endpoint may fail before it is paused."""
FIRST_WAIT, LONGEST_WAIT, GROWTH = timedelta(seconds=5), timedelta(hours=6), 4.0
"""Between two tries: five seconds, then four times as long each time, up to six hours."""
FORMER_SECRET_FOR = timedelta(days=1)
"""How long deliveries are signed with the former secret as well, after it was replaced."""

_GONE = 410


class DeliveryState(StrEnum):
    """What became of a delivery. `held`: its endpoint was paused before it came through."""

    WAITING = auto()
    UNDER_WAY = auto()
    DELIVERED = auto()
    HELD = auto()
    GIVEN_UP = auto()


class PausedWhy(StrEnum):
    """Why an endpoint is left alone: it failed for days, it said that it is gone, or somebody paused it."""

    FAILING = auto()
    GONE = auto()
    BY_HAND = auto()


class Failing(StrEnum):
    """Why a try had no answer at all: there was no way to the endpoint, or none that may be taken."""

    NO_URL = auto()
    UNRESOLVED = auto()
    INTERNAL = auto()
    UNENCRYPTED = auto()
    TIMED_OUT = auto()
    NO_CONNECTION = auto()


@dataclass(frozen=True)
class AfterFailure:
    """What follows from a try in vain: the endpoint is paused, or this delivery given up, or it is tried again."""

    pauses: PausedWhy | None = None
    gives_up: bool = False


def after_failure(*, began_at: datetime, failing_since: datetime, answered: int | None, at: datetime) -> AfterFailure:
    """What follows from a try at `at` that `answered` no success (None: no answer at all).

    `began_at`: when this delivery was tried first; `failing_since`: when the first failure since the endpoint's last
    success was. An endpoint is paused before what it missed is given up, so that a replay finds all of it.
    """
    if answered == _GONE:
        return AfterFailure(pauses=PausedWhy.GONE)
    if at - failing_since >= TRIED_FOR:
        return AfterFailure(pauses=PausedWhy.FAILING)
    return AfterFailure(gives_up=at - began_at >= TRIED_FOR)
