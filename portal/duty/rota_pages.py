"""The page on which rotas and overrides are made and ended, by who directs (ESC-17)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.params import Depends as Dependency
from starlette.datastructures import FormData

from desk.desk import Desk
from desk.duty import rotas
from desk.duty.rotas import NewOverride, NewRota
from desk.idempotency import Done, FinalRefusal, IdempotentRequest, once
from desk.inputs import whole
from desk.reading import duty
from policy.duty.changes import DIRECTS
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import Stamped, Visitor, only
from portal.frame.submit import Refused, key_of, named, on_the_clock, read_body, request_of, submit, typed_in

router = APIRouter(prefix="/guardia")

MOST_PLACES = 8
_FORM: list[Dependency] = [Stamped]
_HOURS_A_DAY = 24
_ROTA_LABELS = {
    "level": "Level",
    "people": "Who takes turns, in order",
    "starts_on": "From day",
    "hands_over_at": "Handed over at",
    "every_hours": "Every",
    "days": "Only on these days",
    "from_time": "From",
    "to_time": "Until",
}
_OVERRIDE_LABELS = {"level": "Level", "agent_id": "Who is on duty", "from": "From", "until": "Until"}
_DONE = {
    "turno": "The rota holds from now on.",
    "turno-fin": "The rota has ended.",
    "reemplazo": "The override is made.",
    "reemplazo-fin": "The override is taken back.",
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the page says of a form: that it was taken, or why not, with what was typed."""

    done: str | None = None
    refused: Refused | None = None
    typed: Mapping[str, str] = field(default_factory=typed_in)
    people: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DirectorsRequest:
    """A request of who directs."""

    request: Request
    visitor: Visitor
    desk: Desk
    at: datetime

    def under(self, form: FormData) -> IdempotentRequest:
        return request_of(self.visitor, self.request.url.path, key_of(form), at=self.at)


async def directors_request(
    request: Request, visitor: Annotated[Visitor, Depends(only(*DIRECTS))], desk: DeskDep, at: At
) -> DirectorsRequest:
    return DirectorsRequest(request=request, visitor=visitor, desk=desk, at=at)


By = Annotated[DirectorsRequest, Depends(directors_request)]


@router.get("/turnos")
async def show(by: By, hecho: Annotated[str, Query(max_length=20)] = "") -> Response:
    return await _page(by, Told(done=_DONE.get(hecho)))


@router.post("/turnos", dependencies=_FORM)
async def make(by: By) -> Response:
    """Make a rota, once for each form that was shown."""
    form = await by.request.form()
    asked = by.under(form)

    async def act() -> Done[str] | FinalRefusal:
        new = NewRota.model_validate(_rota_in(form))

        async def made() -> str:
            return (await rotas.make(by.desk, new, asked, by=by.visitor.principal.actor)).id

        return await once(by.desk, asked, new, made, named("id"))

    outcome = await submit(by.visitor, act, _ROTA_LABELS)
    if isinstance(outcome, Refused):
        told = Told(refused=outcome, typed=typed_in(form), people=_all(form, "people"), days=_all(form, "days"))
        return await _page(by, told)
    return to("/guardia/turnos?hecho=turno", by.visitor)


@router.post("/turnos/{rota_id}/fin", dependencies=_FORM)
async def end(by: By, rota_id: Id) -> Response:
    await rotas.end(by.desk, rota_id, by=by.visitor.principal.actor, at=by.at)
    return to("/guardia/turnos?hecho=turno-fin", by.visitor)


@router.post("/reemplazos", dependencies=_FORM)
async def put(by: By) -> Response:
    """Put somebody on duty for a while, once for each form that was shown."""
    form = await by.request.form()
    asked, typed = by.under(form), typed_in(form)

    async def act() -> Done[str] | FinalRefusal:
        said = {"level": whole(typed["level"]), "agent_id": typed["agent_id"]}
        new = read_body(NewOverride, said | {name: on_the_clock(typed[name]) for name in ("from", "until")})

        async def made() -> str:
            return (await rotas.put(by.desk, new, asked, by=by.visitor.principal.actor)).id

        return await once(by.desk, asked, new, made, named("id"))

    outcome = await submit(by.visitor, act, _OVERRIDE_LABELS)
    if isinstance(outcome, Refused):
        return await _page(by, Told(refused=outcome, typed=typed))
    return to("/guardia/turnos?hecho=reemplazo", by.visitor)


@router.post("/reemplazos/{override_id}/fin", dependencies=_FORM)
async def take_back(by: By, override_id: Id) -> Response:
    await rotas.take_back(by.desk, override_id, by=by.visitor.principal.actor, at=by.at)
    return to("/guardia/turnos?hecho=reemplazo-fin", by.visitor)


def _rota_in(form: FormData) -> dict[str, object]:
    """What the form of a rota says; an empty field is left out."""
    typed = typed_in(form)
    every = whole(typed["every"])
    if isinstance(every, int) and typed["unit"] != "hours":
        every *= _HOURS_A_DAY
    said: dict[str, object] = {"level": whole(typed["level"]), "every_hours": every}
    said |= {name: typed[name] for name in ("starts_on", "hands_over_at", "from_time", "to_time", "instead_of")}
    said |= {"days": [whole(each) for each in _all(form, "days")], "people": list(_all(form, "people"))}
    said["on_holidays"] = typed["on_holidays"] == "on"
    return {name: value for name, value in said.items() if value != ""}


def _all(form: FormData, name: str) -> tuple[str, ...]:
    return tuple(each for each in form.getlist(name) if isinstance(each, str) and each)


async def _page(by: DirectorsRequest, told: Told) -> Response:
    found = await duty.rota_page(by.desk, at=by.at)
    return page(
        by.request,
        "duty/rotas.html",
        status=told.refused.status if told.refused else 200,
        layers=found.now.layers,
        overrides=found.now.overrides,
        people=[(each.id, each.name) for each in found.people if each.levels],
        names=found.on_duty.names,
        slots=range(MOST_PLACES),
        told=told,
        now=by.at,
        key=secrets.token_urlsafe(18),
    )
