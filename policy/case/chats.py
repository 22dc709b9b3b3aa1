"""Chats: begun by the customer, taken by one agent, handed over, and ended by either side or by silence (PLAN-7).

A chat is a part of its case. What a line of ours means for the initial attention (ESC-12), and one of the customer's
for what the case waits for (ESC-10), is lifecycle's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from policy.case import commands as c
from policy.case import facts as f
from policy.case.case import Actor, Attempt, Case, Channel, Chat, Outcome, Role, Text
from policy.case.decision import Change, require_text
from policy.case.refusals import ChannelNotInPlan, StateRefusal
from policy.terms.terms import Terms


class ChatGoingOn(StateRefusal):
    """One chat at a time."""

    rule = "PLAN-7"
    message = "Case {number} has a chat already, which goes on: write there."


class ChatOver(StateRefusal):
    """What is over is not written in."""

    rule = "PLAN-7"
    message = "The chat of case {number} is over. Write to the case itself: the conversation goes on there."


class ChatTakenAlready(StateRefusal):
    """Exactly one agent has a chat."""

    rule = "PLAN-7"
    message = "{agent} has taken the chat of case {number} already."


class ChatNotTaken(StateRefusal):
    """The customer knows with whom it talks."""

    rule = "PLAN-7"
    message = "Take the chat of case {number} before you write in it or end it."


class ChatOfAnother(StateRefusal):
    """Who has a chat writes in it."""

    rule = "PLAN-7"
    message = "{agent} has the chat of case {number}: have it handed over to you before you write in it or end it."


class ChatTheirsAlready(StateRefusal):
    """A hand-over is to somebody else."""

    rule = "PLAN-7"
    message = "{agent} has the chat of case {number} already."


def check_channel(terms: Terms) -> None:
    """Refuse a chat where the plan holds none (PLAN-7, REQ-7)."""
    if Channel.CHAT not in terms.channels:
        raise ChannelNotInPlan(plan=terms.plan, channel=Channel.CHAT.value, channels=", ".join(terms.channels))


def begin(case: Case, by: Actor, *, at: datetime, terms: Terms) -> Change:
    """Let a contact wait in the chat of a case that has none going on."""
    check_channel(terms)
    if case.chat:
        raise ChatGoingOn(number=case.number)
    ends_at = at + terms.chat_ends_after
    return replace(case, chat=Chat(contact_id=by.id, begun_at=at, ends_at=ends_at)), (f.ChatBegun(ends_at=ends_at),)


def take(case: Case, by: Actor) -> Change:
    """Give the chat that waits to an agent, and the case where nobody has it."""
    chat = _going_on(case)
    if chat.agent_id is not None:
        raise ChatTakenAlready(number=case.number, agent=chat.agent_id)
    takes_case = case.assignee is None
    taken = replace(case, chat=replace(chat, agent_id=by.id), assignee=case.assignee or by.id)
    return taken, (f.ChatTaken(agent_id=by.id, takes_case=takes_case),)


def say(case: Case, command: c.SayInChat, *, at: datetime, terms: Terms) -> tuple[Case, f.ChatSaid]:
    """Write a line, as a contact of the customer's or as the agent who has the chat; its end moves on."""
    require_text(command.body, "ESC-12")
    chat, is_theirs = _of_writer(case, command.by), command.by.role is Role.CONTACT
    told = chat.told and chat.awaits_us == is_theirs and command.unseen  # of this side's lines, and nobody came back
    reader = chat.agent_id if is_theirs else chat.contact_id
    tells = command.unseen and not told and reader is not None
    said = replace(
        chat,
        ends_at=at + terms.chat_ends_after,
        answered=chat.answered or not is_theirs,
        awaits_us=is_theirs,
        told=told or tells,
    )
    return replace(case, chat=said), f.ChatSaid(body=command.body, tells=tells)


def hand_over(case: Case, command: c.HandOverChat) -> Change:
    """Give the chat to another agent, and the case with it where the former had both, or nobody had the case."""
    chat, to = _going_on(case), command.agent_id
    if chat.agent_id == to:
        raise ChatTheirsAlready(number=case.number, agent=to)
    takes_case = case.assignee in (None, chat.agent_id)
    handed = replace(case, chat=replace(chat, agent_id=to, told=False), assignee=to if takes_case else case.assignee)
    return handed, (f.ChatHandedOver(from_agent=chat.agent_id, to_agent=to, takes_case=takes_case),)


def end(case: Case, command: c.EndChat) -> Change:
    """End the chat, as either side; what came of it is an attempt where somebody of ours wrote in it (ONS-4)."""
    chat, is_theirs = _of_writer(case, command.by), command.by.role is Role.CONTACT
    if not is_theirs:
        require_text(command.summary or Text("", 0), "ONS-4")
    tells = command.unseen and (not is_theirs or chat.agent_id is not None)
    ended = f.ChatEnded(outcome=None, contact_id=chat.contact_id, summary=command.summary, tells=tells)
    return _ended(case, chat, command.outcome, ended)


def end_with_case(case: Case, *, is_solved: bool = False) -> Change:
    """End a chat that still goes on when its case is resolved or closed; a solution is the chat's too."""
    if case.chat is None:
        return case, ()
    ended = f.ChatEnded(outcome=None, contact_id=case.chat.contact_id, with_case=True)
    return _ended(case, case.chat, Outcome.SOLVED if is_solved else None, ended)


def pass_time(case: Case, due_at: datetime) -> Change:
    """End a chat in which nobody wrote any more. It was an attempt where the customer was the one to answer."""
    chat = case.chat
    if chat is None or chat.ends_at != due_at:
        return case, ()
    ended = f.ChatEnded(outcome=None, contact_id=chat.contact_id, tells=True)
    return _ended(case, chat, None if chat.awaits_us else Outcome.NO_ANSWER, ended)


def _ended(case: Case, chat: Chat, outcome: Outcome | None, fact: f.ChatEnded) -> Change:
    over = replace(case, chat=None)
    if outcome is None or not chat.answered:
        return over, (fact,)
    attempt = Attempt(Channel.CHAT, outcome)
    tried = case.attempts if attempt in case.attempts else (*case.attempts, attempt)
    return replace(over, attempts=tried), (replace(fact, outcome=outcome),)


def _going_on(case: Case) -> Chat:
    if case.chat is None:
        raise ChatOver(number=case.number)
    return case.chat


def _of_writer(case: Case, by: Actor) -> Chat:
    """The chat, where this person writes in it: a contact of the customer's, or the agent who has it."""
    chat = _going_on(case)
    if by.role is Role.CONTACT:
        return chat
    if chat.agent_id is None:
        raise ChatNotTaken(number=case.number)
    if chat.agent_id not in (by.id, by.on_behalf_of):
        raise ChatOfAnother(number=case.number, agent=chat.agent_id)
    return chat
