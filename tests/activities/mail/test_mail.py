"""How a message leaves, against a real SMTP server in this process: accepted, put off, refused, cut off, untrusted."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd import smtp as aiosmtpd_smtp
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from activities.mail.sending import BadSmtpUrl, MailFolder, SmtpMail, Undeliverable, mail_port
from settings import Settings

Server = aiosmtpd_smtp.SMTP

ANA, BETO = "ana@cliente.example", "beto@cliente.example"


@dataclass
class Inbox:
    """What the server took, and how it answers each mailbox: a reply, or several used up one after another."""

    messages: list[EmailMessage] = field(default_factory=list)
    reached: list[list[str]] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    data_reply: str = "250 OK"
    cut_off: bool = False
    cut_off_at_quit: bool = False
    logins: list[bytes] = field(default_factory=list)

    async def handle_RCPT(self, server: Server, session: Session, envelope: Envelope, to: str, _: list[str]) -> str:  # noqa: N802
        if self.cut_off:
            cut(server)
        waiting = self.replies.get(to, [])
        reply = waiting.pop(0) if waiting else "250 OK"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(to)
        return reply

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_reply.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.messages.append(message_from_bytes(envelope.content, _class=EmailMessage, policy=policy.SMTP))
            self.reached.append(list(envelope.rcpt_tos))
        return self.data_reply

    async def handle_QUIT(self, server: Server, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.cut_off_at_quit:
            cut(server)
        return "221 Bye"


def cut(server: Server) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


@asynccontextmanager
async def serving(inbox: Inbox, **options: Any) -> AsyncIterator[int]:
    """The inbox behind a server; its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(inbox, hostname="mail.example", **options), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def smtp(inbox: Inbox) -> AsyncIterator[SmtpMail]:
    async with serving(inbox) as port:
        yield SmtpMail.at(f"smtp://127.0.0.1:{port}")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key."""
    pem = tmp_path_factory.mktemp("tls") / "server.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(pem), "-out", str(pem) + ".crt"],
        check=True,
        capture_output=True,
    )
    pem.write_text(pem.read_text() + Path(f"{pem}.crt").read_text())
    return pem


def served_with(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def letter(body: str = "Su caso avanza.\n.\nFin.\n") -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = "Mesa de Ayuda <mesa@escala.example>"
    message["To"] = f"{ANA}, {BETO}"
    message["Subject"] = "Atención: ñandú"
    message["Date"] = "Wed, 25 Nov 2026 14:00:00 +0000"
    message["Message-ID"] = "<MA-2026-000001.t00001@escala.example>"
    message.set_content(body)
    return message


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestAnSmtpServer:
    async def test_gets_the_message_whole_for_everybody_at_once(self, smtp: SmtpMail, inbox: Inbox) -> None:
        assert await smtp.send(letter(), [ANA, BETO]) == [ANA, BETO]
        assert inbox.reached == [[ANA, BETO]]
        assert inbox.messages[0].get_content().splitlines() == ["Su caso avanza.", ".", "Fin."]
        assert inbox.messages[0]["Subject"] == "Atención: ñandú"

    async def test_that_asks_for_time_is_asked_again_and_nobody_has_it_twice(
        self, smtp: SmtpMail, inbox: Inbox
    ) -> None:
        inbox.replies[BETO] = ["451 4.7.1 Greylisted"]
        with pytest.raises(Exception, match="Greylisted") as error:
            await smtp.send(letter(), [ANA, BETO])
        assert not isinstance(error.value, Undeliverable)
        assert inbox.reached == []
        await smtp.send(letter(), [ANA, BETO])
        assert inbox.reached == [[ANA, BETO]]

    async def test_gets_it_for_whom_it_takes_where_patience_has_ended(self, smtp: SmtpMail, inbox: Inbox) -> None:
        inbox.replies[BETO] = ["452 4.2.2 Mailbox full"]
        assert await smtp.send(letter(), [ANA, BETO], all_or_nobody=False) == [ANA]
        assert inbox.reached == [[ANA]]

    async def test_that_puts_off_everybody_is_asked_again_also_then(self, smtp: SmtpMail, inbox: Inbox) -> None:
        inbox.replies = {ANA: ["550 5.1.1 Unknown"], BETO: ["452 4.2.2 Mailbox full"]}
        with pytest.raises(Exception, match="Mailbox full") as error:
            await smtp.send(letter(), [ANA, BETO], all_or_nobody=False)
        assert not isinstance(error.value, Undeliverable)

    async def test_that_refuses_one_mailbox_for_good_gets_it_for_the_others(self, smtp: SmtpMail, inbox: Inbox) -> None:
        inbox.replies[ANA] = ["550 5.1.1 No such user"]
        assert await smtp.send(letter(), [ANA, BETO]) == [BETO]

    async def test_that_refuses_every_mailbox_for_good_makes_it_undeliverable(
        self, smtp: SmtpMail, inbox: Inbox
    ) -> None:
        inbox.replies[ANA] = ["550 5.1.1 No such user"]
        with pytest.raises(Undeliverable, match="No such user"):
            await smtp.send(letter(), [ANA])

    async def test_that_refuses_the_message_for_good_makes_it_undeliverable(self, smtp: SmtpMail, inbox: Inbox) -> None:
        inbox.data_reply = "554 5.6.0 We do not take this"
        with pytest.raises(Undeliverable, match="554"):
            await smtp.send(letter(), [ANA])

    async def test_that_speaks_of_our_own_set_up_is_asked_again(self, smtp: SmtpMail, inbox: Inbox) -> None:
        inbox.replies[ANA] = ["530 5.7.0 Authentication required"]
        with pytest.raises(Exception, match="Authentication required") as error:
            await smtp.send(letter(), [ANA])
        assert not isinstance(error.value, Undeliverable)

    async def test_that_cuts_the_line_is_asked_again(self, smtp: SmtpMail, inbox: Inbox) -> None:
        inbox.cut_off = True
        with pytest.raises(ConnectionError):
            await smtp.send(letter(), [ANA])
        inbox.cut_off = False
        await smtp.send(letter(), [ANA])
        assert len(inbox.messages) == 1

    async def test_that_cuts_the_line_once_it_has_the_message_is_not_asked_again(
        self, smtp: SmtpMail, inbox: Inbox
    ) -> None:
        inbox.cut_off_at_quit = True
        assert await smtp.send(letter(), [ANA]) == [ANA]

    async def test_that_is_not_there_is_asked_again(self) -> None:
        async with serving(Inbox()) as port:
            pass
        with pytest.raises(ConnectionError):
            await SmtpMail.at(f"smtp://127.0.0.1:{port}").send(letter(), [ANA])

    async def test_is_not_asked_about_what_is_no_address(self, smtp: SmtpMail, inbox: Inbox) -> None:
        for address in ("", "ana", "ana@x.co<b@evil.example>", "ana@x.co\r\nRCPT TO:<b@evil.example>", "a b@x.co"):
            with pytest.raises(Undeliverable):
                await smtp.send(letter(), [address])
        assert inbox.messages == []

    async def test_gets_an_accented_domain_in_its_ascii_form(self, smtp: SmtpMail, inbox: Inbox) -> None:
        assert await smtp.send(letter(), ["ana@compañía.example"]) == ["ana@xn--compaa-7va5a.example"]


class TestTls:
    async def test_is_required_where_the_address_says_so(self, inbox: Inbox) -> None:
        with pytest.raises(Exception, match="STARTTLS"):
            async with serving(inbox) as port:
                await SmtpMail.at(f"smtp+starttls://127.0.0.1:{port}").send(letter(), [ANA])
        assert inbox.messages == []

    async def test_trusts_no_certificate_that_nobody_vouches_for(self, inbox: Inbox, certificate: Path) -> None:
        with pytest.raises(ssl.SSLCertVerificationError):
            async with serving(inbox, tls_context=served_with(certificate)) as port:
                await SmtpMail.at(f"smtp+starttls://127.0.0.1:{port}").send(letter(), [ANA])
        assert inbox.messages == []

    async def test_carries_the_message_and_the_password_where_the_certificate_holds(
        self, inbox: Inbox, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def note(_: Server, __: Session, ___: Envelope, ____: str, given: LoginPassword) -> AuthResult:
            inbox.logins.append(given.password)
            return AuthResult(success=True)

        monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
        async with serving(inbox, tls_context=served_with(certificate), authenticator=note) as port:
            await SmtpMail.at(f"smtp://mesa:p%40ss@127.0.0.1:{port}").send(letter(), [ANA])
        assert inbox.logins == [b"p@ss"]
        assert len(inbox.messages) == 1

    async def test_is_not_done_without_for_a_password(self, inbox: Inbox) -> None:
        with pytest.raises(Exception, match="STARTTLS"):
            async with serving(inbox) as port:
                await SmtpMail.at(f"smtp://mesa:secret@127.0.0.1:{port}").send(letter(), [ANA])


class TestAnSmtpAddress:
    @pytest.mark.parametrize(
        ("url", "port", "implicit_tls", "start_tls"),
        [
            ("smtp://mail.example", 25, False, None),
            ("smtp://mail.example:2525", 2525, False, None),
            ("smtp://mail.example?tls=none", 25, False, False),
            ("smtp://mail.example?tls=starttls", 587, False, True),
            ("smtp+starttls://mail.example", 587, False, True),
            ("smtp://user:secret@mail.example", 587, False, True),
            ("smtps://user:secret@mail.example", 465, True, False),
        ],
    )
    def test_says_how_to_connect(self, url: str, port: int, implicit_tls: bool, start_tls: bool | None) -> None:
        mail = SmtpMail.at(url)
        assert (mail.port, mail.implicit_tls, mail.start_tls) == (port, implicit_tls, start_tls)

    @pytest.mark.parametrize(
        "url",
        [
            "mail.example",
            "http://user:secret@mail.example",
            "smtp://user:secret@",
            "smtp://user:secret@mail.example:port",
            "smtp://user:secret@mail.example?tls=none",
            "smtp://user:secret@mail.example?tls=maybe",
        ],
    )
    def test_that_is_none_is_refused_without_repeating_its_password(self, url: str) -> None:
        with pytest.raises(BadSmtpUrl) as error:
            SmtpMail.at(url)
        assert "secret" not in str(error.value)

    def test_never_shows_its_password(self) -> None:
        assert "secret" not in repr(SmtpMail.at("smtps://user:secret@mail.example"))


class TestAMailFolder:
    async def test_holds_each_message_as_a_file_that_reads_back(self, tmp_path: Path) -> None:
        folder = tmp_path / "state" / "mail"
        assert await MailFolder(folder).send(letter("Línea única\n"), [ANA, BETO]) == [ANA, BETO]
        assert files(folder) == ["20261125T140000-MA-2026-000001.t00001.eml"]
        read = message_from_bytes((folder / files(folder)[0]).read_bytes(), _class=EmailMessage, policy=policy.default)
        assert read.get_content().splitlines() == ["Línea única"]

    async def test_holds_a_message_that_is_sent_again_once(self, tmp_path: Path) -> None:
        for _ in range(2):
            await MailFolder(tmp_path).send(letter(), [ANA])
        assert len(files(tmp_path)) == 1

    async def test_never_leaves_its_folder(self, tmp_path: Path) -> None:
        message = letter()
        message.replace_header("Message-ID", "<../../outside@escala.example>")
        await MailFolder(tmp_path / "mail").send(message, [ANA])
        assert files(tmp_path) == ["mail"]

    async def test_takes_no_message_for_nobody(self, tmp_path: Path) -> None:
        with pytest.raises(Undeliverable):
            await MailFolder(tmp_path).send(letter(), [])


class TestTheSettings:
    def test_without_a_server_mean_the_folder(self, tmp_path: Path) -> None:
        assert mail_port(Settings(state_dir=tmp_path)) == MailFolder(tmp_path / "mail")

    def test_with_a_server_mean_that_server(self, tmp_path: Path) -> None:
        settings = Settings(state_dir=tmp_path, smtp_url=SecretStr("smtps://user:secret@mail.example"))
        assert mail_port(settings) == SmtpMail.at("smtps://user:secret@mail.example")
