"""First and new passwords, chosen with a single-use key that came by mail. Looking at the page uses nothing up."""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response

from desk.desk import Desk
from desk.signing_in import passwords
from policy.people.contacts import mailbox_of
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id, Text
from portal.frame.pages import page, to
from portal.frame.session import AnyVisitor, Portal, PortalDep, Stamped
from portal.signing_in.invitations import make_no_key, send_key
from portal.signing_in.sign_in_throttle import account_key, address_key
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Purpose, digest_of

router = APIRouter()

_VALID_FOR = timedelta(hours=1)
WITHIN = 2.0
"""Seconds within which a wish for a new password is looked at, some time or other: no next request is slower for it."""

_FREE_WISHES, _FREE_WISHES_OF_ADDRESS = 3, 20


@router.get("/clave/olvido")
async def show_forgotten(request: Request, visitor: AnyVisitor) -> Response:
    return page(request, "signing_in/forgotten.html", sent=False)


@router.post("/clave/olvido", dependencies=[Stamped])
async def forgotten(
    request: Request, visitor: AnyVisitor, desk: DeskDep, portal: PortalDep, at: At, email: Text
) -> Response:
    """Send a key to whoever has an account. The answer is everybody's, and comes before anything is looked up.

    Every wish counts as a failure, so that nobody is flooded with mail.
    """
    wishes = {
        f"forgotten:{digest_of(mailbox_of(email))}": _FREE_WISHES,
        f"forgotten-from-{address_key(request)}": _FREE_WISHES_OF_ADDRESS,
    }
    if await sessions.attempt(desk.database, wishes, at=at) is None:
        portal.post.later(_send_new_key(desk, portal, email, at=at))
    return page(request, "signing_in/forgotten.html", sent=True)


async def _send_new_key(desk: Desk, portal: Portal, email: str, *, at: datetime) -> None:
    """The same is done for an address that nobody has, and thrown away: who exists is not told by how busy we are."""
    await asyncio.sleep(WITHIN * (1 + secrets.randbelow(1_000)) / 1_000)
    account = await accounts.by_mailbox(desk.database, email)
    if account and account.disabled_at is None:
        await send_key(desk, portal, account, Purpose.RESET, at=at, valid_for=_VALID_FOR)
    else:
        await make_no_key(desk, portal, email, Purpose.RESET, at=at, valid_for=_VALID_FOR)


@router.get("/clave/{key}")
async def show_choice(request: Request, visitor: AnyVisitor, desk: DeskDep, at: At, key: Id) -> Response:
    account = await accounts.account_of_key(desk.database, key, at=at)
    return page(
        request, "signing_in/new_password.html", status=200 if account else 404, account=account, problem=None, key=key
    )


@router.post("/clave/{key}", dependencies=[Stamped])
async def choose_password(
    request: Request, visitor: AnyVisitor, desk: DeskDep, at: At, key: Id, password: Text, again: Text
) -> Response:
    account = await accounts.account_of_key(desk.database, key, at=at)
    problem = wrong_with(password, again, account.mailbox) if account else None
    if account and not problem:
        # Of two at once, one uses the key up; the other finds it used.
        account = await accounts.choose_password(desk.database, key, await passwords.hash_of(password), at=at)
    if account is None or problem:
        status = 422 if account else 404
        return page(request, "signing_in/new_password.html", status=status, account=account, problem=problem, key=key)
    await sessions.end_all(desk.database, account.id, at=at)
    # Whoever reads the mail is no guesser: strangers' failures do not keep the owner out.
    await sessions.succeeded(desk.database, account_key(account.mailbox), at=at)
    return to("/ingreso", visitor)


def wrong_with(password: str, again: str, mailbox: str) -> str | None:
    """What is wrong with a chosen password, as a sentence; None where it will do."""
    if password != again:
        return "The two passwords are not the same."
    try:
        passwords.check(password, mailbox=mailbox)
    except passwords.BadPassword:
        return "Please choose a longer password: twelve signs or more, and not your address. A sentence serves well."
    return None
