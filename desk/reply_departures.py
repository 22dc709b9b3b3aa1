"""Letting replies go once they can no longer be undone: a part of the worker, so that no browser has to stay open."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from desk.engine import CaseNotRunning
from desk.problems import EngineUnavailable
from policy.case.case import Text
from policy.case.commands import Command, SendReply
from policy.case.refusals import CaseClosed, Refusal
from storage.case import intake
from storage.case.case_progress import holds_command
from storage.case.intake import Deposit
from storage.engine.database import Database
from storage.workbench import pending_replies
from storage.workbench.pending_replies import PendingReply

EVERY = 0.5
"""Seconds between two looks for what is due."""

_log = logging.getLogger(__name__)


class Commands(Protocol):
    """What is needed of the desk."""

    async def command(self, number: str, command: Command, *, key: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Departures:
    """Gives cases the replies that are due, each once however often it is tried."""

    database: Database
    desk: Commands
    clock: Callable[[], datetime]

    async def run(self) -> None:
        """Until cancelled. What fails is tried again."""
        while True:
            try:
                await self.let_go()
            except Exception:
                _log.exception("the replies that are due have to wait")
            await asyncio.sleep(EVERY)

    async def let_go(self) -> None:
        """Let everything go that is due now."""
        for reply in await pending_replies.take_due(self.database, at=self.clock()):
            try:
                await self._send(reply)
            except EngineUnavailable:
                _log.warning("a reply on %s has to wait for the engine", reply.case_number)
            except Refusal as refusal:
                told = {"message": refusal.message, "values": refusal.values, "rule": refusal.rule}
                await pending_replies.refuse(self.database, reply.id, told)
            else:
                await pending_replies.left(self.database, reply.id)

    async def _send(self, reply: PendingReply) -> None:
        """Deposit the words and give the command: its clock counts at this instant."""
        number, content_id = reply.case_number, reply.content_id
        deposit = Deposit(content_id, number, reply.body)
        await intake.deposit(self.database, [deposit], at=self.clock())
        command = SendReply(by=reply.by, body=Text(content_id, len(reply.body)))
        try:
            await self.desk.command(number, command, key=reply.id)
        except CaseNotRunning:
            # An earlier try may have been the case's last turn but one, without our hearing of it.
            if not await holds_command(self.database, number, reply.id):
                raise CaseClosed(number=number) from None
