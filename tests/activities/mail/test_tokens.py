"""Access tokens at the way out (XOAUTH2), one of which ends in the middle; and the id that a server's 250 names."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from imaplib import IMAP4
from typing import Any, cast

import httpx
import pytest
from aiosmtpd.smtp import SMTP as Server  # noqa: N811 - what it is here
from aiosmtpd.smtp import AuthResult
from imap_tools import BaseMailBox

from activities.mail import imap_source
from activities.mail.imap_source import ImapAccount, ImapSource
from activities.mail.oauth import AccessTokens
from activities.mail.sending import Reached, SmtpMail
from activities.notices.bell import Bell
from activities.notices.dispatcher import Dispatcher
from storage.mail import threads
from tests.activities.conftest import clock, delivery, desk, empty_database
from tests.activities.mail.test_mail import ANA, Inbox, letter, serving
from tests.activities.post import Clock, Post, deliver
from tests.storage.desk import Desk

__all__ = ["clock", "desk", "empty_database"]


@dataclass
class Tokens:
    """An endpoint that gives one token after the other."""

    given: int = 0

    def answer(self, _: httpx.Request) -> httpx.Response:
        self.given += 1
        return httpx.Response(200, json={"access_token": f"t{self.given}", "expires_in": 3600})


def known_by(tokens: Tokens) -> AccessTokens:
    return AccessTokens(
        url="https://login.example/token",
        client_id="escala",
        client_secret="secreta",
        transport=httpx.MockTransport(tokens.answer),
    )


@dataclass
class Guarded(Inbox):
    """A server that lets in by access tokens alone, those that are good now."""

    good: set[str] = field(default_factory=set)
    shown: list[str] = field(default_factory=list)

    async def auth_XOAUTH2(self, server: Server, args: list[str]) -> AuthResult:  # noqa: N802 - its name there
        said = base64.b64decode(args[1]).decode()
        user, token = said.split("\x01")[0], said.split("Bearer ")[1].strip("\x01")
        self.shown.append(f"{user} {token}")
        if token in self.good:
            return AuthResult(success=True)
        assert await server.challenge_auth(b'{"status":"401"}') == b""
        return AuthResult(success=False, handled=False)


async def test_a_token_that_ends_in_the_middle_is_asked_for_anew() -> None:
    tokens, inbox = Tokens(), Guarded(good={"t1"})
    options: dict[str, Any] = {"auth_require_tls": False}
    async with serving(inbox, **options) as port:
        smtp = SmtpMail(host="127.0.0.1", port=port, user="mesa", start_tls=False, tokens=known_by(tokens))
        await smtp.send(letter(), [ANA])
        inbox.good = {"t2"}  # the server forgets the first before its time
        with pytest.raises(Exception, match="not taken"):
            await smtp.send(letter(), [ANA])
        await smtp.send(letter(), [ANA])
    assert inbox.shown == ["user=mesa t1", "user=mesa t1", "user=mesa t2"]
    assert (tokens.given, len(inbox.messages)) == (2, 2)


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (ConnectionRefusedError(), 1),
        (TimeoutError(), 1),
        (IMAP4.abort("socket error: EOF"), 1),
        (IMAP4.error("AUTHENTICATE failed"), 2),
    ],
)
async def test_a_mailbox_asks_anew_only_for_a_token_that_was_not_taken(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, asked: int
) -> None:
    def opened(_: ImapAccount, __: str | None) -> BaseMailBox:
        raise fault

    monkeypatch.setattr(ImapAccount, "opened", opened)
    tokens = Tokens()
    account = ImapAccount.at("imaps://mesa@imap.example/INBOX")
    source = ImapSource(
        account=account, inbox=cast("imap_source.Inbox", None), look_every=1, largest=1, tokens=known_by(tokens)
    )
    for _ in range(2):
        with pytest.raises(type(fault)):
            await anext(source.looks())
    assert tokens.given == asked


SES = "0102018e4c1b2a3d-4f5e6a7b-8c9d-0e1f-2a3b-4c5d6e7f8a9b-000000"


@pytest.mark.parametrize(
    ("reply", "known_as"),
    [
        ("250 2.0.0 OK <0102@eu-west-1.provider.example>", "0102@eu-west-1.provider.example"),
        (f"250 Ok {SES}", SES),
        ("250 2.0.0 OK queued", ""),
    ],
)
async def test_the_id_of_a_servers_answer_is_known(reply: str, known_as: str) -> None:
    inbox = Inbox(data_reply=reply)
    async with serving(inbox) as port:
        reached = await SmtpMail.at(f"smtp://127.0.0.1:{port}").send(letter(), [ANA])
    assert isinstance(reached, Reached)
    assert reached.known_as == known_as


async def test_an_answer_to_that_id_leads_to_the_case(desk: Desk, clock: Clock) -> None:
    case = await desk.open()
    async with serving(Inbox(data_reply="250 OK <otro@provider.example>")) as port:
        letters = replace(delivery(desk, Post(), clock), mail=SmtpMail.at(f"smtp://127.0.0.1:{port}"))
        await deliver(Dispatcher(letters, Bell()))
    assert await threads.number_of_sent(desk.db, ["otro@provider.example"]) == case.number
