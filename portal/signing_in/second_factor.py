"""The second factor at signing in: a code of the half minute, or one of the recovery codes."""

from __future__ import annotations

import secrets
from datetime import datetime

import pyotp
from fastapi import APIRouter, Request, Response

from desk.desk import Desk
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Back, Text
from portal.frame.pages import page, to
from portal.frame.session import AnyVisitor, Portal, PortalDep, Stamped, safe_path
from portal.signing_in.sign_in_throttle import TOO_MANY, begin, code_tries
from storage.signing_in import accounts
from storage.signing_in.accounts import Account, digest_of

router = APIRouter()

WRONG_CODE = "The code is not right. Codes are valid for half a minute, and each can be used once."
_STEP_SECONDS = 30


@router.get("/ingreso/codigo")
async def show_code(request: Request, visitor: AnyVisitor, volver: str = "/") -> Response:
    if visitor.session is None or not visitor.session.awaits_code:
        return to("/ingreso", visitor)
    return page(request, "signing_in/code.html", back=safe_path(volver), problem=None)


@router.post("/ingreso/codigo", dependencies=[Stamped])
async def give_code(
    request: Request, visitor: AnyVisitor, desk: DeskDep, portal: PortalDep, at: At, code: Text, back: Back = "/"
) -> Response:
    account, session = visitor.account, visitor.session
    if account is None or session is None or not session.awaits_code:
        return to("/ingreso", visitor)
    tries = code_tries(request, account)
    if not await tries.begin(desk, at=at):
        return page(request, "signing_in/code.html", status=429, back=safe_path(back), problem=TOO_MANY)
    if not await is_right_code(account, code, desk, portal, at=at):
        return page(request, "signing_in/code.html", status=422, back=safe_path(back), problem=WRONG_CODE)
    await tries.succeeded(desk, at=at)
    return await begin(request, visitor, account, desk, portal, at=at, back=back, code_given=True)


async def is_right_code(account: Account, code: str, desk: Desk, portal: Portal, *, at: datetime) -> bool:
    """Whether a code is the second factor's of now (or of the half minute beside it) and unused, or a recovery code."""
    plain = "".join(code.split()).replace("-", "")
    if not plain.isascii():
        return False
    secret = portal.keys.opened(account.totp_secret) if account.totp_secret else None
    if secret and len(plain) == 6 and plain.isdecimal():
        totp = pyotp.TOTP(secret)
        now = int(at.timestamp()) // _STEP_SECONDS
        for step in (now, now - 1, now + 1):
            if secrets.compare_digest(totp.at(step * _STEP_SECONDS), plain):
                return await accounts.take_totp_step(desk.database, account.id, step)
        return False
    recovery = plain.upper()
    kept_as = recovery_signature(account, recovery, portal), digest_of(recovery)  # the latter of codes of before
    return await accounts.take_recovery_code(desk.database, account.id, *kept_as)


def recovery_signature(account: Account, code: str, portal: Portal) -> str:
    """What is kept of a recovery code: it says nothing to who has the database and not our secret."""
    return portal.keys.signature("recovery", f"{account.id}.{code}")
