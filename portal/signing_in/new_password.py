"""First and new passwords, chosen with a single-use key that came by mail. Looking at the page uses nothing up.

Whoever has chosen one is signed in by it: a second factor is asked for as always, and every earlier session has ended.
"""

from __future__ import annotations

import asyncio
import secrets

from fastapi import APIRouter, Request, Response

from desk import auditing
from desk.signing_in.invitations import send_new_key
from desk.signing_in.own_account import ChosenPassword
from desk.signing_in.own_account import choose_password as put_password
from desk.signing_in.problems import SignInProblem
from policy.people.contacts import mailbox_of
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id, Text
from portal.frame.pages import page, to
from portal.frame.session import AnyVisitor, Stamped, address_of
from portal.signing_in.session_cookies import Arrival, AtTheDoor, begin
from portal.signing_in.sign_in_throttle import address_key
from storage.audit.acts import Act
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import digest_of

router = APIRouter()

WITHIN = 2.0
"""Seconds within which a wish for a new password is looked at, some time or other: no next request is slower for it."""

_FREE_WISHES, _FREE_WISHES_OF_ADDRESS = 3, 20


@router.get("/clave/olvido")
async def show_forgotten(request: Request, visitor: AnyVisitor) -> Response:
    return page(request, "signing_in/forgotten.html", sent=False)


@router.post("/clave/olvido", dependencies=[Stamped])
async def forgotten(arrival: AtTheDoor, email: Text) -> Response:
    """Send a key to whoever has an account. The answer is everybody's, and comes before anything is looked up.

    Every wish counts as a failure, so that nobody is flooded with mail.
    """
    wishes = {
        f"forgotten:{digest_of(mailbox_of(email))}": _FREE_WISHES,
        f"forgotten-from-{address_key(arrival.request)}": _FREE_WISHES_OF_ADDRESS,
    }
    if await sessions.attempt(arrival.desk.database, wishes, at=arrival.at) is None:
        arrival.portal.mail.later(_send_new_key(arrival, email))
    else:
        await auditing.tried(arrival.desk, Act.SIGN_IN_THROTTLED, address_of(arrival.request), at=arrival.at)
    return page(arrival.request, "signing_in/forgotten.html", sent=True)


async def _send_new_key(arrival: Arrival, email: str) -> None:
    await asyncio.sleep(WITHIN * (1 + secrets.randbelow(1_000)) / 1_000)
    await send_new_key(arrival.desk, arrival.portal.mail, email, at=arrival.at)


@router.get("/clave/{key}")
async def show_choice(request: Request, visitor: AnyVisitor, desk: DeskDep, at: At, key: Id) -> Response:
    account = await accounts.account_of_key(desk.database, key, at=at)
    return page(
        request, "signing_in/new_password.html", status=200 if account else 404, account=account, problem=None, key=key
    )


@router.post("/clave/{key}", dependencies=[Stamped])
async def choose_password(arrival: AtTheDoor, key: Id, password: Text, again: Text) -> Response:
    problem, desk, at = None, arrival.desk, arrival.at
    try:
        account = await put_password(desk, key, ChosenPassword(password, again), at=at)
    except SignInProblem as why:
        problem, account = why.message, await accounts.account_of_key(desk.database, key, at=at)
    if account is None or problem:
        status = 422 if account else 404
        shown = {"account": account, "problem": problem, "key": key}
        return page(arrival.request, "signing_in/new_password.html", status=status, **shown)
    if not await accounts.personas(desk.database, account, policy=desk.policy, at=at):
        return to("/ingreso", arrival.visitor)  # nobody's account (any more): signing in says so
    return await begin(arrival, account, back="/")
