"""The ways out for mail: an SMTP server, or a folder of .eml files. What a message says is decided elsewhere."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPDataError, SMTPRecipientRefused, SMTPResponseException

from activities.mail.oauth import AccessTokens, access_tokens, xoauth2
from settings import Settings

_SIGNED_IN, _GO_ON = 235, 334
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[^\s@<>()\[\],;:\\\"]+")
_SENT_AS = re.compile(r"<([^<>\s]{1,250}@[^<>\s]{1,250})>|\bOk:?\s+([0-9A-Za-z-]{30,120})\s*$", re.IGNORECASE)
"""An id in a server's answer: between angle brackets, or alone as Amazon SES names it."""
_TIMEOUT = 20.0
"""Seconds for each exchange with the server."""


class Undeliverable(Exception):
    """Nobody can have this message: each recipient's mailbox was refused for good, or is none."""


class Reached(list[str]):
    """The mailboxes that a message reached, and the server's answer to it."""

    answer: str = ""

    @property
    def known_as(self) -> str:
        """The id under which the server says that it sends the message, where it says one: some give it their own."""
        found = _SENT_AS.search(self.answer)
        return (found[1] or found[2]) if found else ""


class BadSmtpUrl(ValueError):
    """The setting is no SMTP address. What it says never repeats the address, which may hold a password."""


class MailPort(Protocol):
    """The way out for mail."""

    async def send(self, message: EmailMessage, to: Sequence[str], *, all_or_nobody: bool = True) -> list[str]:
        """Send to everybody who can be reached, and answer who that was.

        Raises `Undeliverable` where nobody ever can be, and any other exception where not now. A mailbox that asks for
        time holds the message back from all, so that nobody has it twice; without `all_or_nobody` it goes without it.
        """


def mail_port(settings: Settings) -> MailPort:
    """The settings' way out: their SMTP server, or the folder where there is none."""
    if settings.smtp_url is None:
        return MailFolder(settings.mail_dir)
    return SmtpMail.at(settings.smtp_url.get_secret_value(), access_tokens(settings))


@dataclass(frozen=True, kw_only=True)
class SmtpMail:
    """An SMTP server. One connection and one transaction per message: it reaches all its recipients, or nobody yet."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    implicit_tls: bool = False
    start_tls: bool | None = None
    """Whether the connection must be secured (True), may not (False), or is where the server offers it (None)."""

    timeout: float = _TIMEOUT
    tokens: AccessTokens | None = None
    """Where its access tokens come from (XOAUTH2), instead of a password."""

    @classmethod
    def at(cls, url: str, tokens: AccessTokens | None = None) -> Self:
        """The server at smtp://user:password@host:port, smtp+starttls://host or smtps://host.

        Without `+starttls` (or `?tls=starttls`) smtp:// takes up the server's own offer of TLS, with `?tls=none` not
        even that. A password is only ever sent over TLS.
        """
        parts = urlsplit(url)
        tls = parse_qs(parts.query).get("tls", [None])[-1]
        try:
            port = parts.port
        except ValueError:
            raise BadSmtpUrl("the port is no number") from None
        if parts.scheme not in ("smtp", "smtps", "smtp+starttls") or not parts.hostname:
            raise BadSmtpUrl("it must be smtp://host:port, smtp+starttls://host:port or smtps://host:port")
        if tls not in (None, "starttls", "none"):
            raise BadSmtpUrl("tls is either starttls or none")
        user = unquote(parts.username) if parts.username else None
        if user and tls == "none":
            raise BadSmtpUrl("a password is not sent without TLS")
        implicit = parts.scheme == "smtps"
        required = parts.scheme == "smtp+starttls" or tls == "starttls" or user is not None
        return cls(
            host=parts.hostname,
            port=port or (465 if implicit else 587 if required else 25),
            user=user,
            password=unquote(parts.password or "") if user else None,
            implicit_tls=implicit,
            start_tls=False if implicit or tls == "none" else required or None,
            tokens=tokens if user and not parts.password else None,
        )

    async def send(self, message: EmailMessage, to: Sequence[str], *, all_or_nobody: bool = True) -> list[str]:
        """Send in one transaction."""
        async with self._client() as client:
            await self._sign_in(client)
            await client.mail(parseaddr(str(message["From"]))[1])
            reached, refusals = [], []
            for mailbox in mailboxes(to):
                try:
                    await client.rcpt(mailbox)
                    reached.append(mailbox)
                except SMTPRecipientRefused as refusal:
                    if all_or_nobody and not _is_for_good(refusal):
                        raise
                    refusals.append(refusal)
            if not reached:
                raise next((refusal for refusal in refusals if not _is_for_good(refusal)), _undeliverable(*refusals))
            try:
                answered = await client.data(message.as_bytes())
            except SMTPDataError as refusal:
                raise _undeliverable(refusal) if _is_for_good(refusal) else refusal from None
            everybody = Reached(reached)
            everybody.answer = answered.message
            return everybody

    async def _sign_in(self, client: SMTP) -> None:
        """By an access token, where tokens are used; a password the client gives itself."""
        if self.tokens is None or self.user is None:
            return
        token = await self.tokens.token()
        await client.ehlo()  # a server takes no AUTH before it, and forgets it as TLS begins
        answer = await client.execute_command(b"AUTH", b"XOAUTH2", xoauth2(self.user, token).encode())
        if answer.code == _GO_ON:  # it says why not, and waits for an empty line
            answer = await client.execute_command(b"")
        if answer.code != _SIGNED_IN:
            self.tokens.forget(token)
            raise SMTPAuthenticationError(answer.code, "the access token was not taken")

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=None if self.tokens else self.user,
            password=None if self.tokens else self.password,
            use_tls=self.implicit_tls,
            start_tls=self.start_tls,
            tls_context=self._tls,
            timeout=self.timeout,
        )

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


@dataclass(frozen=True)
class MailFolder:
    """A folder where each message is a file, named by its date and Message-ID: sent again, it is the same file."""

    folder: Path

    async def send(self, message: EmailMessage, to: Sequence[str], *, all_or_nobody: bool = True) -> list[str]:
        """Write the message; it appears whole or not at all."""
        reached = mailboxes(to)
        await asyncio.to_thread(self._write, message)
        return reached

    def _write(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = _file_name(message)
        unfinished = self.folder / f".{name}.part"
        unfinished.write_bytes(message.as_bytes())
        unfinished.replace(self.folder / name)


def _file_name(message: EmailMessage) -> str:
    at = parsedate_to_datetime(str(message["Date"]))
    identity = str(message["Message-ID"]).strip("<>").partition("@")[0]
    return f"{at:%Y%m%dT%H%M%S}-{re.sub(r'[^A-Za-z0-9._-]', '_', identity)}.eml"


def mailboxes(to: Sequence[str]) -> list[str]:
    """The addresses as mail servers take them, those that are none left out."""
    found = [mailbox for address in to if (mailbox := _mailbox(address))]
    if not found:
        raise Undeliverable("there is no address to send it to")
    return found


def _mailbox(address: str) -> str | None:
    if not _MAILBOX.fullmatch(address):
        return None
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None


def _is_for_good(refusal: SMTPResponseException) -> bool:
    """Whether a reply speaks of the mailbox or the message; other 5xx speak of our set-up, which can be mended."""
    return 550 <= refusal.code < 560


def _undeliverable(*refusals: SMTPResponseException) -> Undeliverable:
    return Undeliverable("; ".join(f"{refusal.code} {refusal.message}" for refusal in refusals))
