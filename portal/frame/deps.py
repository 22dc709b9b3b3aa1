"""The dependencies of every page: the desk and the instant of the request."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from desk.desk import Desk


def desk_of(request: Request) -> Desk:
    return cast("Desk", request.app.state.desk)


async def the_desk(request: Request) -> Desk:
    return desk_of(request)


DeskDep = Annotated[Desk, Depends(the_desk)]


async def now(desk: DeskDep) -> datetime:
    return desk.clock()


At = Annotated[datetime, Depends(now)]
"""The instant of the request, read once."""
