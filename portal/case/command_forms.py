"""Command forms: what a form on a case's page says becomes a command, given once.

A form carries a `key` that was made when the page was shown, so that a second click, or a reload, happens once. What is
refused is told on the case's page with everything that was typed still there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from fastapi import APIRouter, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from desk.commands.commands import OFFERS, give
from desk.commands.offers import AskedCommand, Offer
from desk.desk import Desk
from desk.files.uploads import MOST_FILES
from desk.idempotency import Begins, Done, FinalRefusal, once
from desk.inputs import WithFiles, whole
from desk.meanwhile import CameMeanwhile, Seen, check_nothing_came, said_meanwhile
from desk.problems import NotFound, Problem
from desk.reading.next_case import after
from desk.replies import hold, say
from policy.case.case import Role
from portal.case.attachments import FilesRead, keep_form_files
from portal.case.case_lines import Line, group_names, held_lines, lines, names_of
from portal.case.case_page import ANSWERING, Typed, drafts_of, shown_after, shown_refused, shown_typed
from portal.case.case_request import AboutCase, CaseRequest
from portal.case.municipality_choice import meant
from portal.case.pager import came_from, pager_of
from portal.chat.talk_page import Unsaid, said_in_vain
from portal.frame.pages import gone_to
from portal.frame.session import Stamped, Visitor
from portal.frame.submit import DONE, Refused, key_of, on_the_clock, request_of, submit, typed_in
from storage.case.views import CaseRow
from storage.files import files
from storage.visit import municipalities
from storage.workbench import drafts
from wording.input_errors import input_errors
from wording.language import translate

router = APIRouter()

_HELD = "replies"
"""The command that waits for its undo."""
_LEAVES_AS = {"wait": "information-requests", "resolve": "resolution"}
"""What `then` makes of a reply: it waits for the customer (ESC-10), or is the solution (ESC-14), as one command."""
_NEXT = "next"
_CHAT_LINE = "chat/lines"
_ACCEPTANCE = "visits/acceptance"

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
    form = await request.form()
    is_held = path == _HELD
    offer = _OFFERS.get(_LEAVES_AS.get(str(form.get("then", "")), path) if is_held else path)
    if offer is None:
        raise NotFound
    asked_under = request_of(visitor, request.url.path, key_of(form), at=about.at)
    kept = [str(each) for each in form.getlist("kept_files")][:MOST_FILES]

    async def act() -> Done[None] | FinalRefusal:
        given = _body(offer, form, await _instead(desk, path, form))
        if issubclass(offer.body, WithFiles):
            kept.extend(await keep_form_files(desk, visitor, form, asked_under, number))
            given["files"] = kept
        asked = AskedCommand.of(
            visitor.principal,
            offer,
            row,
            body=offer.body.model_validate_json(json.dumps(given)),
            request=asked_under,
            session=_session(form),
        )
        if path == _ACCEPTANCE and not _is_confirmed(form):
            raise ConfirmationNeeded
        given_now = partial(_give, desk, visitor, asked, _seen(form, path), is_held=is_held)
        # A reply that waits for its undo is no command yet, and begins nothing.
        act = given_now if is_held else Begins(given_now)
        return await once(desk, asked_under, asked.body, act, DONE)

    outcome = await submit(visitor, act, what_is_wrong=_what_is_wrong)
    if isinstance(outcome, Refused):
        sent = await files.sent_by(desk.database, visitor.principal.actor, kept)
        # A line for a chat that is over stands in the case's own form, ready to be sent there.
        to_case = path == _CHAT_LINE and visitor.role is Role.CONTACT
        if to_case and (await about.case()).case.chat:
            return await said_in_vain(about, Unsaid(outcome, typed_in(form), key_of(form), sent))
        typed = Typed("answers" if to_case else path, typed_in(form), kept=sent)
        if outcome.name == ConfirmationNeeded.name:
            return await shown_typed(request, visitor, number, replace(typed, asks=True))
        if outcome.name == CameMeanwhile.name:
            typed = replace(typed, came=await _came(about, row, form, path))
        return await shown_refused(request, visitor, number, outcome, typed)
    if not outcome.is_replayed:
        for composer in drafts_of(path):
            await drafts.forget(desk.database, account_id=about.account.id, number=number, composer=composer)
    if is_held and form.get("then") == _NEXT:
        return gone_to(request, visitor, await _next(about))
    return await shown_after(request, visitor, number, path)


async def _give(desk: Desk, visitor: Visitor, asked: AskedCommand, seen: Seen | None, *, is_held: bool) -> None:
    """Give the command, where nobody spoke meanwhile; a reply is only held until it may no longer be undone.

    A line of a chat that the engine does not take in time is kept, and taken.
    """
    await check_nothing_came(desk, visitor.principal, asked.row.number, seen)
    if is_held:
        assert visitor.account
        await hold(desk, asked, account_id=visitor.account.id)
    elif asked.offer.path == _CHAT_LINE:
        assert visitor.account
        await say(desk, asked, account_id=visitor.account.id)
    else:
        await give(desk, asked)


async def _next(about: CaseRequest) -> str:
    """The address of the case to go on with: the next of the list that one came from, else of one's own."""
    pager = await pager_of(about.desk, about.visitor, about.number, came_from(about.request))
    if pager:
        return pager.next or pager.list_address
    return await after(about.desk, about.visitor.principal, about.number)


def _seen(form: FormData, path: str) -> Seen | None:
    return Seen.read(str(form.get("seen", ""))) if path in ANSWERING else None


async def _came(about: CaseRequest, row: CaseRow, form: FormData, path: str) -> list[Line]:
    """What others said since the form was shown, as the page tells it."""
    desk, visitor, seen = about.desk, about.visitor, _seen(form, path)
    assert seen, "it was asked by it"
    meanwhile = await said_meanwhile(desk, visitor.principal, row.number, seen)
    names = await names_of(desk.database, row.case.customer_id)
    told = lines(meanwhile.facts, names, visitor.language, {}, group_names(desk.policy))
    return told + held_lines(meanwhile.held, names, visitor.language)


def _is_confirmed(form: FormData) -> bool:
    """Whether somebody who accepts an amount was asked twice (ONS-2): no one click accepts money."""
    amount, confirmed = (str(form.get(name, "")) for name in ("amount", "confirmed"))
    return form.get("accepted") != "true" or bool(confirmed and confirmed == amount)


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


class ConfirmationNeeded(Problem):
    """Whoever accepts money is asked once more, by the page itself."""

    status = 422
    message = "Please confirm the amount that you accept."


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
    """What a form asks in other fields than a body: a solution that is a reply's words, where a case goes (ESC-8), and
    which municipality (ONS-1).
    """
    if path == _HELD:
        return {"summary": str(form.get("body", ""))}
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


_READ: Mapping[str, Any] = {
    "quote": _money,
    "amount": _money,
    "approved": lambda value: value == "true",
    "accepted": lambda value: value == "true",
    "priority": whole,
    "provider": _provider,
    "level": whole,
    "seconds": whole,
    "starts_at": on_the_clock,
}
