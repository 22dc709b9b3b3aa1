"""Bearer tokens over HTTP: listed, read and revoked by administrators. Their secrets are nowhere; only the command line
makes one.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.http.auth import Admin
from api.http.bodies import Answer, Z
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.lists import Cursor, Limit, Listed
from desk.problems import InvalidCursor, NotFound
from desk.signing_in import token_keeping
from policy.case.case import Role
from storage.signing_in.tokens import Token

router = APIRouter(tags=["tokens"])

TokenId = Annotated[str, Path(json_schema_extra={"pattern": r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"})]


class TokenAnswer(Answer):
    """A token, without its secret. `subject`: the contact's, agent's or account's id, or a program's name.

    `last_used_at` is to the minute; `expires_at` is null for one of before tokens expired.
    """

    id: str = Field(examples=["tok_4b1c9e2a7d30"])
    label: str
    role: Role
    subject: str
    customer_id: str | None
    levels: list[int]
    created_at: Z
    expires_at: Z | None
    last_used_at: Z | None
    revoked_at: Z | None


@router.get(
    "/tokens",
    response_model=Listed[TokenAnswer],
    summary="List the access tokens, without their secrets",
    responses=can_refuse(InvalidCursor, role=True),
)
async def list_tokens(_: Admin, desk: DeskDep, limit: Limit = 50, cursor: Cursor = None) -> Listed[TokenAnswer]:
    page = await token_keeping.listing(desk, limit=limit, cursor=cursor)
    return Listed(items=[show(each) for each in page.items], next_cursor=page.next_cursor)


@router.get(
    "/tokens/{token_id}",
    response_model=TokenAnswer,
    summary="Read an access token, without its secret",
    responses=can_refuse(NotFound, role=True),
)
async def read_token(_: Admin, desk: DeskDep, token_id: TokenId) -> TokenAnswer:
    return show(await token_keeping.read(desk, token_id))


@router.delete(
    "/tokens/{token_id}",
    status_code=204,
    summary="Revoke an access token: it is refused from now on",
    responses=can_refuse(NotFound, keyless=True, role=True),
)
async def revoke_token(_: Admin, desk: DeskDep, at: At, token_id: TokenId) -> Response:
    await token_keeping.revoke(desk, token_id, at=at)
    return Response(status_code=204)


def show(token: Token) -> TokenAnswer:
    return TokenAnswer(
        id=token.id,
        label=token.label,
        role=token.role,
        subject=token.subject_id,
        customer_id=token.customer_id,
        levels=[int(level) for level in token.levels],
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
    )
