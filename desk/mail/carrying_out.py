"""Carrying out a verdict: by the doors that pages and API use, in the name of the contact who wrote (REQ-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, assert_never

from desk.budgets import BudgetSpent
from desk.commands.commands import OFFERS, give
from desk.commands.offers import AskedCommand
from desk.desk import Desk
from desk.engine import CaseNotRunning
from desk.idempotency import IdempotentRequest
from desk.mail.composing import files_of, text_of, title_of
from desk.mail.reading import ReadMessage
from desk.mail.solutions import solution_for
from desk.mail.standing import Delivery
from desk.opening import AskedOpening, GoesOnAlready, NewCase, open_case
from policy.case import commands as c
from policy.case.case import SYSTEM, Actor, Category, Channel, Priority, Role, Status, Text
from policy.case.refusals import CaseClosed, CaseNotResolved, CaseResolvedAlready, ChannelNotInPlan, Refusal
from policy.mail.decision import (
    Answers,
    Automatic,
    Bounced,
    Confirms,
    Held,
    MailReason,
    Opens,
    Own,
    Quarantined,
    Reopens,
    Thanks,
    Verdict,
)
from policy.terms.channels import misdirected
from storage.case import intake, views
from storage.case.intake import Deposit
from storage.mail import threads
from storage.people import contacts
from storage.signing_in.tokens import Principal
from storage.terms.terms import bogota_date
from wording import mail as words
from wording.language import DEFAULT

_PROPOSED = Priority.MODERATE
"""What is proposed for a case that came by mail; Help Desk confirms or changes it (PRI-5)."""
_OFFERED = {each.command: each for each in OFFERS}
_LONGEST_NOTE = 2_000


@dataclass(frozen=True)
class Carried:
    """A verdict that was carried out, and the case that it was about or that it opened.

    Where the case did not take it, the verdict is that an agent has to look at it; `stands` is where the case is, where
    that is what it was refused for.
    """

    verdict: Verdict
    number: str | None = None
    stands: Status | None = None


_STANDS: Mapping[type[Refusal], Status] = {
    CaseResolvedAlready: Status.RESOLVED,
    CaseClosed: Status.CLOSED,
    CaseNotResolved: Status.IN_PROGRESS,
}


async def carry_out(desk: Desk, delivery: Delivery, read: ReadMessage, verdict: Verdict) -> Carried:
    """Do what the verdict says. Raises EngineUnavailable and what else a later try may find mended."""
    try:
        return await carried(desk, delivery, read, verdict)
    except ChannelNotInPlan:
        return Carried(Held(MailReason.CHANNEL_NOT_IN_PLAN, contact_id=getattr(verdict, "contact_id", None)))
    except BudgetSpent:  # of the contact's openings in an hour: nothing is lost, and nobody else waits
        return Carried(Held(MailReason.FLOOD, contact_id=getattr(verdict, "contact_id", None)))
    except Refusal as refusal:  # of the case that it names, which may be another than the verdict's
        number = refusal.values.get("number") or getattr(verdict, "number", None)
        held = Held(MailReason.REFUSED, number and str(number), getattr(verdict, "contact_id", None))
        return Carried(held, stands=_STANDS.get(type(refusal)))


async def carried(desk: Desk, delivery: Delivery, read: ReadMessage, verdict: Verdict) -> Carried:
    """The same, but what the policy or the case refuses is raised: Refusal. The verdict is the one it came to."""
    match verdict:
        case Opens():
            try:
                return await _open(desk, delivery, read, verdict)
            except GoesOnAlready as gone_on:  # by what came beside it: these are words in that case
                joins = Answers(gone_on.number, verdict.contact_id)
                await _say(desk, delivery, read, joins, "joins")
                return Carried(joins)
        case Answers():
            await _say(desk, delivery, read, verdict)
        case Reopens():
            await _say(desk, delivery, read, verdict)
        case Confirms(number, contact_id):
            await _give(desk, delivery, number, await _writer(desk, contact_id), _Given(c.ConfirmSolution))
        case Thanks(number, contact_id):
            await _note(desk, delivery, number, MailReason.THANKS, await _writer(desk, contact_id))
        case Automatic(reason, number, contact_id):
            if number and contact_id:
                by = await _writer(desk, contact_id)
                if not (reason is MailReason.CALENDAR and await _declined(desk, delivery, number, by)):
                    await _note(desk, delivery, number, reason, by)
        case Bounced(recipients, number):
            if number:
                await _mark(desk, delivery, number, recipients)
        case Held(MailReason.CHANNEL_NOT_IN_PLAN, number, contact_id):
            await _redirect(desk, number, contact_id, at=delivery.row.received_at)
        case Own() | Held() | Quarantined():
            pass
        case _:
            assert_never(verdict)
    return Carried(verdict)


async def _open(desk: Desk, delivery: Delivery, read: ReadMessage, verdict: Opens) -> Carried:
    """Open a case with what the message says: its clocks count since it came, whenever this is carried out."""
    at, by = delivery.row.received_at, await _writer(desk, verdict.contact_id)
    request = _request(delivery, by)
    solution_id = await solution_for(desk, delivery, str(by.customer_id), by.actor.id, at=at)
    if solution_id is None:
        return Carried(Held(MailReason.NO_SOLUTION, contact_id=verdict.contact_id))
    files, refused = await files_of(desk, read, by=by.actor, request=request)
    new = NewCase(
        contact_id=verdict.contact_id,
        solution_id=solution_id,
        channel=Channel.EMAIL,
        category=Category.INCIDENT,
        title=title_of(read),
        description=text_of(read, refused),
        proposed_priority=_PROPOSED,
        files=tuple(files),
    )
    asked = AskedOpening(new=new, by=by, request=request, asks_for_analysis=True, follows=verdict.follows)
    opened = await open_case(desk, asked)
    return Carried(verdict, opened.number)


async def _say(desk: Desk, delivery: Delivery, read: ReadMessage, verdict: Answers | Reopens, part: str = "") -> None:
    by = await _writer(desk, verdict.contact_id)
    request = _request(delivery, by, part)
    files, refused = await files_of(desk, read, by=by.actor, request=request, number=verdict.number)
    said = text_of(read, refused)
    match verdict:
        case Answers(number):
            told = {"body": said, "files": tuple(files)}
            await _give(desk, delivery, number, by, _Given(c.AnswerAsCustomer, told, part))
        case Reopens(number):
            await _give(desk, delivery, number, by, _Given(c.ReopenCase, {"reason": said}))
            if files:  # a reason carries none
                told = {"body": words.with_files(), "files": tuple(files)}
                await _give(desk, delivery, number, by, _Given(c.AnswerAsCustomer, told, "files"))


@dataclass(frozen=True)
class _Given:
    """A command as a message gives it, `part` being what else the message gives."""

    command: type[c.Command]
    said: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""


async def _give(desk: Desk, delivery: Delivery, number: str, by: Principal, given: _Given) -> None:
    row = await views.case(desk.database, number)
    assert row is not None
    offer = _OFFERED[given.command]
    request = _request(delivery, by, given.part)
    await give(desk, AskedCommand.of(by, offer, row, body=offer.body(**given.said), request=request))


async def _note(desk: Desk, delivery: Delivery, number: str, reason: MailReason, by: Principal) -> None:
    """Note on a case what moves no clock of it, for those who work on it (ESC-16)."""
    contact = await contacts.get(desk.database, by.actor.id)
    who = contact.name if contact else by.actor.id
    message = delivery.message
    said = words.invited(message.calendar.answer) if message.calendar else message.text[:_LONGEST_NOTE]
    await _add_note(desk, delivery, number, words.noted(reason, who, said))


async def _declined(desk: Desk, delivery: Delivery, number: str, by: Principal) -> bool:
    """Tell those who work on the case, and the visit's engineer, that its date was declined; False where it was not."""
    row = await views.case(desk.database, number)
    visit, reply = row.case.visit if row else None, delivery.message.calendar
    if not visit or not visit.starts_at or not reply or reply.answer != "declined":
        return False
    contact = await contacts.get(desk.database, by.actor.id)
    note = words.declined(contact.name if contact else by.actor.id, visit.starts_at)
    await _add_note(desk, delivery, number, note, calls=(visit.engineer_id,) if visit.engineer_id else ())
    return True


async def _mark(desk: Desk, delivery: Delivery, number: str, recipients: tuple[str, ...]) -> None:
    """Mark the contacts of the case's customer whose addresses refused what we sent, and tell the case."""
    row = await views.case(desk.database, number)
    if row is None:
        return
    at = delivery.row.received_at
    for address in recipients:
        await threads.bounced(desk.database, address, row.case.customer_id, delivery.row.id, at=at)
    await _add_note(desk, delivery, number, words.came_back(", ".join(recipients) or "?"))


async def _add_note(desk: Desk, delivery: Delivery, number: str, note: str, *, calls: tuple[str, ...] = ()) -> None:
    """Leave a note, which calls these agents; a case that is closed takes none, and needs none."""
    content_id = f"txt_{delivery.row.id}"
    await intake.deposit(desk.database, [Deposit(content_id, number, note)], at=delivery.row.received_at)
    try:
        await desk.engine.command(
            number, c.AddNote(by=SYSTEM, body=Text(content_id, len(note)), mentions=calls), key=f"cmd_{delivery.row.id}"
        )
    except CaseNotRunning:
        return


async def _redirect(desk: Desk, number: str | None, contact_id: str | None, *, at: datetime) -> None:
    """Tell who wrote to a case whose plan has no mail which channels it has, once a day (REQ-7)."""
    terms = await views.terms(desk.database, number) if number else None
    if terms is not None and contact_id:
        await desk.engine.redirect(misdirected(contact_id, Channel.EMAIL, terms=terms, on=bogota_date(at)))


async def _writer(desk: Desk, contact_id: str) -> Principal:
    contact = await contacts.get(desk.database, contact_id)
    assert contact is not None
    return Principal(
        token_id=f"mail-{contact_id}", actor=Actor(Role.CONTACT, contact_id), customer_id=contact.customer_id
    )


def _request(delivery: Delivery, by: Principal, part: str = "") -> IdempotentRequest:
    row = delivery.row
    key = f"{row.id}{'again' if delivery.again else ''}{part}"
    return IdempotentRequest(by=by, key=key, address=f"mail:{row.id}", at=row.received_at, language=DEFAULT)
