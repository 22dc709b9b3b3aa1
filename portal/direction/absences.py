"""The page of absences: who is away or will be, marking one, and ending it before its time (ESC-17)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from desk.idempotency import Done, FinalRefusal, once
from desk.people import absences
from desk.people.absences import MARKERS, NewAbsence
from policy.people.absences import may_mark
from portal.frame.deps import At, DeskDep, desk_of
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import Stamped, Visitor, only
from portal.frame.submit import Refused, key_of, named, on_the_clock, read_body, request_of, submit, typed_in

router = APIRouter(prefix="/ausencias")

Marker = Annotated[Visitor, Depends(only(*MARKERS))]

_INSTANTS = ("from", "until")
_LABELS = {"agent_id": "Who is away", "substitute_id": "Who stands in", "from": "From", "until": "Until"}
_DONE = {"marcada": "The absence is marked.", "terminada": "The absence is over."}


@router.get("")
async def show(request: Request, visitor: Marker, at: At, hecho: Annotated[str, Query(max_length=20)] = "") -> Response:
    return await _page(request, visitor, Told(done=_DONE.get(hecho)), at=at)


@router.post("", dependencies=[Stamped])
async def mark(request: Request, visitor: Marker, desk: DeskDep, at: At) -> Response:
    """Mark an absence, once for each form that was shown."""
    form = await request.form()
    asked, typed = request_of(visitor, request.url.path, key_of(form), at=at), typed_in(form)

    async def act() -> Done[str] | FinalRefusal:
        said = {name: on_the_clock(typed[name]) if name in _INSTANTS else typed[name] for name in _LABELS}
        new = read_body(NewAbsence, said)

        async def marked() -> str:
            return (await absences.mark(desk, new, asked, by=visitor.principal.actor)).id

        return await once(desk, asked, new, marked, named("id"))

    outcome = await submit(visitor, act, _LABELS)
    if isinstance(outcome, Refused):
        return await _page(request, visitor, Told(typed=typed, refused=outcome), at=at)
    return to("/ausencias?hecho=marcada", visitor)


@router.post("/{absence_id}/fin", dependencies=[Stamped])
async def end(visitor: Marker, desk: DeskDep, at: At, absence_id: Id) -> Response:
    await absences.end(desk, absence_id, by=visitor.principal.actor, at=at)
    return to("/ausencias?hecho=terminada", visitor)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the page says of a form: that it was taken, or why not, with what was typed."""

    done: str | None = None
    refused: Refused | None = None
    typed: Mapping[str, str] = field(default_factory=typed_in)


async def _page(request: Request, visitor: Visitor, told: Told, *, at: datetime) -> Response:
    found, actor = await absences.read(desk_of(request), at=at), visitor.principal.actor
    return page(
        request,
        "direction/absences.html",
        status=told.refused.status if told.refused else 200,
        absences=found.listed,
        names=found.names,
        people=[(each, name) for each, name in found.names.items() if may_mark(actor, each)],
        may_end=[each.id for each in found.listed if may_mark(actor, each.person)],
        typed=told.typed,
        problem=told.refused.sentence if told.refused else None,
        rule=told.refused.rule if told.refused else None,
        done=told.done,
        me=actor.id,
        now=at,
        key=secrets.token_urlsafe(18),
    )
