"""Paging whoever is on duty (ESC-17): what is due is decided, goes out by mail, and is put on the case's record.

All of it stands in rows, so that a worker that dies leaves nothing undone: each round goes on where another stopped.
A mailbox is written to once a minute at most, then about everything that came meanwhile. Calling people and telling
cases go on beside each other: an engine that is slow in a storm makes nobody wait who has to be called.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol, Self

from activities.mail.envelope import Envelope, enveloped
from activities.mail.sending import MailPort, Undeliverable, mail_port
from desk.duty.links import address_of
from desk.engine import CaseNotRunning
from desk.problems import EngineUnavailable
from policy.case.case import Level, Role
from policy.case.commands import Command, RecordPage
from policy.case.refusals import Refusal
from policy.duty.paging import SETTLED, Next, next_step
from policy.duty.rota import Roster
from policy.duty.steps import PageState
from policy.terms.policy_file import PolicyFile
from settings import Settings
from storage.duty import pages, rotas
from storage.duty.pages import Mail, Page, Step, Taken
from storage.engine.database import Database
from storage.people import agents
from storage.people.agents import Agent
from storage.signing_in import accounts
from storage.terms.terms import holidays_of
from wording.language import DEFAULT
from wording.notices.paging import PagedCase, letter

MAILS_APART = timedelta(minutes=1)
"""Between two messages to one mailbox: what comes meanwhile goes with the next one."""
_TOO_OLD = timedelta(hours=12)
"""What nobody looked at for so long was brought from elsewhere, or is no longer urgent in itself."""
_TRIED_FOR = 6
_AGAIN_AFTER = timedelta(seconds=20)
_CALLED_AT_ONCE = 5_000
"""Pages of one round: all of a storm's, for what is left waits until its mailbox may be written to again."""
_TOLD_OF_AT_ONCE = 200
_SENT_AT_ONCE = 10
_SENT_WITHIN = 25.0
"""Seconds for one message: less than it is claimed for, so that no other worker sends it meanwhile."""
_TOLD_AT_ONCE = 8
_log = logging.getLogger(__name__)


Reached = list[tuple[str, str | None]]
"""To which mailboxes a step goes, and whose they are: an agent's id, None for an administrator's."""


class Recorder(Protocol):
    """The engine, as far as a page needs it."""

    async def command(self, number: str, command: Command, *, key: str) -> None: ...


@dataclass
class _Round:
    """What a round does: steps, and who is written to about which pages."""

    free_at: Mapping[str, datetime]
    """When the mailboxes that were written to within the last minute may be written to again."""
    taken: list[Taken] = field(default_factory=list)
    about: dict[str, list[str]] = field(default_factory=dict)
    people: dict[str, str | None] = field(default_factory=dict)
    """Whose each mailbox is: an agent's id, None for an administrator's."""

    def waits_until(self, to: Reached) -> datetime | None:
        """Until when a step has to wait: it does while each mailbox that it goes to was written to just now."""
        waits = [self.free_at[mailbox] for mailbox, _ in to if mailbox in self.free_at]
        return min(waits) if waits and len(waits) == len(to) else None

    def writes_to(self, mailbox: str, person: str | None, page: Page) -> None:
        self.about.setdefault(mailbox, []).append(page.id)
        self.people[mailbox] = self.people.get(mailbox) or person

    def mails(self, at: datetime) -> list[Mail]:
        """One to each mailbox; to one that was written to just now, while the others were not, a little later."""
        return [
            Mail(
                id=f"pgm_{secrets.token_hex(12)}",
                person_id=self.people[mailbox],
                mailbox=mailbox,
                at=self.free_at.get(mailbox, at),
                pages=tuple(dict.fromkeys(ids)),
            )
            for mailbox, ids in self.about.items()
        ]


@dataclass(frozen=True, kw_only=True)
class Paging:
    """Pages whoever is on duty; `within` is how long one has to acknowledge before the next one is paged."""

    database: Database
    engine: Recorder
    policy: PolicyFile
    mail: MailPort
    sender: str
    public_url: str
    within: timedelta
    clock: Callable[[], datetime]

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        database: Database,
        engine: Recorder,
        policy: PolicyFile,
        clock: Callable[[], datetime],
    ) -> Self:
        """As the settings say."""
        return cls(
            database=database,
            engine=engine,
            policy=policy,
            mail=mail_port(settings),
            sender=settings.mail_from,
            public_url=settings.public_url,
            within=timedelta(minutes=settings.page_minutes),
            clock=clock,
        )

    async def once(self) -> int:
        """Do all that is due by now; answer how much that was."""
        return await self.call() + await self.tell()

    async def call(self) -> int:
        """Decide what is due, and write to whom it reaches; answer how much that was."""
        return await self._decide(at=self.clock()) + await self._send(at=self.clock())

    # -- deciding -----------------------------------------------------------------------------------------------------

    async def _decide(self, *, at: datetime) -> int:
        found = await pages.due(self.database, at=at, most=_CALLED_AT_ONCE)
        if not found:
            return 0
        holidays = holidays_of(self.policy, at.year - 1, at.year + 1)
        roster = await rotas.roster(self.database, holidays, since=at)
        people = await agents.listing(self.database)
        everybody = await self._everybody(roster, people, at=at)
        mailed = await pages.mailed_since(self.database, at - MAILS_APART)
        this = _Round({mailbox: last + MAILS_APART for mailbox, last in mailed.items()})
        duty = {level: roster.on_duty(level, at) for level in Level}
        for page in found:
            too_old = page.steps == 0 and at - page.at > _TOO_OLD
            follows = SETTLED if too_old else next_step(page.as_open, page.standing, duty[page.level])
            to = self._reached(follows, page.level, people, everybody)
            if waits := this.waits_until(to):
                this.taken.append(Taken(page=page, state=page.state, step=None, person_id=None, next_at=waits))
                continue
            this.taken.append(
                Taken(
                    page=page,
                    state=follows.state,
                    step=follows.step,
                    person_id=follows.person,
                    next_at=at + self.within,
                )
            )
            for mailbox, person in to:
                this.writes_to(mailbox, person, page)
        return await pages.take(self.database, this.taken, this.mails(at), at=at)

    def _reached(
        self, follows: Next, level: Level, people: Sequence[Agent], everybody: dict[Level, Reached]
    ) -> Reached:
        """To which mailboxes a step goes, and whose they are."""
        if follows.person:
            return [(each.email, each.id) for each in people if each.id == follows.person]
        return everybody[level] if follows.step else []

    async def _everybody(self, roster: Roster, people: Sequence[Agent], *, at: datetime) -> dict[Level, Reached]:
        """Who is told where nobody is on duty: all who serve the level and are there, the director, administrators."""
        known = {each.id: each for each in people}
        admins = [
            each.mailbox
            for each in await accounts.listing(self.database)
            if each.staff_role is Role.ADMIN and each.disabled_at is None
        ]

        def told(level: Level) -> Iterable[tuple[str, str | None]]:
            for each in people:
                if level in each.levels or each.is_director:
                    there = roster.there(each.id, at)
                    if there in known:
                        yield known[there].email, there
            yield from ((mailbox, None) for mailbox in admins)

        return {level: list(dict.fromkeys(told(level))) for level in Level}

    # -- writing ------------------------------------------------------------------------------------------------------

    async def _send(self, *, at: datetime) -> int:
        claimed = await pages.claim(self.database, at=at, most=_SENT_AT_ONCE)
        await asyncio.gather(*(self._send_one(mail) for mail in claimed))
        return len(claimed)

    async def _send_one(self, mail: Mail) -> None:
        try:
            about = [each for each in await pages.of_ids(self.database, mail.pages) if each.is_open]
            if about:  # else somebody acknowledged before it left
                message = await self._message(mail, about)
                async with asyncio.timeout(_SENT_WITHIN):
                    await self.mail.send(message, [mail.mailbox])
        except Undeliverable:
            _log.warning("the page %s reaches nobody", mail.id)
            await pages.not_sent(self.database, mail, again_at=None)
        except Exception as error:
            _log.warning("the page %s has to wait: %s", mail.id, type(error).__name__)
            gives_up = mail.attempts + 1 >= _TRIED_FOR
            again_at = None if gives_up else self.clock() + _AGAIN_AFTER
            await pages.not_sent(self.database, mail, again_at=again_at)
        else:
            await pages.sent(self.database, mail.id, at=self.clock())

    async def _message(self, mail: Mail, about: Sequence[Page]) -> EmailMessage:
        url = self.public_url.rstrip("/")
        link = await address_of(self.database, mail, url, at=mail.at) if mail.person_id else f"{url}/guardia"
        cases = [
            PagedCase(
                number=each.case_number,
                title=each.title,
                level=each.level,
                priority=each.priority,
                why=each.why,
                link=f"{url}/casos/{each.case_number}",
                told_all=each.state is PageState.TOLD_ALL,
            )
            for each in about
        ]
        language = await accounts.common_language(self.database, [mail.mailbox]) or DEFAULT
        text = letter(cases, link=link, acknowledges=mail.person_id is not None, language=language)
        envelope = Envelope(
            thread=mail.id,
            identity=f"page.{mail.id}",
            language=language,
            sender=self.sender,
            to=[mail.mailbox],
            at=mail.at,
        )
        return enveloped(text, envelope)

    # -- telling the case ---------------------------------------------------------------------------------------------

    async def tell(self) -> int:
        """Have each case record what happened with its pages, in order; what the engine does not take now waits."""
        found = await pages.untold(self.database, most=_TOLD_OF_AT_ONCE)
        by_case: dict[str, list[tuple[Step, Page]]] = {}
        for each in found:
            by_case.setdefault(each[1].case_number, []).append(each)
        gate = asyncio.Semaphore(_TOLD_AT_ONCE)

        async def tell(steps: Sequence[tuple[Step, Page]]) -> int:
            async with gate:
                done = 0
                for step, page in steps:
                    if not await self._told(step, page):
                        break
                    done += 1
                return done

        return sum(await asyncio.gather(*(tell(each) for each in by_case.values())))

    async def _told(self, step: Step, page: Page) -> bool:
        command = RecordPage(by=step.by, step=step.step, about=page.seq, level=page.level, person_id=step.person_id)
        try:
            await self.engine.command(page.case_number, command, key=f"page-{step.page_id}-{step.n}")
        except EngineUnavailable:
            _log.warning("the case %s has to wait to hear of its page", page.case_number)
            return False
        except (CaseNotRunning, Refusal):
            pass  # closed meanwhile: closed stays closed, and the page of duty tells it
        await pages.told(self.database, step, at=self.clock())
        return True
