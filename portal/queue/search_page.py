"""Searching all that was said in the cases that one may see: the best first, with the words around each result."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator, Field

from desk.inputs import clean
from desk.reading.search import MOST, read_search
from portal.frame.deps import DeskDep
from portal.frame.pages import page
from portal.frame.session import SignedIn

router = APIRouter()

Sought = Annotated[str, BeforeValidator(clean), Field(max_length=200), Query()]


@router.get("/buscar")
async def show(request: Request, visitor: SignedIn, desk: DeskDep, q: Sought = "") -> Response:
    """The best results; who looks for more says more."""
    found = await read_search(desk, visitor.principal, q)
    return page(request, "queue/search.html", **vars(found), q=q, most=MOST)
