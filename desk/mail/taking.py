"""The taking of a message: it is read, judged once, and its verdict carried out by the desk's ordinary doors.

Every step is named after the delivery, so that a try which did not come through is simply made again.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from desk.desk import Desk
from desk.mail import verdicts
from desk.mail.carrying_out import Carried, carry_out
from desk.mail.reading import ReadMessage, Unreadable, read_message
from desk.mail.standing import Delivery, standing_of, vouched
from policy.mail.decision import (
    Incoming,
    MailOutcome,
    MailReason,
    Quarantined,
    Verdict,
    outcome_of,
    verdict_on,
)
from policy.mail.sender import sender_of
from policy.mail.state import MessageState
from storage.mail import inbox
from storage.mail.inbox import InboxRow, Reading, Settled

VERDICT, SECOND_VERDICT = "verdict", "second-verdict"
_LONGEST_SHOWN = 4_000
_STATES = {MailOutcome.HELD: MessageState.HELD, MailOutcome.QUARANTINE: MessageState.QUARANTINE}


class OtherUnderWay(Exception):
    """The very message came twice, and nothing has come of the other delivery yet: this one is taken after it."""


async def take(desk: Desk, message_id: str) -> InboxRow:
    """Do with a delivery what is to be done; the same again changes nothing more.

    Raises OtherUnderWay, EngineUnavailable, StorageFull and whatever else a later try may find mended.
    """
    row = await inbox.get(desk.database, message_id)
    assert row is not None, "it was kept before anything began with it"
    if row.state is not MessageState.RECEIVED:
        return row
    try:
        read = await read_message(await inbox.raw(desk.database, message_id), size=row.size)
    except Unreadable as unreadable:
        return await settle(desk, row, Carried(Quarantined(unreadable.reason)))
    delivery = await _noted(desk, row, read)
    return await settle(desk, delivery.row, await _carried_out(desk, delivery, read))


async def settle(desk: Desk, row: InboxRow, carried: Carried, *, by: str | None = None) -> InboxRow:
    """Note what became of a message, and give it as it is now."""
    verdict = carried.verdict
    outcome = outcome_of(verdict)
    settled = Settled(
        state=_STATES.get(outcome, MessageState.DONE),
        outcome=outcome,
        reason=getattr(verdict, "reason", None) or (MailReason.THANKS if type(verdict).__name__ == "Thanks" else None),
        case_number=carried.number or getattr(verdict, "number", None),
        contact_id=getattr(verdict, "contact_id", None),
        by=by,
    )
    await inbox.settle(desk.database, row.id, settled, at=desk.clock())
    changed = await inbox.get(desk.database, row.id)
    assert changed is not None
    return changed


async def _noted(desk: Desk, row: InboxRow, read: ReadMessage) -> Delivery:
    message = read.message
    sender = sender_of(message.from_fields)
    reading = Reading(
        message_id=message.message_id,
        sender=sender.address if sender else "",
        shown_from=message.shown_from,
        subject=message.subject,
        body=message.text[:_LONGEST_SHOWN],
        vouched=vouched(desk, message, sender),
        words=words_digest(message.subject, message.text),
        parsed=read.kept(),
    )
    await inbox.was_read(desk.database, row.id, reading)
    noted = await inbox.get(desk.database, row.id)
    assert noted is not None
    return Delivery(row=noted, message=message, sender=sender)


async def _carried_out(desk: Desk, delivery: Delivery, read: ReadMessage) -> Carried:
    """Do what the verdict says. Where its case moved on before that (while the desk was down, or somebody solved it in
    that moment) the message is judged once more, by where the case says that it is: nobody's answer is left lying.
    """
    db, at = desk.database, desk.clock()
    verdict = await _judged(desk, delivery)
    kept = await inbox.effect(db, delivery.row.id, SECOND_VERDICT)
    if kept is None:
        carried = await carry_out(desk, delivery, read, verdict)
        if carried.stands is None:
            return carried
        standing = await standing_of(desk, delivery, at=at)
        second = verdict_on(_incoming(desk, delivery), standing.once_it_is(carried.stands))
        kept = await inbox.once(db, delivery.row.id, SECOND_VERDICT, verdicts.to_json(second), at=at)
    return await carry_out(desk, replace(delivery, again=True), read, verdicts.from_json(kept))


def _incoming(desk: Desk, delivery: Delivery) -> Incoming:
    return Incoming(message=delivery.message, sender=delivery.sender, own=desk.post.own)


async def _judged(desk: Desk, delivery: Delivery) -> Verdict:
    """The verdict on it, which is the first one that was kept."""
    db, at = desk.database, desk.clock()
    kept = await inbox.effect(db, delivery.row.id, VERDICT)
    if kept is None:
        if not await inbox.goes_first(db, delivery.row):
            raise OtherUnderWay
        verdict = verdict_on(_incoming(desk, delivery), await standing_of(desk, delivery, at=at))
        kept = await inbox.once(db, delivery.row.id, VERDICT, verdicts.to_json(verdict), at=at)
    return verdicts.from_json(kept)


def words_digest(subject: str, text: str) -> str:
    """What tells words from others, whatever figures they bear: a desk that answers itself counts its answers."""
    plain = " ".join(re.sub(r"[\d#]+", "", f"{subject} {text}").lower().split())
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:32] if len(plain) > 40 else ""
