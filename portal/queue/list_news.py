"""The SSE signal that a list has changed: each time that something happened, and nothing of what.

One watcher for the whole process asks for all open lists of its kind. The page then asks for its own rows, once for all
that happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import TypeVar

from fastapi import Request, Response
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event

from desk.desk import Desk
from desk.feed import EVERY, Watcher
from portal.frame.pages import answered
from portal.frame.session import Visitor, signed_in_now

LIFETIME = 900.0
_HEARTBEAT = 15.0
_AGAIN_AFTER = b"retry: 1000\n\n"


class ListNews(Watcher[str]):
    """Watches how far lists are. A list's mark is another text as soon as something happened in it."""

    def __init__(self, desk: Desk, *, every: float = EVERY) -> None:
        super().__init__(desk.database, every=every)
        self.clock = desk.clock

    def stream(self, request: Request, desk: Desk, visitor: Visitor, of: str) -> Response:
        """The events of one list, for a page that shows it, as long as its reader is signed in."""
        whose = visitor.principal.token_id
        desk.readers.check(whose)
        told = desk.readers.stream(self.events(of), whose=whose, ask=lambda: signed_in_now(request, desk, visitor))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return answered(EventSourceResponse(told, headers=headers), visitor)

    async def events(self, of: str) -> AsyncGenerator[bytes]:
        """An event for each time that something happened, from how far the list is now on; until the process ends."""
        now = asyncio.get_running_loop().time
        ends_at = now() + LIFETIME
        with self.watch(of) as watch:
            yield _AGAIN_AFTER
            while not watch.over and now() < ends_at:
                mark = await watch.news(within=min(_HEARTBEAT, ends_at - now()))
                yield KEEPALIVE_COMMENT if mark is None else format_sse_event(event="cambio", data_str=mark)


News = TypeVar("News", bound=ListNews)


def news_of(kind: type[News], request: Request, desk: Desk) -> News:
    """The process's one of this kind; made when the first page asks, and ended with the feed."""
    state = request.app.state
    if getattr(state, kind.__name__, None) is None:
        setattr(state, kind.__name__, kind(desk))
        desk.feed.take_along(getattr(state, kind.__name__))
    news: News = getattr(state, kind.__name__)
    return news
