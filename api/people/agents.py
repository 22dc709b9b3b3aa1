"""The people who serve cases: which levels and groups each one serves. Administrators keep them."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, StrictBool

from api.http.auth import Admin, Staff
from api.http.bodies import Answer
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Given, OnceDep
from api.http.lists import Listed
from desk.inputs import Body, Code, EmailAddress, Id, LevelNumber, Name
from policy.case.case import Level
from policy.case.refusals import UnknownGroup
from storage.people import agents
from storage.people.agents import Agent

router = APIRouter(tags=["agents"])


class NewAgent(Body):
    """An agent; with the id of a known one, that one changes."""

    id: Id | None = Field(default=None, examples=["ana.torres"])
    name: Name = Field(examples=["Ana Torres"])
    email: EmailAddress = Field(examples=["ana.torres@escala.example"])
    levels: list[LevelNumber] = Field(max_length=3, examples=[[1]])
    groups: list[Code] = Field(default=[], max_length=50, examples=[["sig"]])
    is_director: StrictBool = Field(default=False, examples=[False])


class AgentAnswer(Answer):
    """An agent."""

    id: str
    name: str
    email: str
    levels: list[int]
    groups: list[str]
    is_director: bool


@router.post(
    "/agents",
    status_code=201,
    response_model=AgentAnswer,
    summary="Register an agent, or change one",
    responses=can_refuse(UnknownGroup, post=True, role=True),
)
async def register_agent(body: NewAgent, _: Admin, once: OnceDep, desk: DeskDep) -> JSONResponse:
    async def act() -> Given:
        known = [group.id for group in desk.policy.groups]
        for group in body.groups:
            if group not in known:
                raise UnknownGroup(group=group, groups=", ".join(known))
        agent = Agent(
            id=body.id or once.derived("agt_"),
            name=body.name,
            email=body.email,
            levels=tuple(Level(level) for level in sorted(set(body.levels))),
            groups=tuple(dict.fromkeys(body.groups)),
            is_director=body.is_director,
        )
        return Given(201, show(await agents.put(desk.database, agent)))

    return await once(body, act)


@router.get("/agents", response_model=Listed[AgentAnswer], summary="List the agents", responses=can_refuse(role=True))
async def list_agents(_: Staff, desk: DeskDep) -> Listed[AgentAnswer]:
    return Listed(items=[show(each) for each in await agents.listing(desk.database)])


def show(agent: Agent) -> AgentAnswer:
    return AgentAnswer(
        id=agent.id,
        name=agent.name,
        email=agent.email,
        levels=[int(level) for level in agent.levels],
        groups=list(agent.groups),
        is_director=agent.is_director,
    )
