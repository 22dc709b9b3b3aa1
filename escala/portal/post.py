"""The mail of signing in, sent by this process itself: a key must not stand in a workflow's history or in a table."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Self

from escala.activities.mail import MailPort, mail_port
from escala.language import show_instant, translate
from escala.settings import Settings
from escala.storage.accounts import Purpose

_TRIES = (0, 5, 30, 120)
_log = logging.getLogger(__name__)

_SUBJECTS = {
    Purpose.INVITATION: "Your access to the support desk",
    Purpose.RESET: "A new password for the support desk",
}
_BODIES = {
    Purpose.INVITATION: "You can now sign in to the support desk. Choose your password here:\n\n{address}\n\n"
    "The address works once, until {valid_until}.",
    Purpose.RESET: "Somebody, we hope you, asked for a new password. Choose it here:\n\n{address}\n\n"
    "The address works once, until {valid_until}. If it was not you, nothing needs to be done.",
}


@dataclass(frozen=True)
class Post:
    """Sends single-use keys, in the background and a few times; who did not get one asks again."""

    mail: MailPort
    sender: str
    public_url: str
    _sending: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings say."""
        return cls(mail=mail_port(settings), sender=settings.mail_from, public_url=settings.public_url)

    def send_key(self, to: str, secret: str, purpose: Purpose, *, language: str, at: datetime, until: datetime) -> None:
        """Begin to send; who called does not wait."""
        address = f"{self.public_url.rstrip('/')}/clave/{secret}"
        body = translate(_BODIES[purpose], language, address=address, valid_until=show_instant(until, language))
        message = EmailMessage()
        message["From"], message["To"] = self.sender, to
        message["Subject"] = translate(_SUBJECTS[purpose], language)
        message["Date"], message["Message-ID"] = format_datetime(at), make_msgid(domain="escala")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body)
        task = asyncio.create_task(self._send(message, to))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, message: EmailMessage, to: str) -> None:
        for wait in _TRIES:
            await asyncio.sleep(wait)
            try:
                await self.mail.send(message, [to], all_or_nobody=True)
            except Exception as error:
                _log.warning("a single-use key has to wait: %s", type(error).__name__)
            else:
                return
