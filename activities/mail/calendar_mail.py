"""Which notices carry a calendar message, and which one: the date of a visit follows whoever is to be there (ONS-5)."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr

from activities.mail import invitation
from activities.mail.invitation import Appointment, CalendarMessage, Guest
from activities.mail.sending import Undeliverable, mailboxes
from policy.case.case import Case
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
    if row.kind not in ("visit_scheduled", "visit_cancelled"):
        return None
    starts_at, engineer_id = row.data.get("starts_at"), row.data.get("engineer_id")
    engineers = {f"agent:{each}" for each in (engineer_id, row.data.get("from_engineer_id")) if each}
    if not starts_at or not engineer_id or row.recipient not in {f"contact:{case.contact_id}", *engineers}:
        return None
    title, paragraphs = appointment(occasion)
    is_replaced = row.kind == "visit_scheduled" and row.recipient == f"agent:{row.data.get('from_engineer_id')}"
    is_replaced = is_replaced and row.data["from_engineer_id"] != engineer_id
    invited = (row.recipient,) if is_replaced else (f"contact:{case.contact_id}", f"agent:{engineer_id}")
    entry = Appointment(
        uid=invitation.uid_of(row.case_number, row.data["visit"], opened_at=case.opened_at),
        sequence=row.data["sequence"],
        said_at=row.at,
        starts_at=datetime.fromisoformat(starts_at),
        title=title,
        description="\n\n".join(paragraphs),
        place=occasion.place,
        link=occasion.link,
        organizer=_organizer(sender),
        guests=tuple([guest for recipient in invited for guest in await _guests(db, recipient, at=row.at)]),
    )
    if row.kind == "visit_cancelled":
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
