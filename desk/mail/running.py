"""Mail as a worker has it: the desk that takes messages, and the ways in that are kept open beside."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from activities.mail.imap_source import ImapAccount, ImapSource
from activities.mail.oauth import access_tokens
from activities.mail.smtp_intake import listen
from desk.budgets import Budgets, allowances
from desk.desk import Desk, EnginePort
from desk.feed import Feed
from desk.files.arriving import Arriving, ArrivingLimits
from desk.mail.arriving import arrived, begin_what_waits, came_in
from desk.mail.post import INTAKE, Post
from desk.mail.scan import LARGEST
from desk.mail.taking import take
from desk.metrics import Metrics
from desk.turnstile import Turnstile
from policy.terms.policy_file import PolicyFile
from settings import Settings
from storage.engine.database import Database
from storage.files.file_store import FileStore
from storage.mail import inbox
from storage.mail.inbox import Arrival, Identity

_LOOKS_EVERY = 10.0
_AGAIN_AFTER = 5.0
_FORGETS_EVERY = 3_600.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mail:
    """Takes what came in, and what comes."""

    desk: Desk

    @classmethod
    def of(cls, settings: Settings, *, database: Database, engine: EnginePort, policy: PolicyFile) -> Self:
        """As the settings say."""
        return cls(
            Desk(
                database=database,
                engine=engine,
                policy=policy,
                clock=_now,
                feed=Feed(database),
                metrics=Metrics(),
                turnstile=Turnstile(),
                files=FileStore(settings.files_folder),
                arriving=Arriving(ArrivingLimits.of(settings)),
                budgets=Budgets(allowances(settings)),
                post=Post.of(settings),
            )
        )

    async def take(self, message_id: str) -> str:
        """Do with a delivery what is to be done; where it is counted then."""
        row = await take(self.desk, message_id)
        return str(row.outcome)

    def tasks(self, settings: Settings) -> list[Coroutine[Any, Any, None]]:
        """What is done beside, until cancelled: BadImapUrl where the settings hold no address of a mailbox."""
        ways: list[Coroutine[Any, Any, None]] = [self.begin_anew(), self.forget(days=settings.mail_raw_days)]
        if settings.intake_smtp_port:
            ways.append(self.listen(settings.intake_smtp_port))
        if settings.imap_url:
            source = ImapSource(
                account=ImapAccount.at(settings.imap_url.get_secret_value()),
                inbox=self,
                look_every=settings.imap_look_every,
                largest=LARGEST,
                tokens=access_tokens(settings),
            )
            ways.append(source.run())
        return ways

    async def listen(self, port: int) -> None:
        """Take mail by SMTP on this machine; a port that is taken is tried again."""

        async def kept(raw: bytes) -> None:
            await came_in(self.desk.database, self.desk.engine, INTAKE, raw, at=_now())

        while True:
            try:
                server = await listen(port, kept)
            except OSError as error:
                _log.warning("no mail is taken at port %d: %s", port, error.strerror)
                await asyncio.sleep(_AGAIN_AFTER)
                continue
            async with server:
                await server.serve_forever()

    async def begin_anew(self) -> None:
        """Every ten seconds, begin with what was kept and not begun with. What fails is tried again."""
        while True:
            await asyncio.sleep(_LOOKS_EVERY)
            try:
                await begin_what_waits(self.desk.database, self.desk.engine, at=_now())
            except Exception as error:
                _log.warning("mail that waits has to wait on: %s", type(error).__name__)

    async def forget(self, *, days: int) -> None:
        """Every hour, forget the bytes of messages that were done with so long ago. What fails is tried again."""
        while True:
            try:
                await inbox.forget_raw(self.desk.database, before=_now() - timedelta(days=days))
            except Exception as error:
                _log.warning("old mail has to wait: %s", type(error).__name__)
            await asyncio.sleep(_FORGETS_EVERY)

    # -- a mailbox's deliveries: activities.mail.imap_source.Inbox

    async def last_uid(self, mailbox: str, uidvalidity: int) -> int:
        return await inbox.last_uid(self.desk.database, mailbox, uidvalidity)

    async def take_delivery(self, identity: Identity, arrival: Arrival) -> None:
        await arrived(self.desk.database, self.desk.engine, identity, arrival, at=_now())


def _now() -> datetime:
    return datetime.now(UTC)
