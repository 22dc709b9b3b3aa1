"""Forms that give commands: what a form says becomes the API's own body, and walks the API's own way.

A form carries a `key` that was made when the page was shown, so that a second click, or a reload, happens once. What is
refused is told on the case's page with everything that was typed still there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.datastructures import FormData

from api.case.commands import OFFERS, give
from api.case.offers import Offer
from api.http import problems
from api.http.idempotency import REPLAYED, Once
from desk.access import visible_case
from desk.desk import Desk
from desk.inputs import Body, WithFiles
from desk.problems import NotFound, Problem
from policy.case.refusals import Refusal
from portal.case.attachments import FilesRead, keep_files
from portal.case.case_page import Typed, drafts_of, shown_after, shown_refused
from portal.case.municipality_choice import meant
from portal.case.pending import hold
from portal.frame.deps import At, DeskDep
from portal.frame.session import SignedIn, Stamped, Visitor
from portal.frame.submit import request_of
from storage.case.views import CaseRow
from storage.visit import municipalities
from storage.workbench import drafts
from wording.input_errors import input_errors
from wording.language import translate

router = APIRouter()

_BOGOTA = ZoneInfo("America/Bogota")
_OFFERS: Mapping[str, Offer] = {offer.path.replace("/{session}", ""): offer for offer in OFFERS}
_GOOGLE = "google"
_KEY = re.compile(r"[A-Za-z0-9_-]{8,100}")
_CURRENCY = re.compile(r"\$|\bcop\b|\bpesos\b", re.IGNORECASE)
_THOUSANDS = re.compile(r"[0-9]{1,3}([.'’\s][0-9]{3})+")
_AN_AMOUNT = "Write the amount in whole pesos, with digits alone or with dots between thousands: 350000 or 350.000."


@router.post("/casos/{number}/ordenes/{path:path}", dependencies=[FilesRead, Stamped])
async def order(request: Request, visitor: SignedIn, desk: DeskDep, at: At, number: str, path: str) -> Response:
    """Give the command that the path names, and go back to the case; or say why not, in place."""
    row = await visible_case(desk, visitor.principal, number)
    offer, form = _OFFERS.get(path), await request.form()
    key = str(form.get("key", ""))
    if offer is None or not _KEY.fullmatch(key):
        raise NotFound
    once = Once(desk=desk, **vars(request_of(visitor, request.url.path, key, at=at)))
    said = {name: value for name, value in form.items() if isinstance(value, str) and name not in ("stamp", "key")}
    typed = Typed(path, said)
    try:
        given = _body(offer, form, await _instead(desk, path, form))
        if issubclass(offer.body, WithFiles):
            given["files"] = await keep_files(desk, visitor, form, key=key, at=at, number=number)
        body = offer.body.model_validate_json(json.dumps(given))
        answer = await _give(offer, row, visitor, once, desk, form, body, at=at)
    except ValidationError as error:
        return await shown_refused(request, visitor, number, 422, _what_is_wrong(error, visitor.language), None, typed)
    except (Refusal, Problem) as refused:
        told = problems.document(refused, visitor.language)
        return await shown_refused(request, visitor, number, told["status"], told["detail"], told.get("rule"), typed)
    if answer.status_code >= 400:
        told = json.loads(bytes(answer.body))
        return await shown_refused(request, visitor, number, told["status"], told["detail"], told.get("rule"), typed)
    if REPLAYED not in answer.headers:
        assert visitor.account
        for composer in drafts_of(path):
            await drafts.forget(desk.database, account_id=visitor.account.id, number=number, composer=composer)
    return await shown_after(request, visitor, number, path)


async def _give(
    offer: Offer, row: CaseRow, visitor: Visitor, once: Once, desk: Desk, form: FormData, body: Body, *, at: datetime
) -> JSONResponse:
    """Give the command; a reply is only kept until it may no longer be undone."""
    by = visitor.principal.actor
    if offer.path == "replies":
        assert visitor.account
        return await hold(offer, row, by, visitor.account.id, body, once, desk, at=at)
    session = str(form.get("session", ""))
    part = int(session) if session.isdecimal() and len(session) < 6 else None
    return await give(offer, row, by, once, desk, part=part, body=body)


def _what_is_wrong(error: ValidationError, language: str) -> str:
    """In words for people, who write no JSON: an amount is asked for as they may write it."""
    found = input_errors(({**each, "loc": ("body", *each["loc"])} for each in error.errors()), language)
    amounts = [each["type"] in ("money", "money_fraction") for each in error.errors()]
    return " ".join(
        translate(_AN_AMOUNT, language) if is_amount else each["message"]
        for each, is_amount in zip(found, amounts, strict=False)
    )


# -- from a form to a body --------------------------------------------------------------------------------------------


def _body(offer: Offer, form: FormData, instead: Mapping[str, str]) -> dict[str, Any]:
    """What the form says of the body's fields; an empty field that may be left out is left out."""
    said: dict[str, Any] = {}
    for name, field in offer.body.model_fields.items():
        value = instead.get(name, form.get(name))
        if not isinstance(value, str) or (not value.strip() and not field.is_required()):
            continue
        read = _READ.get(name)
        said[name] = read(value) if read else value
    return said


async def _instead(desk: Desk, path: str, form: FormData) -> Mapping[str, str]:
    """What one field of a form asks and two of a body: where a case goes (ESC-8), and which municipality (ONS-1)."""
    if path == "transfers":
        kind, _, which = str(form.get("to", "")).partition(" ")
        return {kind: which} if kind in ("group", "level") else {}
    if path == "visits":
        code, name = meant(str(form.get("city_code", "")), await municipalities.listed(desk.database))
        return {"city_code": code, "city_name": str(form.get("city_name", "")).strip() or name}
    return {}


def _money(value: str) -> dict[str, str]:
    """Pesos as people write them: $ 350.000. What does not group thousands is left for the API to judge, untouched."""
    bare = _CURRENCY.sub("", value).strip()
    return {"amount": re.sub(r"\D", "", bare) if _THOUSANDS.fullmatch(bare) else bare, "currency": "COP"}


def _whole(value: str) -> int | str:
    return int(value) if value.isdecimal() else value


def _provider(value: str) -> str:
    """The provider that pages show as Google is called google (ESC-9); others as they are written."""
    return _GOOGLE if value.strip().casefold() == _GOOGLE else value


def _on_the_clock(value: str) -> str:
    """What a date-and-time field says, which is Bogotá's."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (at.replace(tzinfo=_BOGOTA) if at.tzinfo is None else at).isoformat()


_READ: Mapping[str, Any] = {
    "quote": _money,
    "amount": _money,
    "approved": lambda value: value == "true",
    "accepted": lambda value: value == "true",
    "priority": _whole,
    "provider": _provider,
    "level": _whole,
    "starts_at": _on_the_clock,
}
