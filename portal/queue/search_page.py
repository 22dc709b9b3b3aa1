"""Searching all that was said in the cases that one may see: the best first, with the words around each find."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator, Field

from desk.access import only_visible
from desk.inputs import clean
from portal.frame.deps import DeskDep
from portal.frame.pages import page
from portal.frame.session import SignedIn
from storage.case import queue
from storage.case.views import CaseFilter
from storage.search.search_results import finds

router = APIRouter()

MOST = 30

Sought = Annotated[str, BeforeValidator(clean), Field(max_length=200), Query()]


@router.get("/buscar")
async def show(request: Request, visitor: SignedIn, desk: DeskDep, q: Sought = "") -> Response:
    """The best finds; who looks for more says more."""
    wanted = only_visible(visitor.principal, CaseFilter(q=q or None))
    assert wanted is not None, "no customer was asked for"
    found = await finds(desk.database, wanted, limit=MOST + 1) if q else []
    names = await queue.customer_names(desk.database, {each.row.case.customer_id for each in found})
    return page(
        request, "queue/search.html", q=q, found=found[:MOST], are_more=len(found) > MOST, most=MOST, names=names
    )
