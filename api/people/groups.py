"""The specialist groups over HTTP: what each knows, who serves it, and which of them fit a case (ESC-8)."""

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
from desk.people import groups
from desk.problems import NotFound

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
    row = await visible_case(desk, principal, case) if case is not None else None
    found = await groups.listing(desk, solution_id=row.case.solution_id if row else None)
    return Listed(
        items=[
            GroupAnswer(
                id=each.group.id,
                name=each.group.name,
                skills=list(each.group.skills),
                agents=list(each.agents),
                fits=each.fits,
            )
            for each in found
        ]
    )
