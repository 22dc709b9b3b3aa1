"""The page of accounts: inviting people, and what to do when something was lost or somebody left. Administrators see
the access tokens there, too.

Who keeps which account is desk/signing_in/account_keeping.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.params import Depends as Dependency

from desk.desk import Desk
from desk.signing_in import account_keeping, token_keeping
from desk.signing_in.invitations import Guest, invite
from desk.signing_in.problems import SignInProblem
from policy.case.case import Role
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id, Text
from portal.frame.pages import page, to
from portal.frame.session import ForAdmins, Portal, PortalDep, Registrar, Stamped, Visitor
from portal.frame.submit import typed_in
from storage.signing_in import sessions
from storage.signing_in.accounts import Account

router = APIRouter(prefix="/usuarios")

_FORM: list[Dependency] = [Stamped]


@dataclass(frozen=True, kw_only=True)
class KeepersRequest:
    """A request of somebody who keeps accounts."""

    request: Request
    visitor: Visitor
    desk: Desk
    portal: Portal
    at: datetime

    @property
    def role(self) -> Role:
        assert self.visitor.role is not None
        return self.visitor.role


async def keepers_request(
    request: Request, visitor: Registrar, desk: DeskDep, portal: PortalDep, at: At
) -> KeepersRequest:
    return KeepersRequest(request=request, visitor=visitor, desk=desk, portal=portal, at=at)


Keeper = Annotated[KeepersRequest, Depends(keepers_request)]


async def kept_account(keeper: Keeper, account_id: Id) -> Account:
    """The account that the address names, where the visitor keeps it (404 otherwise)."""
    return await account_keeping.kept_account(keeper.desk, keeper.role, account_id, at=keeper.at)


Kept = Annotated[Account, Depends(kept_account)]


@router.get("")
async def show(keeper: Keeper, busca: str = "", invitado: bool = False) -> Response:
    return await _list(keeper, sought=busca[:100], invited=invitado)


@router.post("/invitacion", dependencies=_FORM)
async def invite_somebody(
    keeper: Keeper, portal: PortalDep, email: Text, name: Text = "", role: Annotated[Role | None, Form()] = None
) -> Response:
    guest = Guest(email=email, name=name, staff_role=role)
    try:
        await account_keeping.invite_guest(keeper.desk, portal.mail, keeper.role, guest, at=keeper.at)
    except SignInProblem as why:
        return await _list(keeper, problem=why, typed=typed_in(await keeper.request.form()))
    return to("/usuarios?invitado=true", keeper.visitor)


@router.post("/{account_id}/invitacion", dependencies=_FORM)
async def invite_again(keeper: Keeper, account: Kept, portal: PortalDep) -> Response:
    await invite(keeper.desk, portal.mail, Guest(email=account.mailbox, name=account.name), at=keeper.at)
    return to("/usuarios?invitado=true", keeper.visitor)


@router.post("/{account_id}/desactivacion", dependencies=_FORM)
async def disable(keeper: Keeper, account: Kept) -> Response:
    assert keeper.visitor.account is not None
    try:
        await account_keeping.disable(keeper.desk, account, by=keeper.visitor.account, at=keeper.at)
    except SignInProblem as why:
        return await _list(keeper, problem=why)
    return to("/usuarios", keeper.visitor)


@router.post("/{account_id}/activacion", dependencies=_FORM)
async def enable(keeper: Keeper, account: Kept) -> Response:
    await account_keeping.enable(keeper.desk, keeper.role, account, at=keeper.at)
    return to("/usuarios", keeper.visitor)


@router.post("/{account_id}/rol/fin", dependencies=[Stamped, ForAdmins])
async def take_role_away(keeper: Keeper, account: Kept) -> Response:
    try:
        await account_keeping.take_role_away(keeper.desk, account, at=keeper.at)
    except SignInProblem as why:
        return await _list(keeper, problem=why)
    return to("/usuarios", keeper.visitor)


@router.post("/{account_id}/sesiones/fin", dependencies=_FORM)
async def end_sessions(keeper: Keeper, account: Kept) -> Response:
    await sessions.end_all(keeper.desk.database, account.id, at=keeper.at)
    return to("/usuarios", keeper.visitor)


@router.post("/{account_id}/codigo/fin", dependencies=_FORM)
async def reset_second_factor(keeper: Keeper, account: Kept) -> Response:
    await account_keeping.reset_second_factor(keeper.desk.database, account, at=keeper.at)
    return to("/usuarios", keeper.visitor)


@router.post("/tokens/{token_id}/fin", dependencies=[Stamped, ForAdmins])
async def revoke_token(keeper: Keeper, token_id: Id) -> Response:
    await token_keeping.revoke(keeper.desk, token_id, at=keeper.at)
    return to("/usuarios#tokens", keeper.visitor)


async def _list(
    keeper: KeepersRequest,
    *,
    sought: str = "",
    invited: bool = False,
    problem: SignInProblem | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    desk, at = keeper.desk, keeper.at
    found = await account_keeping.listing(desk, keeper.role, sought=sought, at=at)
    warned_within = timedelta(days=keeper.portal.settings.token_warn_days)
    keeps_tokens = keeper.role is Role.ADMIN
    return page(
        keeper.request,
        "signing_in/users.html",
        status=problem.status if problem else 200,
        shown=[(each.account, each.personas) for each in found.accounts],
        sought=sought,
        more=account_keeping.MOST if found.is_cut else None,
        invited=invited,
        problem=problem.message if problem else None,
        typed=typed or typed_in(),
        may_give_roles=keeper.role is Role.ADMIN,
        tokens=await token_keeping.in_force(desk, warned_within=warned_within, at=at) if keeps_tokens else None,
    )
