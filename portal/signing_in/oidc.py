"""Signing in with the organization's own provider (OpenID Connect), where the settings name one.

It tells who somebody is; whether they may in is ours to say: an account has to be there, and is never made here. A
second factor that the account has is asked for as always.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from desk.problems import NotFound
from desk.signing_in.problems import SignInProblem
from desk.signing_in.sign_in import with_confirmed_address
from portal.frame.deps import At
from portal.frame.pages import answered, page, set_cookie
from portal.frame.session import AnyVisitor, PortalDep, safe_path
from portal.signing_in.identity import Departure, NotConfirmed, ProviderUnavailable
from portal.signing_in.session_cookies import AtTheDoor, begin

router = APIRouter(prefix="/ingreso/externo")

DEPARTURE_COOKIE = "__Host-escala-externo"
_BACK_WITHIN = timedelta(minutes=10)
_UNAVAILABLE = "That provider cannot be reached at the moment. Please use your password, or try again later."
_NOT_CONFIRMED = "The provider did not confirm who you are. Please try again."
_Word = Annotated[str, Query(max_length=4_000)]


@router.get("")
async def leave(request: Request, visitor: AnyVisitor, portal: PortalDep, at: At, volver: _Word = "/") -> Response:
    """Send the visitor to the provider. Nothing is kept here: what has to be remembered goes along, sealed."""
    if portal.provider is None:
        raise NotFound
    departure = Departure.new(safe_path(volver), at + _BACK_WITHIN)
    try:
        address = await portal.provider.address(departure)
    except ProviderUnavailable:
        return _again(request, _UNAVAILABLE, 503)
    answer = answered(Response(status_code=303, headers={"Location": address}), visitor)
    sealed = portal.keys.sealed(departure.written())
    set_cookie(answer, DEPARTURE_COOKIE, sealed, seconds=int(_BACK_WITHIN.total_seconds()))
    return answer


@router.get("/vuelta")
async def come_back(arrival: AtTheDoor, code: _Word = "", state: _Word = "") -> Response:
    """The visitor is back, in the browser that left, with a code for us."""
    request, portal, at = arrival.request, arrival.portal, arrival.at
    if portal.provider is None:
        raise NotFound
    written = portal.keys.opened(request.cookies.get(DEPARTURE_COOKIE, ""))
    departure = Departure.read(written) if written else None
    if departure is None or departure.until <= at.timestamp() or not code or not _same(departure.state, state):
        return _again(request, _NOT_CONFIRMED)
    try:
        email = await portal.provider.email(departure, code, at=at)
        account = await with_confirmed_address(arrival.desk, email, at=at)
    except NotConfirmed:
        return _again(request, _NOT_CONFIRMED)
    except ProviderUnavailable:
        return _again(request, _UNAVAILABLE, 503)
    except SignInProblem as why:
        return _again(request, why.message, why.status)
    answer = await begin(arrival, account, back=departure.back)
    answer.delete_cookie(DEPARTURE_COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def _same(kept: str, given: str) -> bool:
    return secrets.compare_digest(kept.encode(), given.encode())


def _again(request: Request, problem: str, status: int = 422) -> Response:
    answer = page(request, "signing_in/sign_in.html", status=status, back="/", email="", problem=problem)
    answer.delete_cookie(DEPARTURE_COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return answer
