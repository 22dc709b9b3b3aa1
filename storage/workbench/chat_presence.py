"""Presence in chats: who has one before them, who writes, and who of ours takes any; rows are renewed, and expire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update

from policy.case.case import Actor, Role
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import agents, chat_presence, chat_readiness

LASTS = timedelta(seconds=45)
"""How long a page that says nothing more is believed to be open: two of its heartbeats may be lost."""
READY_FOR = timedelta(seconds=90)
"""How long somebody who takes chats is believed to be there without an open page that says so."""

_P = chat_presence.c
_R = chat_readiness.c


@dataclass(frozen=True)
class InChat:
    """Somebody who has a chat before them; `theirs`: of the customer's side."""

    person_id: str
    theirs: bool
    writing: bool


@dataclass(frozen=True, kw_only=True)
class OpenChat:
    """A page with a case's chat that `by` has open. `page` is the page's own id: each window has another."""

    number: str
    by: Actor
    page: str
    writing: bool = False

    @property
    def key(self) -> str:
        """Under which it is kept: whoever learns another's page id has a page of their own by it."""
        return f"{self.by.id}/{self.page}"


async def here(db: Database, opened: OpenChat, *, at: datetime) -> None:
    """A page says that it has the chat open; what is not heard of any more is forgotten."""
    by = opened.by
    said = {"person_id": by.id, "theirs": by.role is Role.CONTACT, "writing": opened.writing, "seen_at": at}
    async with db.write() as connection:
        await connection.execute(delete(chat_presence).where(_P.seen_at < at - LASTS))
        row = insert(connection, chat_presence).values(case_number=opened.number, page=opened.key, **said)
        await connection.execute(row.on_conflict_do_update(index_elements=["case_number", "page"], set_=said))


async def gone(db: Database, opened: OpenChat) -> None:
    """A page was closed."""
    async with db.write() as connection:
        its = (_P.case_number == opened.number, _P.page == opened.key)
        await connection.execute(delete(chat_presence).where(*its))


async def in_chats(db: Reader, numbers: Iterable[str], *, at: datetime) -> dict[str, Sequence[InChat]]:
    """Who has each of these chats before them: one entry a person, who writes where any of their pages does."""
    wanted = select(_P.case_number, _P.person_id, _P.theirs, _P.writing).where(
        _P.case_number.in_(list(numbers)), _P.seen_at >= at - LASTS
    )
    found: dict[str, dict[str, InChat]] = {}
    async with db.read() as connection:
        for row in await connection.execute(wanted.order_by(_P.person_id)):
            people = found.setdefault(row.case_number, {})
            known = people.get(row.person_id)
            people[row.person_id] = InChat(row.person_id, row.theirs, row.writing or bool(known and known.writing))
    return {number: tuple(people.values()) for number, people in found.items()}


# -- who takes chats --------------------------------------------------------------------------------------------------


async def set_ready(db: Database, agent_id: str, *, ready: bool, at: datetime) -> None:
    """Somebody takes chats from now on, or no longer."""
    said = {"ready": ready, "seen_at": at}
    async with db.write() as connection:
        row = insert(connection, chat_readiness).values(agent_id=agent_id, **said)
        await connection.execute(row.on_conflict_do_update(index_elements=["agent_id"], set_=said))


async def seen(db: Database, agent_id: str, *, at: datetime) -> None:
    """A page of somebody is open; noted of those who take chats."""
    async with db.write() as connection:
        await connection.execute(update(chat_readiness).where(_R.agent_id == agent_id, _R.ready).values(seen_at=at))


async def is_ready(db: Reader, agent_id: str) -> bool:
    """Whether they said that they take chats."""
    async with db.read() as connection:
        return bool(await connection.scalar(select(exists().where(_R.agent_id == agent_id, _R.ready))))


async def ready(db: Reader, *, at: datetime) -> Sequence[tuple[str, str]]:
    """Who takes chats and is there, by id and name."""
    wanted = (
        select(agents.c.id, agents.c.name)
        .join(chat_readiness, _R.agent_id == agents.c.id)
        .where(_R.ready, _R.seen_at >= at - READY_FOR)
        .order_by(agents.c.name)
    )
    async with db.read() as connection:
        return [(row.id, row.name) for row in await connection.execute(wanted)]
