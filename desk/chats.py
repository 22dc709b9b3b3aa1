"""Chats as they are shown: who takes them, which wait and for how long, and who has one before them and writes.

What a chat is in its case is the policy's; here is what passes: presence, places in the queue, today's figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk.access import visible_case
from desk.desk import Desk
from desk.problems import NotFound
from policy.case.case import Case, Role
from storage.case import chats
from storage.case.chats import ChatRow
from storage.engine.database import Reader
from storage.people import absences, agents
from storage.signing_in.tokens import Principal
from storage.workbench import chat_presence
from storage.workbench.chat_presence import OpenChat

WORKERS = (Role.AGENT, Role.DIRECTOR)
"""Those who take chats."""

_BOGOTA = ZoneInfo("America/Bogota")


@dataclass(frozen=True, kw_only=True)
class Waits:
    """How long the chats of today waited: how many were taken, and the time by which half of them were."""

    taken: int
    half_within: timedelta | None


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What awaits who begins a chat: who takes chats now, how many wait before them, and what today's figures say.

    `place` is that of a chat which waits already, from 1 on.
    """

    available: Sequence[str]
    waiting: int
    place: int | None
    waits: Waits


@dataclass(frozen=True, kw_only=True)
class ChatBoard:
    """The chats that go on, those that wait first, who takes chats, and whether who looks does."""

    waiting: Sequence[ChatRow]
    taken: Sequence[ChatRow]
    available: Sequence[str]
    names: dict[str, str]
    is_ready: bool
    waits: Waits


@dataclass(frozen=True, kw_only=True)
class AtChat:
    """Who of the other side has a chat before them: whether anybody, and the ids of those who write."""

    is_there: bool = False
    writing: Sequence[str] = ()


async def outlook(db: Reader, *, number: str | None = None, at: datetime) -> Outlook:
    """What a contact may expect of the chat; `number` is that of a case whose chat waits already."""
    queue = await chats.waiting(db)
    place = queue.index(number) + 1 if number in queue else None
    return Outlook(
        available=[name for _, name in await _available(db, at=at)],
        waiting=place - 1 if place else len(queue),
        place=place,
        waits=await _waits(db, at=at),
    )


async def board(desk: Desk, principal: Principal, *, at: datetime) -> ChatBoard:
    """The chats as the desk sees them."""
    async with desk.database.snapshot() as db:
        found = await chats.going_on(db)
        names = {each.id: each.name for each in await agents.listing(db)}
        return ChatBoard(
            waiting=[each for each in found if each.agent_id is None],
            taken=[each for each in found if each.agent_id is not None],
            available=[name for _, name in await _available(db, at=at)],
            names=names,
            is_ready=await chat_presence.is_ready(db, principal.actor.id),
            waits=await _waits(db, at=at),
        )


async def at_chat(db: Reader, case: Case, principal: Principal, *, at: datetime) -> AtChat:
    """Who of the other side is there. A contact is told of the agent who has its chat, and of nobody else of ours."""
    if case.chat is None:
        return AtChat()
    there = (await chat_presence.in_chats(db, [case.number], at=at)).get(case.number, ())
    if principal.actor.role is Role.CONTACT:
        others = [each for each in there if each.person_id == case.chat.agent_id and not each.theirs]
    else:
        others = [each for each in there if each.theirs]
    return AtChat(is_there=bool(others), writing=[each.person_id for each in others if each.writing])


async def be_there(desk: Desk, principal: Principal, opened: OpenChat, *, at: datetime) -> None:
    """Somebody has the chat of a case before them; where none goes on, or another agent has it, nothing is noted.

    NotFound for a case that they may not see.
    """
    chat = (await visible_case(desk, principal, opened.number)).case.chat
    if chat and (opened.by.role is Role.CONTACT or chat.agent_id == opened.by.id):
        await chat_presence.here(desk.database, opened, at=at)


async def leave(desk: Desk, principal: Principal, opened: OpenChat) -> None:
    """The page with the chat was closed. NotFound."""
    await visible_case(desk, principal, opened.number)
    await chat_presence.gone(desk.database, opened)


async def set_ready(desk: Desk, principal: Principal, *, ready: bool, at: datetime) -> None:
    """Take chats from now on, or no longer. NotFound for a director or agent whom no row names."""
    if await agents.get(desk.database, principal.actor.id) is None:
        raise NotFound
    await chat_presence.set_ready(desk.database, principal.actor.id, ready=ready, at=at)


async def seen(desk: Desk, principal: Principal, *, at: datetime) -> None:
    """Note that somebody of ours is there, for as long as a page says nothing else."""
    who = principal.actor
    if who.role in WORKERS and desk.attendance.is_to_note(who.id, at=at):
        await chat_presence.seen(desk.database, who.id, at=at)


async def _available(db: Reader, *, at: datetime) -> list[tuple[str, str]]:
    """Who takes chats and is there: no disabled account, and nobody who is marked absent (ESC-17)."""
    serving, away = {each.id for each in await agents.serving(db)}, await absences.away(db, at=at)
    return [(id_, name) for id_, name in await chat_presence.ready(db, at=at) if id_ in serving and id_ not in away]


async def _waits(db: Reader, *, at: datetime) -> Waits:
    waited = await chats.waits_since(db, _midnight(at))
    return Waits(taken=len(waited), half_within=waited[(len(waited) - 1) // 2] if waited else None)


def _midnight(at: datetime) -> datetime:
    """When the day of `at` began in Bogotá."""
    return at.astimezone(_BOGOTA).replace(hour=0, minute=0, second=0, microsecond=0)
