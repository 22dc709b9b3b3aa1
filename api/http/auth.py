"""The caller of an operation, by bearer token, and the roles that it is for. Tokens are judged by desk/access.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.http.deps import At, DeskDep
from api.http.problems import Unauthenticated
from desk import auditing
from desk.access import REGISTRARS, STAFF, check_role, check_sign_in, note_use, token_owner
from desk.budgets import Spending
from desk.desk import Desk
from policy.case.case import Role
from storage.audit.acts import Act, Doer, acts_as
from storage.signing_in.tokens import Principal

KEYLESS = frozenset({"PUT", "PATCH", "DELETE"})
"""What changes something without a key, under which a repetition would be free: each costs of the caller's commands."""
_bearer = HTTPBearer(auto_error=False, description="escala tokens create")


async def caller(
    request: Request,
    desk: DeskDep,
    at: At,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    later: BackgroundTasks,
) -> Principal:
    """The token's owner, or 401; its use is noted once the answer has gone. BudgetSpent for what has no key."""
    owner = await _owner(request, desk, at, credentials)
    if request.method in KEYLESS:
        desk.budgets.spend(Spending.COMMAND, owner, at=at)
    if owner.is_to_note:
        later.add_task(note_use, desk, owner, at=at)
    return owner


async def _owner(
    request: Request, desk: Desk, at: datetime, credentials: HTTPAuthorizationCredentials | None
) -> Principal:
    address = request.client.host[:100] if request.client else "unknown"
    owner = await token_owner(desk, credentials.credentials.strip() if credentials else "", at=at)
    if owner is None:
        if credentials:
            await auditing.tried(desk, Act.TOKEN_REFUSED, address, at=at)
        raise Unauthenticated
    request.state.role = owner.actor.role.value  # for the access log
    acts_as(Doer(owner.actor.role.value, owner.actor.id, address))
    await check_sign_in(desk, owner, at=at)
    return owner


async def caller_now(request: Request, desk: Desk) -> Principal:
    """The caller of a request that was answered a while ago, as of now: still the token's owner, or 401."""
    return await _owner(request, desk, desk.clock(), await _bearer(request))


Caller = Annotated[Principal, Depends(caller)]


def only(*roles: Role) -> Callable[[Principal], Awaitable[Principal]]:
    """A dependency that lets these roles pass."""

    async def check(principal: Caller) -> Principal:
        check_role(principal.actor.role, *roles)
        return principal

    return check


Staff = Annotated[Principal, Depends(only(*STAFF))]
Registrar = Annotated[Principal, Depends(only(*REGISTRARS))]
Admin = Annotated[Principal, Depends(only(Role.ADMIN))]
