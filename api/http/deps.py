"""The dependencies of every operation: the desk and the instant of the request. app.py puts them together."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from desk.desk import Desk
from wording.language import language_of


async def desk_of(request: Request) -> Desk:
    return cast("Desk", request.app.state.desk)


DeskDep = Annotated[Desk, Depends(desk_of)]


async def now(desk: DeskDep) -> datetime:
    return desk.clock()


At = Annotated[datetime, Depends(now)]
"""The instant of the request, read once."""


async def language(request: Request) -> str:
    return language_of(request.headers.get("accept-language"))


Language = Annotated[str, Depends(language)]
