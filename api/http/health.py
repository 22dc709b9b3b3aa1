"""The health of the process: that it lives, and that it can serve, for who restarts it or sends it requests."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from fastapi import APIRouter

from api.http.bodies import Answer
from api.http.deps import DeskDep
from api.http.documented_refusals import REFUSALS
from api.http.problems import NotReady
from desk.problems import MalformedRequest
from wording.language import translate

router = APIRouter(tags=["operation"])


class Live(Answer):
    status: Literal["live"] = "live"


class Ready(Answer):
    status: Literal["ready"] = "ready"


_OPEN: dict[str, Any] = {"security": []}
"""Said in the contract, where saying nothing might mean that it was forgotten."""


_UNREADABLE = {"description": MalformedRequest.name, REFUSALS: [MalformedRequest.name]}


@router.get(
    "/health/live",
    response_model=Live,
    summary="Tell whether the process lives",
    responses={400: _UNREADABLE},
    openapi_extra=_OPEN,
)
async def live() -> Live:
    return Live()


@router.get(
    "/health/ready",
    response_model=Ready,
    summary="Tell whether it can serve",
    responses={400: _UNREADABLE, 503: {"description": "not-ready", REFUSALS: [NotReady.name]}},
    openapi_extra=_OPEN,
)
async def ready(desk: DeskDep) -> Ready:
    parts = dict(
        zip(("database", "engine"), await asyncio.gather(desk.database.ready(), desk.engine.ready()), strict=True)
    )
    if missing := [translate(part) for part, serves in parts.items() if not serves]:
        raise NotReady(missing=", ".join(missing))
    return Ready()
