"""The people who serve cases, over HTTP: which levels and groups each one serves. Administrators keep them."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.http.auth import Admin, Staff
from api.http.bodies import Answer
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.lists import Listed
from desk.people.agents import NewAgent, register
from policy.case.refusals import UnknownGroup
from storage.people import agents
from storage.people.agents import Agent

router = APIRouter(tags=["agents"])


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
async def register_agent(body: NewAgent, _: Admin, request: Idempotent, desk: DeskDep) -> JSONResponse:
    async def act() -> Success:
        return Success(201, show(await register(desk, body, request)))

    return await answer_once(desk, request, body, act)


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
