"""Swaps of turns over HTTP: proposed by one, answered by the other or by who directs (ESC-17)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field

from api.duty.on_duty import Looker
from api.http.auth import only
from api.http.bodies import Answer, Z
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.lists import Listed
from api.http.visibility import IdInPath
from desk.duty import rotas as changing
from desk.duty.rotas import NewSwap
from desk.inputs import Body
from desk.problems import NotFound
from policy.case.case import Role
from policy.duty import changes
from policy.duty.changes import Swap, SwapState, Turn
from storage.duty import rotas
from storage.signing_in.tokens import Principal

router = APIRouter(prefix="/duty/swaps", tags=["duty"])

Swapper = Annotated[Principal, Depends(only(Role.AGENT, Role.DIRECTOR))]


class TurnAnswer(Answer):
    """A time of somebody's on duty."""

    from_at: Z = Field(serialization_alias="from")
    until: Z


class SwapAnswer(Answer):
    """That `proposer_id` takes the turn `theirs` of `other_id`, who takes the turn `own` of the proposer."""

    id: str = Field(examples=["swp_4b1c9e2a7d304b1c9e2a7d30"])
    level: int = Field(ge=1, le=3)
    proposer_id: str
    other_id: str
    own: TurnAnswer
    theirs: TurnAnswer
    state: SwapState
    proposed_at: Z
    answered_at: Z | None


class SwapAnswered(Body):
    """What is said to a swap: who proposed it withdraws it, the other one accepts or declines."""

    answer: Literal["accepted", "declined", "withdrawn"] = Field(examples=["accepted"])


@router.get(
    "",
    response_model=Listed[SwapAnswer],
    summary="List the swaps that wait for an answer, then the last that had one",
    responses=can_refuse(role=True),
)
async def list_swaps(_: Looker, desk: DeskDep) -> Listed[SwapAnswer]:
    return Listed(items=[_swap(each) for each in await rotas.swaps(desk.database)])


@router.post(
    "",
    status_code=201,
    response_model=SwapAnswer,
    summary="Propose to swap a turn of one's own with a colleague's",
    responses=can_refuse(
        changes.SwapWithOneself,
        changes.PersonNotOfLevel,
        changes.NotTheirTurn,
        changes.OverrideOver,
        post=True,
        role=True,
    ),
)
async def propose_swap(principal: Swapper, body: NewSwap, request: Idempotent, desk: DeskDep) -> JSONResponse:
    async def act() -> Success:
        return Success(201, _swap(await changing.propose(desk, body, request, by=principal.actor)))

    return await answer_once(desk, request, body, act)


@router.post(
    "/{swap_id}/answer",
    response_model=SwapAnswer,
    summary="Accept or decline a swap, or withdraw one's own",
    responses=can_refuse(
        NotFound,
        changes.SwapDecided,
        changes.PersonNotOfLevel,
        changes.NotTheirTurn,
        changes.OverrideOver,
        post=True,
        role=True,
    ),
)
async def answer_swap(
    swap_id: IdInPath, principal: Looker, body: SwapAnswered, request: Idempotent, desk: DeskDep
) -> JSONResponse:
    async def act() -> Success:
        swap = await changing.answer(desk, swap_id, SwapState(body.answer), by=principal.actor, at=request.at)
        return Success(200, _swap(swap))

    return await answer_once(desk, request, body, act)


def _swap(swap: Swap) -> SwapAnswer:
    return SwapAnswer(
        id=swap.id,
        level=swap.level,
        proposer_id=swap.proposer,
        other_id=swap.other,
        own=_turn(swap.own),
        theirs=_turn(swap.theirs),
        state=swap.state,
        proposed_at=swap.proposed_at,
        answered_at=swap.answered_at,
    )


def _turn(turn: Turn) -> TurnAnswer:
    return TurnAnswer(from_at=turn.from_at, until=turn.to_at)
