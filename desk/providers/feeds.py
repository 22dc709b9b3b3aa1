"""The state of the providers' feeds that the settings have asked for incidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.desk import Desk
from storage.providers import incidents


@dataclass(frozen=True, kw_only=True)
class FeedState:
    """How a feed does; one that was never polled has neither instant.

    `last_error` is a word, None after a good poll; `failed_polls` are those since then. `incidents` and `skipped` are
    the last good poll's.
    """

    name: str
    last_ok_at: datetime | None = None
    last_tried_at: datetime | None = None
    last_error: str | None = None
    failed_polls: int = 0
    incidents: int = 0
    skipped: int = 0


async def states(desk: Desk) -> list[FeedState]:
    """Every feed of the settings, in their order."""
    known = await incidents.feeds(desk.database)
    return [_state(name, known.get(name)) for name in desk.provider_feeds]


def _state(name: str, known: incidents.Feed | None) -> FeedState:
    if known is None:
        return FeedState(name=name)
    return FeedState(
        name=name,
        last_ok_at=known.last_ok_at,
        last_tried_at=known.last_tried_at,
        last_error=known.last_error,
        failed_polls=known.failures,
        incidents=known.incidents,
        skipped=known.skipped,
    )
