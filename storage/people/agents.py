"""The people who serve cases: which levels and groups each one serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select

from policy.case.case import Actor, Level, Role
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import agents


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
    row: dict[str, Any] = {
        "name": agent.name,
        "email": agent.email,
        "levels": [int(level) for level in agent.levels],
        "groups": list(agent.groups),
        "is_director": agent.is_director,
    }
    async with db.write() as connection:
        kept = insert(connection, agents).values(id=agent.id, **row)
        await connection.execute(kept.on_conflict_do_update(index_elements=["id"], set_=row))
    return agent


async def get(db: Reader, agent_id: str) -> Agent | None:
    async with db.read() as connection:
        row = (await connection.execute(select(agents).where(agents.c.id == agent_id))).mappings().first()
    return None if row is None else _agent(row)


async def listing(db: Reader) -> Sequence[Agent]:
    """All agents, by name."""
    async with db.read() as connection:
        return [
            _agent(row)
            for row in (await connection.execute(select(agents).order_by(agents.c.name, agents.c.id))).mappings()
        ]


def _agent(row: RowMapping) -> Agent:
    levels = tuple(Level(level) for level in row["levels"])
    return Agent(**{**row, "levels": levels, "groups": tuple(row["groups"])})
