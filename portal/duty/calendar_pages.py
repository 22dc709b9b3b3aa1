"""Calendars: the page on which one makes and revokes secret addresses, and what stands at such an address.

A secret is shown by the answer that made it and by nothing else; the access log has the route, never the address.
"""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.params import Depends as Dependency

from desk.desk import Desk
from desk.duty import feeds
from policy.case.case import Role
from policy.duty.feeds import FeedKind, feeds_of
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import PortalDep, Stamped, Visitor, only, portal_of
from portal.frame.submit import key_of, refused_by, request_of
from storage.duty import feeds as kept_feeds

router = APIRouter()

_FORM: list[Dependency] = [Stamped]
_CALENDAR = {"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, max-age=300"}
_DONE = {"revocada": "The address is revoked: nobody reads it any more."}
Reader = Annotated[Visitor, Depends(only(Role.CONTACT, Role.AGENT, Role.DIRECTOR, Role.ADMIN))]


@router.get("/cuenta/calendarios")
async def show(
    request: Request, visitor: Reader, desk: DeskDep, hecho: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    return await _page(request, visitor, desk, done=_DONE.get(hecho))


@router.post("/cuenta/calendarios", dependencies=_FORM)
async def make(request: Request, visitor: Reader, desk: DeskDep, at: At, kind: Annotated[FeedKind, Form()]) -> Response:
    """Make an address, once for each form that was shown, and show it."""
    assert visitor.account is not None
    asked = request_of(visitor, request.url.path, key_of(await request.form()), at=at)
    try:
        made = await feeds.make(desk, kind, asked, visitor.account)
    except feeds.TooManyFeeds as why:
        refused = refused_by(visitor, why)
        return await _page(request, visitor, desk, problem=refused.sentence, status=refused.status)
    url = portal_of(request).settings.public_url.rstrip("/")
    return await _page(request, visitor, desk, address=f"{url}/calendario/{made.secret}.ics")


@router.post("/cuenta/calendarios/{feed_id}/fin", dependencies=_FORM)
async def revoke(visitor: Reader, desk: DeskDep, at: At, feed_id: Id) -> Response:
    assert visitor.account is not None
    await feeds.revoke(desk, feed_id, visitor.account, at=at)
    return to("/cuenta/calendarios?hecho=revocada", visitor)


@router.get("/calendario/{secret}.ics")
async def read(
    request: Request, desk: DeskDep, portal: PortalDep, at: At, secret: Annotated[str, Path(max_length=100)]
) -> Response:
    """The calendar as of now. It needs no session: the address is the proof."""
    found = await feeds.read(desk, secret, public_url=portal.settings.public_url, at=at)
    headers = {**_CALENDAR, "ETag": found.etag}
    if found.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers)


async def _page(request: Request, visitor: Visitor, desk: Desk, *, status: int = 200, **told: str | None) -> Response:
    assert visitor.account is not None
    return page(
        request,
        "duty/calendars.html",
        status=status,
        feeds=await kept_feeds.of_account(desk.database, visitor.account.id),
        kinds=feeds_of(visitor.principal.actor),
        told={"address": None, "problem": None, "done": None, **told},
        key=secrets.token_urlsafe(18),
    )
