"""A case's timeline as it grows: each fact that its reader may see, from the last one that they have seen.

It ends when the case is closed and all was told, after a while, and when the process stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from desk.access import reads_internal
from desk.desk import Desk
from storage.case import views
from storage.case.views import TimelineRow
from storage.signing_in.tokens import Principal

HEARTBEAT = 15.0
LIFETIME = 900.0
_AT_ONCE = 200


def is_for(principal: Principal, row: TimelineRow) -> bool:
    """Whether the reader is shown this fact."""
    return not row.internal or reads_internal(principal)


async def new_facts(desk: Desk, number: str, principal: Principal, after: int) -> AsyncGenerator[TimelineRow | None]:
    """The facts after `after`, a `seq`; None at once, and whenever nothing came for HEARTBEAT seconds."""
    now = asyncio.get_running_loop().time
    ends_at = now() + LIFETIME
    with desk.feed.watch(number) as watch, desk.metrics.streams.track_inprogress():
        yield None
        while not watch.over and now() < ends_at:
            progress = await watch.news(within=min(HEARTBEAT, ends_at - now()))
            if progress is None:
                yield None
                continue
            while after < progress.facts:
                rows = await views.timeline(desk.database, number, after_seq=after, limit=_AT_ONCE)
                if not rows:
                    break
                for row in rows:
                    after = row.seq
                    if is_for(principal, row):
                        yield row
            if progress.closed:
                return
