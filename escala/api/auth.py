"""Who calls, by bearer token, and whether the operation is for them. What a token is worth is storage's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from escala.api.deps import At, EdgeDep
from escala.api.problems import Unauthenticated
from escala.policy.case import Role
from escala.policy.refusals import RoleNotAllowed
from escala.storage import tokens
from escala.storage.tokens import Principal

STAFF = (Role.AGENT, Role.DIRECTOR, Role.COMMERCIAL, Role.ADMIN)
"""Everybody but contacts: they see all customers."""

REGISTRARS = (Role.COMMERCIAL, Role.ADMIN)
"""Who keeps customers, contracts, solutions and contacts."""

_LONGEST_SECRET = 200
_bearer = HTTPBearer(auto_error=False, description="escala tokens create")


async def caller(
    request: Request,
    edge: EdgeDep,
    at: At,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Principal:
    """The token's owner, or 401."""
    secret = credentials.credentials.strip() if credentials else ""
    if not secret or len(secret) > _LONGEST_SECRET or not secret.isascii():
        raise Unauthenticated
    found = await tokens.principal(edge.database, secret, at=at)
    if found is None:
        raise Unauthenticated
    request.state.role = found.actor.role.value  # for the access log
    return found


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
