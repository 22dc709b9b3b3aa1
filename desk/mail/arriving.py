"""Taking a delivery in: it is kept as it came, and then begun with; what could not be begun with waits for later."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from desk.desk import EnginePort
from desk.mail.scan import LARGEST
from desk.problems import EngineUnavailable
from storage.engine.database import Database
from storage.mail import inbox
from storage.mail.inbox import Arrival, Identity, InboxRow

_BEGUN_ANEW_AFTER = timedelta(seconds=15)
_log = logging.getLogger(__name__)


async def arrived(db: Database, engine: EnginePort, identity: Identity, arrival: Arrival, *, at: datetime) -> bool:
    """Keep a delivery and begin with it; whether it is new. Once this answers, it is not lost."""
    is_new = await inbox.keep(db, identity, arrival, at=at)
    if is_new:
        await _begin(engine, identity)
    return is_new


async def came_in(db: Database, engine: EnginePort, mailbox: str, raw: bytes, *, at: datetime) -> Identity:
    """Keep a delivery to a mailbox that numbers nothing itself, and begin with it."""
    identity = await inbox.keep_next(db, mailbox, Arrival.of(raw, largest=LARGEST), at=at)
    await _begin(engine, identity)
    return identity


async def begin_what_waits(db: Database, engine: EnginePort, *, at: datetime) -> int:
    """Begin anew with what nothing has come of: the engine was away, or its work was ended. Answer how many."""
    waiting: list[InboxRow] = await inbox.waiting(db, before=at - _BEGUN_ANEW_AFTER)
    for row in waiting:
        await engine.begin_with_mail(Identity(row.mailbox, row.uidvalidity, row.uid))
    return len(waiting)


async def _begin(engine: EnginePort, identity: Identity) -> None:
    try:
        await engine.begin_with_mail(identity)
    except EngineUnavailable:
        _log.warning("a message has to wait for the engine")
