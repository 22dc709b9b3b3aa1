"""The page of what the director decides and watches: visits with their proof, level 3, and overdue cases."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Request, Response

from desk.reading import approvals
from portal.frame.deps import At, DeskDep
from portal.frame.pages import page
from portal.frame.session import Decider

router = APIRouter()


@router.get("/direccion/visitas")
async def show_visits(request: Request, visitor: Decider, desk: DeskDep, at: At) -> Response:
    found = await approvals.read(desk)
    return page(
        request,
        "direction/visits.html",
        now=at,
        requested=found.requested,
        others=found.others,
        level_3=found.level_3,
        overdue=found.overdue,
        key=lambda: secrets.token_urlsafe(18),
    )
