"""Chats as commands: begun by the customer, taken, written in, handed over and ended (PLAN-7, ESC-12, ONS-4).

Whether the other side has the chat before it is looked up as a line is given: who sees it is not told by mail as well.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from desk.commands.offers import AskedCommand, Offer
from desk.commands.work import Assignment, Message, taker
from desk.desk import Desk
from desk.inputs import Body, Words
from desk.refusals import AgentDisabled, AgentUnknown
from policy.case import chats
from policy.case import commands as c
from policy.case import refusals as r
from policy.case.case import Actor, Outcome, Role
from policy.mail.thanks import tells_something
from storage.case.views import CaseRow
from storage.engine.database import Reader
from storage.workbench import chat_presence


class ChatOutcome(Body):
    """How the chat ended. The customer need not say what was done."""

    outcome: Outcome = Field(examples=["solved"])
    summary: Words = Field(default="", examples=["Se amplió la cuota; el mapa carga de nuevo."])


async def _is_unseen(desk: Desk, asked: AskedCommand) -> bool:
    """Whether nobody of the other side has the chat before them: of ours, the agent who has it."""
    return await is_unseen(desk.database, asked.row, asked.by, at=asked.request.at)


async def is_unseen(db: Reader, row: CaseRow, by: Actor, *, at: datetime) -> bool:
    """The same, of whoever writes a line at that instant."""
    chat = row.case.chat
    there = (await chat_presence.in_chats(db, [row.number], at=at)).get(row.number, ())
    if by.role is Role.CONTACT:
        return chat is None or chat.agent_id not in {each.person_id for each in there if not each.theirs}
    return not any(each.theirs for each in there)


CHATS: tuple[Offer, ...] = (
    Offer(
        path="chat",
        summary="Begin a chat about the case",
        command=c.BeginChat,
        body=Message,
        make=lambda new: c.BeginChat(by=new.by, body=new.text("body"), says_more=tells_something(new.body.body)),
        refusals=(r.TextMissing, r.ChannelNotInPlan, chats.ChatGoingOn),
    ),
    Offer(
        path="chat/claim",
        summary="Take the chat that waits",
        command=c.TakeChat,
        make=lambda new: c.TakeChat(by=new.by),
        refusals=(chats.ChatOver, chats.ChatTakenAlready, r.LevelNotServed, r.GroupNotServed),
    ),
    Offer(
        path="chat/lines",
        summary="Write a line in the chat",
        command=c.SayInChat,
        body=Message,
        look_up=_is_unseen,
        make=lambda new: c.SayInChat(
            by=new.by, body=new.text("body"), unseen=new.found, says_more=tells_something(new.body.body)
        ),
        refusals=(r.TextMissing, chats.ChatOver, chats.ChatNotTaken, chats.ChatOfAnother),
    ),
    Offer(
        path="chat/hand-overs",
        summary="Hand the chat over to an agent",
        command=c.HandOverChat,
        body=Assignment,
        look_up=taker,
        make=lambda new: c.HandOverChat(by=new.by, agent_id=new.body.agent_id, to=new.found),
        refusals=(chats.ChatOver, chats.ChatTheirsAlready, AgentUnknown, AgentDisabled, r.AgentDoesNotServe),
    ),
    Offer(
        path="chat/end",
        summary="End the chat",
        command=c.EndChat,
        body=ChatOutcome,
        look_up=_is_unseen,
        make=lambda new: c.EndChat(
            by=new.by, outcome=new.body.outcome, summary=new.text_if_any("summary"), unseen=new.found
        ),
        refusals=(r.TextMissing, chats.ChatOver, chats.ChatNotTaken, chats.ChatOfAnother),
    ),
)
"""The commands of chats."""
