"""The municipalities that a visit on site may be asked for, to be found by name or code (ONS-1)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field

from api.http.auth import Caller
from api.http.bodies import Answer
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.lists import Cursor, Limit, Listed
from desk.inputs import clean
from desk.problems import InvalidCursor, own_cursor
from policy.visit.places import Municipality, is_in_bogota
from storage.visit import municipalities

router = APIRouter(tags=["visits"])

Sought = Annotated[str, BeforeValidator(clean), Field(max_length=200)]


class MunicipalityAnswer(Answer):
    """A municipality by DANE's code. `on_site`: whether support on site is given there, which is outside Bogotá."""

    code: str = Field(examples=["05001"])
    name: str = Field(examples=["Medellín"])
    department_code: str = Field(examples=["05"])
    department: str = Field(examples=["Antioquia"])
    on_site: bool = Field(examples=[True])


@router.get(
    "/municipalities",
    response_model=Listed[MunicipalityAnswer],
    summary="List the municipalities",
    responses=can_refuse(InvalidCursor),
)
async def list_municipalities(
    _: Caller,
    desk: DeskDep,
    q: Annotated[Sought | None, Query(description="In the name, or the beginning of the code")] = None,
    department: Annotated[str | None, Query(pattern=r"^[0-9]{2}$", examples=["05"])] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listed[MunicipalityAnswer]:
    with own_cursor():
        page = await municipalities.listing(desk.database, q=q or "", department=department, limit=limit, cursor=cursor)
    return Listed(items=[show(each) for each in page.items], next_cursor=page.next_cursor)


def show(municipality: Municipality) -> MunicipalityAnswer:
    return MunicipalityAnswer(
        code=municipality.code,
        name=municipality.name,
        department_code=municipality.code[:2],
        department=municipality.department,
        on_site=not is_in_bogota(municipality.code),
    )
