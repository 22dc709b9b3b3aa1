"""One's own account: password, second factor with its recovery codes, sessions, and whether keys are shortcuts."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

import pyotp
import segno
from fastapi import APIRouter, Form, Request, Response
from fastapi.params import Depends as Dependency

from escala import passwords
from escala.api.deps import At, EdgeDep
from escala.portal.pages import page, to
from escala.portal.session import PortalDep, SignedIn, Stamped, Visit
from escala.portal.sign_in import is_right_code, wrong_with
from escala.storage import accounts, sessions
from escala.storage.accounts import Account, digest_of
from escala.storage.sessions import Session

router = APIRouter(prefix="/cuenta")

_RECOVERY_CODES = 10
Text = Annotated[str, Form(max_length=300)]
_FORM: list[Dependency] = [Stamped]


@router.get("")
async def show(request: Request, visit: SignedIn, edge: EdgeDep, portal: PortalDep, at: At) -> Response:
    account, session = _own(visit)
    idle_for = timedelta(minutes=portal.settings.session_idle_minutes)
    found = await sessions.of_account(edge.database, account.id, at=at, idle_for=idle_for)
    return page(request, "account.html", account=account, sessions=found, own=session.id, problem=None, done=None)


@router.post("/clave", dependencies=_FORM)
async def change_password(
    request: Request, visit: SignedIn, edge: EdgeDep, at: At, present: Text, password: Text, again: Text
) -> Response:
    account, session = _own(visit)
    problem = wrong_with(password, again, account.mailbox)
    if not await passwords.matches(present, account.password_hash):
        problem = "The present password is not right."
    if problem:
        return page(request, "problem.html", status=422, code=422, sentence=problem, rule=None)
    await accounts.change(edge.database, account.id, password_hash=await passwords.hash_of(password))
    await sessions.end_all(edge.database, account.id, at=at, but=session.id)
    return to("/cuenta", visit)


@router.post("/sesiones/{session_id}/fin", dependencies=_FORM)
async def end_session(visit: SignedIn, edge: EdgeDep, at: At, session_id: str) -> Response:
    account, _ = _own(visit)
    await sessions.end(edge.database, session_id, account_id=account.id, at=at)
    return to("/cuenta", visit)


@router.post("/sesiones/fin", dependencies=_FORM)
async def end_other_sessions(visit: SignedIn, edge: EdgeDep, at: At) -> Response:
    account, session = _own(visit)
    await sessions.end_all(edge.database, account.id, at=at, but=session.id)
    return to("/cuenta", visit)


@router.post("/atajos", dependencies=_FORM)
async def switch_shortcuts(visit: SignedIn, edge: EdgeDep, shortcuts: Annotated[bool, Form()] = False) -> Response:
    account, _ = _own(visit)
    await accounts.change(edge.database, account.id, shortcuts=shortcuts)
    return to("/cuenta", visit)


# -- the second factor ------------------------------------------------------------------------------------------------


@router.post("/codigo", dependencies=_FORM)
async def set_up_code(request: Request, visit: SignedIn, edge: EdgeDep, portal: PortalDep) -> Response:
    """Make a secret and show it, as a picture and in letters; it counts once a code of it was given."""
    account, _ = _own(visit)
    if account.asks_for_code:
        return to("/cuenta", visit)
    secret = pyotp.random_base32()
    await accounts.change(edge.database, account.id, totp_secret=portal.keys.sealed(secret), totp_last_step=None)
    address = pyotp.TOTP(secret).provisioning_uri(name=account.mailbox, issuer_name="Escala")
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=2)
    return page(request, "second_factor.html", secret=secret, picture=picture, codes=None)


@router.post("/codigo/confirmacion", dependencies=_FORM)
async def confirm_code(
    request: Request, visit: SignedIn, edge: EdgeDep, portal: PortalDep, at: At, code: Text
) -> Response:
    """Switch the second factor on, and show the recovery codes: the only time that anybody sees them."""
    account, session = _own(visit)
    if account.asks_for_code or not await is_right_code(account, code, edge, portal, at=at):
        sentence = "The code is not right. Codes are valid for half a minute, and each can be used once."
        return page(request, "problem.html", status=422, code=422, sentence=sentence, rule=None)
    codes = [secrets.token_hex(5).upper() for _ in range(_RECOVERY_CODES)]
    kept = [digest_of(each) for each in codes]
    await accounts.change(edge.database, account.id, totp_confirmed_at=at, recovery_hashes=kept)
    await sessions.end_all(edge.database, account.id, at=at, but=session.id)
    return page(request, "second_factor.html", secret=None, picture=None, codes=codes)


@router.post("/codigo/fin", dependencies=_FORM)
async def switch_code_off(request: Request, visit: SignedIn, edge: EdgeDep, password: Text) -> Response:
    account, _ = _own(visit)
    if not await passwords.matches(password, account.password_hash):
        sentence = "The present password is not right."
        return page(request, "problem.html", status=422, code=422, sentence=sentence, rule=None)
    await accounts.change(edge.database, account.id, totp_secret=None, totp_confirmed_at=None, recovery_hashes=[])
    return to("/cuenta", visit)


def _own(visit: Visit) -> tuple[Account, Session]:
    assert visit.account is not None
    assert visit.session is not None
    return visit.account, visit.session
