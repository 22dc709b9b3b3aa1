"""The notices of whoever works on cases: the bell in the header, its list, and the stream behind both."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response

from desk import concerns
from desk.desk import Desk
from desk.reading import callers
from portal.frame.deps import At, DeskDep
from portal.frame.pages import answered, page, render, to
from portal.frame.session import Stamped, Worker
from portal.queue.list_news import ListNews, news_of
from storage.case import chats, queue
from storage.telephone import calls
from storage.workbench.concerns import latest

router = APIRouter(prefix="/avisos")

Place = Annotated[str, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]*$")]
LastRead = Annotated[int, Form(ge=0, lt=1 << 63)]


class ConcernNews(ListNews):
    """Watches what concerns people: for each who looks, those whose concerns are theirs, by their ids in order.

    A telephone that rings, or is answered, concerns all of them, as do a chat that waits, a case past its limit, and a
    visit to be approved.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, every=1.0)

    async def ask(self, numbers: Set[str]) -> Mapping[str, str]:
        whose = {each: each.split(",") for each in numbers}
        found = await latest(self.database, {person for people in whose.values() for person in people})
        of_all = (
            await calls.latest(self.database),
            await chats.waiting(self.database),
            await queue.how_many_late(self.database, at=self.clock()),
            await concerns.to_approve(self.database),
        )
        return {each: repr([of_all, *map(found.get, people)]) for each, people in whose.items()}


@router.get("")
async def show(request: Request, visitor: Worker, desk: DeskDep, at: At, desde: Place = "") -> Response:
    """All that concerns them, the newest first."""
    found = await concerns.listing(desk, visitor.principal, desde or None)
    last = max((row.id for row in found.items), default=0)
    shown: dict[str, Any] = {
        "rows": found.items,
        "next_cursor": found.next_cursor,
        "last": last,
        "is_later": bool(desde),
        "now": at,
    }
    return page(request, "queue/concerns.html", **shown)


@router.post("/leidos", dependencies=[Stamped])
async def read_all(visitor: Worker, desk: DeskDep, at: At, hasta: LastRead) -> Response:
    """They have read what they were shown; what came meanwhile stays unread."""
    await concerns.read_all(desk, visitor.principal, up_to=hasta, at=at)
    return to("/avisos", visitor)


@router.get("/campana")
async def show_bell(request: Request, visitor: Worker, desk: DeskDep, at: At) -> Response:
    """The bell alone, for a page that shows it already, with what came last."""
    unread = await concerns.unread(desk, visitor.principal, at=at)
    newest = (await concerns.listing(desk, visitor.principal, None)).items[:1] if unread.last else []
    ringing = await callers.ringing(desk, concerns.told(visitor.principal), at=at)
    last = newest[0] if newest and newest[0].id == unread.last else None
    shown = {"calls": ringing, "unread": unread, "newest": last, "by_itself": True}
    return answered(Response(render(request, visitor, "frame/bell.html", **shown), media_type="text/html"), visitor)


@router.get("/eventos")
async def follow(request: Request, visitor: Worker, desk: DeskDep) -> Response:
    """That something concerns them, or was read, each time."""
    return news_of(ConcernNews, request, desk).stream(request, desk, visitor, watched(visitor))


def watched(visitor: Worker) -> str:
    """What the news of a visitor's concerns go by."""
    return ",".join(sorted(concerns.told(visitor.principal)))
