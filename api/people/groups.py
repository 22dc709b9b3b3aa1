"""The specialist groups: what each knows, who serves it, and which of them fit a case (ESC-8)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.auth import Staff
from api.http.bodies import Answer
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.lists import Listed
from desk.access import visible_case
from desk.desk import Desk
from desk.problems import NotFound
from policy.people.groups import Group, Product, fitting
from storage.cover import solutions
from storage.people import agents

router = APIRouter(tags=["agents"])


class GroupAnswer(Answer):
    """A specialist group. `fits` says whether it knows something of the case's solution; null where none was named."""

    id: str = Field(examples=["google-maps-platform"])
    name: str = Field(examples=["Google Maps Platform"])
    skills: list[str] = Field(examples=[["Maps JavaScript API", "Geocoding API"]])
    agents: list[str] = Field(examples=[["camilo.restrepo"]])
    fits: bool | None


@router.get(
    "/groups",
    response_model=Listed[GroupAnswer],
    summary="List the specialist groups; with a case, those that fit it come first",
    responses=can_refuse(NotFound, role=True),
)
async def list_groups(
    principal: Staff,
    desk: DeskDep,
    case: Annotated[str | None, Query(max_length=20, examples=["MA-2026-000042"])] = None,
) -> Listed[GroupAnswer]:
    fit: tuple[Group, ...] | None = None
    if case is not None:
        row = await visible_case(desk, principal, case)
        fit = fitting(desk.policy.groups, await _product(desk, row.case.solution_id))
    serving = await agents.listing(desk.database)
    first = fit or ()
    return Listed(
        items=[
            GroupAnswer(
                id=group.id,
                name=group.name,
                skills=list(group.skills),
                agents=[agent.id for agent in serving if group.id in agent.groups],
                fits=None if fit is None else group in fit,
            )
            for group in (*first, *(group for group in desk.policy.groups if group not in first))
        ]
    )


async def _product(desk: Desk, solution_id: str) -> Product:
    solution = await solutions.get(desk.database, solution_id)
    assert solution is not None, "a case's solution is never deleted"
    return Product(name=solution.name, kind=solution.kind.value, provider_product=solution.provider_product)
