"""Mail that stays in the test, and the dispatcher that fills it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage

from activities.notices.dispatcher import Dispatcher
from policy.case.case import Level
from storage.notices.addresses import DeskMailboxes
from tests.support.lives import bogota

NOW = bogota("2026-11-25 18:00")
CONTACT, LEVEL_1, LEVEL_2, LEVEL_3 = "ana@cliente.example", "n1@desk.example", "n2@desk.example", "n3@desk.example"
MAILBOXES = DeskMailboxes(levels=dict(zip(Level, (LEVEL_1, LEVEL_2, LEVEL_3), strict=True)))


@dataclass
class Post:
    """Mail that stays here, and fails for an address as often as told."""

    sent: list[EmailMessage] = field(default_factory=list)
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    all_or_nobody: list[bool] = field(default_factory=list)

    async def send(self, message: EmailMessage, to: Sequence[str], *, all_or_nobody: bool = True) -> list[str]:
        self.all_or_nobody.append(all_or_nobody)
        for address in to:
            if waiting := self.failures.get(address):
                raise waiting.pop(0)
        self.sent.append(message)
        return list(to)

    @property
    def told(self) -> list[tuple[str, str]]:
        """To whom, and the news in each subject."""
        return [(message["To"], message["Subject"].partition("] ")[2].partition(": ")[0]) for message in self.sent]


@dataclass
class Clock:
    """The dispatcher's clock, which stands until it is moved."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def pass_on(self, by: timedelta = timedelta(minutes=10)) -> None:
        """Let time pass: as long as any notice has to wait for its next try."""
        self.at += by


async def deliver(notices: Dispatcher) -> None:
    """Deliver what is due; fail where that takes long."""
    async with asyncio.timeout(10):
        await notices.deliver()
