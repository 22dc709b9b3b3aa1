"""Canned replies: a page of one's own and the shared ones, and how one is put into a composer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field, ValidationError

from desk.access import visible_case
from desk.inputs import Body, Name, Words
from desk.placeholders import PLACEHOLDERS, check_placeholders, filled_in
from desk.problems import NotFound
from desk.refusals import PlaceholderUnknown
from policy.case.case import Case
from portal.case.case_lines import names_of
from portal.frame.deps import At, DeskDep
from portal.frame.pages import answered, page, to
from portal.frame.session import Stamped, Visitor, Worker
from portal.frame.submit import KEY
from storage.signing_in.accounts import digest_of
from storage.workbench import canned_replies
from storage.workbench.canned_replies import CannedReply, TooManyReplies
from wording.language import translate

router = APIRouter()

_PLACE = "/respuestas"


class CannedBody(Body):
    """A canned reply as it was typed."""

    title: Name
    body: Annotated[Words, Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class CannedForm:
    """What the form says, unread: of which reply (empty: a new one, by the form's `key`), and what was typed."""

    reply_id: str = ""
    key: Annotated[str, Form(max_length=100)] = ""
    title: Annotated[str, Form()] = ""
    body: Annotated[str, Form()] = ""
    shared: Annotated[bool, Form()] = False


def inserted(body: str, *, case: Case, names: Mapping[str, str], agent: str) -> str:
    """The text with its placeholders filled in; what is none of them stays as it is."""
    contact = names.get(case.contact_id, case.contact_id)
    return filled_in(body, {"contacto": contact, "caso": case.number, "agente": agent})


@router.get(_PLACE)
async def list_replies(request: Request, visitor: Worker, desk: DeskDep) -> Response:
    return await _page(request, visitor, desk)


@router.get(_PLACE + "/{reply_id}")
async def edit_reply(request: Request, visitor: Worker, desk: DeskDep, reply_id: str) -> Response:
    return await _page(request, visitor, desk, edited=await _one(visitor, desk, reply_id))


@router.post(_PLACE, dependencies=[Stamped])
@router.post(_PLACE + "/{reply_id}", dependencies=[Stamped])
async def keep_reply(
    request: Request, visitor: Worker, desk: DeskDep, at: At, form: Annotated[CannedForm, Depends()]
) -> Response:
    """Make a new one, once for each form, or change one."""
    assert visitor.account
    mine = visitor.account.id
    known = await _one(visitor, desk, form.reply_id) if form.reply_id else None
    typed = CannedReply(id=form.reply_id, account_id=mine, shared=form.shared, title=form.title, body=form.body)
    try:
        said = CannedBody(title=form.title, body=form.body)
        check_placeholders(said.body)
    except PlaceholderUnknown as unknown:
        sentence = translate(unknown.message, visitor.language, **unknown.values)
        return await _page(request, visitor, desk, edited=typed, problem=sentence)
    except ValidationError:
        problem = translate("A canned reply needs a title of one line, and a text.", visitor.language)
        return await _page(request, visitor, desk, edited=typed, problem=problem)
    put = replace(typed, title=said.title, body=said.body)
    if known is None:
        if not KEY.fullmatch(form.key):
            raise NotFound
        # Under the account: whoever sends another's key makes another reply.
        made = replace(put, id=f"can_{digest_of(f'{mine}.{form.key}')[:24]}")
        try:
            await canned_replies.create(desk.database, made, at=at)
        except TooManyReplies as refused:
            sentence = translate(refused.message, visitor.language, **refused.values)
            return await _page(request, visitor, desk, edited=typed, problem=sentence)
    else:
        is_shared = form.shared if known.account_id == mine else known.shared
        await canned_replies.change(desk.database, replace(put, shared=is_shared), account_id=mine, at=at)
    return to(_PLACE, visitor)


@router.post(_PLACE + "/{reply_id}/eliminar", dependencies=[Stamped])
async def remove_reply(visitor: Worker, desk: DeskDep, reply_id: str) -> Response:
    known = await _one(visitor, desk, reply_id)
    assert visitor.account
    await canned_replies.remove(desk.database, known.id, account_id=visitor.account.id)
    return to(_PLACE, visitor)


@router.get("/casos/{number}/plantillas/{reply_id}")
async def filled_reply(visitor: Worker, desk: DeskDep, number: str, reply_id: str) -> Response:
    """The words for this case, for the script that puts them where the cursor is."""
    row, known = await visible_case(desk, visitor.principal, number), await _one(visitor, desk, reply_id)
    names = await names_of(desk.database, row.case.customer_id)
    assert visitor.persona
    return answered(
        PlainTextResponse(inserted(known.body, case=row.case, names=names, agent=visitor.persona.name)), visitor
    )


async def _one(visitor: Visitor, desk: DeskDep, reply_id: str) -> CannedReply:
    assert visitor.account
    known = await canned_replies.get(desk.database, reply_id, account_id=visitor.account.id)
    if known is None:
        raise NotFound
    return known


def _example(visitor: Visitor) -> dict[str, str]:
    """What placeholders are filled in with where no case is at hand."""
    assert visitor.persona
    return {"contacto": "Ángela Patricia Suárez", "caso": "MA-2026-000123", "agente": visitor.persona.name}


async def _page(
    request: Request,
    visitor: Visitor,
    desk: DeskDep,
    *,
    edited: CannedReply | None = None,
    problem: str | None = None,
) -> Response:
    """The list with a form: a new one's, or that of `edited`, with what was wrong with it (422) if anything."""
    assert visitor.account
    return page(
        request,
        "case/canned.html",
        status=422 if problem else 200,
        replies=await canned_replies.listing(desk.database, visitor.account.id),
        me=visitor.account.id,
        edited=edited,
        problem=problem,
        placeholders=PLACEHOLDERS,
        filled=lambda body: filled_in(body, _example(visitor)),
        key=secrets.token_urlsafe(18),
    )
