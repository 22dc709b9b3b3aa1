"""Who waits for news of the queue: one watcher for the whole process, and one count of the tabs for everybody.

It learns that some case had a turn, not which: an open page then asks for its own rows, once for all that happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Set

from fastapi import Request
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from escala.api.deps import Edge
from escala.api.feed import Watcher
from escala.storage.engine import Database
from escala.storage.heads import desk_mark
from escala.storage.queue import Tally, tally

LIFETIME = 900.0
_HEARTBEAT = 15.0
_DESK = "desk"
_AGAIN_AFTER = b"retry: 1000\n\n"


class QueueNews(Watcher[str]):
    """Watches whether any case had a turn. The counts are made anew only then."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._counting = asyncio.Lock()
        self._counted: tuple[str, Tally] | None = None

    async def ask(self, numbers: Set[str]) -> Mapping[str, str]:
        return {_DESK: await desk_mark(self.database)}

    async def tally(self) -> tuple[str, Tally]:
        """How far the desk is, and how many cases of each kind there are; who asks meanwhile waits for the same."""
        async with self._counting:
            mark = await desk_mark(self.database)
            if self._counted is None or self._counted[0] != mark:
                self._counted = mark, await tally(self.database)
            return self._counted

    async def events(self) -> AsyncIterator[bytes]:
        """An event for each time that something happened, from how far the desk is now on; until the process ends."""
        now = asyncio.get_running_loop().time
        ends_at = now() + LIFETIME
        with self.watch(_DESK) as watch:
            yield _AGAIN_AFTER
            while not watch.over and now() < ends_at:
                mark = await watch.news(within=min(_HEARTBEAT, ends_at - now()))
                yield KEEPALIVE_COMMENT if mark is None else format_sse_event(event="cambio", data_str=mark)


def news_of(request: Request, edge: Edge) -> QueueNews:
    """The process's one; made when the first page asks, and ended with the feed."""
    state = request.app.state
    if getattr(state, "queue_news", None) is None:
        state.queue_news = QueueNews(edge.database)
        edge.feed.take_along(state.queue_news)
    news: QueueNews = state.queue_news
    return news
