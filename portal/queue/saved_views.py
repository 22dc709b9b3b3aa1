"""Keeping the queue's present look under a name, and removing one; a director may share a view with everybody."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from pydantic import AfterValidator

from desk.inputs import clean
from policy.case.case import Role
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id
from portal.frame.pages import to
from portal.frame.session import Staff, Stamped
from portal.queue.queue_filters import look_in
from storage.workbench import saved_views
from storage.workbench.saved_views import SavedView

router = APIRouter(prefix="/cola/vistas")

Name = Annotated[str, Form(min_length=1, max_length=60), AfterValidator(lambda name: str(clean(name)))]
Query = Annotated[str, Form(max_length=2_000)]


@dataclass(frozen=True, kw_only=True)
class ViewForm:
    """What the form says: the look that is shown, the name to keep it under, and whether everybody is to have it."""

    name: Name
    query: Query = ""
    shared: Annotated[bool, Form()] = False


@router.post("", dependencies=[Stamped])
async def keep(visitor: Staff, desk: DeskDep, at: At, form: Annotated[ViewForm, Depends()]) -> Response:
    """Keep a look. What is kept is what we understood of it, not the text that came."""
    assert visitor.account
    look = look_in(form.query, policy=desk.policy)
    if form.name:
        view = SavedView(
            id=f"vis_{secrets.token_hex(8)}",
            account_id=visitor.account.id,
            name=form.name,
            query=look.query,
            shared=form.shared and visitor.role is Role.DIRECTOR,
        )
        await saved_views.keep(desk.database, view, at=at)
    return to(f"/cola?{look.query}", visitor)


@router.post("/{view_id}/fin", dependencies=[Stamped])
async def forget(visitor: Staff, desk: DeskDep, view_id: Id) -> Response:
    assert visitor.account
    await saved_views.forget(desk.database, view_id, account_id=visitor.account.id)
    return to("/cola", visitor)
