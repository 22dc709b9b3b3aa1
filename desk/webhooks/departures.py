"""The departure of webhooks' deliveries: a worker begins with what waits, tells owners of what was paused, and forgets
what arrived long ago.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Protocol

from desk.problems import EngineUnavailable
from desk.signing_in.sign_in_mail import SignInMail
from policy.case.case import Role
from storage.engine.database import Database
from storage.signing_in import accounts
from storage.webhooks import deliveries, webhooks

KEPT_FOR = timedelta(days=30)
"""How long it is known what was delivered."""
_AT_ONCE = 100
_log = logging.getLogger(__name__)


class Deliverer(Protocol):
    """The engine, as far as it delivers."""

    async def deliver_webhook(self, delivery_id: str, *, replays: int) -> None: ...


async def depart(database: Database, engine: Deliverer, *, at: datetime) -> int:
    """Have what waits delivered, each by an activity of its own; answer how many. What the engine does not take now
    goes on waiting.
    """
    found = await deliveries.waiting(database, most=_AT_ONCE)
    for each in found:
        try:
            await engine.deliver_webhook(each.id, replays=each.round)
        except EngineUnavailable:
            _log.warning("the delivery %s has to wait for the engine", each.id)
            break
        await deliveries.begun(database, each, at=at)
    return len(found)


async def tell_owners(database: Database, mail: SignInMail, *, at: datetime) -> None:
    """Tell the owners of webhooks that paused by themselves, each once."""
    for webhook in await webhooks.to_tell_of(database):
        if await webhooks.told(database, webhook.id, at=at):  # of two workers at once, one
            for mailbox in [webhook.owner_email] if webhook.owner_email else await _administrators(database):
                mail.send_paused_webhook(mailbox, webhook, at=at)


async def forget(database: Database, *, at: datetime) -> None:
    """Forget deliveries that arrived a month ago."""
    await deliveries.forget(database, before=at - KEPT_FOR)


async def _administrators(database: Database) -> list[str]:
    known = await accounts.listing(database)
    return [each.mailbox for each in known if each.staff_role is Role.ADMIN and each.disabled_at is None]
