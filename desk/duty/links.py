"""The signed link in a page's message: who has it acknowledges what that message is about, and does nothing else."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta

from storage.duty import pages
from storage.duty.pages import Mail
from storage.engine.database import Database
from storage.mail import threads
from storage.people import agents
from storage.people.agents import Agent

VALID_FOR = timedelta(hours=24)
_PURPOSE = b"acknowledge-page"
_LINK = re.compile(r"(pgm_[0-9a-f]{24})\.([0-9a-f]{40})", re.ASCII)


async def address_of(db: Database, mail: Mail, public_url: str, *, at: datetime) -> str:
    """The address that acknowledges."""
    return f"{public_url}/guardia/aviso/{mail.id}.{_signature(await threads.key(db, at=at), mail.id)}"


async def read(db: Database, link: str, *, at: datetime) -> tuple[Mail, Agent] | None:
    """The message, and whose it is; None for a link that is forged, too old, or of somebody who may not sign in."""
    found = _LINK.fullmatch(link)
    if found is None or not hmac.compare_digest(_signature(await threads.key(db, at=at), found[1]), found[2]):
        return None
    mail = await pages.mail(db, found[1])
    if mail is None or mail.person_id is None or at >= mail.at + VALID_FOR:
        return None
    person = next((each for each in await agents.serving(db) if each.id == mail.person_id), None)
    return (mail, person) if person else None


def _signature(key: bytes, mail_id: str) -> str:
    return hmac.new(hmac.digest(key, _PURPOSE, "sha256"), mail_id.encode(), hashlib.sha256).hexdigest()[:40]
