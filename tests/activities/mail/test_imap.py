"""A mailbox whose server breaks off within a message, and one that is read over TLS of either kind."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from activities.mail.imap_source import ImapAccount, ImapSource, NotGiven
from desk.mail.reading import Unreadable, read_message
from tests.activities.mail.imap_server import ImapServer
from tests.activities.mail.test_mail import certificate, served_with
from tests.desk.mail.letters import letter
from tests.desk.mail.test_life_by_mail import Kept

__all__ = ["certificate"]

LETTERS = [letter(f"Mensaje número {place}.\n") for place in range(3)]


def source(scheme: str, port: int, kept: Kept) -> ImapSource:
    account = ImapAccount.at(f"{scheme}://mesa:secreta@127.0.0.1:{port}/INBOX")
    return ImapSource(account=account, inbox=kept, look_every=1, largest=10**7)


async def one_look(reading: ImapSource) -> None:
    """Look into the mailbox once, and leave it: what is left open is waited for at the end."""
    async with aclosing(reading.looks()) as looks:
        await anext(looks)


async def test_what_breaks_off_in_the_middle_is_fetched_whole_and_once() -> None:
    server, kept = ImapServer(LETTERS, breaks_at=2), Kept()
    async with server.serving() as port:
        reading = source("imap", port, kept)
        with pytest.raises(Exception, match=r"abort|socket|EOF|unexpected"):
            await one_look(reading)
        assert [arrival.content for _, arrival in kept.mail] == LETTERS[:1]
        await one_look(reading)
    assert [(identity.uid, arrival.content) for identity, arrival in kept.mail] == list(enumerate(LETTERS, start=1))


@pytest.mark.parametrize("says", [b"", b'* 2 FETCH (UID 2 BODY[] "")\r\n', b"* 2 FETCH (UID 2 BODY[] NIL)\r\n"])
@pytest.mark.parametrize("for_times", [1, 9], ids=["for-a-while", "for-ever"])
async def test_what_the_server_does_not_give_is_not_passed_over(says: bytes, for_times: int) -> None:
    """It comes later, in its order; and what never comes is a quarantine of its own, which stops nobody else."""
    server, kept = ImapServer(LETTERS, keeps=2, for_times=for_times, says=says), Kept()
    async with server.serving() as port:
        reading = source("imap", port, kept)
        for tries in range(1, 4):
            try:
                await one_look(reading)
                break
            except NotGiven:
                assert [identity.uid for identity, _ in kept.mail] == [1], "what comes after it waits"
                assert tries < 3
    assert [identity.uid for identity, _ in kept.mail] == [1, 2, 3]
    assert kept.mail[1][1].content == (LETTERS[1] if for_times == 1 else b"")
    if for_times > 1:
        with pytest.raises(Unreadable, match="unreadable"):
            await read_message(b"", size=0)


async def test_a_server_that_numbers_anew_without_saying_so_loses_nothing() -> None:
    """Under the very same UIDVALIDITY; and what comes after that is known once, also beyond the former numbers."""
    server, kept, new = ImapServer(LETTERS), Kept(), [letter(f"Nuevo {place}.\n") for place in range(5)]
    async with server.serving() as port:
        reading = source("imap", port, kept)
        await one_look(reading)
        for there in (new[:1], new[:1], new[:2], new):
            server.messages = there
            await one_look(reading)
    assert [arrival.content for _, arrival in kept.mail] == [*LETTERS, *new]
    assert len({identity.id for identity, _ in kept.mail}) == len(LETTERS) + len(new)


@pytest.mark.parametrize(("scheme", "secured_first"), [("imaps", True), ("imap+starttls", False)])
async def test_it_is_read_over_tls_where_the_certificate_holds(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, secured_first: bool
) -> None:
    server, kept = ImapServer(LETTERS, tls=served_with(certificate), secured_first=secured_first), Kept()
    async with server.serving() as port:
        with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
            await one_look(source(scheme, port, kept))
        assert server.logins == []
        monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
        await one_look(source(scheme, port, kept))
    assert len(kept.mail) == 3
    assert len(server.logins) == 1
