"""Chats over HTTP: opening a case by its first message, what awaits who does, the desk's list, and who is there.

What is said and done in a chat are commands on its case.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.case.case_answer import CaseAnswer
from api.case.openings import REFUSED, Opening, answer_opening
from api.http.auth import only
from api.http.bodies import Answer, Z
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.visibility import VisibleCase
from desk import chats
from desk.desk import Desk
from desk.inputs import Body
from desk.opening import AskedOpening, NewChat
from desk.problems import NotFound
from policy.case.case import Role
from storage.case.chats import ChatRow
from storage.signing_in.tokens import Principal
from storage.workbench.chat_presence import OpenChat

router = APIRouter(tags=["chats"])

Contact = Annotated[Principal, Depends(only(Role.CONTACT))]
Worker = Annotated[Principal, Depends(only(*chats.WORKERS))]
Talker = Annotated[Principal, Depends(only(Role.CONTACT, *chats.WORKERS))]


class ChatWaitsAnswer(Answer):
    """How long today's chats waited: half of those that were taken had an agent within `half_within_seconds`."""

    taken: int = Field(examples=[12])
    half_within_seconds: int | None = Field(description="None while none was taken today", examples=[95])


class ChatOutlookAnswer(Answer):
    """What awaits who begins a chat now. With nobody there the case goes on as any other."""

    available: list[str] = Field(description="The names of those who take chats now", examples=[["Ana Torres"]])
    waiting: int = Field(description="How many wait already", examples=[2])
    today: ChatWaitsAnswer


class ChatRowAnswer(Answer):
    """A chat that goes on. It waits until an agent has it."""

    number: str = Field(examples=["MA-2026-000042"])
    title: str
    priority: int = Field(ge=1, le=4)
    customer: str
    contact: str
    begun_at: Z
    agent_id: str | None
    taken_at: Z | None


class ChatsAnswer(Answer):
    """The chats that go on, in the order in which they began, and who takes chats now."""

    waiting: list[ChatRowAnswer]
    taken: list[ChatRowAnswer]
    available: list[str]
    is_ready: bool = Field(description="Whether whoever asks takes chats")
    today: ChatWaitsAnswer


class AtChatAnswer(Answer):
    """Who of the other side has the chat before them: whether anybody, and the ids of those who write."""

    is_there: bool
    writing: list[str] = Field(examples=[["ana.torres"]])


class Presence(Body):
    """That one has the chat before them. It holds for 45 seconds, so it is said again before that."""

    writing: bool = Field(default=False, description="Whether one is writing now", examples=[True])


class Readiness(Body):
    """Whether one takes chats. It holds while a page of theirs is open, or for a minute and a half."""

    ready: bool = Field(examples=[True])


@router.post(
    "/chats",
    status_code=201,
    response_model=CaseAnswer,
    summary="Open a case by chat",
    responses={
        202: {"model": Opening, "description": "It will be open in a moment; `Location` says where."},
        **can_refuse(*REFUSED, post=True, role=True),
    },
)
async def begin(body: NewChat, principal: Contact, request: Idempotent, desk: DeskDep) -> JSONResponse:
    """The case is open from the first message, and waits in the chat for an agent."""
    asked = AskedOpening(new=body.case_of(principal.actor), by=principal, request=request, begins_chat=True)
    return await answer_opening(desk, asked)


@router.get(
    "/chats/outlook",
    response_model=ChatOutlookAnswer,
    summary="What awaits who begins a chat",
    responses=can_refuse(role=True),
)
async def show_outlook(principal: Contact, desk: DeskDep, at: At) -> ChatOutlookAnswer:
    async with desk.database.snapshot() as db:
        found = await chats.outlook(db, at=at)
    return ChatOutlookAnswer(available=list(found.available), waiting=found.waiting, today=_waits(found.waits))


@router.get("/chats", response_model=ChatsAnswer, summary="The chats that go on", responses=can_refuse(role=True))
async def show(principal: Worker, desk: DeskDep, at: At) -> ChatsAnswer:
    return await _board(desk, principal, at=at)


@router.post(
    "/chats/readiness",
    response_model=ChatsAnswer,
    summary="Take chats, or no longer",
    responses=can_refuse(NotFound, post=True, role=True),
)
async def set_ready(body: Readiness, principal: Worker, request: Idempotent, desk: DeskDep) -> JSONResponse:
    async def act() -> Success:
        await chats.set_ready(desk, principal, ready=body.ready, at=request.at)
        return Success(200, await _board(desk, principal, at=request.at))

    return await answer_once(desk, request, body, act)


@router.get(
    "/cases/{number}/chat/presence",
    response_model=AtChatAnswer,
    summary="Who of the other side is in the chat",
    responses=can_refuse(NotFound, role=True),
)
async def show_presence(principal: Talker, row: VisibleCase, desk: DeskDep, at: At) -> AtChatAnswer:
    found = await chats.at_chat(desk.database, row.case, principal, at=at)
    return AtChatAnswer(is_there=found.is_there, writing=list(found.writing))


@router.put(
    "/cases/{number}/chat/presence",
    status_code=204,
    summary="Say that one has the chat before them: what is said in it is then told by no mail",
    responses=can_refuse(NotFound, keyless=True, role=True),
)
async def be_there(row: VisibleCase, principal: Talker, body: Presence, desk: DeskDep, at: At) -> Response:
    """Where no chat goes on, or another agent has it, nothing is noted."""
    await chats.be_there(desk, principal, _open(row.number, principal, writing=body.writing), at=at)
    return Response(status_code=204)


@router.delete(
    "/cases/{number}/chat/presence",
    status_code=204,
    summary="Say that one has the chat before them no longer",
    responses=can_refuse(NotFound, keyless=True, role=True),
)
async def leave(row: VisibleCase, principal: Talker, desk: DeskDep) -> Response:
    await chats.leave(desk, principal, _open(row.number, principal))
    return Response(status_code=204)


def _open(number: str, principal: Principal, *, writing: bool = False) -> OpenChat:
    """A token is one window."""
    return OpenChat(number=number, by=principal.actor, page=f"api:{principal.token_id}", writing=writing)


async def _board(desk: Desk, principal: Principal, *, at: datetime) -> ChatsAnswer:
    found = await chats.board(desk, principal, at=at)
    return ChatsAnswer(
        waiting=[_row(each) for each in found.waiting],
        taken=[_row(each) for each in found.taken],
        available=list(found.available),
        is_ready=found.is_ready,
        today=_waits(found.waits),
    )


def _row(row: ChatRow) -> ChatRowAnswer:
    return ChatRowAnswer(
        number=row.case_number,
        title=row.title,
        priority=row.priority,
        customer=row.customer,
        contact=row.contact,
        begun_at=row.begun_at,
        agent_id=row.agent_id,
        taken_at=row.taken_at,
    )


def _waits(waits: chats.Waits) -> ChatWaitsAnswer:
    return ChatWaitsAnswer(taken=waits.taken, half_within_seconds=_seconds(waits.half_within))


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())
