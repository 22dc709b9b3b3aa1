"""The activities of the workflows of covers and of held cases: days, announcements, terms, and the sweep."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from temporalio import activity

from activities.mail.envelope import announcement_envelope, enveloped
from activities.mail.sending import MailPort, Undeliverable, mail_port, mailboxes
from policy.cover.cover import CoverRef
from policy.cover.cover_end import CoverDates
from policy.people.recipients import Recipient
from policy.terms.policy_file import PolicyFile, PolicyFileError
from policy.terms.terms import CoverKind, Terms
from settings import Settings
from storage.case import views
from storage.cover import announcements, contracts, cover_changes, covers, endings
from storage.cover.announcements import AnnouncementRow
from storage.engine.database import Database
from storage.notices.addresses import DeskMailboxes, addresses
from storage.people import contacts as people
from storage.terms.policy_files import read_policy_file
from storage.terms.terms import CustomerSolution, bogota_date, covered_terms
from wording.notices.cover import ChoiceOccasion, CoverOccasion, choice_text, cover_text
from wording.notices.early_end import EarlyEndOccasion, early_end_text
from wording.notices.letter import NoticeText

_PATIENT_TRIES = 8
"""How often an announcement to several is tried for all of them at once, before it goes to whom it can."""
_BEGIN_NONE_AFTER = 120.0
"""Seconds after which no further announcement is begun, so that no two runs of the activity ever overlap."""


class AnnouncementsWaiting(Exception):
    """Some announcements could not leave now. It names no address and no reason: those are kept with each."""


class CoverWorkflows(Protocol):
    """What the sweep needs of the engine: `desk.engine.Engine` has it."""

    async def attended(self) -> set[tuple[CoverKind, str]]:
        """The covers whose workflows run now, by kind and id."""
        ...

    async def cover_changed(self, cover: CoverRef) -> None:
        """Tell the cover's workflow that it changed; where none runs, one begins."""
        ...

    async def case_may_be_covered(self, number: str) -> None:
        """Tell a held case to look for its cover."""
        ...


@dataclass(frozen=True, kw_only=True)
class Look:
    """A look at a cover, at an instant."""

    cover: CoverRef
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a look found: the cover's days, None where there is no such cover, and whether announcements wait."""

    dates: CoverDates | None
    undelivered: bool = False


@dataclass(frozen=True, kw_only=True)
class HeldCase:
    """A held case, as its cover is looked for."""

    customer_id: str
    solution_id: str
    opened_at: datetime
    held_until: datetime


@dataclass(frozen=True, kw_only=True)
class Covered:
    """What a held case is promised, and when that is known; that may lie ahead, where a paid contract begins later.

    `counts_from`: since when it is covered, which is earlier where a payment was registered late (WAR-3); None from
    workers that did not ask for it yet.
    """

    terms: Terms
    covered_at: datetime
    counts_from: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What a sweep told: so many covers' workflows, so many held cases."""

    covers: int
    cases: int


@dataclass(frozen=True, kw_only=True)
class Cover:
    """Reads covers and announces their ends (WAR-5)."""

    database: Database
    policy: PolicyFile
    mail: MailPort
    mail_from: str
    commercial_mailbox: str
    workflows: CoverWorkflows
    clock: Callable[[], datetime]
    public_url: str = ""

    @classmethod
    def of(
        cls, settings: Settings, *, database: Database, workflows: CoverWorkflows, clock: Callable[[], datetime]
    ) -> Self:
        """As the settings say. BadSmtpUrl where they hold no SMTP address, PolicyFileError for a bad policy file."""
        return cls(
            database=database,
            policy=read_policy_file(settings.policy_file),
            mail=mail_port(settings),
            mail_from=settings.mail_from,
            commercial_mailbox=settings.commercial_mailbox,
            workflows=workflows,
            clock=clock,
            public_url=settings.public_url or "",
        )

    @activity.defn(name="look_at_cover")
    async def look(self, look: Look) -> Seen:
        """Read the cover, and record what of its end is to be announced now, once."""
        dates = await announcements.announce(self.database, self.policy, look.cover, at=look.at)
        return Seen(dates=dates, undelivered=bool(await announcements.pending(self.database, look.cover)))

    @activity.defn(name="deliver_announcements")
    async def deliver(self, cover: CoverRef) -> None:
        """Send what waits, in order; raise while something must be tried again."""
        began = time.monotonic()
        waiting: set[Recipient] = set()
        for row in await announcements.pending(self.database, cover):
            late = time.monotonic() - began > _BEGIN_NONE_AFTER
            if late or row.recipient in waiting or not await self._is_done_with(row):
                waiting.add(row.recipient)
        if waiting:
            raise AnnouncementsWaiting(f"announcements of {cover.id} to {len(waiting)} recipients have to wait")

    @activity.defn(name="held_cases")
    async def held_cases(self, customer_id: str) -> list[str]:
        """The numbers of the customer's held cases (WAR-3)."""
        return await covers.held_cases(self.database, customer_id)

    @activity.defn(name="terms_of_cover")
    async def terms_of(self, case: HeldCase) -> Covered | None:
        """What releases the case, if anything does: cover that was registered before `held_until` (WAR-2, WAR-3)."""
        found = await covered_terms(
            self.database,
            self.policy,
            CustomerSolution(customer_id=case.customer_id, solution_id=case.solution_id),
            opened_at=case.opened_at,
            held_until=case.held_until,
        )
        if found is None:
            return None
        terms, since = found
        return Covered(terms=terms, covered_at=since.known_at, counts_from=since.counts_from)

    @activity.defn(name="sweep_covers")
    async def sweep(self) -> Swept:
        """Tell the workflows of covers that changed or that have none, and the held cases that are covered by now.

        It repairs what could not be told at once, so each step may be repeated.
        """
        at = self.clock()
        untold = await cover_changes.untold(self.database)
        attended = await self.workflows.attended()
        unfinished = await covers.unfinished(self.database, self.policy, at=at)
        told = dict.fromkeys([*untold, *(each for each in unfinished if (each.kind, each.id) not in attended)])
        for cover in told:
            await self.workflows.cover_changed(cover)
            if cover in untold:
                await cover_changes.told(self.database, cover, at=untold[cover])
        covered = [each for each in await covers.held_cases(self.database) if await self._may_be_covered(each, at=at)]
        for number in covered:
            await self.workflows.case_may_be_covered(number)
        return Swept(covers=len(told), cases=len(covered))

    async def _may_be_covered(self, number: str, *, at: datetime) -> bool:
        """Whether the case is covered; one whose contract asks for what this worker's file lacks keeps nobody else."""
        try:
            return await self._is_covered(number, at=at)
        except PolicyFileError as error:
            activity.logger.error("held case %s: %s", number, error)
            return False

    async def _is_covered(self, number: str, *, at: datetime) -> bool:
        row = await views.case(self.database, number)
        if row is None or row.case.held_until is None:
            return False
        case = row.case
        held = HeldCase(
            customer_id=case.customer_id,
            solution_id=case.solution_id,
            opened_at=case.opened_at,
            held_until=row.case.held_until,
        )
        found = await self.terms_of(held)
        return found is not None and found.covered_at <= at

    async def _is_done_with(self, row: AnnouncementRow) -> bool:
        """Send one announcement and note what became of it; False where it has to be tried again.

        One that no longer holds is not sent: a renewal was paid since, or something nearer is to be said.
        """
        try:
            text = await self._text(row)
            if text is None:
                await announcements.superseded(self.database, row.id)
                return True
            desk = DeskMailboxes(commercial=self.commercial_mailbox)
            to = mailboxes(await addresses(self.database, row.recipient, desk, at=self.clock()))
            message = enveloped(text, announcement_envelope(row, sender=self.mail_from, to=to))
            reached = await self.mail.send(message, to, all_or_nobody=row.attempts < _PATIENT_TRIES)
        except Undeliverable as error:
            activity.logger.warning("announcement %s is undeliverable", row.id)
            await announcements.failed(self.database, row.id, error=str(error), final=True)
        except Exception as error:
            activity.logger.warning("announcement %s has to wait: %s", row.id, type(error).__name__)
            await announcements.failed(self.database, row.id, error=f"{type(error).__name__}: {error}", final=False)
            return False
        else:
            await announcements.delivered(self.database, row.id, at=self.clock(), to=reached)
        return True

    async def _text(self, row: AnnouncementRow) -> NoticeText | None:
        if row.tells_of_early_end:
            return await self._early_end(row)
        return await (self._choice(row) if row.asks_who_stays else self._end(row))

    async def _early_end(self, row: AnnouncementRow) -> NoticeText | None:
        ending = await endings.of_contract(self.database, row.cover_id)
        if ending is None:
            return None
        after = await contracts.get(self.database, ending.replaced_by) if ending.replaced_by else None
        return early_end_text(
            EarlyEndOccasion(
                contract_id=row.cover_id,
                recipient=row.recipient,
                language=row.language,
                customer=row.name,
                plan=row.plan or "",
                from_on=ending.from_on,
                reason=ending.reason,
                replaced_by=after.plan if after else None,
                replaced_until=after.ends_on if after else None,
                commercial_mailbox=self.commercial_mailbox,
            )
        )

    async def _end(self, row: AnnouncementRow) -> NoticeText | None:
        async with self.database.read() as connection:
            dates = await covers.dates(connection, self.policy, row.ref)
        if dates is None or not dates.still_announces(row.ends_on, row.days_before):
            return None
        return cover_text(
            CoverOccasion(
                kind=row.cover,
                cover_id=row.cover_id,
                recipient=row.recipient,
                language=row.language,
                customer=row.name,
                name=row.plan or row.solution or row.cover_id,
                ends_on=row.ends_on,
                said_on=bogota_date(self.clock()),
                unpaid_until=dates.unpaid_until,
                commercial_mailbox=self.commercial_mailbox,
                customer_told=await self._is_told(row),
            )
        )

    async def _is_told(self, row: AnnouncementRow) -> bool | None:
        """Whether the customer's administrators were told the same; None while that is under way."""
        for each in await announcements.of_cover(self.database, row.ref):
            if each.is_for_the_customer and (each.ends_on, each.days_before) == (row.ends_on, row.days_before):
                return True if each.delivered_at else False if each.given_up else None
        return False

    async def _choice(self, row: AnnouncementRow) -> NoticeText | None:
        now = self.clock()
        state = await people.state(self.database, row.customer_id, policy=self.policy, at=now)
        if not state.sign_ins.choice_needed:
            return None
        return choice_text(
            ChoiceOccasion(
                customer=row.name,
                plan=state.plan,
                places=state.places,
                asked=state.asked,
                link=f"{self.public_url}/contactos",
                language=row.language,
            )
        )
