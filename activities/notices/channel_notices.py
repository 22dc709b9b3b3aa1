"""The activity that tells who asked on a channel that the plan does not hold which ones to use (REQ-7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from temporalio import activity

from activities.mail.envelope import Envelope, enveloped
from activities.mail.sending import MailPort, Undeliverable, mail_port, mailboxes
from policy.people.recipients import Contact
from policy.terms.channels import Misdirected
from settings import Settings
from storage.engine.database import Database
from storage.notices import channel_notices
from storage.notices.addresses import personal_addresses
from wording.language import DEFAULT
from wording.notices.channels import channel_letter


@dataclass(frozen=True, kw_only=True)
class ChannelNotices:
    """Sends one message for each contact, channel and day, and notes what became of it."""

    database: Database
    mail: MailPort
    mail_from: str
    public_url: str
    clock: Callable[[], datetime]

    @classmethod
    def of(cls, settings: Settings, *, database: Database, clock: Callable[[], datetime]) -> Self:
        """As the settings say. BadSmtpUrl where they hold no SMTP address."""
        return cls(
            database=database,
            mail=mail_port(settings),
            mail_from=settings.mail_from,
            public_url=settings.public_url or "",
            clock=clock,
        )

    @activity.defn(name="tell_of_channels")
    async def tell(self, told: Misdirected) -> None:
        """Send the message unless it left already. What cannot leave now is raised, to be tried again."""
        notice = await channel_notices.begin(self.database, told, at=self.clock())
        if notice.delivered_at is not None:
            return
        try:
            reached = await self._send(told, at=notice.at)
        except Undeliverable as error:
            activity.logger.warning("notice %s is undeliverable", told.id)
            await channel_notices.failed(self.database, told, error=str(error))
        except Exception as error:
            await channel_notices.failed(self.database, told, error=f"{type(error).__name__}: {error}")
            raise
        else:
            await channel_notices.delivered(self.database, told, to=reached, at=self.clock())

    async def _send(self, told: Misdirected, *, at: datetime) -> list[str]:
        to = mailboxes(await personal_addresses(self.database, Contact(told.contact_id), at=self.clock()))
        text = channel_letter(told, link=self.public_url)
        envelope = Envelope(
            thread=told.id, identity=f"{told.id}.m", language=DEFAULT, sender=self.mail_from, to=to, at=at
        )
        return await self.mail.send(enveloped(text, envelope), to)
