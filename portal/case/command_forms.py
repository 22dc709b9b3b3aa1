"""Command forms: what a form on a case's page says becomes a command, given once.

A form carries a `key` that was made when the page was shown, so that a second click, or a reload, happens once. What is
refused is told on the case's page with everything that was typed still there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from desk.commands.commands import OFFERS, give
from desk.commands.offers import AskedCommand, Offer
from desk.desk import Desk
from desk.idempotency import Begins, Done, FinalRefusal, once
from desk.inputs import WithFiles, whole
from desk.problems import NotFound
from desk.replies import hold
from policy.case.commands import SendReply
from portal.case.attachments import FilesRead, keep_form_files
from portal.case.case_page import Typed, drafts_of, shown_after, shown_refused
from portal.case.case_request import AboutCase
from portal.case.municipality_choice import meant
from portal.frame.session import Stamped, Visitor
from portal.frame.submit import DONE, Refused, key_of, request_of, submit, typed_in
from storage.visit import municipalities
from storage.workbench import drafts
from wording.input_errors import input_errors
from wording.language import translate

router = APIRouter()

_BOGOTA = ZoneInfo("America/Bogota")
_OFFERS: Mapping[str, Offer] = {offer.path.replace("/{session}", ""): offer for offer in OFFERS}
_GOOGLE = "google"
_CURRENCY = re.compile(r"\$|\bcop\b|\bpesos\b", re.IGNORECASE)
_THOUSANDS = re.compile(r"[0-9]{1,3}([.'’\s][0-9]{3})+")
_AN_AMOUNT = "Write the amount in whole pesos, with digits alone or with dots between thousands: 350000 or 350.000."


@router.post("/casos/{number}/ordenes/{path:path}", dependencies=[FilesRead, Stamped])
async def give_command(about: AboutCase, path: str) -> Response:
    """Give the command that the path names, and go back to the case; or say why not, in place."""
    request, visitor, desk, number = about.request, about.visitor, about.desk, about.number
    row = await about.case()
    offer, form = _OFFERS.get(path), await request.form()
    if offer is None:
        raise NotFound
    asked_under = request_of(visitor, request.url.path, key_of(form), at=about.at)

    async def act() -> Done[None] | FinalRefusal:
        given = _body(offer, form, await _instead(desk, path, form))
        if issubclass(offer.body, WithFiles):
            given["files"] = await keep_form_files(desk, visitor, form, asked_under, number)
        asked = AskedCommand.of(
            visitor.principal,
            offer,
            row,
            body=offer.body.model_validate_json(json.dumps(given)),
            request=asked_under,
            session=_session(form),
        )
        given_now = partial(_give, desk, visitor, asked)
        # A reply that waits for its undo is no command yet, and begins nothing.
        act = given_now if offer.command is SendReply else Begins(given_now)
        return await once(desk, asked_under, asked.body, act, DONE)

    outcome = await submit(visitor, act, what_is_wrong=_what_is_wrong)
    if isinstance(outcome, Refused):
        typed = Typed(path, typed_in(form))
        return await shown_refused(request, visitor, number, outcome, typed)
    if not outcome.is_replayed:
        for composer in drafts_of(path):
            await drafts.forget(desk.database, account_id=about.account.id, number=number, composer=composer)
    return await shown_after(request, visitor, number, path)


async def _give(desk: Desk, visitor: Visitor, asked: AskedCommand) -> None:
    """Give the command; a reply is only held until it may no longer be undone."""
    if asked.offer.command is SendReply:
        assert visitor.account
        await hold(desk, asked, account_id=visitor.account.id)
    else:
        await give(desk, asked)


def _session(form: FormData) -> int:
    session = str(form.get("session", ""))
    return int(session) if session.isdecimal() and len(session) < 6 else 0


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
        return {"city_code": code, "city_name": name}
    return {}


def _money(value: str) -> dict[str, str]:
    """Pesos as people write them: $ 350.000. What does not group thousands is left as it is, for the input to judge."""
    bare = _CURRENCY.sub("", value).strip()
    return {"amount": re.sub(r"\D", "", bare) if _THOUSANDS.fullmatch(bare) else bare, "currency": "COP"}


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
    "priority": whole,
    "provider": _provider,
    "level": whole,
    "starts_at": _on_the_clock,
}
