"""The desk's chats: those that wait with who and since when, those that go on, and whether one takes any."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from desk import chats
from desk.chats import ChatBoard
from portal.frame.deps import At, DeskDep
from portal.frame.pages import answered, page, render, to
from portal.frame.session import Stamped, Visitor, Worker

router = APIRouter(prefix="/chats")


@router.get("")
async def show(request: Request, visitor: Worker, desk: DeskDep, at: At) -> Response:
    await chats.seen(desk, visitor.principal, at=at)
    board = await chats.board(desk, visitor.principal, at=at)
    return page(request, "chat/board.html", **_shown(board, visitor, at=at))


@router.get("/lista")
async def show_list(request: Request, visitor: Worker, desk: DeskDep, at: At) -> Response:
    """The lists alone, for a page that shows them already."""
    board = await chats.board(desk, visitor.principal, at=at)
    part = render(request, visitor, "chat/board_list.html", **_shown(board, visitor, at=at))
    return answered(Response(part, media_type="text/html"), visitor)


@router.post("/disponible", dependencies=[Stamped])
async def set_ready(visitor: Worker, desk: DeskDep, at: At, ready: Annotated[bool, Form()] = False) -> Response:
    """Take chats from now on, or no longer."""
    await chats.set_ready(desk, visitor.principal, ready=ready, at=at)
    return to("/chats", visitor)


def _shown(board: ChatBoard, visitor: Visitor, *, at: datetime) -> dict[str, Any]:
    me = visitor.principal.actor.id
    return {"board": board, "now": at, "me": me, "key": lambda: secrets.token_urlsafe(18)}
