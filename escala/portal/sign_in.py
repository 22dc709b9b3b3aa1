"""Signing in and out: password, second factor, in whose name, invitations and new passwords.

Answers are the same for addresses that exist and that do not, and take as long. Failures slow the account and the
address down, and a restart forgives none.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Annotated

import pyotp
from fastapi import APIRouter, Form, Request, Response

from escala import passwords
from escala.api.deps import At, Edge, EdgeDep
from escala.language import DEFAULT
from escala.policy.case import Role
from escala.policy.contacts import mailbox_of
from escala.portal.pages import forget_cookies, page, set_cookie, to
from escala.portal.session import SESSION_COOKIE, AnyVisit, Portal, PortalDep, Stamped, Visit, safe_path
from escala.storage import accounts, sessions
from escala.storage.accounts import Account, Persona, Purpose
from escala.storage.sessions import Session

router = APIRouter()

_FREE_FAILURES = {"account": 5, "address": 20}
_CODE_WITHIN = timedelta(minutes=5)
_RESET_VALID_FOR = timedelta(hours=1)
_STEP_SECONDS = 30

Text = Annotated[str, Form(max_length=300)]


@router.get("/ingreso")
async def show_sign_in(request: Request, visit: AnyVisit, volver: str = "/") -> Response:
    if visit.persona:
        return to(safe_path(volver), visit)
    return page(request, "sign_in.html", back=safe_path(volver), email="", problem=None)


@router.post("/ingreso", dependencies=[Stamped])
async def sign_in(
    request: Request,
    visit: AnyVisit,
    edge: EdgeDep,
    portal: PortalDep,
    at: At,
    email: Text,
    password: Text,
    back: Text = "/",
) -> Response:
    keys = _throttled(request, email)
    wait_until = await sessions.free_at(edge.database, list(keys), at=at)
    account = None if wait_until else await accounts.by_mailbox(edge.database, email)
    if wait_until or not await passwords.matches(password, account.password_hash if account else None):
        problem = "Too many attempts. Please wait a few minutes and try again."
        if not wait_until:
            await sessions.failed(edge.database, keys, at=at)
            problem = "The address or the password is not right."
        return page(request, "sign_in.html", status=422, back=safe_path(back), email=email, problem=problem)
    assert account is not None
    assert account.password_hash is not None
    if not await accounts.personas(edge.database, account, policy=edge.policy, at=at):
        problem = "This address has no access at the moment. Your organization's administrator can tell you why."
        return page(request, "sign_in.html", status=422, back=safe_path(back), email=email, problem=problem)
    await sessions.succeeded(edge.database, next(iter(keys)), at=at)
    if passwords.is_outdated(account.password_hash):
        await accounts.change(edge.database, account.id, password_hash=await passwords.hash_of(password))
    return await _begin(request, visit, account, edge, portal, at=at, back=back)


@router.get("/ingreso/codigo")
async def show_code(request: Request, visit: AnyVisit, volver: str = "/") -> Response:
    if visit.session is None or not visit.session.awaits_code:
        return to("/ingreso", visit)
    return page(request, "code.html", back=safe_path(volver), problem=None)


@router.post("/ingreso/codigo", dependencies=[Stamped])
async def give_code(
    request: Request, visit: AnyVisit, edge: EdgeDep, portal: PortalDep, at: At, code: Text, back: Text = "/"
) -> Response:
    account, session = visit.account, visit.session
    if account is None or session is None or not session.awaits_code:
        return to("/ingreso", visit)
    keys = {f"code:{account.id}": _FREE_FAILURES["account"]}
    if await sessions.free_at(edge.database, list(keys), at=at):
        problem = "Too many attempts. Please wait a few minutes and try again."
    elif await is_right_code(account, code, edge, portal, at=at):
        await sessions.succeeded(edge.database, f"code:{account.id}", at=at)
        await sessions.end(edge.database, session.id, account_id=account.id, at=at)
        return await _begin(request, visit, account, edge, portal, at=at, back=back, code_given=True)
    else:
        await sessions.failed(edge.database, keys, at=at)
        problem = "The code is not right. Codes are valid for half a minute, and each can be used once."
    return page(request, "code.html", status=422, back=safe_path(back), problem=problem)


@router.get("/ingreso/como")
async def show_personas(request: Request, visit: AnyVisit, edge: EdgeDep, at: At, volver: str = "/") -> Response:
    if visit.account is None or visit.session is None or visit.session.awaits_code:
        return to("/ingreso", visit)
    known = await accounts.personas(edge.database, visit.account, policy=edge.policy, at=at)
    return page(request, "personas.html", back=safe_path(volver), personas=known)


@router.post("/ingreso/como", dependencies=[Stamped])
async def choose_persona(
    visit: AnyVisit, edge: EdgeDep, at: At, place: Annotated[int, Form()], back: Text = "/"
) -> Response:
    if visit.account is None or visit.session is None or visit.session.awaits_code:
        return to("/ingreso", visit)
    known = await accounts.personas(edge.database, visit.account, policy=edge.policy, at=at)
    if not 0 <= place < len(known):
        return to("/ingreso/como", visit)
    await _act_as(edge, visit.session, known[place])
    return to(safe_path(back), visit)


@router.post("/salida", dependencies=[Stamped])
async def sign_out(visit: AnyVisit, edge: EdgeDep, at: At) -> Response:
    if visit.session:
        await sessions.end(edge.database, visit.session.id, account_id=visit.session.account_id, at=at)
    answer = to("/ingreso")
    forget_cookies(answer)
    return answer


# -- first and new passwords ------------------------------------------------------------------------------------------


@router.get("/clave/olvido")
async def show_forgotten(request: Request, visit: AnyVisit) -> Response:
    return page(request, "forgotten.html", sent=False)


@router.post("/clave/olvido", dependencies=[Stamped])
async def forgotten(
    request: Request, visit: AnyVisit, edge: EdgeDep, portal: PortalDep, at: At, email: Text
) -> Response:
    """Send a key to whoever has an account. The answer is the same for everybody, and comes before the mail leaves."""
    keys = {f"forgotten:{mailbox_of(email)[:254]}": 3, f"forgotten-from:{_address(request)}": 20}
    if not await sessions.free_at(edge.database, list(keys), at=at):
        await sessions.failed(edge.database, keys, at=at)  # every wish counts, so that nobody is flooded with mail
        account = await accounts.by_mailbox(edge.database, email)
        if account and account.disabled_at is None:
            await send_key(edge, portal, account, Purpose.RESET, at=at, valid_for=_RESET_VALID_FOR)
    return page(request, "forgotten.html", sent=True)


async def send_key(
    edge: Edge, portal: Portal, account: Account, purpose: Purpose, *, at: datetime, valid_for: timedelta
) -> None:
    """Make a single-use key and mail it. It is kept by its digest, and stands nowhere but in that mail."""
    secret = secrets.token_urlsafe(32)
    await accounts.keep_key(edge.database, account.id, secret, purpose, at=at, valid_for=valid_for)
    portal.post.send_key(
        account.mailbox, secret, purpose, language=account.language or DEFAULT, at=at, until=at + valid_for
    )


@router.get("/clave/{key}")
async def show_choice(request: Request, visit: AnyVisit, edge: EdgeDep, at: At, key: str) -> Response:
    account = await accounts.account_of_key(edge.database, key[:100], at=at)
    return page(request, "new_password.html", status=200 if account else 404, account=account, problem=None, key=key)


@router.post("/clave/{key}", dependencies=[Stamped])
async def choose_password(
    request: Request, visit: AnyVisit, edge: EdgeDep, at: At, key: str, password: Text, again: Text
) -> Response:
    account = await accounts.account_of_key(edge.database, key[:100], at=at)
    problem = wrong_with(password, again, account.mailbox if account else "")
    if account is None or problem:
        status = 422 if account else 404
        return page(request, "new_password.html", status=status, account=account, problem=problem, key=key)
    await accounts.choose_password(edge.database, key, await passwords.hash_of(password), at=at)
    await sessions.end_all(edge.database, account.id, at=at)
    return to("/ingreso", visit)


def wrong_with(password: str, again: str, mailbox: str) -> str | None:
    """What is wrong with a chosen password, as a sentence; None where it will do."""
    if password != again:
        return "The two passwords are not the same."
    try:
        passwords.check(password, mailbox=mailbox)
    except passwords.BadPassword:
        return "Please choose a longer password: twelve signs or more, and not your address. A sentence serves well."
    return None


# -- the parts --------------------------------------------------------------------------------------------------------


async def is_right_code(account: Account, code: str, edge: Edge, portal: Portal, *, at: datetime) -> bool:
    """Whether a code is the second factor's of now (or of the half minute beside it) and unused, or a recovery code."""
    plain = "".join(code.split()).replace("-", "")
    secret = portal.keys.opened(account.totp_secret) if account.totp_secret else None
    if secret and len(plain) == 6 and plain.isdecimal():
        totp = pyotp.TOTP(secret)
        now = int(at.timestamp()) // _STEP_SECONDS
        for step in (now, now - 1, now + 1):
            if secrets.compare_digest(totp.at(step * _STEP_SECONDS), plain):
                return await accounts.take_totp_step(edge.database, account.id, step)
        return False
    return await accounts.take_recovery_code(edge.database, account.id, plain.upper())


async def _begin(
    request: Request,
    visit: Visit,
    account: Account,
    edge: Edge,
    portal: Portal,
    *,
    at: datetime,
    back: str,
    code_given: bool = False,
) -> Response:
    """Begin a session under a new secret, whatever the browser brought, and show the way on."""
    awaits_code = account.asks_for_code and not code_given
    lasts = _CODE_WITHIN if awaits_code else timedelta(hours=portal.settings.session_hours)
    secret = secrets.token_urlsafe(32)
    session = Session(
        id=f"ses_{secrets.token_hex(8)}",
        account_id=account.id,
        role=None,
        subject_id=None,
        customer_id=None,
        awaits_code=awaits_code,
        created_at=at,
        seen_at=at,
        expires_at=at + lasts,
        ended_at=None,
        browser=request.headers.get("user-agent", "")[:300],
        address=_address(request),
    )
    await sessions.begin(edge.database, session, secret)
    if visit.session and not visit.session.awaits_code:
        await sessions.end(edge.database, visit.session.id, account_id=visit.session.account_id, at=at)
    back = safe_path(back)
    if awaits_code:
        answer = to(f"/ingreso/codigo?volver={back}")
    else:
        known = await accounts.personas(edge.database, account, policy=edge.policy, at=at)
        if len(known) == 1:
            await _act_as(edge, session, known[0])
        needs_factor = (
            portal.settings.staff_need_second_factor
            and not account.asks_for_code
            and any(each.actor.role is not Role.CONTACT for each in known)
        )
        start = "/cuenta" if needs_factor else back
        answer = to(start if len(known) == 1 else f"/ingreso/como?volver={back}")
    set_cookie(answer, SESSION_COOKIE, secret, seconds=int(lasts.total_seconds()))
    return answer


async def _act_as(edge: Edge, session: Session, persona: Persona) -> None:
    actor = persona.actor
    await sessions.act_as(edge.database, session.id, actor.role, actor.id, persona.customer_id)


def _throttled(request: Request, email: str) -> dict[str, int]:
    """What is slowed down by a failure, each with the failures that are free: the account's first."""
    return {
        f"account:{mailbox_of(email)[:254]}": _FREE_FAILURES["account"],
        f"address:{_address(request)}": _FREE_FAILURES["address"],
    }


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
