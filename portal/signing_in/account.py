"""One's own account: password, second factor with its recovery codes, sessions, and whether keys are shortcuts."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

import pyotp
import segno
from fastapi import APIRouter, Form, Request, Response
from fastapi.params import Depends as Dependency

from desk.desk import Desk
from desk.signing_in import passwords
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id, Text
from portal.frame.pages import page, to
from portal.frame.session import Known, PortalDep, Stamped, Visitor, lacks_factor
from portal.signing_in.new_password import wrong_with
from portal.signing_in.second_factor import WRONG_CODE, is_right_code, recovery_signature
from portal.signing_in.sign_in_throttle import TOO_MANY, Tries, address_key, code_tries, hand_over, new_secret, renew
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Account
from storage.signing_in.sessions import Session

router = APIRouter(prefix="/cuenta")

_RECOVERY_CODES = 10
_FORM: list[Dependency] = [Stamped]


@router.get("")
async def show(request: Request, visitor: Known, desk: DeskDep, portal: PortalDep, at: At) -> Response:
    account, session = _own(visitor)
    idle_for = timedelta(minutes=portal.settings.session_idle_minutes)
    found = await sessions.of_account(desk.database, account.id, at=at, idle_for=idle_for)
    names = await accounts.personas(desk.database, account, policy=desk.policy, at=at)
    return page(
        request,
        "signing_in/account.html",
        account=account,
        sessions=found,
        own=session.id,
        has_other_names=len(names) > 1,
        lacks_factor=lacks_factor(visitor, portal),
        factor_is_needed=portal.settings.staff_need_second_factor,
    )


@router.post("/clave", dependencies=_FORM)
async def change_password(
    request: Request, visitor: Known, desk: DeskDep, at: At, present: Text, password: Text, again: Text
) -> Response:
    """Put another password. Every other session ends, and this one goes on under another secret."""
    account, session = _own(visitor)
    problem = wrong_with(password, again, account.mailbox)
    problem = problem or await _wrong_present(request, account, present, desk, at=at)
    if problem:
        return _not_possible(request, problem)
    await accounts.put_password(desk.database, account.id, await passwords.hash_of(password), at=at)
    await sessions.end_all(desk.database, account.id, at=at, but=session.id)
    answer = to("/cuenta", visitor)
    await renew(desk, session, answer, at=at)
    return answer


@router.post("/sesiones/{session_id}/fin", dependencies=_FORM)
async def end_session(visitor: Known, desk: DeskDep, at: At, session_id: Id) -> Response:
    account, _ = _own(visitor)
    await sessions.end(desk.database, session_id, account_id=account.id, at=at)
    return to("/cuenta", visitor)


@router.post("/sesiones/fin", dependencies=_FORM)
async def end_other_sessions(visitor: Known, desk: DeskDep, at: At) -> Response:
    account, session = _own(visitor)
    await sessions.end_all(desk.database, account.id, at=at, but=session.id)
    return to("/cuenta", visitor)


@router.post("/atajos", dependencies=_FORM)
async def switch_shortcuts(visitor: Known, desk: DeskDep, shortcuts: Annotated[bool, Form()] = False) -> Response:
    account, _ = _own(visitor)
    await accounts.change(desk.database, account.id, shortcuts=shortcuts)
    return to("/cuenta", visitor)


# -- the second factor ------------------------------------------------------------------------------------------------


@router.post("/codigo", dependencies=_FORM)
async def set_up_code(
    request: Request, visitor: Known, desk: DeskDep, portal: PortalDep, at: At, password: Text = ""
) -> Response:
    """Make a secret and show it, as a picture and in letters; it counts once a code of it was given.

    The present password is asked for, where there is one: whoever finds a session open must not lock its owner out.
    """
    account, _ = _own(visitor)
    if account.asks_for_code:
        return to("/cuenta", visitor)
    if account.password_hash is not None:
        problem = await _wrong_present(request, account, password, desk, at=at)
        if problem:
            return _not_possible(request, problem)
    secret = pyotp.random_base32()
    await accounts.offer_totp(desk.database, account.id, portal.keys.sealed(secret))
    return _shown(request, account, secret)


@router.post("/codigo/confirmacion", dependencies=_FORM)
async def confirm_code(
    request: Request, visitor: Known, desk: DeskDep, portal: PortalDep, at: At, code: Text
) -> Response:
    """Switch the second factor on, and show the recovery codes: the only time that anybody sees them.

    Every other session ends, and this one goes on under another secret.
    """
    account, session = _own(visitor)
    secret = portal.keys.opened(account.totp_secret) if account.totp_secret else None
    if account.asks_for_code or secret is None:
        return to("/cuenta", visitor)
    tries = code_tries(request, account)
    if not await tries.begin(desk, at=at):
        return _not_possible(request, TOO_MANY, 429)
    if not await is_right_code(account, code, desk, portal, at=at):
        return _shown(request, account, secret, problem=WRONG_CODE)
    await tries.succeeded(desk, at=at)
    codes = [secrets.token_hex(10).upper() for _ in range(_RECOVERY_CODES)]
    kept = [recovery_signature(account, each, portal) for each in codes]
    await accounts.change(desk.database, account.id, totp_confirmed_at=at, recovery_hashes=kept)
    await sessions.end_all(desk.database, account.id, at=at, but=session.id)
    fresh = await new_secret(desk, session)
    request.state.visitor = replace(visitor, stamp=portal.keys.signature("form", fresh))  # for the forms of this page
    shown = ["-".join(re.findall(".{5}", each)) for each in codes]
    answer = page(request, "signing_in/second_factor.html", secret=None, picture=None, codes=shown, problem=None)
    hand_over(answer, fresh, session, at=at)
    return answer


@router.post("/codigo/fin", dependencies=_FORM)
async def switch_code_off(request: Request, visitor: Known, desk: DeskDep, at: At, password: Text) -> Response:
    account, _ = _own(visitor)
    if problem := await _wrong_present(request, account, password, desk, at=at):
        return _not_possible(request, problem)
    await accounts.forget_totp(desk.database, account.id)
    return to("/cuenta", visitor)


# -- the parts --------------------------------------------------------------------------------------------------------


async def _wrong_present(request: Request, account: Account, present: str, desk: Desk, *, at: datetime) -> str | None:
    """What is wrong with the password that was given as today's: a session left open is no place to try them out."""
    tries = Tries(f"present:{account.id}", address_key(request))
    if not await tries.begin(desk, at=at):
        return TOO_MANY
    if not await passwords.matches(present, account.password_hash):
        return "The present password is not right."
    await tries.succeeded(desk, at=at)
    return None


def _shown(request: Request, account: Account, secret: str, problem: str | None = None) -> Response:
    address = pyotp.TOTP(secret).provisioning_uri(name=account.mailbox, issuer_name="Escala")
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=2)
    status = 422 if problem else 200
    return page(
        request,
        "signing_in/second_factor.html",
        status=status,
        secret=secret,
        picture=picture,
        codes=None,
        problem=problem,
    )


def _not_possible(request: Request, problem: str, status: int = 422) -> Response:
    return page(request, "signing_in/account_problem.html", status=status, problem=problem)


def _own(visitor: Visitor) -> tuple[Account, Session]:
    assert visitor.account is not None
    assert visitor.session is not None
    return visitor.account, visitor.session
