"""One's own things beside a case: drafts, that one is there, and a reply's way back."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from desk.access import visible_case
from desk.inputs import LONGEST_TEXT, Body, Words
from desk.problems import NotFound
from desk.replies import undo
from portal.case.case_page import (
    DRAFTED,
    WITH_FILES,
    Told,
    Typed,
    open_page,
    shown_part,
    shown_refused,
    undone_with_files,
)
from portal.frame.deps import At, DeskDep
from portal.frame.pages import answered, to
from portal.frame.session import SignedIn, Stamped, Worker
from portal.frame.submit import Refused
from storage.workbench import drafts, presence
from wording.language import translate

router = APIRouter(dependencies=[Stamped])

_PAGE = re.compile(r"[A-Za-z0-9_:-]{8,80}")


class Draft(Body):
    """What somebody is writing."""

    body: Words


@router.post("/casos/{number}/borradores/{composer:path}")
async def keep_draft(
    request: Request,
    visitor: SignedIn,
    desk: DeskDep,
    at: At,
    number: str,
    composer: str,
    body: Annotated[str, Form(max_length=2 * LONGEST_TEXT)] = "",
) -> Response:
    """Keep what is being written; an empty text is no draft."""
    row = await visible_case(desk, visitor.principal, number)
    if composer not in DRAFTED:
        raise NotFound
    assert visitor.account
    try:
        words = Draft(body=body).body
    except ValidationError as wrong:
        raise RequestValidationError(wrong.errors(include_input=False)) from None
    await drafts.keep(
        desk.database, account_id=visitor.account.id, number=row.number, composer=composer, body=words, at=at
    )
    if "hx-request" in request.headers:
        return answered(Response(status_code=204), visitor)
    return to(f"/casos/{row.number}#composer", visitor)


@router.post("/casos/{number}/presencia")
async def be_here(
    visitor: Worker,
    desk: DeskDep,
    at: At,
    number: str,
    page: Annotated[str, Form()],
    writing: Annotated[bool, Form()] = False,
) -> Response:
    """An open page says that it is open; those who have the same case open see it."""
    row = await visible_case(desk, visitor.principal, number)
    if not _PAGE.fullmatch(page):
        raise NotFound
    await presence.here(desk.database, open_page(visitor, row.number, page, writing=writing), at=at)
    return answered(Response(status_code=204), visitor)


@router.post("/casos/{number}/presencia/fin")
async def be_gone(visitor: Worker, desk: DeskDep, number: str, page: Annotated[str, Form()]) -> Response:
    """The page is being closed."""
    row = await visible_case(desk, visitor.principal, number)
    assert visitor.account
    await presence.gone(desk.database, number=row.number, page=page, account_id=visitor.account.id)
    return answered(Response(status_code=204), visitor)


@router.post("/casos/{number}/respuestas/{reply_id}/deshacer")
async def take_back(request: Request, visitor: Worker, desk: DeskDep, at: At, number: str, reply_id: str) -> Response:
    """Undo a reply that has not left: its words are a draft again."""
    row = await visible_case(desk, visitor.principal, number)
    assert visitor.account
    undone = await undo(desk, reply_id, number=row.number, account_id=visitor.account.id, at=at)
    if undone is None:
        late = Refused(409, translate("Too late: the reply has left.", visitor.language))
        return await shown_refused(request, visitor, row.number, late, Typed("replies"))
    if "hx-request" in request.headers:
        told = undone_with_files(visitor) if undone.had_files else Told()
        part = await shown_part(request, visitor, row.number, "composer", told)
        return answered(Response(part, media_type="text/html", headers={"HX-Trigger": "hecho"}), visitor)
    return to(f"/casos/{row.number}{f'?deshecha={WITH_FILES}' if undone.had_files else ''}#composer", visitor)
