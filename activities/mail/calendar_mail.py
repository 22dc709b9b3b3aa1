"""Which notices carry a calendar message, and which one: the date of a visit follows whoever is to be there (ONS-5)."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr

from activities.mail import invitation
from activities.mail.invitation import Appointment, CalendarMessage, Guest
from activities.mail.sending import Undeliverable, mailboxes
from policy.case.case import Case
from policy.visit.facts import VisitCancelled, VisitScheduled
from storage.engine.database import Database
from storage.notices import outbox
from storage.notices.outbox import OutboxRow
from storage.people import agents, contacts
from wording.notices.appointment import appointment
from wording.notices.occasion import Occasion


async def calendar_message(
    db: Database, row: OutboxRow, case: Case, occasion: Occasion, *, sender: str
) -> CalendarMessage | None:
    """The invitation to a visit, what moves it, or what takes it out of the reader's calendar; None for other news."""
    fact = row.fact
    if not isinstance(fact, VisitScheduled | VisitCancelled) or not fact.starts_at or not fact.engineer_id:
        return None
    engineer_id, replaced = fact.engineer_id, fact.from_engineer_id if isinstance(fact, VisitScheduled) else None
    engineers = {f"agent:{each}" for each in (engineer_id, replaced) if each}
    if row.recipient not in {f"contact:{case.contact_id}", *engineers}:
        return None
    title, paragraphs = appointment(occasion)
    is_replaced = replaced not in (None, engineer_id) and row.recipient == f"agent:{replaced}"
    invited = (row.recipient,) if is_replaced else (f"contact:{case.contact_id}", f"agent:{engineer_id}")
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
        guests=tuple([guest for recipient in invited for guest in await _guests(db, recipient, at=row.at)]),
    )
    if isinstance(fact, VisitCancelled):
        return invitation.cancellation(entry)
    return invitation.withdrawal(entry) if is_replaced else invitation.invitation(entry)


def _organizer(sender: str) -> Guest:
    name, mailbox = parseaddr(sender)
    return Guest(mailbox, name)


async def _guests(db: Database, recipient: str, *, at: datetime) -> list[Guest]:
    """The people behind a recipient who can be written to, as the mail to them finds them."""
    try:
        found = mailboxes(await outbox.addresses(db, recipient, {}, at=at))
    except Undeliverable:
        return []
    name = await _name(db, recipient)
    return [Guest(mailbox, name) for mailbox in found]


async def _name(db: Database, recipient: str) -> str:
    """The name of who is written to; none where others are, because a contact was taken off the roster."""
    kind, _, id_ = recipient.partition(":")
    if kind == "agent":
        agent = await agents.get(db, id_)
        return agent.name if agent else ""
    contact = await contacts.get(db, id_)
    return contact.name if contact and contact.removed_at is None else ""
