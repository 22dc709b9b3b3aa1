"""The pages of the telephone: what calls there were, who calls now, and the log of a call on one of their cases."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import FormData

from desk.idempotency import Begins, Done, FinalRefusal, once
from desk.inputs import whole
from desk.problems import EngineUnavailable
from desk.reading import callers
from desk.reading.callers import Asked, CallerPage
from desk.telephone import logging
from desk.telephone.logging import CallFromNumber
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import Stamped, Worker
from portal.frame.submit import DONE, Refused, key_of, named, read_body, request_of, submit, typed_in

router = APIRouter(prefix="/telefono")

_LABELS = {
    "number": "Case",
    "contact_id": "With whom",
    "direction": "Who called",
    "outcome": "Outcome",
    "summary": "What was said: the customer sees it",
    "seconds": "Seconds",
}
_DONE = {"avisado": "They are told which channels their plan has."}

Written = Annotated[str, Query(max_length=60)]
Words = Annotated[str, Query(max_length=200)]
Contact = Annotated[str, Query(max_length=64)]
Cursor = Annotated[str, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]*$")]
Said = Annotated[str, Query(max_length=20)]


async def wanted(numero: Written = "", q: Words = "", contacto: Contact = "") -> Asked:
    return Asked(number=numero, words=q, contact_id=contacto)


@dataclass(frozen=True)
class Look:
    """Somebody of ours who has the page of a number or a call before them."""

    request: Request
    visitor: Worker
    desk: DeskDep
    at: At

    def show(self, found: CallerPage, asked: Asked, told: Told) -> Response:
        return page(
            self.request,
            "telephone/caller.html",
            status=told.refused.status if told.refused else 200,
            found=found,
            call=found.call,
            state=found.call.state(at=self.at) if found.call else None,
            asked=asked,
            typed=typed_in(told.form),
            key=secrets.token_urlsafe(18),
            same_key=told.same_key,
            now=self.at,
            problem=told.refused.sentence if told.refused else None,
            rule=told.refused.rule if told.refused else None,
            done=_DONE.get(told.done),
        )

    async def again(self, form: FormData, refused: Refused) -> Response:
        """The page from which a form came, with what was typed."""
        asked = Asked(number=str(form.get("numero", ""))[:60], contact_id=str(form.get("contact_id", ""))[:64])
        of = str(form.get("call_id", ""))
        asking = callers.of_call(self.desk, of, asked, at=self.at) if of else None
        found = await (asking or callers.of_number(self.desk, asked, at=self.at))
        return self.show(found, asked, Told(refused=refused, form=form))


@dataclass(frozen=True)
class Told:
    """What the page says of a form: that it was done, or why not, with what was typed."""

    done: str = ""
    refused: Refused | None = None
    form: FormData | None = None

    @property
    def same_key(self) -> str:
        """The key of what was not refused for good, under which it is sent again."""
        is_unsure = self.refused is not None and self.refused.status == EngineUnavailable.status
        return str(self.form.get("key", "")) if is_unsure and self.form else ""


Wanted = Annotated[Asked, Depends(wanted)]
Looking = Annotated[Look, Depends()]


@router.get("")
async def show(look: Looking, desde: Cursor = "") -> Response:
    """The calls that there were, and the way to a number."""
    found, names = await callers.listing(look.desk, desde or None)
    return page(
        look.request,
        "telephone/calls.html",
        calls=found.items,
        names=names,
        more=found.next_cursor,
        now=look.at,
        has_system=bool(look.desk.telephone_secrets),
    )


@router.get("/numero")
async def show_number(look: Looking, asked: Wanted, hecho: Said = "") -> Response:
    """Who has a number that somebody reads off a telephone, and the log of a call with them."""
    return look.show(await callers.of_number(look.desk, asked, at=look.at), asked, Told(hecho))


@router.get("/{call_id}")
async def show_call(look: Looking, asked: Wanted, call_id: Id) -> Response:
    """Who calls, with their open cases and the draft of the log."""
    return look.show(await callers.of_call(look.desk, call_id, asked, at=look.at), asked, Told())


@router.post("/registro", dependencies=[Stamped])
async def log(look: Looking) -> Response:
    """Log the call on the case that was chosen, once; or say why not, with what was typed."""
    request, visitor, desk, at = look.request, look.visitor, look.desk, look.at
    form = await request.form()
    asked = request_of(visitor, request.url.path, key_of(form), at=at)

    async def act() -> Done[str] | FinalRefusal:
        told = read_body(CallFromNumber, _said(form))
        return await once(
            desk, asked, told, Begins(partial(logging.log, desk, visitor.principal, told, asked)), named("number")
        )

    outcome = await submit(visitor, act, _LABELS)
    if isinstance(outcome, Refused):
        return await look.again(form, outcome)
    return to(f"/casos/{outcome.value}", visitor)


@router.post("/{call_id}/contacto", dependencies=[Stamped])
async def attach(request: Request, visitor: Worker, desk: DeskDep, call_id: Id) -> Response:
    """Say who is behind a number that nobody is known by."""
    form = await request.form()
    await logging.attach(desk, call_id, str(form.get("contact_id", "")))
    return to(f"/telefono/{call_id}", visitor)


@router.post("/canal", dependencies=[Stamped])
async def tell_channels(look: Looking) -> Response:
    """Have somebody told which channels their plan has, who called without one that holds the telephone (REQ-7)."""
    request, visitor, desk, at = look.request, look.visitor, look.desk, look.at
    form = await request.form()
    asked = request_of(visitor, request.url.path, key_of(form), at=at)

    async def act() -> None:
        await logging.tell_channels(desk, str(form.get("contact_id", "")), asked)

    outcome = await submit(visitor, lambda: once(desk, asked, None, act, DONE), _LABELS)
    if isinstance(outcome, Refused):
        return await look.again(form, outcome)
    query = urlencode({"numero": str(form.get("numero", ""))[:60], "hecho": "avisado"})
    return to(f"/telefono/numero?{query}", visitor)


def _said(form: FormData) -> Mapping[str, Any]:
    names = ("number", "contact_id", "direction", "outcome", "summary", "call_id", "started_at")
    said: dict[str, Any] = {name: str(form.get(name, "")).strip() for name in names}
    seconds = str(form.get("seconds", "")).strip()
    # Empty, the summary is the policy's to refuse, by its own rule.
    return said | {"summary": said["summary"] or " ", "seconds": whole(seconds) if seconds else ""}
