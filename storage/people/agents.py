"""The people who serve cases: which levels and groups each one serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Actor, Level, Role
from policy.people.contacts import mailbox_of
from storage.audit import audit
from storage.audit.acts import Act
from storage.engine.database import Database, Reader, insert
from storage.engine.prepared import Prepared
from storage.engine.tables import accounts, agents
from storage.signing_in import token_ends


@dataclass(frozen=True, kw_only=True)
class Agent:
    """Somebody who works on cases."""

    id: str
    name: str
    email: str
    levels: tuple[Level, ...]
    groups: tuple[str, ...] = ()
    is_director: bool = False

    @property
    def actor(self) -> Actor:
        """In what capacity this person acts."""
        if self.is_director:
            return Actor(Role.DIRECTOR, self.id)
        return Actor(Role.AGENT, self.id, self.levels, self.groups)


async def put(db: Database, agent: Agent) -> Agent:
    """Keep an agent as given, in place of what was known under this id."""
    async with db.write() as connection:
        await _put(connection, agent)
    return agent


async def register(db: Database, agent: Agent, *, at: datetime) -> Agent:
    """Keep an agent as given; the tokens end that somebody known under this id holds for what it no longer is."""
    async with db.write() as connection:
        await _put(connection, agent)
        await token_ends.of_agent(connection, agent.actor, at=at)
        said: dict[str, Any] = {"levels": [int(level) for level in agent.levels], "groups": list(agent.groups)}
        await audit.note(connection, Act.AGENT_REGISTERED, agent.id, at=at, is_director=agent.is_director, **said)
    return agent


async def _put(connection: AsyncConnection, agent: Agent) -> None:
    row: dict[str, Any] = {
        "name": agent.name,
        "email": agent.email,
        "levels": [int(level) for level in agent.levels],
        "groups": list(agent.groups),
        "is_director": agent.is_director,
    }
    kept = insert(connection, agents).values(id=agent.id, **row)
    await connection.execute(kept.on_conflict_do_update(index_elements=["id"], set_=row))


async def get(db: Reader, agent_id: str) -> Agent | None:
    async with db.read() as connection:
        row = await _BY_ID.first(connection, id=agent_id)
    return None if row is None else _agent(row._asdict())


async def listing(db: Reader) -> Sequence[Agent]:
    """All agents, by name."""
    async with db.read() as connection:
        return [_agent(row._asdict()) for row in await _BY_NAME.rows(connection)]


async def serving(db: Reader) -> Sequence[Agent]:
    """The agents to whom something can be given, by name: those whose account, if they have one, is not disabled."""
    async with db.read() as connection:
        shut_out = {row.mailbox for row in await _SHUT_OUT.rows(connection)}
    return [each for each in await listing(db) if mailbox_of(each.email) not in shut_out]


async def is_shut_out(db: Reader, agent: Agent) -> bool:
    """Whether the agent's account is disabled: nothing is theirs to read or to do any more."""
    async with db.read() as connection:
        return await _SHUT_OUT_ONE.first(connection, mailbox=mailbox_of(agent.email)) is not None


_BY_ID = Prepared(select(agents).where(agents.c.id == bindparam("id")))
_BY_NAME = Prepared(select(agents).order_by(agents.c.name, agents.c.id))
_SHUT_OUT = Prepared(select(accounts.c.mailbox).where(accounts.c.disabled_at.is_not(None)))
_SHUT_OUT_ONE = Prepared(
    select(accounts.c.id).where(accounts.c.mailbox == bindparam("mailbox"), accounts.c.disabled_at.is_not(None))
)


def _agent(row: Mapping[Any, Any]) -> Agent:
    levels = tuple(Level(level) for level in row["levels"])
    return Agent(**{**row, "levels": levels, "groups": tuple(row["groups"])})
