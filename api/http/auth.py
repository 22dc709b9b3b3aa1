"""Who calls, by bearer token, and whether the operation is for them. What a token is worth is storage's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.http.deps import At, DeskDep
from api.http.problems import Unauthenticated
from desk.desk import Desk
from policy.case.case import Role
from policy.case.refusals import RoleNotAllowed
from storage.people import contacts
from storage.signing_in import tokens
from storage.signing_in.tokens import Principal

STAFF = (Role.AGENT, Role.DIRECTOR, Role.COMMERCIAL, Role.ADMIN)
"""Everybody but contacts: they see all customers."""

REGISTRARS = (Role.COMMERCIAL, Role.ADMIN)
"""Who keeps customers, contracts, solutions and contacts."""

_LONGEST_SECRET = 200
_bearer = HTTPBearer(auto_error=False, description="escala tokens create")


async def caller(
    request: Request,
    desk: DeskDep,
    at: At,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Principal:
    """The token's owner, or 401."""
    secret = credentials.credentials.strip() if credentials else ""
    if not secret or len(secret) > _LONGEST_SECRET or not secret.isascii():
        raise Unauthenticated
    found = await tokens.principal(desk.database, secret, at=at)
    if found is None:
        raise Unauthenticated
    request.state.role = found.actor.role.value  # for the access log
    if found.customer_id is not None:
        await _check_sign_in(desk, found.actor.id, found.customer_id, at)
    return found


async def caller_now(request: Request, desk: Desk) -> Principal:
    """The caller of a request that was answered a while ago, as of now: still the token's owner, or 401."""
    return await caller(request, desk, desk.clock(), await _bearer(request))


async def _check_sign_in(desk: Desk, contact_id: str, customer_id: str, at: datetime) -> None:
    """A contact's token is a way to sign in, and holds while the contact has a place (PLAN-8)."""
    roster = await contacts.state(desk.database, customer_id, policy=desk.policy, at=at)
    for each in roster.contacts:
        if each.id == contact_id:
            roster.check_sign_in(each)


Caller = Annotated[Principal, Depends(caller)]


def only(*roles: Role) -> Callable[[Principal], Principal]:
    """A dependency that lets these roles pass."""

    def check(principal: Caller) -> Principal:
        if principal.actor.role not in roles:
            raise RoleNotAllowed
        return principal

    return check


Staff = Annotated[Principal, Depends(only(*STAFF))]
Registrar = Annotated[Principal, Depends(only(*REGISTRARS))]
Admin = Annotated[Principal, Depends(only(Role.ADMIN))]
