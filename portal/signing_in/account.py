"""The page of one's own account: password, second factor with its recovery codes, sessions, and shortcut keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

import pyotp
import segno
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.params import Depends as Dependency

from desk.desk import Desk
from desk.signing_in import own_account
from desk.signing_in.attempts import present_password_tries
from desk.signing_in.own_account import ChosenPassword
from desk.signing_in.problems import SignInProblem, WrongCode
from desk.signing_in.second_factor import SecondFactor
from desk.signing_in.sign_in import new_secret
from policy.people.preferences import OF_AGENTS
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id, Text
from portal.frame.pages import page, to
from portal.frame.session import Known, Portal, PortalDep, Stamped, Visitor, lacks_factor
from portal.signing_in.browsers import browser_name
from portal.signing_in.notice_choices import topics_of
from portal.signing_in.session_cookies import hand_over
from portal.signing_in.sign_in_throttle import address_key
from storage.notices import preferences
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Account
from storage.signing_in.sessions import Session

router = APIRouter(prefix="/cuenta")

_FORM: list[Dependency] = [Stamped]


@dataclass(frozen=True, kw_only=True)
class OwnAccount:
    """A request of somebody for their own account, in the session that they are in."""

    request: Request
    visitor: Visitor
    desk: Desk
    portal: Portal
    at: datetime

    @property
    def account(self) -> Account:
        assert self.visitor.account is not None
        return self.visitor.account

    @property
    def session(self) -> Session:
        assert self.visitor.session is not None
        return self.visitor.session

    @property
    def factor(self) -> SecondFactor:
        return SecondFactor(self.desk, self.portal.keys, self.account)

    async def check_present(self, password: str) -> None:
        """Raise SignInProblem unless this is the present password."""
        tries = present_password_tries(self.account, address_key(self.request))
        await own_account.check_present(self.desk, self.account, password, tries, at=self.at)


async def own_account_of(request: Request, visitor: Known, desk: DeskDep, portal: PortalDep, at: At) -> OwnAccount:
    return OwnAccount(request=request, visitor=visitor, desk=desk, portal=portal, at=at)


Own = Annotated[OwnAccount, Depends(own_account_of)]


@router.get("")
async def show(own: Own) -> Response:
    settings = own.portal.settings
    idle_for = timedelta(minutes=settings.session_idle_minutes)
    db, account = own.desk.database, own.account
    names = await accounts.personas(db, account, policy=own.desk.policy, at=own.at)
    return page(
        own.request,
        "signing_in/account.html",
        account=account,
        topics=topics_of(own.visitor),
        digests=topics_of(own.visitor) == OF_AGENTS,
        chosen=await preferences.of(db, account.mailbox),
        sessions=await sessions.of_account(db, account.id, at=own.at, idle_for=idle_for),
        own=own.session.id,
        browser_name=browser_name,
        has_other_names=len(names) > 1,
        lacks_factor=lacks_factor(own.visitor, own.portal),
        factor_is_needed=settings.staff_need_second_factor,
    )


@router.post("/clave", dependencies=_FORM)
async def change_password(own: Own, present: Text, password: Text, again: Text) -> Response:
    """Put another password. Every other session ends, and this one goes on under another secret."""
    chosen = ChosenPassword(password, again)
    try:
        await chosen.check(own.desk.database, own.account)
        await own.check_present(present)
    except SignInProblem as why:
        return _not_possible(own.request, why)
    await own_account.change_password(own.desk.database, own.account, password, at=own.at, but=own.session)
    answer = to("/cuenta", own.visitor)
    hand_over(answer, await new_secret(own.desk, own.session), own.session, at=own.at)
    return answer


@router.post("/sesiones/{session_id}/fin", dependencies=_FORM)
async def end_session(own: Own, session_id: Id) -> Response:
    await sessions.end(own.desk.database, session_id, account_id=own.account.id, at=own.at)
    return to("/cuenta", own.visitor)


@router.post("/sesiones/fin", dependencies=_FORM)
async def end_other_sessions(own: Own) -> Response:
    await sessions.end_all(own.desk.database, own.account.id, at=own.at, but=own.session.id)
    return to("/cuenta", own.visitor)


@router.post("/atajos", dependencies=_FORM)
async def switch_shortcuts(own: Own, shortcuts: Annotated[bool, Form()] = False) -> Response:
    await accounts.change(own.desk.database, own.account.id, shortcuts=shortcuts)
    return to("/cuenta", own.visitor)


# -- the second factor ------------------------------------------------------------------------------------------------


@router.post("/codigo", dependencies=_FORM)
async def set_up_code(own: Own, password: Text = "") -> Response:
    """Make a secret and show it, as a picture and in letters; it counts once a code of it was given.

    The present password is asked for, where there is one: whoever finds a session open must not lock its owner out.
    """
    if own.account.asks_for_code:
        return to("/cuenta", own.visitor)
    if own.account.password_hash is not None:
        try:
            await own.check_present(password)
        except SignInProblem as why:
            return _not_possible(own.request, why)
    return _shown(own, await own.factor.offer())


@router.post("/codigo/confirmacion", dependencies=_FORM)
async def confirm_code(own: Own, code: Text) -> Response:
    """Switch the second factor on, and show the recovery codes: the only time that anybody sees them.

    Every other session ends, and this one goes on under another secret.
    """
    secret = own.factor.offered
    if secret is None:
        return to("/cuenta", own.visitor)
    try:
        await own.factor.check(code, address_key(own.request), at=own.at)
    except WrongCode as why:
        return _shown(own, secret, why)
    except SignInProblem as why:
        return _not_possible(own.request, why, status=why.status)
    codes = await own.factor.switch_on(at=own.at)
    await sessions.end_all(own.desk.database, own.account.id, at=own.at, but=own.session.id)
    fresh = await new_secret(own.desk, own.session)
    stamp = own.portal.keys.signature("form", fresh)
    own.request.state.visitor = replace(own.visitor, stamp=stamp)  # for the forms of this page
    answer = page(own.request, "signing_in/second_factor.html", secret=None, picture=None, codes=codes, problem=None)
    hand_over(answer, fresh, own.session, at=own.at)
    return answer


@router.post("/codigo/fin", dependencies=_FORM)
async def switch_code_off(own: Own, password: Text) -> Response:
    try:
        await own.check_present(password)
    except SignInProblem as why:
        return _not_possible(own.request, why)
    await own.factor.switch_off(at=own.at)
    return to("/cuenta", own.visitor)


# -- the parts --------------------------------------------------------------------------------------------------------


def _shown(own: OwnAccount, secret: str, problem: SignInProblem | None = None) -> Response:
    address = pyotp.TOTP(secret).provisioning_uri(name=own.account.mailbox, issuer_name="Escala")
    return page(
        own.request,
        "signing_in/second_factor.html",
        status=problem.status if problem else 200,
        secret=secret,
        picture=segno.make(address, error="m").svg_data_uri(scale=5, border=2),
        codes=None,
        problem=problem.message if problem else None,
    )


def _not_possible(request: Request, problem: SignInProblem, *, status: int = 422) -> Response:
    return page(request, "signing_in/account_problem.html", status=status, problem=problem.message)
