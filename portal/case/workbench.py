"""One's own things beside a case: drafts, that one is there, and a reply's way back."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from desk import chats
from desk.inputs import LONGEST_TEXT, Body, Words
from desk.problems import NotFound
from desk.replies import undo
from policy.case.case import Role
from portal.case.case_page import (
    COMPOSERS,
    DRAFTED,
    WITH_FILES,
    Told,
    Typed,
    note_here,
    shown_part,
    shown_refused,
    shown_typed,
    undone_with_files,
)
from portal.case.case_request import AboutCase
from portal.frame.formatted import formatted
from portal.frame.pages import answered, to
from portal.frame.session import ForWorkers, Stamped, only
from portal.frame.submit import Refused
from storage.workbench import drafts, presence
from storage.workbench.chat_presence import OpenChat
from storage.workbench.drafts import Draft
from wording.language import translate

router = APIRouter(dependencies=[Stamped])

_PAGE = re.compile(r"[A-Za-z0-9_:-]{8,80}")


class DraftBody(Body):
    """What somebody is writing."""

    body: Words


@router.post("/casos/{number}/borradores/{composer:path}")
async def keep_draft(
    about: AboutCase, composer: str, body: Annotated[str, Form(max_length=2 * LONGEST_TEXT)] = ""
) -> Response:
    """Keep what is being written; an empty text is no draft."""
    row = await about.case()
    if composer not in DRAFTED:
        raise NotFound
    try:
        words = DraftBody(body=body).body
    except ValidationError as wrong:
        raise RequestValidationError(wrong.errors(include_input=False)) from None
    draft = Draft(account_id=about.account.id, number=row.number, composer=composer, body=words)
    await drafts.keep(about.desk.database, draft, at=about.at)
    if "hx-request" in about.request.headers:
        return answered(Response(status_code=204), about.visitor)
    return to(f"/casos/{row.number}#composer", about.visitor)


@router.post("/casos/{number}/vista-previa/{composer:path}")
async def look_at(
    about: AboutCase, composer: str, body: Annotated[str, Form(max_length=2 * LONGEST_TEXT)] = ""
) -> Response:
    """What is being written as it would be shown: beside it, or on the page without a script. Nothing is kept."""
    row = await about.case()
    if composer not in COMPOSERS:
        raise NotFound
    if "hx-request" in about.request.headers:
        return answered(Response(str(formatted(body)), media_type="text/html"), about.visitor)
    return await shown_typed(about.request, about.visitor, row.number, Typed(composer, {"body": body}, preview=True))


@router.post("/casos/{number}/presencia", dependencies=[ForWorkers])
async def be_here(about: AboutCase, page: Annotated[str, Form()], writing: Annotated[bool, Form()] = False) -> Response:
    """An open page says that it is open; those who have the same case open see it."""
    row = await about.case()
    if not _PAGE.fullmatch(page):
        raise NotFound
    await note_here(about, row, page, writing=writing)
    return answered(Response(status_code=204), about.visitor)


@router.post("/casos/{number}/presencia/fin", dependencies=[ForWorkers])
async def be_gone(about: AboutCase, page: Annotated[str, Form()]) -> Response:
    """The page is being closed."""
    row = await about.case()
    await presence.gone(about.desk.database, number=row.number, page=page, account_id=about.account.id)
    if row.case.chat:
        in_chat = OpenChat(number=row.number, by=about.visitor.principal.actor, page=page)
        await chats.leave(about.desk, about.visitor.principal, in_chat)
    return answered(Response(status_code=204), about.visitor)


@router.post(
    "/casos/{number}/respuestas/{reply_id}/deshacer",
    dependencies=[Depends(only(Role.AGENT, Role.DIRECTOR, Role.CONTACT))],
)
async def take_back(about: AboutCase, reply_id: str) -> Response:
    """Undo a reply that has not left, or take back a line that the case refused: its words are a draft again."""
    request, visitor, row = about.request, about.visitor, await about.case()
    undone = await undo(about.desk, reply_id, number=row.number, account_id=about.account.id, at=about.at)
    if undone is None:
        late = Refused(409, translate("Too late: the reply has left.", visitor.language))
        return await shown_refused(request, visitor, row.number, late, Typed("replies"))
    if "hx-request" in request.headers:
        told = undone_with_files(visitor) if undone.had_files else Told()
        part = await shown_part(request, visitor, row.number, "composer", told)
        return answered(Response(part, media_type="text/html", headers={"HX-Trigger": "hecho"}), visitor)
    return to(f"/casos/{row.number}{f'?deshecha={WITH_FILES}' if undone.had_files else ''}#composer", visitor)
