"""Acknowledging a page: by the link in its message without signing in, or in the portal (ESC-17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.desk import Desk
from desk.duty import links
from desk.problems import NotFound
from policy.case.case import Actor
from policy.case.refusals import RoleNotAllowed
from policy.duty.paging import may_acknowledge
from storage.duty import pages
from storage.duty.pages import Page
from storage.people import agents
from storage.signing_in import accounts


@dataclass(frozen=True, kw_only=True)
class Linked:
    """What a link leads to: the pages of its message, whose it is, and the language they chose, if any."""

    person_id: str
    person: str
    language: str | None
    pages: Sequence[Page]

    @property
    def open(self) -> Sequence[Page]:
        return [each for each in self.pages if each.is_open]


async def look(desk: Desk, link: str, *, at: datetime) -> Linked:
    """What the link leads to; nothing changes by it. NotFound for a link that does nothing (any more)."""
    found = await links.read(desk.database, link, at=at)
    if found is None:
        raise NotFound
    mail, person = found
    about = await pages.of_ids(desk.database, mail.pages)
    account = await accounts.by_mailbox(desk.database, person.email)
    language = account.language if account else None
    return Linked(person_id=person.id, person=person.name, language=language, pages=about)


async def by_link(desk: Desk, link: str, *, at: datetime) -> Linked:
    """Acknowledge what is still open, and answer how it stands. NotFound as above; a second time changes nothing."""
    linked = await look(desk, link, at=at)
    person = await agents.get(desk.database, linked.person_id)
    assert person is not None
    await pages.acknowledge(desk.database, [each.id for each in linked.open], _own(person.actor), at=at)
    return await look(desk, link, at=at)


async def by_hand(desk: Desk, page_id: str, *, by: Actor, at: datetime) -> Page:
    """Acknowledge one in the portal: whom it reached, who serves its level, or the director.

    Raises NotFound or RoleNotAllowed; one that is acknowledged already stays as it is.
    """
    found = await pages.of_ids(desk.database, [page_id])
    if not found:
        raise NotFound
    page = found[0]
    if not may_acknowledge(page.as_open, by):
        raise RoleNotAllowed
    await pages.acknowledge(desk.database, [page.id], _own(by), at=at)
    return (await pages.of_ids(desk.database, [page.id]))[0]


async def all_by_hand(desk: Desk, page_ids: Sequence[str], *, by: Actor, at: datetime) -> int:
    """Acknowledge all of these, which were shown to them as theirs; how many were still open.

    Raises NotFound or RoleNotAllowed where one of them is not there or not theirs, and then none is acknowledged.
    """
    wanted = dict.fromkeys(page_ids)
    found = await pages.of_ids(desk.database, list(wanted))
    if not found or len(found) != len(wanted):
        raise NotFound
    if not all(may_acknowledge(each.as_open, by) for each in found):
        raise RoleNotAllowed
    return len(await pages.acknowledge(desk.database, list(wanted), _own(by), at=at))


def _own(by: Actor) -> Actor:
    return Actor(by.role, by.id, by.levels, by.groups)
