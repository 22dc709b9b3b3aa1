"""The page of the providers' incidents; for staff also of how the feeds do that tell of them (SCOPE-6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BeforeValidator, Field

from desk.access import STAFF
from desk.inputs import clean
from desk.providers import feeds, incidents
from desk.providers.incidents import IncidentFilter
from portal.frame.deps import DeskDep
from portal.frame.pages import page
from portal.frame.session import SignedIn

router = APIRouter()

_AT_ONCE = 50
_OPEN = {"abiertos": True, "terminados": False}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which incidents the address asks for: of what product, in which state, and from where in the list on."""

    producto: Annotated[str, BeforeValidator(clean), Field(max_length=120), Query()] = ""
    estado: Annotated[str, Query(max_length=20)] = ""
    desde: Annotated[str, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]*$")] = ""


@router.get("/incidentes")
async def show(request: Request, visitor: SignedIn, desk: DeskDep, asked: Annotated[Asked, Depends()]) -> Response:
    wanted = IncidentFilter(product=asked.producto or None, is_open=_OPEN.get(asked.estado))
    found = await incidents.listing(desk, wanted, limit=_AT_ONCE, cursor=asked.desde or None)
    more = {"producto": asked.producto, "estado": asked.estado, "desde": found.next_cursor or ""}
    return page(
        request,
        "customers/incidents.html",
        incidents=found.items,
        more=urlencode(more) if found.next_cursor else "",
        feeds=await feeds.states(desk) if visitor.role in STAFF else [],
        product=asked.producto,
        state=asked.estado,
    )
