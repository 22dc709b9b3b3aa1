"""The way into the chat: who is there and how long it takes, and the first message, which opens a case (REQ-4)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from desk.idempotency import Answers, Begins, Done, FinalRefusal, once
from desk.opening import AskedOpening, NewChat, Opened, StillOpening, open_case
from desk.problems import EngineUnavailable, Problem
from desk.reading.chat import ChatDoor, read_door
from policy.case.case import Category, Priority
from policy.terms.terms import CoverKind
from policy.time.preview import preview
from portal.case.attachments import FilesRead, keep_form_files
from portal.case.opening_page import PRIORITIES
from portal.frame.deps import At, DeskDep, desk_of
from portal.frame.pages import page, to
from portal.frame.session import Contact, Stamped, Visitor
from portal.frame.submit import Refused, key_of, read_body, refused_by, request_of, submit, typed_in
from storage.case.intake import KeptAnswer
from storage.engine.reach import DatabaseFull
from storage.files import files

router = APIRouter()

_LABELS = {
    "title": "In one line",
    "description": "Your first message",
    "prior_analysis": "What you analysed and tried",
    "category": "What it is",
    "proposed_priority": "Priority",
    "serial_number": "Serial number",
    "solution_id": "Solution",
    "files": "Files",
}
_NUMBER: Answers[Opened | StillOpening] = Answers(
    write=lambda opened: KeptAnswer(201, {}, {"number": opened.number}) if isinstance(opened, Opened) else None,
    read=lambda kept: Opened(str(kept.body["number"])),
)
_MOST_KEPT = 5


@router.get("/chat")
async def show(request: Request, visitor: Contact, desk: DeskDep, at: At) -> Response:
    assert visitor.principal.customer_id
    door = await read_door(desk, visitor.principal.customer_id, at=at)
    return page(request, "chat/opening.html", **_shown(door))


@router.post("/chat", dependencies=[FilesRead, Stamped])
async def begin(request: Request, visitor: Contact, desk: DeskDep, at: At) -> Response:
    """Open the case, once, and go on in its chat; or show the form again with what was typed."""
    form = await request.form()
    asked = request_of(visitor, request.url.path, key_of(form), at=at)
    kept = [str(each) for each in form.getlist("kept_files")][:_MOST_KEPT]
    try:
        kept += await keep_form_files(desk, visitor, form, asked)
    except (Problem, DatabaseFull) as refused:
        return await _again(request, visitor, _Sent(form, kept, refused_by(visitor, refused)))

    async def act() -> Done[Opened | StillOpening] | FinalRefusal:
        new = _body(form, kept).case_of(visitor.principal.actor)
        opening = AskedOpening(new=new, by=visitor.principal, request=asked, begins_chat=True)
        return await once(desk, asked, new, Begins(lambda: open_case(desk, opening)), _NUMBER)

    outcome = await submit(visitor, act, _LABELS)
    if isinstance(outcome, Refused):
        return await _again(request, visitor, _Sent(form, kept, outcome))
    opened = outcome.value
    if isinstance(opened, StillOpening):
        return page(request, "case/opening_pending.html", status=202, number=opened.number)
    return to(f"/casos/{opened.number}/chat", visitor)


def _body(form: FormData, kept: list[str]) -> NewChat:
    said: dict[str, Any] = {
        name: str(form.get(name, "")) for name in ("solution_id", "category", "title", "serial_number")
    }
    priority = str(form.get("proposed_priority", ""))
    said["proposed_priority"] = int(priority) if priority in ("1", "2", "3", "4") else ""
    # Empty, these two are the policy's to refuse, by its own rule.
    texts = {name: str(form.get(name, "")) or " " for name in ("description", "prior_analysis")}
    return read_body(NewChat, {**said, "files": kept, **texts})


@dataclass(frozen=True)
class _Sent:
    """A form that was refused, and its files that are kept already."""

    form: FormData
    kept: list[str]
    refused: Refused


async def _again(request: Request, visitor: Visitor, sent: _Sent) -> Response:
    """The form with what was typed. What was not refused for good is sent again under its own key."""
    desk, form, refused = desk_of(request), sent.form, sent.refused
    assert visitor.principal.customer_id
    door = await read_door(desk, visitor.principal.customer_id, at=desk.clock())
    more: dict[str, Any] = {
        "refused": refused,
        "typed": typed_in(form),
        "kept": await files.sent_by(desk.database, visitor.principal.actor, sent.kept),
    }
    if refused.status == EngineUnavailable.status:
        more["key"] = str(form.get("key"))
    return page(request, "chat/opening.html", status=refused.status, **_shown(door) | more)


def _shown(door: ChatDoor) -> dict[str, Any]:
    terms = door.terms
    covered = terms is not None and terms.cover.kind is not CoverKind.NONE
    until = (
        preview(terms=terms, priority=Priority.MODERATE, opened_at=door.at).initial_attention_due_at
        if terms and covered
        else None
    )
    return {
        "door": door,
        "now": door.at,
        "attended_until": until,
        "refused": None,
        "typed": typed_in(),
        "kept": [],
        "key": secrets.token_urlsafe(18),
        "priorities": PRIORITIES,
        "categories": [each.value for each in Category],
        "is_covered": covered,
    }
