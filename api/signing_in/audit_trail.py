"""The audit of security acts over HTTP, for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from api.http.auth import Admin
from api.http.bodies import Answer, Z
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.lists import Cursor, Limit, Listed
from desk import auditing
from desk.problems import InvalidCursor
from storage.audit.acts import Act
from storage.audit.audit import Wanted

router = APIRouter(tags=["audit"])

_Id = Annotated[str, Query(max_length=100)]


class AuditAnswer(Answer):
    """A security act. `hash` is the SHA-256 of all the rest with `previous`: the chain that `escala verify` reads."""

    seq: int
    at: Z
    act: str
    actor_role: str
    actor_id: str
    address: str
    target: str
    detail: dict[str, Any]
    previous: str
    hash: str


async def wanted(act: Act | None = None, actor: _Id = "", target: _Id = "") -> Wanted:
    return Wanted(act=act, actor=actor, target=target)


@router.get(
    "/audit",
    response_model=Listed[AuditAnswer],
    summary="List the audit of security acts, the newest first",
    responses=can_refuse(InvalidCursor, role=True),
)
async def list_audit(
    _: Admin, desk: DeskDep, asked: Annotated[Wanted, Depends(wanted)], limit: Limit = 50, cursor: Cursor = None
) -> Listed[AuditAnswer]:
    page = await auditing.listing(desk, asked, limit=limit, cursor=cursor)
    return Listed(items=[AuditAnswer(**vars(each)) for each in page.items], next_cursor=page.next_cursor)
