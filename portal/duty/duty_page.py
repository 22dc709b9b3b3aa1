"""The page of duty: who is on now and through two weeks, who was paged when, and swaps of turns (ESC-17)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.params import Depends as Dependency

from desk.desk import Desk
from desk.duty import acknowledging, rotas
from desk.duty.rotas import NewSwap
from desk.idempotency import Done, FinalRefusal, once
from desk.problems import NotFound
from desk.reading import duty
from policy.case.case import Role
from policy.case.refusals import Refusal
from policy.duty.changes import DIRECTS, SwapState, may_answer, may_withdraw
from policy.duty.paging import calls, may_acknowledge
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id, Ids
from portal.frame.pages import page, to
from portal.frame.session import Stamped, Visitor, only
from portal.frame.submit import Refused, key_of, named, read_body, refused_by, request_of, submit, typed_in

router = APIRouter(prefix="/guardia")

_FORM: list[Dependency] = [Stamped]
_LABELS = {"own": "My turn", "theirs": "In exchange for"}
_DONE = {
    "propuesto": "The swap is proposed.",
    "respondido": "The swap is answered.",
    "recibido": "The page is yours: nobody else is called about it.",
    "recibidos": "The pages are yours: nobody else is called about them.",
}
_PARTS = 4
_ANSWERS = {"aceptado": SwapState.ACCEPTED, "rechazado": SwapState.DECLINED, "retirado": SwapState.WITHDRAWN}
Place = Annotated[str, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]*$")]
Word = Annotated[str, Query(max_length=20)]
Looker = Annotated[Visitor, Depends(only(Role.AGENT, Role.DIRECTOR, Role.ADMIN))]
Swapper = Annotated[Visitor, Depends(only(Role.AGENT, Role.DIRECTOR))]


@dataclass(frozen=True, kw_only=True)
class DutyRequest:
    """A request for the page of duty."""

    request: Request
    visitor: Visitor
    desk: Desk
    at: datetime


async def duty_request(request: Request, visitor: Looker, desk: DeskDep, at: At) -> DutyRequest:
    return DutyRequest(request=request, visitor=visitor, desk=desk, at=at)


By = Annotated[DutyRequest, Depends(duty_request)]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the page says of a form: that it was taken, or why not, with what was typed."""

    done: str | None = None
    refused: Refused | None = None
    typed: Mapping[str, str] = field(default_factory=typed_in)


@router.get("")
async def show(by: By, hecho: Word = "", desde: Place = "") -> Response:
    return await _page(by, Told(done=_DONE.get(hecho)), cursor=desde or None)


@router.post("/avisos/{page_id}/recibido", dependencies=_FORM)
async def acknowledge(by: By, page_id: Id) -> Response:
    await acknowledging.by_hand(by.desk, page_id, by=by.visitor.principal.actor, at=by.at)
    return to("/guardia?hecho=recibido", by.visitor)


@router.post("/avisos/recibidos", dependencies=[*_FORM, Depends(only(Role.AGENT, Role.DIRECTOR))])
async def acknowledge_all(by: By, avisos: Ids) -> Response:
    """Acknowledge every page that was shown as the visitor's; those that came since still call."""
    await acknowledging.all_by_hand(by.desk, avisos.split(), by=by.visitor.principal.actor, at=by.at)
    return to("/guardia?hecho=recibidos", by.visitor)


@router.post("/cambios", dependencies=_FORM)
async def propose(by: By, visitor: Swapper) -> Response:
    """Propose a swap, once for each form that was shown."""
    form = await by.request.form()
    asked, typed = request_of(visitor, by.request.url.path, key_of(form), at=by.at), typed_in(form)

    async def act() -> Done[str] | FinalRefusal:
        new = _swap_in(typed)

        async def proposed() -> str:
            return (await rotas.propose(by.desk, new, asked, by=visitor.principal.actor)).id

        return await once(by.desk, asked, new, proposed, named("id"))

    outcome = await submit(visitor, act, _LABELS)
    if isinstance(outcome, Refused):
        return await _page(by, Told(refused=outcome, typed=typed))
    return to("/guardia?hecho=propuesto", visitor)


@router.post("/cambios/{swap_id}/{answer}", dependencies=_FORM)
async def answer_swap(by: By, swap_id: Id, answer: Id) -> Response:
    state, actor = _ANSWERS.get(answer), by.visitor.principal.actor
    if state is None:
        raise NotFound
    try:
        await rotas.answer(by.desk, swap_id, state, by=actor, at=by.at)
    except Refusal as why:
        return await _page(by, Told(refused=refused_by(by.visitor, why)))
    return to("/guardia?hecho=respondido", by.visitor)


def _swap_in(typed: Mapping[str, str]) -> NewSwap:
    """The two turns that were chosen, each as level|person|from|until; what is none is left for the input to refuse."""
    own, theirs = ((typed[name].split("|") + [""] * _PARTS)[:_PARTS] for name in ("own", "theirs"))
    said = {"other_id": theirs[1], "own_from": own[2], "own_until": own[3], "their_from": theirs[2]}
    level = int(own[0]) if own[0] in ("1", "2", "3") else None
    return read_body(NewSwap, {**said, "their_until": theirs[3], "level": level})


async def _page(by: DutyRequest, told: Told, *, cursor: str | None = None) -> Response:
    try:
        found = await duty.duty_page(by.desk, at=by.at, cursor=cursor)
    except ValueError:
        raise NotFound from None
    actor = by.visitor.principal.actor
    turns = [(each.level, one) for each in found.on_duty.levels for one in each.stretches if one.duty.assigned]
    return page(
        by.request,
        "duty/duty.html",
        status=told.refused.status if told.refused else 200,
        duty=found.on_duty,
        names=found.on_duty.names,
        open=found.open,
        earlier=found.earlier,
        next_cursor=found.next_cursor,
        swaps=found.swaps,
        own_turns=[(level, one) for level, one in turns if one.duty.assigned == actor.id],
        their_turns=[(level, one) for level, one in turns if one.duty.assigned != actor.id and level in actor.levels],
        may_answer={each.id for each in found.swaps if may_answer(actor, each)},
        may_withdraw={each.id for each in found.swaps if may_withdraw(actor, each)},
        may_take={each.page.id for each in found.open if may_acknowledge(each.page.as_open, actor)},
        mine=[each.id for each in found.waiting if calls(each.as_open, actor)],
        more=len(found.waiting) - len(found.open),
        directs=actor.role in DIRECTS,
        told=told,
        now=by.at,
        key=secrets.token_urlsafe(18),
    )
