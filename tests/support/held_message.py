"""A message that an agent has to look at, as it stands in the inbox once it was read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from policy.mail.decision import MailOutcome, MailReason
from policy.mail.state import MessageState
from storage.engine.database import Database
from storage.mail import inbox
from storage.mail.inbox import Arrival, Reading, Settled


async def held_message(db: Database, sender: str, words: str, *, at: datetime, whole: str = "") -> str:
    """Its id, by which it is found."""
    raw = f"From: {sender}\r\nSubject: {words}\r\n\r\n{words}\r\n".encode()
    identity = await inbox.keep_next(db, "intake", Arrival(raw, len(raw)), at=at)
    message = {"from_fields": (sender,), "shown_from": sender, "subject": words, "text": words, "whole": whole or words}
    parsed: dict[str, Any] = {"message": message, "files": [words], "forwarded_from": words}
    reading = Reading(
        message_id=f"{identity.uid}@cliente.example",
        sender=sender,
        shown_from=sender,
        subject=words,
        body=words,
        vouched=False,
        words="",
        parsed=parsed,
    )
    await inbox.was_read(db, identity.id, reading)
    held = Settled(state=MessageState.HELD, outcome=MailOutcome.HELD, reason=MailReason.UNVERIFIED)
    await inbox.settle(db, identity.id, held, at=at)
    return identity.id
