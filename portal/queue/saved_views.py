"""Keeping the queue's present look under a name, and removing one; a director may share a view with everybody."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Response
from pydantic import AfterValidator

from api.http.bodies import clean
from api.http.deps import At, EdgeDep
from policy.case.case import Role
from portal.frame.fields import Id
from portal.frame.pages import to
from portal.frame.session import Staff, Stamped
from portal.queue.queue_filters import look_in
from storage.workbench import saved_views
from storage.workbench.saved_views import SavedView

router = APIRouter(prefix="/cola/vistas")

Name = Annotated[str, Form(min_length=1, max_length=60), AfterValidator(lambda name: str(clean(name)))]
Query = Annotated[str, Form(max_length=2_000)]


@router.post("", dependencies=[Stamped])
async def keep(
    visit: Staff, edge: EdgeDep, at: At, name: Name, query: Query = "", shared: Annotated[bool, Form()] = False
) -> Response:
    """Keep a look. What is kept is what we understood of it, not the text that came."""
    assert visit.account
    look = look_in(query, groups=[group.id for group in edge.policy.groups])
    if name:
        view = SavedView(
            id=f"vis_{secrets.token_hex(8)}",
            account_id=visit.account.id,
            name=name,
            query=look.query,
            shared=shared and visit.role is Role.DIRECTOR,
        )
        await saved_views.keep(edge.database, view, at=at)
    return to(f"/cola?{look.query}", visit)


@router.post("/{view_id}/fin", dependencies=[Stamped])
async def forget(visit: Staff, edge: EdgeDep, view_id: Id) -> Response:
    assert visit.account
    await saved_views.forget(edge.database, view_id, account_id=visit.account.id)
    return to("/cola", visit)
