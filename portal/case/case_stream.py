"""The stream behind an open case's page: its facts, and for those who serve customers, what moves at the workbench."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event

from desk.access import visible_case
from desk.desk import Desk
from desk.feed import Watcher
from desk.reading.stream import HEARTBEAT, new_facts
from policy.case.case import Role, Status
from portal.frame.deps import DeskDep
from portal.frame.pages import answered
from portal.frame.session import SignedIn, signed_in_now
from portal.queue.concerns_page import ConcernNews, watched
from portal.queue.list_news import news_of
from storage.case import chats, views
from storage.engine.database import Database
from storage.signing_in.tokens import Principal
from storage.workbench import chat_presence, pending_replies, presence
from storage.workbench.chat_presence import InChat

router = APIRouter()

_AGAIN_AFTER = b"retry: 1000\n\n"
News = tuple[Any, ...]


class Bench(Watcher[News]):
    """Watches who is at a case and which replies wait there, for all open pages of this process at once."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        super().__init__(database, every=0.5)
        self._clock = clock

    async def ask(self, numbers: Set[str]) -> Mapping[str, News]:
        people = await presence.at_cases(self.database, numbers, at=self._clock())
        waiting = await pending_replies.of_cases(self.database, numbers)
        chatting = await chat_presence.in_chats(self.database, numbers, at=self._clock())
        return {
            number: (people.get(number, ()), tuple(map(_mark, waiting.get(number, ()))), chatting.get(number, ()))
            for number in numbers
        }


class ChatNews(Watcher[News]):
    """Watches who has which chat before them, who writes, and the places of those that wait: for their contacts."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        super().__init__(database, every=0.5)
        self._clock = clock

    async def ask(self, numbers: Set[str]) -> Mapping[str, News]:
        there = await chat_presence.in_chats(self.database, numbers, at=self._clock())
        queue = await chats.waiting(self.database)
        places = {number: place for place, number in enumerate(queue)}
        return {number: (there.get(number, ()), places.get(number)) for number in numbers}


def _mark(reply: pending_replies.PendingReply) -> tuple[str, bool]:
    return reply.id, reply.refused is not None


@router.get("/casos/{number}/eventos")
async def follow(request: Request, visitor: SignedIn, desk: DeskDep, number: str, desde: int = 0) -> Response:
    """What happens to the case from now on: an event for each fact that the visitor may see, with its kind.

    `fin` says that nothing more will come, `mesa` that the workbench moved, `aviso` that something concerns them
    elsewhere.
    """
    row = await visible_case(desk, visitor.principal, number)
    last = request.headers.get("last-event-id", "")
    after = int(last) if last.isdecimal() and len(last) < 10 else max(0, min(desde, 10**9))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    desk.readers.check(visitor.principal.token_id)

    async def ask() -> None:
        await visible_case(desk, await signed_in_now(request, desk, visitor), row.number)

    watches: list[tuple[Watcher[Any], str, str]] = []
    if visitor.role in (Role.AGENT, Role.DIRECTOR):
        watches = [
            (_one_of(Bench, request, desk), row.number, "mesa"),
            (news_of(ConcernNews, request, desk), watched(visitor), "aviso"),
        ]
    elif visitor.role is Role.CONTACT and row.case.chat:
        watches = [(_one_of(ChatNews, request, desk), row.number, "mesa")]
    events = _events(desk, watches, row.number, visitor.principal, after)
    told = desk.readers.stream(events, whose=visitor.principal.token_id, ask=ask)
    return answered(EventSourceResponse(told, headers=headers), visitor)


def _one_of(kind: type[Bench | ChatNews], request: Request, desk: Desk) -> Bench | ChatNews:
    """The process's one of this kind; made when the first page asks, and ended with the feed."""
    state = request.app.state
    if getattr(state, kind.__name__, None) is None:
        setattr(state, kind.__name__, kind(desk.database, desk.clock))
        desk.feed.take_along(getattr(state, kind.__name__))
    found: Bench | ChatNews = getattr(state, kind.__name__)
    return found


async def _events(
    desk: Desk, watches: Sequence[tuple[Watcher[Any], str, str]], number: str, principal: Principal, after: int
) -> AsyncGenerator[bytes]:
    """The facts' events with those of the watches between them; it ends when the facts' do.

    A watch is a watcher, what of, and what its events are called.
    """
    queue: asyncio.Queue[bytes | None] = asyncio.Queue()
    pumps: list[Coroutine[Any, Any, None]] = [_facts(queue, desk, number, principal, after)]
    pumps += [_moves(queue, watcher, of, event) for watcher, of, event in watches]
    tasks = [asyncio.create_task(pump, name=f"stream of {number}") for pump in pumps]
    try:
        yield _AGAIN_AFTER
        while (event := await queue.get()) is not None:
            yield event
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _facts(queue: asyncio.Queue[bytes | None], desk: Desk, number: str, principal: Principal, after: int) -> None:
    try:
        async for told in new_facts(desk, number, principal, after):
            event = format_sse_event(id=str(told.seq), data_str=told.fact.kind) if told else KEEPALIVE_COMMENT
            queue.put_nowait(event)
        row = await views.case(desk.database, number)
        if row and row.case.status is Status.CLOSED:
            queue.put_nowait(format_sse_event(event="fin", data_str="1"))
    finally:
        queue.put_nowait(None)


async def _moves(queue: asyncio.Queue[bytes | None], watcher: Watcher[Any], of: str, event: str) -> None:
    with watcher.watch(of) as watch:
        first = True
        while True:
            news = await watch.news(within=HEARTBEAT)
            if news is not None and (not first or _is_written(news)):
                queue.put_nowait(format_sse_event(event=event, data_str="1"))
            first = False


def _is_written(news: object) -> bool:
    """Whether somebody writes in a chat: who began to between the page and its stream is not to be missed."""
    parts = news if isinstance(news, tuple) else ()
    found = (each for part in parts if isinstance(part, tuple) for each in part)
    return any(isinstance(each, InChat) and each.writing for each in found)
