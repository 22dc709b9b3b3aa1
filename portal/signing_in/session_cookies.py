"""Handing a session's secret to the browser: at its beginning, and whenever it gets another one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request, Response

from desk.desk import Desk
from desk.signing_in import sign_in
from desk.signing_in.sign_in import NewSession
from portal.frame.deps import At, DeskDep
from portal.frame.pages import set_cookie, to
from portal.frame.session import (
    SESSION_COOKIE,
    AnyVisitor,
    Portal,
    PortalDep,
    Visitor,
    address_of,
    safe_path,
    with_back,
)
from portal.signing_in.sign_in_throttle import KNOWN_BROWSER_COOKIE
from storage.signing_in.accounts import Account
from storage.signing_in.sessions import Session

_A_YEAR = 365 * 86_400


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Somebody at the door: the request, who it was of before, at which desk and instant."""

    request: Request
    visitor: Visitor
    desk: Desk
    portal: Portal
    at: datetime


async def arrival(request: Request, visitor: AnyVisitor, desk: DeskDep, portal: PortalDep, at: At) -> Arrival:
    return Arrival(request=request, visitor=visitor, desk=desk, portal=portal, at=at)


AtTheDoor = Annotated[Arrival, Depends(arrival)]


async def begin(arrival: Arrival, account: Account, *, back: str, code_given: bool = False) -> Response:
    """Begin a session under a new secret, whatever the browser brought, and show the way on."""
    portal, request, at = arrival.portal, arrival.request, arrival.at
    wanted = NewSession(
        account=account,
        lasts=timedelta(hours=portal.settings.session_hours),
        browser=request.headers.get("user-agent", "")[:300],
        address=address_of(request),
        code_given=code_given,
        instead_of=arrival.visitor.session,
    )
    begun = await sign_in.begin(arrival.desk, wanted, at=at)
    session = begun.session
    step = "/ingreso/codigo" if session.awaits_code else "/ingreso/como"
    answer = to(safe_path(back) if session.role else with_back(step, back))
    hand_over(answer, begun.secret, session, at=at)
    if not session.awaits_code:
        nonce = secrets.token_urlsafe(16)
        known = f"{nonce}.{portal.keys.signature('browser', f'{nonce}.{account.mailbox}')}"
        set_cookie(answer, KNOWN_BROWSER_COOKIE, known, seconds=_A_YEAR)
    return answer


def hand_over(answer: Response, secret: str, session: Session, *, at: datetime) -> None:
    """Give the browser the session's secret; it forgets it when the session ends."""
    set_cookie(answer, SESSION_COOKIE, secret, seconds=int((session.expires_at - at).total_seconds()))
