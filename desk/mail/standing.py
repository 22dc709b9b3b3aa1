"""The knowledge that bears on a message: who has its address, to which case it leads, whether it came before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from desk.desk import Desk
from policy.case.case import Channel, Role
from policy.mail.authentication import is_vouched_for
from policy.mail.decision import Addressed, Standing, Writer
from policy.mail.message import Message
from policy.mail.sender import Sender
from policy.mail.thread import number_by_address, number_by_ids
from policy.visit.visit import VisitStep
from storage.case import successors, views
from storage.mail import inbox, threads
from storage.mail.inbox import InboxRow
from storage.people import contacts

_VISIT = re.compile(r"(MA-\d{4}-\d{6,9})\.(\d{1,4})\.(\d{8}T\d{12})@visitas\.escala", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A message as it was read, in its row of the inbox. `again`: its case moved on before the first verdict was
    carried out, and what is done now is the second one's.
    """

    row: InboxRow
    message: Message
    sender: Sender | None
    again: bool = False


def vouched(desk: Desk, message: Message, sender: Sender | None) -> bool:
    """Whether our own server says that the message is from whom it says."""
    return sender is not None and is_vouched_for(
        sender.domain, message.authentication, authserv_id=desk.post.authserv_id
    )


async def standing_of(desk: Desk, delivery: Delivery, *, at: datetime) -> Standing:
    """What bears on a message, as it stands now."""
    db, message, sender = desk.database, delivery.message, delivery.sender
    key = await threads.key(db, at=at)
    is_vouched = vouched(desk, message, sender)
    earlier = await inbox.earlier_delivery(db, delivery.row, vouched=is_vouched)
    by_reply = (
        number_by_address(message.to, desk.post.support, key)
        or number_by_ids(message.in_reply_to, key)
        or await threads.number_of_sent(db, message.in_reply_to)
    )
    by_references = number_by_ids(message.references, key) or await threads.number_of_sent(db, message.references)
    returned = message.report.message_ids if message.report else ()
    return Standing(
        is_vouched_for=is_vouched,
        writers=await _writers(desk, sender, at=at),
        by_reply=await _addressed(desk, await _by_now(desk, by_reply)),
        by_references=await _addressed(desk, await _by_now(desk, by_references)),
        by_return=number_by_ids(returned, key) or await threads.number_of_sent(db, returned) or by_reply,
        by_calendar=await _addressed(desk, await _visit_of(desk, message)),
        is_ours=number_by_ids([message.message_id], key) is not None,
        is_repeated=earlier is not None,
        repeats=earlier.case_number if earlier else None,
        is_echo=await inbox.said_before(db, delivery.row),
        machine_wrote_before=await inbox.opened_lately(db, delivery.row),
    )


async def _writers(desk: Desk, sender: Sender | None, *, at: datetime) -> tuple[Writer, ...]:
    found = await contacts.by_email(desk.database, sender.address) if sender else []
    return tuple(Writer(each.id, each.customer_id, each.name) for each in found if each.is_active(at=at))


async def _by_now(desk: Desk, number: str | None) -> str | None:
    """The case that a thread leads to by now, where its own was closed and another goes on from it."""
    return await successors.goes_on_in(desk.database, number) if number else None


async def _addressed(desk: Desk, number: str | None) -> Addressed | None:
    row = await views.case(desk.database, number) if number else None
    if row is None:
        return None
    terms = await views.terms(desk.database, row.number)
    spoke = {
        each.actor.id for each in await views.timeline(desk.database, row.number) if each.actor.role is Role.CONTACT
    }
    return Addressed(
        number=row.number,
        customer_id=row.case.customer_id,
        status=row.case.status,
        participants=frozenset({row.case.contact_id, *spoke}),
        takes_mail=terms is not None and Channel.EMAIL in terms.channels,
    )


async def _visit_of(desk: Desk, message: Message) -> str | None:
    """The case of the visit that an answer to an invitation is about: by the name that we gave it in calendars.

    None once that visit has begun or ended, and for one that came before the case's last.
    """
    found = _VISIT.fullmatch(message.calendar.uid) if message.calendar else None
    row = await views.case(desk.database, found[1]) if found else None
    if row is None or found is None or row.case.visit is None:
        return None
    visit, opened = row.case.visit, f"{row.case.opened_at:%Y%m%dT%H%M%S%f}"
    is_ours = opened == found[3] and visit.number == int(found[2]) and visit.step is VisitStep.SCHEDULED
    return row.number if is_ours else None
