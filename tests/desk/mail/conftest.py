"""A desk that mail comes to, and a customer of each plan whose contacts write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from desk.commands.commands import give
from desk.desk import Desk
from desk.mail import scan, taking
from desk.mail.arriving import came_in
from desk.mail.parsing import read
from desk.mail.post import Post
from desk.mail.reading import ReadMessage, Unreadable
from desk.mail.taking import take
from policy.case.case import Actor, Case
from policy.mail.decision import MailReason
from policy.mail.thread import address_of, token_of
from policy.people.contacts import RosterEntry
from storage.mail import threads
from storage.mail.inbox import InboxRow
from storage.people import contacts
from storage.people.contacts import NewContact, NewRoster
from tests.api.office import PREMIUM, STANDARD, Clock
from tests.desk import asking
from tests.desk.mail.letters import ANA, MESA, OURS, letter
from tests.support.lives import policy

BETO, SARA = "beto@acme.example", "sara@estandar.example"


async def in_process(raw: bytes, *, size: int) -> ReadMessage:
    """As `read_message` reads, without its child process, which one test shows."""
    if size > len(raw):
        raise Unreadable(MailReason.TOO_LARGE)
    if found := scan.too_much(raw):
        raise Unreadable(found)
    try:
        found_there = read(raw)
    except Exception:
        raise Unreadable(MailReason.UNREADABLE) from None
    return ReadMessage(found_there.message, found_there.files, found_there.forwarded_from)


@dataclass
class Mailbox:
    """The way in: each message is taken at once."""

    desk: Desk
    clock: Clock
    key: bytes

    async def take(self, raw: bytes, mailbox: str = "intake") -> InboxRow:
        self.clock.passes(seconds=1)
        identity = await came_in(self.desk.database, self.desk.engine, mailbox, raw, at=self.clock())
        return await take(self.desk, identity.id)

    async def opened(self, **fields: Any) -> str:
        """A case that Ana's mail opened; its number."""
        row = await self.take(letter(**fields))
        assert row.case_number, row
        return row.case_number

    async def case(self, number: str) -> Case:
        return (await asking.read(self.desk, number)).case

    async def give(self, number: str, path: str, /, *, by: Actor = asking.AGENT.actor, **body: Any) -> None:
        row = await asking.read(self.desk, number)
        self.clock.passes(seconds=1)
        asked = asking.command(row, path, replace(asking.AGENT, actor=by), key=f"{path}{row.case.turn}", **body)
        await give(self.desk, asked)

    def address(self, number: str) -> str:
        return address_of(number, MESA, self.key)

    def our_id(self, number: str) -> str:
        """An id of a notice of ours."""
        return f"<{number}.t00001.s00001.case_opened.0123456789.{token_of(number, self.key)}@escala.example>"


@pytest.fixture
async def mailbox(desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    monkeypatch.setattr(taking, "read_message", in_process)
    people = {PREMIUM: (("ana-p", ANA), ("beto-p", BETO)), STANDARD: (("sara-s", SARA),)}
    for customer_id, named in people.items():
        roster = [
            NewContact(
                contact_id,
                RosterEntry(
                    name="Ana Pérez" if address == ANA else "Otra Persona",
                    email=address,
                    is_system_administrator=True,
                    notice_reference="Carta 17",
                    notified_on=date(2026, 11, 2),
                    can_sign_in=False,
                ),
            )
            for contact_id, address in named
        ]
        await contacts.replace_roster(desk.database, customer_id, NewRoster(roster), policy=policy(), at=clock())
    with_mail = replace(desk, post=Post(support=MESA, authserv_id=OURS, own=frozenset({MESA})))
    return Mailbox(with_mail, clock, await threads.key(desk.database, at=clock()))
