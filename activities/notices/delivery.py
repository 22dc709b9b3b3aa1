"""The activity that delivers a case's notices: each once, in order. What they say and how mail leaves are beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from temporalio import activity

from activities.mail.calendar_mail import calendar_message
from activities.mail.envelope import enveloped, notice_envelope
from activities.mail.sending import MailPort, Undeliverable, mail_port, mailboxes
from activities.notices import particulars
from policy.case.case import Level
from policy.people.recipients import CustomerRecipient, Recipient
from settings import Settings
from storage.case import views
from storage.case.views import CaseRow
from storage.engine.database import Database
from storage.notices import outbox
from storage.notices.addresses import DeskMailboxes, addresses, stand_ins, substitutes
from storage.notices.outbox import OutboxRow
from storage.people import customers
from wording.notices.letter import text_of
from wording.notices.occasion import Occasion

_PATIENT_TRIES = 8
"""How often a notice to several is tried for all of them at once (some ten minutes), before it goes to whom it can."""
_BEGIN_NONE_AFTER = 120.0
"""Seconds after which no further notice is begun, so that no two runs of the activity ever overlap."""


class NoticesWaiting(Exception):
    """Some notices could not leave now. It names no address and no reason: those are kept with each notice."""


@dataclass(frozen=True, kw_only=True)
class Notices:
    """Delivers the notices that the ledger recorded."""

    database: Database
    mail: MailPort
    mail_from: str
    desk_mailboxes: DeskMailboxes
    public_url: str
    clock: Callable[[], datetime]

    @classmethod
    def of(cls, settings: Settings, *, database: Database, clock: Callable[[], datetime]) -> Self:
        """As the settings say. BadSmtpUrl where they hold no SMTP address."""
        return cls(
            database=database,
            mail=mail_port(settings),
            mail_from=settings.mail_from,
            desk_mailboxes=DeskMailboxes(
                levels={
                    Level.HELP_DESK: settings.level_1_mailbox,
                    Level.SPECIALISTS: settings.level_2_mailbox,
                    Level.DIRECTOR: settings.level_3_mailbox,
                },
                commercial=settings.commercial_mailbox,
            ),
            public_url=settings.public_url,
            clock=clock,
        )

    @activity.defn(name="deliver_notices")
    async def deliver(self, case_number: str) -> None:
        """Send what waits, in order; raise while something must be tried again.

        A notice that has to wait keeps the later ones to the same recipient waiting, so that nobody reads the end of a
        story before its beginning.
        """
        began = time.monotonic()
        pending = await outbox.pending(self.database, case_number)
        case = await views.case(self.database, case_number)
        waiting: set[Recipient] = set()
        for row in pending:
            late = time.monotonic() - began > _BEGIN_NONE_AFTER
            if late or row.recipient in waiting or not await self._is_done_with(row, case):
                waiting.add(row.recipient)
        if waiting:
            raise NoticesWaiting(f"notices of {case_number} to {len(waiting)} of its recipients have to wait")

    async def _is_done_with(self, row: OutboxRow, case: CaseRow | None) -> bool:
        """Send one notice and note what became of it; False where it has to be tried again."""
        assert case is not None
        try:
            reached = await self._send(row, case)
        except Undeliverable as error:
            activity.logger.warning("notice %s of %s is undeliverable", row.id, row.case_number)
            await outbox.failed(self.database, row.id, error=str(error), final=True)
        except Exception as error:
            activity.logger.warning("notice %s of %s has to wait: %s", row.id, row.case_number, type(error).__name__)
            await outbox.failed(self.database, row.id, error=f"{type(error).__name__}: {error}", final=False)
            return False
        else:
            await outbox.delivered(self.database, row.id, at=self.clock(), to=reached)
        return True

    async def _send(self, row: OutboxRow, case: CaseRow) -> list[str]:
        at, desk = self.clock(), self.desk_mailboxes
        found = await addresses(self.database, row.recipient, desk, at=at)
        stand_in = not found and isinstance(row.recipient, CustomerRecipient)
        to = mailboxes(await stand_ins(self.database, row.customer_id, desk, at=at) if stand_in else found)
        occasion = replace(await self._occasion(row, case), to_stand_ins=stand_in)
        envelope = notice_envelope(row, sender=self.mail_from, to=to)
        calendar = await calendar_message(self.database, row, case.case, occasion, sender=self.mail_from)
        message = enveloped(text_of(occasion), envelope, calendar=calendar)
        return await self.mail.send(message, to, all_or_nobody=row.attempts < _PATIENT_TRIES)

    async def _occasion(self, row: OutboxRow, case: CaseRow) -> Occasion:
        customer = await customers.get(self.database, row.customer_id)
        meanwhile = await substitutes(self.database, row.recipient, at=self.clock())
        return Occasion(
            recipient=row.recipient,
            language=row.language,
            number=row.case_number,
            title=row.title,
            customer=customer.name if customer else row.customer_id,
            plan=row.plan,
            level=case.case.level,
            priority=case.case.priority,
            fact=row.fact,
            words=row.words,
            limit_at=row.limit_at,
            due_at=row.due_at,
            link=f"{self.public_url.rstrip('/')}/casos/{row.case_number}",
            commercial_mailbox=self.desk_mailboxes.commercial,
            place=await particulars.place(self.database, row),
            names=await particulars.names(self.database, row),
            substitutes=tuple((each.absent.name, each.substitute.name) for each in meanwhile),
        )
