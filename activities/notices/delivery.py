"""The delivery of one notice: its message is made, as its recipient reads it by now, and sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from typing import Self

from activities.mail.calendar_mail import calendar_message
from activities.mail.envelope import Thread, enveloped, notice_envelope
from activities.mail.sending import MailPort, Reached, mail_port, mailboxes
from activities.notices import particulars
from policy.case.case import SYSTEM, Channel, Level, Role
from policy.case.facts import CaseResolved, ChatSaid, Entry, InformationRequested, ReplySent, UnknownFact
from policy.case.notices import queue_instead
from policy.mail.thread import address_of, token_of
from policy.people.contacts import mailbox_of
from policy.people.preferences import OF_AGENTS, OF_CONTACTS, Digested, Leaves, Spared, Waits, fate_of
from policy.people.recipients import Agent, Contact, CustomerRecipient
from settings import Settings
from storage.case import views
from storage.engine.database import Database, Reader
from storage.mail import threads
from storage.notices import preferences
from storage.notices.addresses import DeskMailboxes, addresses, stand_ins, substitutes, unattended
from storage.notices.outbox import Holding, OutboxRow
from storage.people import agents, customers
from storage.signing_in.accounts import common_language
from wording.notices.letter import text_of
from wording.notices.occasion import Occasion

_MOST_IDS = 10
"""Ids of what its reader wrote that a notice names."""
_PATIENT_TRIES = 8
"""How often a notice to several is tried for all of them at once (some ten minutes), before it goes to whom it can."""


@dataclass(frozen=True)
class Message:
    """A message, and the mailboxes that it goes to."""

    content: EmailMessage
    to: list[str]


@dataclass(frozen=True)
class Alone:
    """That an agent of this name is not there, nor anybody who stands in; and the queue's mailbox, which is told."""

    name: str
    queue: str


class HeldBack(Exception):
    """Whoever it is for chose that it waits (`until`), is told in a digest, or is no mail."""

    def __init__(self, holding: Holding, until: datetime | None = None) -> None:
        super().__init__(holding)
        self.holding, self.until = holding, until


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Makes the messages of notices, and sends them."""

    database: Database
    mail: MailPort
    mail_from: str
    desk_mailboxes: DeskMailboxes
    public_url: str
    support: str
    clock: Callable[[], datetime]

    @classmethod
    def of(cls, settings: Settings, *, database: Database, clock: Callable[[], datetime]) -> Self:
        """As the settings say. BadSmtpUrl where they hold no SMTP address."""
        return cls(
            database=database,
            mail=mail_port(settings),
            mail_from=settings.mail_from,
            desk_mailboxes=DeskMailboxes(
                levels={
                    Level.HELP_DESK: settings.level_1_mailbox,
                    Level.SPECIALISTS: settings.level_2_mailbox,
                    Level.DIRECTOR: settings.level_3_mailbox,
                },
                commercial=settings.commercial_mailbox,
            ),
            public_url=settings.public_url,
            support=settings.support_address,
            clock=clock,
        )

    async def message(self, row: OutboxRow) -> Message:
        """The notice as a message, the same each time it is made.

        Undeliverable where nobody is there to have it, HeldBack where its reader would have it later or not at all.
        """
        at, desk = self.clock(), self.desk_mailboxes
        async with self.database.snapshot() as db:
            found = await addresses(db, row.recipient, desk, at=at)
            alone = await self._alone(db, row, at=at)
            if alone:
                found = list(dict.fromkeys([*found, alone.queue]))
            await _check_wanted(db, row, found, at=at)
            stand_in = not found and isinstance(row.recipient, CustomerRecipient)
            to = mailboxes(await stand_ins(db, row.customer_id, desk, at=at) if stand_in else found)
            row = replace(row, language=await common_language(db, to) or row.language)
            occasion = replace(
                await self._occasion(db, row, at=at),
                to_stand_ins=stand_in,
                not_there=alone.name if alone else "",
            )
            thread = await self._thread(db, row, to, at=at)
            envelope = notice_envelope(row, sender=self.mail_from, to=to, thread=thread)
            envelope = replace(envelope, speaker=await _speaker(db, row))
            calendar = await calendar_message(db, row, row.case, occasion, sender=self.mail_from)
        return Message(enveloped(text_of(occasion), envelope, calendar=calendar), to)

    async def send(self, row: OutboxRow, message: Message) -> list[str]:
        """Send it to everybody who can be reached, and answer who that was; as `MailPort.send` raises."""
        reached = await self.mail.send(message.content, message.to, all_or_nobody=row.attempts < _PATIENT_TRIES)
        if isinstance(reached, Reached) and (known_as := reached.known_as):
            await threads.sent_as(self.database, row.case_number, known_as, at=self.clock())
        return reached

    async def subject(self, row: OutboxRow) -> str:
        """What the notice says is new, in a line."""
        async with self.database.snapshot() as db:
            return text_of(await self._occasion(db, row, at=self.clock())).subject

    async def _thread(self, db: Reader, row: OutboxRow, to: list[str], *, at: datetime) -> Thread | None:
        """What leads the customer's answers to the case; agents answer in the portal."""
        if not isinstance(row.recipient, CustomerRecipient):
            return None
        number, key = row.case_number, await threads.known_key(db) or await threads.key(self.database, at=at)
        return Thread(
            answers_to=address_of(number, self.support, key),
            token=token_of(number, key),
            written=await threads.ids_from(db, number, to, most=_MOST_IDS),
        )

    async def _occasion(self, db: Reader, row: OutboxRow, *, at: datetime) -> Occasion:
        customer = await customers.get(db, row.customer_id)
        meanwhile = await substitutes(db, row.recipient, at=at)
        return Occasion(
            recipient=row.recipient,
            language=row.language,
            number=row.case_number,
            title=row.title,
            customer=customer.name if customer else row.customer_id,
            plan=row.plan,
            level=row.case.level,
            priority=row.case.priority,
            fact=row.fact,
            words=row.words,
            limit_at=row.limit_at,
            due_at=row.due_at,
            link=f"{self.public_url.rstrip('/')}/casos/{row.case_number}",
            commercial_mailbox=self.desk_mailboxes.commercial,
            place=await particulars.place(db, row),
            names=await particulars.names(db, row),
            author=await particulars.author(db, row),
            is_answerable=await self._is_answerable(db, row),
            substitutes=tuple((each.absent.name, each.substitute.name) for each in meanwhile),
        )

    async def _alone(self, db: Reader, row: OutboxRow, *, at: datetime) -> Alone | None:
        """Where nobody is there to act on a notice to an agent: who else is told."""
        agent = await unattended(db, row.recipient, at=at)
        if agent is None or isinstance(row.fact, UnknownFact):
            return None
        entry = Entry(seq=row.seq, at=row.at, by=row.actor or SYSTEM, fact=row.fact)
        queue = queue_instead(entry, row.case)
        mailbox = self.desk_mailboxes.of(queue) if queue else ""
        return Alone(agent.name, mailbox) if mailbox else None

    async def _is_answerable(self, db: Reader, row: OutboxRow) -> bool:
        if not isinstance(row.recipient, CustomerRecipient):
            return False
        terms = await views.terms(db, row.case_number)
        return terms is not None and Channel.EMAIL in terms.channels


async def _check_wanted(db: Reader, row: OutboxRow, found: list[str], *, at: datetime) -> None:
    """Raise HeldBack where the one person whom it reaches chose so; where somebody stands in for them it leaves."""
    if not isinstance(row.recipient, Contact | Agent) or len(found) != 1:
        return
    topics = OF_AGENTS if isinstance(row.recipient, Agent) else OF_CONTACTS
    match fate_of(row.fact, await preferences.of(db, mailbox_of(found[0])), topics, at=at):
        case Leaves():
            return
        case Waits(until):
            raise HeldBack(Holding.QUIET, until)
        case Digested():
            raise HeldBack(Holding.DIGEST)
        case Spared():
            raise HeldBack(Holding.SPARED)


async def _speaker(db: Reader, row: OutboxRow) -> str:
    """The name of the person of ours whose words the customer is sent; empty for all else."""
    spoken = isinstance(row.fact, ReplySent | ChatSaid | InformationRequested | CaseResolved)
    if not spoken or row.actor is None or not isinstance(row.recipient, CustomerRecipient):
        return ""
    agent = await agents.get(db, row.actor.id) if row.actor.role in (Role.AGENT, Role.DIRECTOR) else None
    return agent.name if agent else ""
