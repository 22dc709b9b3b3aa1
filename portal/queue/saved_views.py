"""Keeping the queue's present look under a name, and removing one.

Who serves cases shares with those of a level of their own; a director with any level and with everybody.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from pydantic import AfterValidator

from desk.inputs import clean
from desk.problems import NotFound
from policy.case.case import Level, Role
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id
from portal.frame.pages import to
from portal.frame.session import Staff, Stamped, Visitor
from portal.queue.queue_filters import look_in
from storage.workbench import saved_views
from storage.workbench.saved_views import SavedView

router = APIRouter(prefix="/cola/vistas")

Name = Annotated[str, Form(min_length=1, max_length=60), AfterValidator(lambda name: str(clean(name)))]
Query = Annotated[str, Form(max_length=2_000)]


@dataclass(frozen=True, kw_only=True)
class ViewForm:
    """What the form says: the look that is shown, the name to keep it under, and who is to have it.

    `share` is empty for oneself alone, a level, or "all".
    """

    name: Name
    query: Query = ""
    share: Annotated[str, Form(max_length=10)] = ""


def may_share_with(visitor: Visitor) -> tuple[Level, ...]:
    """The levels that somebody may share a view with."""
    if visitor.role is Role.DIRECTOR:
        return tuple(Level)
    return tuple(each for each in Level if each in visitor.principal.actor.levels)


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
            shared=form.share == "all" and visitor.role is Role.DIRECTOR,
            level=next((int(each) for each in may_share_with(visitor) if str(int(each)) == form.share), None),
        )
        await saved_views.keep(desk.database, view, at=at)
    return to(f"/cola?{look.query}", visitor)


@router.post("/{view_id}/fin", dependencies=[Stamped])
async def forget(visitor: Staff, desk: DeskDep, view_id: Id) -> Response:
    """Remove a view of one's own, as the director also a shared one, whose owner may have left. NotFound for others."""
    assert visitor.account
    is_director = visitor.role is Role.DIRECTOR
    if not await saved_views.forget(desk.database, view_id, account_id=visitor.account.id, shared_too=is_director):
        raise NotFound
    return to("/cola", visitor)
