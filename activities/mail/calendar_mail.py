"""The calendar messages that go with notices: the date of a visit follows whoever is to be there (ONS-5)."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr

from activities.mail import invitation
from activities.mail.invitation import Appointment, CalendarMessage, Guest
from activities.mail.sending import Undeliverable, mailboxes
from policy.case.case import Case
from policy.people.recipients import Agent, Contact
from policy.visit.facts import VisitCancelled, VisitScheduled
from storage.engine.database import Reader
from storage.notices.addresses import personal_addresses
from storage.notices.outbox import OutboxRow
from storage.people import agents, contacts
from wording.notices.appointment import appointment
from wording.notices.occasion import Occasion


async def calendar_message(
    db: Reader, row: OutboxRow, case: Case, occasion: Occasion, *, sender: str
) -> CalendarMessage | None:
    """The invitation to a visit, what moves it, or what takes it out of the reader's calendar; None for other news."""
    fact = row.fact
    if not isinstance(fact, VisitScheduled | VisitCancelled) or not fact.starts_at or not fact.engineer_id:
        return None
    replaced = fact.from_engineer_id if isinstance(fact, VisitScheduled) else None
    contact, engineer = Contact(case.contact_id), Agent(fact.engineer_id)
    before = Agent(replaced) if replaced else engineer
    recipient = row.recipient
    if not isinstance(recipient, Contact | Agent) or recipient not in (contact, engineer, before):
        return None
    title, paragraphs = appointment(occasion, engineer_id=engineer.id)
    is_replaced = recipient == before != engineer
    invited = (recipient,) if is_replaced else (contact, engineer)
    entry = Appointment(
        uid=invitation.uid_of(row.case_number, fact.visit, opened_at=case.opened_at),
        sequence=fact.sequence,
        said_at=row.at,
        starts_at=fact.starts_at,
        title=title,
        description="\n\n".join(paragraphs),
        place=occasion.place,
        link=occasion.link,
        organizer=_organizer(sender),
        guests=tuple([guest for each in invited for guest in await _guests(db, each, at=row.at)]),
    )
    if isinstance(fact, VisitCancelled):
        return invitation.cancellation(entry)
    return invitation.withdrawal(entry) if is_replaced else invitation.invitation(entry)


def _organizer(sender: str) -> Guest:
    name, mailbox = parseaddr(sender)
    return Guest(mailbox, name)


async def _guests(db: Reader, person: Contact | Agent, *, at: datetime) -> list[Guest]:
    """The people behind a recipient who can be written to, as the mail to them finds them."""
    try:
        found = mailboxes(await personal_addresses(db, person, at=at))
    except Undeliverable:
        return []
    name = await _name(db, person)
    return [Guest(mailbox, name) for mailbox in found]


async def _name(db: Reader, person: Contact | Agent) -> str:
    """The name of who is written to; none where others are, because a contact was taken off the roster."""
    if isinstance(person, Agent):
        agent = await agents.get(db, person.id)
        return agent.name if agent else ""
    contact = await contacts.get(db, person.id)
    return contact.name if contact and contact.removed_at is None else ""
