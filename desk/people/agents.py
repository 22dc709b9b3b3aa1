"""Registering the people who serve cases: which levels and groups each one serves."""

from __future__ import annotations

from pydantic import Field, StrictBool

from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.inputs import Body, Code, EmailAddress, Id, LevelNumber, Name
from desk.refusals import AgentDisabled, AgentUnknown
from policy.case.case import Level
from policy.case.refusals import UnknownGroup
from storage.people import agents
from storage.people.agents import Agent


class NewAgent(Body):
    """An agent; with the id of a known one, that one changes."""

    id: Id | None = Field(default=None, examples=["ana.torres"])
    name: Name = Field(examples=["Ana Torres"])
    email: EmailAddress = Field(examples=["ana.torres@escala.example"])
    levels: list[LevelNumber] = Field(max_length=3, examples=[[1]])
    groups: list[Code] = Field(default=[], max_length=50, examples=[["sig"]])
    is_director: StrictBool = Field(default=False, examples=[False])


async def serving(desk: Desk, agent_id: str, *, rule: str = "") -> Agent:
    """The agent with this id, to give something to. Raises AgentUnknown or AgentDisabled, by this rule."""
    named = {"agent": agent_id} | ({"rule": rule} if rule else {})
    agent = await agents.get(desk.database, agent_id)
    if agent is None:
        raise AgentUnknown(**named)
    if agent not in await agents.serving(desk.database):
        raise AgentDisabled(**named)
    return agent


async def register(desk: Desk, new: NewAgent, request: IdempotentRequest) -> Agent:
    """Keep an agent, under the id that it names or else one that this request always gives. Raises UnknownGroup."""
    known = [group.id for group in desk.policy.groups]
    for group in new.groups:
        if group not in known:
            raise UnknownGroup(group=group, groups=", ".join(known))
    agent = Agent(
        id=new.id or request.derived("agt_"),
        name=new.name,
        email=new.email,
        levels=tuple(Level(level) for level in sorted(set(new.levels))),
        groups=tuple(dict.fromkeys(new.groups)),
        is_director=new.is_director,
    )
    return await agents.register(desk.database, agent, at=request.at)
