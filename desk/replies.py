"""Replies that may still be undone: held for ten seconds, taken back by who wrote them, or let go when they are due.

What the case would refuse is refused at once; what it would take waits, so that no browser has to stay open. A worker
asks twice a second for what is due. A reply may leave as more than a reply: as a question, for which the level's clock
stands still (ESC-10), or as the solution (ESC-14). Each is one command, and one turn of the case.

A line of a chat that the engine did not take in time is kept as well, and leaves as soon as it does, in its order and
under the id of the command that was tried: it is there once, whatever became of that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.access import stands_in_for
from desk.commands.chats import is_unseen
from desk.commands.commands import attach_files, compose, give
from desk.commands.offers import AskedCommand
from desk.desk import Desk, EnginePort
from desk.engine import CaseNotRunning
from desk.problems import EngineUnavailable
from policy.case.case import Actor, Role, Text
from policy.case.commands import Command, RequestInformation, ResolveCase, SayInChat, SendReply
from policy.case.lifecycle import decide
from policy.case.refusals import CaseClosed, Refusal, RoleNotAllowed
from policy.mail.thanks import tells_something
from policy.terms.policy_file import PolicyFile
from storage.case import intake, views
from storage.case.case_progress import holds_command
from storage.case.intake import Deposit
from storage.engine.database import Database
from storage.files import files
from storage.signing_in import accounts
from storage.workbench import drafts, pending_replies
from storage.workbench.drafts import Draft
from storage.workbench.pending_replies import PendingReply

UNDO_WITHIN = timedelta(seconds=10)
_AGAIN_AFTER = timedelta(seconds=3)
"""Until what the engine did not take is tried again."""

_LEAVE_AS: Mapping[str, Callable[[Actor, Text], Command]] = {
    SendReply.__name__: lambda by, said: SendReply(by=by, body=said),
    RequestInformation.__name__: lambda by, said: RequestInformation(by=by, body=said),
    ResolveCase.__name__: lambda by, said: ResolveCase(by=by, summary=said),
    SayInChat.__name__: lambda by, said: SayInChat(by=by, body=said),
}
"""What a reply may leave as, by the command's name."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class UndoableReply:
    """A reply that is held, and when it leaves."""

    id: str
    leaves_at: datetime


@dataclass(frozen=True)
class Undone:
    """A reply that is a draft again. A draft holds words alone: whether files were with it has to be told."""

    had_files: bool


async def hold(desk: Desk, asked: AskedCommand, *, account_id: str) -> UndoableReply:
    """Keep a reply until it may no longer be undone: one of the commands of `_LEAVE_AS`, which bring one text.

    Raises what giving the command now would raise.
    """
    return await _keep(desk, asked, account_id=account_id, leaves_at=asked.request.at + UNDO_WITHIN)


async def say(desk: Desk, asked: AskedCommand, *, account_id: str) -> None:
    """Give a line of a chat, or keep it until the engine takes it; behind those of its writer that wait already.

    Raises what giving it raises but EngineUnavailable.
    """
    waiting = (await pending_replies.of_cases(desk.database, [asked.row.number])).get(asked.row.number, ())
    if not any(each.is_line and each.account_id == account_id and each.refused is None for each in waiting):
        try:
            await give(desk, asked)
        except EngineUnavailable:
            _log.warning("a line of the chat on %s has to wait for the engine", asked.row.number)
        else:
            return
    await _keep(desk, asked, account_id=account_id, leaves_at=asked.request.at)


async def _keep(desk: Desk, asked: AskedCommand, *, account_id: str, leaves_at: datetime) -> UndoableReply:
    command, composition = await compose(desk, asked)
    terms = await views.terms(desk.database, asked.row.number)
    assert terms is not None
    decide(asked.row.case, command, terms=terms, at=asked.row.case.as_of(asked.request.at))
    [deposit] = composition.deposits
    reply = PendingReply(
        id=asked.request.derived("cmd_"),
        case_number=asked.row.number,
        account_id=account_id,
        by=asked.by,
        content_id=deposit.content_id,
        body=deposit.body,
        command=type(command).__name__,
        leaves_at=leaves_at,
    )
    await attach_files(desk, composition)
    await pending_replies.keep(desk.database, reply)
    return UndoableReply(reply.id, reply.leaves_at)


async def undo(desk: Desk, reply_id: str, *, number: str, account_id: str, at: datetime) -> Undone | None:
    """Take a reply back into its author's draft; None where it is too late, or not theirs.

    A line of a chat may be there already, until its case has refused it.
    """
    waiting = (await pending_replies.of_cases(desk.database, [number])).get(number, ())
    reply = next((each for each in waiting if each.id == reply_id), None)
    if reply is None or (reply.is_line and reply.refused is None):
        return None
    texts, composer = {reply.content_id}, "answers" if reply.by.role is Role.CONTACT else "replies"
    body = await pending_replies.undo(desk.database, reply_id, number=number, account_id=account_id)
    if body is None:
        return None
    written_since = (await drafts.of_case(desk.database, account_id=account_id, number=number)).get(composer)
    whole = f"{body}\n\n{written_since}" if written_since else body
    draft = Draft(account_id=account_id, number=number, composer=composer, body=whole)
    await drafts.keep(desk.database, draft, at=at)
    return Undone(had_files=bool(await files.of_case(desk.database, number, texts)))


async def let_go(database: Database, engine: EnginePort, policy: PolicyFile, *, at: datetime) -> None:
    """Give cases the replies that are due at `at`, each once however often it is tried.

    One that the engine does not take now stays due. One that its case refuses goes back to who wrote it, and so does
    one whose writer may not write in that name any more.
    """
    stuck: set[tuple[str, str]] = set()  # what somebody wrote on a case leaves in its order
    for reply in await pending_replies.take_due(database, at=at):
        if (reply.case_number, reply.account_id) in stuck:
            await pending_replies.put_off(database, reply.id, until=at + _AGAIN_AFTER)
            continue
        try:
            may = await _may_still_write(database, policy, reply, at=at)
            if not (may or await holds_command(database, reply.case_number, reply.id)):
                raise RoleNotAllowed
            await _send(database, engine, reply, at=at)
        except EngineUnavailable:
            _log.warning("a reply on %s has to wait for the engine", reply.case_number)
            stuck.add((reply.case_number, reply.account_id))
            await pending_replies.put_off(database, reply.id, until=at + _AGAIN_AFTER)
        except Refusal as refusal:
            told = {"message": refusal.message, "values": refusal.values, "rule": refusal.rule}
            await pending_replies.refuse(database, reply.id, told)
        else:
            await pending_replies.left(database, reply.id)


async def _may_still_write(database: Database, policy: PolicyFile, reply: PendingReply, *, at: datetime) -> bool:
    """Whether who wrote it may still write on its case in that name: no right outlives the person's.

    The account may be disabled, a contact off its customer's roster, an agent no agent, an absence over (ESC-17).
    """
    by, account = reply.by, await accounts.get(database, reply.account_id)
    row = await views.case(database, reply.case_number)
    named = await accounts.personas(database, account, policy=policy, at=at) if account else []
    own = next((each for each in named if each.actor.id == by.id), None)
    if own is None or row is None or own.customer_id not in (None, row.case.customer_id):
        return False
    if by.on_behalf_of is None:
        return own.actor.role is by.role
    return by.on_behalf_of in {each.actor.on_behalf_of for each in await stands_in_for(database, own.actor, at=at)}


async def _send(database: Database, engine: EnginePort, reply: PendingReply, *, at: datetime) -> None:
    """Deposit the words and give the command: its clock counts at this instant."""
    number, content_id = reply.case_number, reply.content_id
    await intake.deposit(database, [Deposit(content_id, number, reply.body)], at=at)
    command = _LEAVE_AS[reply.command](reply.by, Text(content_id, len(reply.body)))
    if isinstance(command, SayInChat):
        row = await views.case(database, number)
        assert row is not None
        unseen = await is_unseen(database, row, reply.by, at=at)
        command = replace(command, unseen=unseen, says_more=tells_something(reply.body))
    try:
        await engine.command(number, command, key=reply.id)
    except CaseNotRunning:
        # An earlier try may have been the case's last turn but one, without our hearing of it.
        if not await holds_command(database, number, reply.id):
            raise CaseClosed(number=number) from None
