"""A case by mail alone, by a real SMTP server and a real IMAP server: opened, asked, answered, resolved, confirmed.

And how the mailbox is read: what breaks off, what is renumbered, and an access token that ends in the middle.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from activities.mail.imap_source import ImapAccount, ImapSource
from activities.mail.oauth import AccessTokens
from activities.mail.sending import SmtpMail
from activities.mail.smtp_intake import listen
from activities.notices.bell import Bell
from activities.notices.delivery import Delivery
from activities.notices.dispatcher import Dispatcher
from desk.mail.arriving import came_in
from desk.mail.reading import read_message
from desk.mail.running import Mail
from desk.mail.taking import take
from policy.case.case import ClosingReason, Status
from policy.mail.decision import MailOutcome
from storage.mail import inbox
from storage.mail.inbox import Arrival, Identity
from storage.people import agents
from storage.people.agents import Agent
from tests.activities.mail.test_mail import Inbox, serving
from tests.activities.post import MAILBOXES, deliver
from tests.desk.mail.conftest import Mailbox
from tests.desk.mail.dovecot import USER, Dovecot, dovecot, is_here
from tests.desk.mail.letters import ANA, MESA, letter
from tests.support.serving import serving as served

LOOKS = "no dovecot: apt-get install dovecot-imapd, as root"


@dataclass
class Customer:
    """Ana's mailbox and her mail program: she answers the last message, quoting it."""

    mail: Inbox
    sent: list[EmailMessage] = field(default_factory=list)

    @property
    def received(self) -> list[EmailMessage]:
        return [each for each, to in zip(self.mail.messages, self.mail.reached, strict=True) if to == [ANA]]

    def writes(self, raw: bytes) -> bytes:
        self.sent.append(message_from_bytes(raw, _class=EmailMessage, policy=policy.SMTP))
        return raw

    def answers(self, words: str) -> bytes:
        last = self.received[-1]
        quote = "".join(f"> {line}\n" for line in text_of(last).splitlines())
        whole = f"{words}\n\nEl lun, 2 nov 2026 a las 9:14, Mesa (<{MESA}>) escribió:\n{quote}"
        fields = {
            "To": str(last["Reply-To"].addresses[0].addr_spec),
            "Subject": f"Re: {last['Subject']}",
            "Message_ID": f"<respuesta-{len(self.sent)}@acme.example>",
            "In_Reply_To": str(last["Message-ID"]).strip(),
            "References": " ".join(f"{last['References']} {last['Message-ID']}".split()),
        }
        return self.writes(letter(whole, **fields))


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def threads_of(messages: list[EmailMessage]) -> int:
    """How many conversations a mail program makes of messages: those that name one another are one."""
    groups: list[set[str]] = []
    for each in messages:
        ids = set(f"{each['Message-ID']} {each['In-Reply-To'] or ''} {each['References'] or ''}".split())
        joined = [group for group in groups if group & ids]
        groups = [group for group in groups if not group & ids] + [ids.union(*joined)]
    return len(groups)


@pytest.fixture
async def imap(tmp_path: Path) -> AsyncIterator[Dovecot]:
    if not is_here():
        pytest.skip(LOOKS)
    async with dovecot() as server:
        yield server


@pytest.mark.rule("PLAN-7", "REQ-4", "ESC-16", "ESC-14")
async def test_a_case_lives_by_mail_alone(mailbox: Mailbox, imap: Dovecot) -> None:
    ana = Customer(Inbox())
    person = Agent(id="ana", name="Laura Mejía", email="laura@escala.example", levels=())
    await agents.put(mailbox.desk.database, person)
    way_in = Mail(mailbox.desk)
    source = ImapSource(account=ImapAccount.at(imap.url), inbox=way_in, look_every=1, largest=10**7)
    box = await asyncio.to_thread(source.account.opened, None)
    taken: list[Identity] = []

    async def arrives(raw: bytes) -> inbox.InboxRow:
        """Ana's words, from her server to ours, and from there to the desk."""
        await imap.receive(raw)
        assert await source.look(box) == 1
        [new] = [each for each in mailbox.desk.engine.mail if each not in taken]  # type: ignore[attr-defined]
        taken.append(new)
        mailbox.clock.passes(minutes=1)
        return await take(mailbox.desk, new.id)

    async with serving(ana.mail) as port:
        dispatcher = Dispatcher(
            Delivery(
                database=mailbox.desk.database,
                mail=SmtpMail.at(f"smtp://127.0.0.1:{port}"),
                mail_from=f"Mesa de Ayuda <{MESA}>",
                desk_mailboxes=MAILBOXES,
                public_url="https://mesa.example",
                support=MESA,
                clock=mailbox.clock,
            ),
            Bell(),
        )

        async def gives(path: str, **body: Any) -> None:
            await mailbox.give(number, path, **body)
            mailbox.clock.passes(minutes=1)
            await deliver(dispatcher)

        opened = await arrives(ana.writes(letter("El mapa no carga desde las ocho.\n")))
        number = str(opened.case_number)
        await deliver(dispatcher)
        assert "lo que su equipo ha analizado" in text_of(ana.received[-1])
        assert str(ana.received[-1]["In-Reply-To"]) == str(ana.sent[0]["Message-ID"])
        await arrives(ana.answers("Probamos otro navegador y otra red."))
        await gives("claim")
        await gives("information-requests", body="¿Qué mensaje muestra la consola?")
        assert (await mailbox.case(number)).status is Status.WAITING_CUSTOMER
        await arrives(ana.answers("Dice: cuota excedida."))
        assert (await mailbox.case(number)).status is Status.IN_PROGRESS
        await gives("resolution", summary="Se amplió la cuota.")
        confirmed = await arrives(ana.answers("Confirmo, ya funciona. Muchas gracias."))
        await deliver(dispatcher)

    case = await mailbox.case(number)
    assert (confirmed.outcome, confirmed.body) == (MailOutcome.ANSWERED, "Confirmo, ya funciona. Muchas gracias.")
    assert case.status is Status.CLOSED
    assert await cases_by_reason(mailbox, number) == ClosingReason.CONFIRMED
    assert threads_of([*ana.sent, *ana.received]) == 1, "in Ana's mailbox"
    assert threads_of([*ana.sent, *(each for each in ana.mail.messages if each["To"] == ANA)]) == 1, "in ours"
    assert {str(each["Subject"]) for each in ana.received} == {f"[{number}] El mapa no carga"}
    assert any("Laura Mejía" in str(each["From"]) for each in ana.received)
    assert {each["Auto-Submitted"] for each in ana.received} == {"auto-generated"}
    await asyncio.to_thread(box.logout)


async def cases_by_reason(mailbox: Mailbox, number: str) -> ClosingReason | None:
    return (await mailbox.case(number)).closing_reason


async def test_the_intake_acknowledges_what_it_keeps(mailbox: Mailbox) -> None:
    async def kept(raw: bytes) -> None:
        await came_in(mailbox.desk.database, mailbox.desk.engine, "intake", raw, at=mailbox.clock())

    server = await listen(0, kept)
    async with server:
        port = server.sockets[0].getsockname()[1]
        message = message_from_bytes(letter(), _class=EmailMessage, policy=policy.SMTP)
        assert await SmtpMail.at(f"smtp://127.0.0.1:{port}?tls=none").send(message, [MESA]) == [MESA]
    [identity] = mailbox.desk.engine.mail  # type: ignore[attr-defined]
    raw = await inbox.raw(mailbox.desk.database, identity.id)
    assert raw.startswith(f"Return-Path: <{ANA}>\r\nX-Escala-Recipient: <{MESA}>\r\n".encode())
    assert (await take(mailbox.desk, identity.id)).outcome is MailOutcome.OPENED


async def test_a_child_reads_a_message_as_this_process_would() -> None:
    raw = letter("Hola.\n")
    read = await read_message(raw, size=len(raw))
    assert (read.message.text, read.message.message_id, read.files) == ("Hola.", "uno@acme.example", ())


# -- tokens -----------------------------------------------------------------------------------------------------------


@dataclass
class Tokens:
    """An endpoint that gives tokens and says which are good."""

    given: int = 0
    good: set[str] = field(default_factory=set)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/token")
        def token() -> dict[str, Any]:
            self.given += 1
            self.good = {f"t{self.given}"}
            return {"access_token": f"t{self.given}", "expires_in": 3600}

        @app.get("/known")
        def known(token: str) -> dict[str, Any]:
            return {"active": str(token in self.good).lower(), "username": USER}

        return app


@dataclass
class Kept:
    """An inbox that keeps deliveries in memory."""

    mail: list[tuple[Identity, Arrival]] = field(default_factory=list)

    async def last_uid(self, mailbox: str, uidvalidity: int) -> int:
        return max((each.uid for each, _ in self.mail if each.uidvalidity == uidvalidity), default=0)

    async def take_delivery(self, identity: Identity, arrival: Arrival) -> None:
        self.mail.append((identity, arrival))


async def test_a_token_that_ends_in_the_middle_is_asked_for_anew(tmp_path: Path) -> None:
    if not is_here():
        pytest.skip(LOOKS)
    tokens, kept = Tokens(), Kept()
    async with served(tokens.app()) as endpoint, dovecot(f"{endpoint}/known?token=") as server:
        account = replace(ImapAccount.at(server.url), password="")
        known = AccessTokens(url=f"{endpoint}/token", client_id="escala", client_secret="secreta")
        source = ImapSource(account=account, inbox=kept, look_every=1, largest=10**7, tokens=known)
        await server.receive(letter())
        async for _ in source.looks():
            break
        tokens.good.clear()  # the server forgets the token before its time
        await server.receive(letter("Otra.\n"))
        with pytest.raises(Exception, match=r"AUTHENTICATIONFAILED|Authentication failed"):
            await anext(source.looks())
        async for _ in source.looks():
            break
    assert (tokens.given, [identity.uid for identity, _ in kept.mail]) == (2, [1, 2])
