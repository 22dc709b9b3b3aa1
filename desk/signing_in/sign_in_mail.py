"""The mail of signing in, sent by this process itself: a key must not stand in a workflow's history or in a table."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any, Self
from urllib.parse import urlsplit

from activities.mail.sending import MailPort, Undeliverable, mail_port
from policy.webhooks.delivery import PausedWhy
from settings import Settings
from storage.signing_in.accounts import Purpose, SignInKey
from storage.signing_in.tokens import Token
from storage.webhooks.webhooks import Webhook
from wording.language import DEFAULT, show_instant, translate, word

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
_WORD = "You can now sign in to the support desk, with the password that you have:\n\n{address}"
_PAUSED = "A webhook is paused"
_PAUSED_WHY = {
    PausedWhy.FAILING: "The webhook {webhook} ({url}) has failed for three days and is paused. What it is to be told "
    "of is kept until an administrator resumes it: {address}",
    PausedWhy.GONE: "The webhook {webhook} ({url}) answered that it is gone, and is paused. What it is to be told "
    "of is kept until an administrator resumes it: {address}",
}
_EXPIRING = "An access token expires soon"
_EXPIRES = (
    "The access token {token} ({label}, role {role}) of the support desk expires on {expires_at}. From then on, the "
    "programs that use it are refused: please ask your administrator for another one in time."
)


@dataclass(frozen=True)
class SignInMail:
    """Sends single-use keys, in the background and a few times; who did not get one asks again."""

    mail: MailPort
    sender: str
    public_url: str
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings say."""
        return cls(mail=mail_port(settings), sender=settings.mail_from, public_url=settings.public_url)

    def send_key(self, to: str, key: SignInKey, *, language: str) -> None:
        """Begin to send a key; who called does not wait."""
        self.later(self._send(to, self.key_letter(to, key, language=language)))

    def key_letter(self, to: str, key: SignInKey, *, language: str) -> EmailMessage:
        """The letter that carries a key."""
        body = translate(
            _BODIES[key.purpose],
            language,
            address=f"{self.public_url.rstrip('/')}/clave/{key.secret}",
            valid_until=show_instant(key.until, language),
        )
        return self._letter(to, translate(_SUBJECTS[key.purpose], language), body, at=key.at)

    def send_word(self, to: str, *, language: str, at: datetime) -> None:
        """Begin to tell somebody who has a password that they may sign in."""
        body = translate(_WORD, language, address=f"{self.public_url.rstrip('/')}/ingreso")
        self.later(self._send(to, self._letter(to, translate(_SUBJECTS[Purpose.INVITATION], language), body, at=at)))

    def send_warning(self, to: str, token: Token, *, at: datetime) -> None:
        """Begin to tell somebody that a token of theirs expires."""
        assert token.expires_at is not None
        body = translate(
            _EXPIRES,
            DEFAULT,
            token=token.id,
            label=token.label or token.subject_id,
            role=word("role", token.role.value, DEFAULT),
            expires_at=show_instant(token.expires_at, DEFAULT),
        )
        self.later(self._send(to, self._letter(to, translate(_EXPIRING, DEFAULT), body, at=at)))

    def send_paused_webhook(self, to: str, webhook: Webhook, *, at: datetime) -> None:
        """Begin to tell somebody that a webhook of theirs paused by itself. Of its address only the host is told."""
        assert webhook.paused_why in _PAUSED_WHY
        body = translate(
            _PAUSED_WHY[webhook.paused_why],
            DEFAULT,
            webhook=webhook.id,
            url=urlsplit(webhook.url).hostname,
            address=f"{self.public_url.rstrip('/')}/webhooks/{webhook.id}",
        )
        self.later(self._send(to, self._letter(to, translate(_PAUSED, DEFAULT), body, at=at)))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this after the answer, so that its time tells nothing."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.warning("a message about signing in was given up: %s", type(error).__name__)

    async def done(self) -> None:
        """Wait for all that is under way."""
        while self._under_way:
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def stop(self) -> None:
        """Give up what is under way, when the process stops: a key that never left is asked for again."""
        for task in self._under_way:
            task.cancel()
        await self.done()

    def _letter(self, to: str, subject: str, body: str, *, at: datetime) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Date"], message["Message-ID"] = format_datetime(at), make_msgid(domain="escala")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body)
        return message

    async def _send(self, to: str, message: EmailMessage) -> None:
        for wait in _TRIES:
            await asyncio.sleep(wait)
            try:
                await self.mail.send(message, [to], all_or_nobody=True)
            except Undeliverable:
                _log.warning("a message about signing in reaches nobody")
                return
            except Exception as error:
                _log.warning("a message about signing in has to wait: %s", type(error).__name__)
            else:
                return
