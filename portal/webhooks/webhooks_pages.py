"""The pages of webhooks: which there are, making one, and what became of each delivery of one.

A secret is shown by the answer that made it, and by nothing else: that answer is a page, not a redirect.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.params import Depends as Dependency
from pydantic import BeforeValidator
from starlette.datastructures import FormData

from desk.desk import Desk
from desk.idempotency import Done, FinalRefusal, once
from desk.webhooks import webhooks
from desk.webhooks.webhooks import KINDS, DeliveriesWanted, NewWebhook
from policy.case.case import Role
from policy.webhooks.delivery import DeliveryState
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import Stamped, Visitor, only
from portal.frame.submit import Refused, key_of, named, request_of, submit, typed_in
from storage.people import customers

router = APIRouter(prefix="/webhooks")

Admin = Annotated[Visitor, Depends(only(Role.ADMIN))]
_FORM: list[Dependency] = [Stamped]
_LABELS = {
    "url": "Address",
    "kinds": "Kinds of facts",
    "customer_id": "Customer",
    "with_internal": "Also what customers do not see",
    "owner_email": "Who is told when it is paused",
}
_MOST_CUSTOMERS = 200
_DONE = {
    "pausado": "The webhook is paused.",
    "reanudado": "The webhook goes on; what waited is being sent.",
    "quitado": "The webhook is removed.",
    "reenviado": "The delivery is being sent again.",
}
Place = Annotated[str, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]*$")]
Word = Annotated[str, Query(max_length=20)]


@dataclass(frozen=True, kw_only=True)
class AdminsRequest:
    """A request of an administrator."""

    request: Request
    visitor: Visitor
    desk: Desk
    at: datetime


async def admins_request(request: Request, visitor: Admin, desk: DeskDep, at: At) -> AdminsRequest:
    return AdminsRequest(request=request, visitor=visitor, desk=desk, at=at)


ByAdmin = Annotated[AdminsRequest, Depends(admins_request)]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a page says of a form: what came of it, or why it was not taken, with what was typed."""

    done: str | None = None
    refused: Refused | None = None
    typed: Mapping[str, str] = field(default_factory=typed_in)
    kinds: tuple[str, ...] = ()
    secret: str | None = None
    tried: webhooks.Tried | None = None

    @property
    def status(self) -> int:
        return self.refused.status if self.refused else 200


@router.get("")
async def show_all(by: ByAdmin, hecho: Word = "") -> Response:
    return await _all(by, Told(done=_DONE.get(hecho)))


@router.post("", dependencies=_FORM)
async def make(by: ByAdmin) -> Response:
    """Make a webhook, once for each form that was shown, and show its secret."""
    form = await by.request.form()
    asked = request_of(by.visitor, by.request.url.path, key_of(form), at=by.at)

    async def act() -> Done[str] | FinalRefusal:
        new = NewWebhook.model_validate(_said(form))

        async def made() -> str:
            return (await webhooks.make(by.desk, new, asked)).id

        return await once(by.desk, asked, new, made, named("id"))

    outcome = await submit(by.visitor, act, _LABELS)
    if isinstance(outcome, Refused):
        return await _all(by, Told(refused=outcome, typed=typed_in(form), kinds=_kinds(form)))
    found = await webhooks.read(by.desk, outcome.value)
    return await _one(by, found.id, Told(secret=found.secret))


@router.get("/{webhook_id}")
async def show_one(
    by: ByAdmin,
    webhook_id: Id,
    hecho: Word = "",
    estado: Annotated[DeliveryState | None, Query(), BeforeValidator(lambda chosen: chosen or None)] = None,
    desde: Place = "",
) -> Response:
    wanted = DeliveriesWanted(state=estado, cursor=desde or None)
    return await _one(by, webhook_id, Told(done=_DONE.get(hecho)), wanted)


@router.post("/{webhook_id}/secreto", dependencies=_FORM)
async def rotate(by: ByAdmin, webhook_id: Id) -> Response:
    asked = request_of(by.visitor, by.request.url.path, key_of(await by.request.form()), at=by.at)

    async def rotated() -> str:
        return (await webhooks.rotate(by.desk, webhook_id, at=by.at)).id

    async def act() -> Done[str] | FinalRefusal:
        return await once(by.desk, asked, None, rotated, named("id"))

    outcome = await submit(by.visitor, act)
    if isinstance(outcome, Refused):
        return await _one(by, webhook_id, Told(refused=outcome))
    return await _one(by, webhook_id, Told(secret=(await webhooks.read(by.desk, webhook_id)).secret))


@router.post("/{webhook_id}/prueba", dependencies=_FORM)
async def try_out(by: ByAdmin, webhook_id: Id) -> Response:
    """Send a test, and show what came of it: each form's once, for it costs the other side something."""
    asked = request_of(by.visitor, by.request.url.path, key_of(await by.request.form()), at=by.at)
    tried: list[webhooks.Tried] = []

    async def sent() -> str:
        tried.append(await webhooks.try_out(by.desk, webhook_id, at=by.at))
        return webhook_id

    async def act() -> Done[str] | FinalRefusal:
        return await once(by.desk, asked, None, sent, named("id"))

    outcome = await submit(by.visitor, act)
    if isinstance(outcome, Refused):
        return await _one(by, webhook_id, Told(refused=outcome))
    return await _one(by, webhook_id, Told(tried=tried[0] if tried else None))


@router.post("/{webhook_id}/pausa", dependencies=_FORM)
async def pause(by: ByAdmin, webhook_id: Id) -> Response:
    await webhooks.pause(by.desk, webhook_id, at=by.at)
    return to(f"/webhooks/{webhook_id}?hecho=pausado", by.visitor)


@router.post("/{webhook_id}/reanudacion", dependencies=_FORM)
async def resume(by: ByAdmin, webhook_id: Id) -> Response:
    await webhooks.resume(by.desk, webhook_id, at=by.at)
    return to(f"/webhooks/{webhook_id}?hecho=reanudado", by.visitor)


@router.post("/{webhook_id}/fin", dependencies=_FORM)
async def remove(by: ByAdmin, webhook_id: Id) -> Response:
    await webhooks.remove(by.desk, webhook_id, at=by.at)
    return to("/webhooks?hecho=quitado", by.visitor)


@router.post("/{webhook_id}/envios/{delivery_id}/reenvio", dependencies=_FORM)
async def replay(by: ByAdmin, webhook_id: Id, delivery_id: Id) -> Response:
    await webhooks.replay(by.desk, webhook_id, delivery_id)
    return to(f"/webhooks/{webhook_id}?hecho=reenviado", by.visitor)


async def _all(by: AdminsRequest, told: Told) -> Response:
    known = await customers.listing(by.desk.database, limit=_MOST_CUSTOMERS)
    return page(
        by.request,
        "webhooks/list.html",
        status=told.status,
        listed=await webhooks.listing(by.desk),
        customers=[(each.id, each.name) for each in known.items],
        kinds=KINDS,
        told=told,
        key=secrets.token_urlsafe(18),
    )


async def _one(by: AdminsRequest, webhook_id: str, told: Told, wanted: DeliveriesWanted | None = None) -> Response:
    found, wanted = await webhooks.read(by.desk, webhook_id), wanted or DeliveriesWanted()
    deliveries = await webhooks.delivered(by.desk, webhook_id, wanted)
    customer = await customers.get(by.desk.database, found.customer_id) if found.customer_id else None
    return page(
        by.request,
        "webhooks/one.html",
        status=told.status,
        webhook=found,
        customer=customer,
        deliveries=deliveries.items,
        next_cursor=deliveries.next_cursor,
        wanted=wanted,
        states=list(DeliveryState),
        told=told,
        now=by.at,
        key=secrets.token_urlsafe(18),
    )


def _said(form: FormData) -> dict[str, object]:
    said: dict[str, object] = {"kinds": _kinds(form), "with_internal": form.get("with_internal") == "on"}
    return said | {name: value for name in ("url", "customer_id", "owner_email") if (value := form.get(name))}


def _kinds(form: FormData) -> tuple[str, ...]:
    return tuple(each for each in form.getlist("kinds") if isinstance(each, str))
