"""The chat itself, as its customer sees it: what is said, who has it, and the form for the next line.

What is said is a command on the case (command_forms.py). The page follows the case's stream, and asks for this part.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Response

from desk import chats
from desk.problems import NotFound
from desk.reading.chat import TalkPage, read_talk
from policy.case.case import Actor, Role
from portal.case.case_lines import lines
from portal.case.case_request import AboutCase, CaseRequest
from portal.frame.pages import answered, page, render, to
from portal.frame.session import ForContacts, Stamped
from portal.frame.submit import Refused
from storage.files.files import File
from storage.workbench.chat_presence import OpenChat

router = APIRouter()

_PAGE = re.compile(r"[A-Za-z0-9_:-]{8,80}")


@router.get("/casos/{number}/chat")
async def show(about: AboutCase) -> Response:
    """The chat; whoever is not the customer's, and a case that never had one, is shown the case."""
    found = await read_talk(about.desk, about.visitor.principal, about.number)
    if about.visitor.role is not Role.CONTACT or found.began_seq is None:
        return to(f"/casos/{found.row.number}", about.visitor)
    return page(about.request, "chat/talk.html", **_shown(about, found), page_id=secrets.token_urlsafe(12))


@dataclass(frozen=True)
class Unsaid:
    """A line that was not taken, and why: its words, its form's key, and its files, which it may carry once more."""

    why: Refused
    typed: Mapping[str, str]
    key: str
    files: Sequence[File] = ()

    @property
    def may_come_yet(self) -> bool:
        """Whether the same line may be taken later: then it goes on under its key, and is there once."""
        return self.why.status >= 500 or self.why.status == 429


async def said_in_vain(about: CaseRequest, line: Unsaid) -> Response:
    """The chat, with the words of a line still in the form; a script keeps them itself, and is told what happened."""
    found = await read_talk(about.desk, about.visitor.principal, about.number)
    shown = {**_shown(about, found), "unsaid": line}
    if "hx-request" not in about.request.headers:
        page_id = secrets.token_urlsafe(12)
        return page(about.request, "chat/talk.html", status=line.why.status, **shown, page_id=page_id)
    part = render(about.request, about.visitor, "chat/unsaid.html", **shown)
    return answered(Response(part, line.why.status, media_type="text/html"), about.visitor)


@router.get("/casos/{number}/chat/partes", dependencies=[ForContacts])
async def show_part(about: AboutCase) -> Response:
    """What changes while the page is open."""
    found = await read_talk(about.desk, about.visitor.principal, about.number)
    if found.began_seq is None:
        return answered(Response("", media_type="text/html"), about.visitor)
    part = render(about.request, about.visitor, "chat/talk_part.html", **_shown(about, found))
    return answered(Response(part, media_type="text/html"), about.visitor)


@router.post("/casos/{number}/chat/presencia", dependencies=[ForContacts, Stamped])
async def be_here(about: AboutCase, page: Annotated[str, Form()], writing: Annotated[bool, Form()] = False) -> Response:
    """An open page says that it has the chat before somebody, who may be writing."""
    await chats.be_there(about.desk, about.visitor.principal, _open(about, page, writing=writing), at=about.at)
    return answered(Response(status_code=204), about.visitor)


@router.post("/casos/{number}/chat/presencia/fin", dependencies=[ForContacts, Stamped])
async def be_gone(about: AboutCase, page: Annotated[str, Form()]) -> Response:
    """The page is being closed."""
    await chats.leave(about.desk, about.visitor.principal, _open(about, page))
    return answered(Response(status_code=204), about.visitor)


def _open(about: CaseRequest, page: str, *, writing: bool = False) -> OpenChat:
    if not _PAGE.fullmatch(page):
        raise NotFound
    return OpenChat(number=about.number, by=about.visitor.principal.actor, page=page, writing=writing)


def _shown(about: CaseRequest, found: TalkPage) -> dict[str, Any]:
    case, actor, names = found.row.case, about.visitor.principal.actor, found.names
    said = lines(found.facts, names, about.visitor.language, found.files, {})
    has_it = case.chat.agent_id if case.chat else None
    return {
        "row": found.row,
        "case": case,
        "now": found.at,
        "said": said,
        "names": names,
        "ended": found.ended,
        "outlook": found.outlook,
        "at_chat": found.at_chat,
        "chat_agent": names.get(has_it, has_it) if has_it else None,
        "last_seq": found.last_seq,
        "viewer": Actor(actor.role, actor.id),
        "key": lambda: secrets.token_urlsafe(18),
        "kept": found.kept,
        "unsaid": None,
    }
