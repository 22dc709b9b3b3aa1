"""An agent's decision on a message that was held: whose it is and where it goes, or that nothing comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import Field

from desk.desk import Desk
from desk.inputs import Body, IdIfAny
from desk.mail.carrying_out import carried
from desk.mail.reading import message_of, read_message
from desk.mail.standing import Delivery
from desk.mail.taking import settle
from desk.problems import EngineUnavailable, NotFound, Problem
from policy.case.case import Status
from policy.case.refusals import Refusal
from policy.mail.decision import Answers, Confirms, Held, MailOutcome, MailReason, Opens, Reopens, Thanks, Verdict
from policy.mail.sender import sender_of
from policy.mail.state import MessageState
from storage.case import successors, views
from storage.case.views import CaseRow
from storage.mail import inbox
from storage.mail.inbox import InboxRow, Settled
from storage.people import contacts, customers
from storage.people.contacts import Contact


class HeldAct(StrEnum):
    """What may be done with a held message."""

    OPEN = "open"
    JOIN = "join"
    REOPEN = "reopen"
    CONFIRM = "confirm"
    THANKS = "thanks"
    DISCARD = "discard"


class HeldDecision(Body):
    """What is done with a message, in whose name, and in which case."""

    act: HeldAct
    contact_id: IdIfAny = ""
    number: IdIfAny = Field(default="", max_length=20)


class NotHeld(Problem):
    status, message = 409, "Somebody has decided about this message already."


class WriterMissing(Problem):
    status, message = 422, "Choose the contact whose words these are: an active one of the case's customer."


@dataclass(frozen=True)
class Candidate:
    """Somebody whose words these may be."""

    contact: Contact
    customer: str
    is_forwarded: bool = False


@dataclass(frozen=True, kw_only=True)
class ShownMessage:
    """A message as an agent reads it, and in whose name it may go on."""

    row: InboxRow
    whole: str = ""
    reply_to: str = ""
    original_sender: str = ""
    files: tuple[str, ...] = ()
    forwarded_from: str = ""
    candidates: tuple[Candidate, ...] = ()
    acts: tuple[HeldAct, ...] = ()
    leads_to: str | None = None


async def shown(desk: Desk, message_id: str) -> ShownMessage:
    """A message with all that an agent has to know of it. NotFound."""
    row = await inbox.get(desk.database, message_id)
    if row is None:
        raise NotFound
    kept: dict[str, Any] = dict(row.parsed or {})
    if not kept:
        return ShownMessage(row=row, acts=_acts(row, None))
    message = message_of(kept)
    case = await _leads_to(desk, row)
    forwarded = sender_of([kept.get("forwarded_from", "")])
    is_held = row.state is MessageState.HELD
    found = await _candidates(desk, row, forwarded.address if forwarded else None) if is_held else {}
    return ShownMessage(
        row=row,
        whole=message.whole,
        reply_to=message.reply_to,
        original_sender=message.original_sender,
        files=tuple(kept.get("files", ())),
        forwarded_from=kept.get("forwarded_from", ""),
        candidates=tuple(found.values()),
        acts=_acts(row, case),
        leads_to=case.number if case else None,
    )


async def decide(desk: Desk, message_id: str, decision: HeldDecision, *, by: str) -> InboxRow:
    """Do with a held message what an agent decided; its clocks count since it came. Of two at once, one decides.

    Raises NotHeld, WriterMissing, NotFound, a Refusal of the policy or the case, or EngineUnavailable.
    """
    async with desk.turnstile.passing(("held message", message_id)):
        if await inbox.get(desk.database, message_id) is None:
            raise NotFound
        if not await inbox.begin_deciding(desk.database, message_id, by=by, at=desk.clock()):
            raise NotHeld
        try:
            return await _decided(desk, message_id, decision, by=by)
        except EngineUnavailable:
            raise  # it may yet come: the same decision again finds it
        except (Refusal, Problem):
            await inbox.end_deciding(desk.database, message_id, by=by)
            raise


async def _decided(desk: Desk, message_id: str, decision: HeldDecision, *, by: str) -> InboxRow:
    row = await inbox.get(desk.database, message_id)
    if row is None:
        raise NotFound
    if row.state not in (MessageState.HELD, MessageState.QUARANTINE):
        raise NotHeld
    if decision.act is HeldAct.DISCARD:
        discarded = Settled(
            state=MessageState.DONE, outcome=row.outcome or MailOutcome.HELD, reason=row.reason, by=by,
            case_number=row.case_number, contact_id=row.contact_id,
        )  # fmt: skip
        await inbox.settle(desk.database, row.id, discarded, at=desk.clock())
        return (await shown(desk, message_id)).row
    if row.state is MessageState.QUARANTINE:
        raise NotHeld
    verdict = await _verdict(desk, row, decision)
    read = await read_message(await inbox.raw(desk.database, row.id), size=row.size)
    delivery = Delivery(row=row, message=read.message, sender=sender_of(read.message.from_fields))
    return await settle(desk, row, await carried(desk, delivery, read, verdict), by=by)


async def _verdict(desk: Desk, row: InboxRow, decision: HeldDecision) -> Verdict:
    contact = await contacts.get(desk.database, decision.contact_id) if decision.contact_id else None
    if contact is None or not contact.is_active(at=desk.clock()):
        raise WriterMissing
    if decision.act is HeldAct.OPEN:
        return Opens(contact.id, follows=await _closed_case(desk, row, contact))
    named = await views.case(desk.database, decision.number) if decision.number else None
    case = named if decision.number else await _leads_to(desk, row)
    if case is None or case.case.customer_id != contact.customer_id:
        raise WriterMissing
    match decision.act:
        case HeldAct.JOIN:
            return Answers(case.number, contact.id)
        case HeldAct.REOPEN:
            return Reopens(case.number, contact.id)
        case HeldAct.CONFIRM:
            return Confirms(case.number, contact.id)
        case HeldAct.THANKS:
            return Thanks(case.number, contact.id)
        case _:
            return Held(MailReason.REFUSED, case.number, contact.id)


async def _closed_case(desk: Desk, row: InboxRow, contact: Contact) -> str | None:
    """The closed case of the same customer that the message leads to, which the new one goes on from.

    Where one does already, that was opened meanwhile, by what came beside this, or by an earlier try of this.
    """
    case = await _leads_to(desk, row)
    if case is None or case.case.customer_id != contact.customer_id:
        return None
    if case.case.status is Status.CLOSED:
        return case.number
    return case.case.follows if case.number != row.case_number else None


async def _leads_to(desk: Desk, row: InboxRow) -> CaseRow | None:
    """The case that a message leads to by now: where its own was closed meanwhile and goes on, that one."""
    if row.case_number is None:
        return None
    return await views.case(desk.database, await successors.goes_on_in(desk.database, row.case_number))


def _acts(row: InboxRow, case: CaseRow | None) -> tuple[HeldAct, ...]:
    match row.state:
        case MessageState.QUARANTINE:
            return (HeldAct.DISCARD,)
        case MessageState.HELD:
            if row.case_number is None:
                return (HeldAct.OPEN, HeldAct.JOIN, HeldAct.DISCARD)
            to_case = {
                None: (),
                Status.RESOLVED: (HeldAct.REOPEN, HeldAct.CONFIRM, HeldAct.THANKS),
                Status.CLOSED: (),
            }.get(case.case.status if case else None, (HeldAct.JOIN,))
            goes_on = case is not None and case.number != row.case_number and case.case.status is not Status.CLOSED
            return (*to_case, *(() if goes_on else (HeldAct.OPEN,)), HeldAct.DISCARD)
        case _:
            return ()


async def _candidates(desk: Desk, row: InboxRow, forwarded: str | None) -> dict[str, Candidate]:
    """Who wrote it by its address, who wrote what was forwarded, and the roster of the case's customer."""
    at, db = desk.clock(), desk.database
    named = [(each, False) for each in await contacts.by_email(db, row.sender)] if row.sender else []
    if forwarded:
        named += [(each, True) for each in await contacts.by_email(db, forwarded)]
    if row.case_number and (case := await views.case(db, row.case_number)):
        named += [(each, False) for each in await contacts.roster(db, case.case.customer_id)]
    found: dict[str, Candidate] = {}
    for contact, is_forwarded in named:
        if contact.is_active(at=at) and contact.id not in found:
            customer = await customers.get(db, contact.customer_id)
            found[contact.id] = Candidate(contact, customer.name if customer else contact.customer_id, is_forwarded)
    return found
