"""Agents' daily digests: what they chose to be told together, in one message each morning."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

from activities.mail.envelope import Envelope, enveloped
from activities.mail.sending import Undeliverable
from activities.notices.delivery import Delivery
from policy.mail.unsubscribing import word_of
from policy.people.contacts import mailbox_of
from policy.people.preferences import BOGOTA, DIGEST_AT
from storage.mail import threads
from storage.notices import outbox, preferences
from storage.notices.outbox import OutboxRow
from storage.people import agents
from storage.signing_in.accounts import common_language
from wording.notices.digest import digest_text


async def send_digests(delivery: Delivery) -> int:
    """Send the digests of today that have not left, once it is late enough; answer how many left now.

    What cannot leave now is raised, and tried again under the same Message-ID.
    """
    at = delivery.clock()
    if at.astimezone(BOGOTA).time() < DIGEST_AT:
        return 0
    sent = 0
    for agent_id, rows in (await outbox.for_digests(delivery.database)).items():
        agent = await agents.get(delivery.database, agent_id)
        if agent is None or await agents.is_shut_out(delivery.database, agent):
            await outbox.let_go(delivery.database, [each.id for each in rows])  # to whom it concerns by now
        else:
            sent += await _send(delivery, agent.email, rows, at=at)
    return sent


async def _send(delivery: Delivery, address: str, rows: Sequence[OutboxRow], *, at: datetime) -> bool:
    db, mailbox, on = delivery.database, mailbox_of(address), at.astimezone(BOGOTA).date()
    if not await preferences.begin_digest(db, mailbox, on=on, at=at):
        return False
    try:
        reached = await delivery.mail.send(await _digest(delivery, address, rows, at=at), [address])
    except Undeliverable as error:
        async with db.write() as connection:
            for each in rows:
                await outbox.failed(connection, each.id, error=str(error), next_try_at=None)
        return False
    async with db.write() as connection:
        await outbox.digested(connection, [each.id for each in rows], at=at, to=reached)
    await preferences.digest_sent(db, mailbox, on=on, at=at)
    return True


async def _digest(delivery: Delivery, address: str, rows: Sequence[OutboxRow], *, at: datetime) -> EmailMessage:
    mailbox, on = mailbox_of(address), at.astimezone(BOGOTA).date()
    link = delivery.public_url.rstrip("/")
    language = await common_language(delivery.database, [address]) or rows[0].language
    subjects = [await delivery.subject(replace(each, language=language)) for each in rows]
    told = [(subject, f"{link}/casos/{each.case_number}") for subject, each in zip(subjects, rows, strict=True)]
    off = f"{link}/avisos/baja/{word_of(mailbox, await threads.key(delivery.database, at=at))}"
    identity = f"digest-{hashlib.sha256(mailbox.encode()).hexdigest()[:16]}"
    envelope = Envelope(
        thread=identity,
        identity=f"{identity}.{on:%Y%m%d}",
        language=language,
        sender=delivery.mail_from,
        to=[address],
        at=at,
    )
    message = enveloped(digest_text(told, on=on, off=off, language=language), envelope)
    message["List-Unsubscribe"] = f"<{off}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message
