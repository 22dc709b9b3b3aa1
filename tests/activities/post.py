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
        return [(message["To"], news_of(message)) for message in self.sent]


def text_of(message: EmailMessage) -> str:
    """A letter's text, whatever other forms it has."""
    plain = message.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


def news_of(message: EmailMessage) -> str:
    """What a letter says is new: the title of its page, else what stands before the case's title in the subject."""
    page = message.get_body(("html",))
    if page is not None:
        return str(page.get_content()).partition("<title>")[2].partition("</title>")[0]
    return str(message["Subject"]).partition("] ")[2].partition(": ")[0]


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
