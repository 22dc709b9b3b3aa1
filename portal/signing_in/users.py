"""Who may sign in: their accounts, inviting them, and what to do when something was lost or somebody left.

Administrators see every account. Commercial sees and invites contacts only: an account that is an agent's, too, or that
has a role of the house is not there for them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.params import Depends as Dependency

from desk.desk import Desk
from desk.problems import NotFound
from policy.case.case import Role
from policy.case.refusals import RoleNotAllowed
from policy.people.contacts import mailbox_of
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id, Text
from portal.frame.pages import page, to
from portal.frame.session import Admin, PortalDep, Stamped, Visitor, only
from portal.signing_in.invitations import invite
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Account, Persona

router = APIRouter(prefix="/usuarios")

_SHOWN = 50
_FORM: list[Dependency] = [Stamped]
Keeper = Annotated[Visitor, Depends(only(Role.ADMIN, Role.COMMERCIAL))]


@router.get("")
async def show(
    request: Request, visitor: Keeper, desk: DeskDep, at: At, busca: str = "", invitado: bool = False
) -> Response:
    return await _list(request, visitor, desk, at=at, sought=busca[:100], invited=invitado)


@router.post("/invitacion", dependencies=_FORM)
async def invite_somebody(
    request: Request,
    visitor: Keeper,
    desk: DeskDep,
    portal: PortalDep,
    at: At,
    email: Text,
    name: Text = "",
    role: Annotated[Role | None, Form()] = None,
) -> Response:
    """Invite who stands on a roster with a place to sign in, or on the agents' list; administrators also give roles."""
    if role is not None:
        if visitor.role is not Role.ADMIN or role not in (Role.COMMERCIAL, Role.ADMIN):
            raise RoleNotAllowed
        if "@" not in email or any(sign.isspace() for sign in email.strip()) or not name.strip():
            return await _list(request, visitor, desk, at=at, problem=_NEEDS_NAME)
        await invite(desk, portal, email=email, name=name.strip(), staff_role=role, at=at)
        return to("/usuarios?invitado=true", visitor)
    found = await accounts.personas_of(desk.database, mailbox_of(email), policy=desk.policy, at=at)
    if not found or not _may_keep(visitor, None, found):
        return await _list(request, visitor, desk, at=at, problem=_ON_NO_LIST)
    await invite(desk, portal, email=email, name=found[0].name, at=at)
    return to("/usuarios?invitado=true", visitor)


@router.post("/{account_id}/invitacion", dependencies=_FORM)
async def invite_again(visitor: Keeper, desk: DeskDep, portal: PortalDep, at: At, account_id: Id) -> Response:
    account = await _account(desk, visitor, account_id, at=at)
    await invite(desk, portal, email=account.mailbox, name=account.name, at=at)
    return to("/usuarios?invitado=true", visitor)


@router.post("/{account_id}/desactivacion", dependencies=_FORM)
async def disable(request: Request, visitor: Keeper, desk: DeskDep, at: At, account_id: Id) -> Response:
    account = await _account(desk, visitor, account_id, at=at)
    if visitor.account and account.id == visitor.account.id:
        return await _list(request, visitor, desk, at=at, problem="You cannot disable the account that you are using.")
    await accounts.disable(desk.database, account.id, at=at)
    return to("/usuarios", visitor)


@router.post("/{account_id}/activacion", dependencies=_FORM)
async def enable(visitor: Keeper, desk: DeskDep, at: At, account_id: Id) -> Response:
    """An administrator's to do: whom one of them shut out, nobody else lets in again."""
    account = await _account(desk, visitor, account_id, at=at)
    if visitor.role is not Role.ADMIN:
        raise RoleNotAllowed
    await accounts.change(desk.database, account.id, disabled_at=None)
    return to("/usuarios", visitor)


@router.post("/{account_id}/rol/fin", dependencies=_FORM)
async def take_role_away(request: Request, visitor: Admin, desk: DeskDep, at: At, account_id: Id) -> Response:
    """The account acts for the house no more; what the lists give to its address it keeps."""
    account = await _account(desk, visitor, account_id, at=at)
    if not await accounts.take_role_away(desk.database, account.id):
        return await _list(request, visitor, desk, at=at, problem=_LAST_ADMINISTRATOR)
    return to("/usuarios", visitor)


@router.post("/{account_id}/sesiones/fin", dependencies=_FORM)
async def end_sessions(visitor: Keeper, desk: DeskDep, at: At, account_id: Id) -> Response:
    account = await _account(desk, visitor, account_id, at=at)
    await sessions.end_all(desk.database, account.id, at=at)
    return to("/usuarios", visitor)


@router.post("/{account_id}/codigo/fin", dependencies=_FORM)
async def reset_second_factor(visitor: Keeper, desk: DeskDep, at: At, account_id: Id) -> Response:
    """For who lost telephone and recovery codes. Their sessions end, so that nobody goes on in one of them."""
    account = await _account(desk, visitor, account_id, at=at)
    await accounts.forget_totp(desk.database, account.id)
    await sessions.end_all(desk.database, account.id, at=at)
    return to("/usuarios", visitor)


# -- the parts --------------------------------------------------------------------------------------------------------

_NEEDS_NAME = "An invitation to a role of the house needs an address and a name."
_LAST_ADMINISTRATOR = "Nobody would be left to administer this desk. Give somebody else that role first."
_ON_NO_LIST = "This address stands on no roster with a place to sign in, and on no list of agents."


async def _list(
    request: Request,
    visitor: Visitor,
    desk: Desk,
    *,
    at: datetime,
    sought: str = "",
    invited: bool = False,
    problem: str | None = None,
) -> Response:
    known = [
        account
        for account in await accounts.listing(desk.database, sought=sought, limit=_SHOWN)
        if visitor.role is Role.ADMIN or account.staff_role is None
    ]
    shown = []
    for account in known:
        names = await accounts.personas_of(desk.database, account.mailbox, policy=desk.policy, at=at)
        if _may_keep(visitor, account, names):
            shown.append((account, names))
    status = 422 if problem else 200
    return page(
        request,
        "signing_in/users.html",
        status=status,
        shown=shown,
        sought=sought,
        more=_SHOWN if len(known) == _SHOWN else None,
        invited=invited,
        problem=problem,
        may_give_roles=visitor.role is Role.ADMIN,
    )


async def _account(desk: Desk, visitor: Visitor, account_id: str, *, at: datetime) -> Account:
    """The account, where this visitor keeps it; for anybody else it is not there."""
    account = await accounts.get(desk.database, account_id)
    if account is None:
        raise NotFound
    names = await accounts.personas_of(desk.database, account.mailbox, policy=desk.policy, at=at)
    if not _may_keep(visitor, account, names):
        raise NotFound
    return account


def _may_keep(visitor: Visitor, account: Account | None, names: list[Persona]) -> bool:
    """Whether an account is this visitor's to keep; `names` are those that the lists give to its address."""
    if visitor.role is Role.ADMIN:
        return True
    has_role = account is not None and account.staff_role is not None
    return not has_role and all(each.actor.role is Role.CONTACT for each in names)
