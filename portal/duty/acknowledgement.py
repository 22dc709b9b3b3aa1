"""The link in a page's message: what it is about, and one button. It asks for no sign-in, for it comes at night.

A look changes nothing: what follows links in mail (scanners, previews) acknowledges nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from desk.duty import acknowledging
from desk.duty.acknowledging import Linked
from portal.frame.deps import At, DeskDep
from portal.frame.pages import page
from portal.frame.session import AnyVisitor, Stamped, Visitor

router = APIRouter(prefix="/guardia/aviso")

Link = Annotated[str, Path(max_length=100)]


@router.get("/{link}")
async def show(request: Request, visitor: AnyVisitor, desk: DeskDep, at: At, link: Link) -> Response:
    return _page(request, visitor, await acknowledging.look(desk, link, at=at), link)


@router.post("/{link}", dependencies=[Stamped])
async def acknowledge(request: Request, visitor: AnyVisitor, desk: DeskDep, at: At, link: Link) -> Response:
    return _page(request, visitor, await acknowledging.by_link(desk, link, at=at), link)


def _page(request: Request, visitor: Visitor, linked: Linked, link: str) -> Response:
    request.state.visitor = replace(visitor, language=linked.language or visitor.language)
    return page(request, "duty/acknowledge.html", linked=linked, link=link)
