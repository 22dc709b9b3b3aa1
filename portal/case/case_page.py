"""A case on one page: what was said, its clocks and why they stand where they stand, its visit, and what one may do.

The page is shown whole, and in parts that a script puts in place when something happened (`/partes/...`). What is
being typed stands in the part `composer`, which is never replaced under somebody's hands. desk/reading/case.py reads
what the parts show; here it is told in the visitor's language.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import escape

from desk import chats, concerns
from desk.problems import NotFound
from desk.reading.case import FOLLOWED, PARTS, CasePage, Viewer, read_case
from desk.reading.case_parts import Actions, Composer, Conversation, Part, Side
from policy.case.case import Actor, Role
from portal.case.canned import inserted
from portal.case.case_lines import Line, folded, group_names, lines
from portal.case.case_request import AboutCase
from portal.case.municipality_choice import suggested
from portal.case.pager import CameFrom, came_from, pager_of
from portal.case.sheets import address_of, opened
from portal.frame.afterwards import afterwards
from portal.frame.deps import desk_of
from portal.frame.pages import answered, page, render, to
from portal.frame.session import SignedIn, Visitor
from portal.frame.submit import Refused
from storage.case.views import CaseRow
from storage.files.files import File
from storage.visit import municipalities
from storage.workbench import presence
from storage.workbench.chat_presence import OpenChat
from storage.workbench.looks import Look
from storage.workbench.presence import OpenPage
from wording.language import translate

router = APIRouter()

COMPOSERS = frozenset({"replies", "notes", "information-requests", "answers", "chat/lines"})
"""The commands whose words are composed at the conversation's end, and kept as drafts until they are sent."""
DRAFTED = COMPOSERS | {
    "analysis/body",
    "attempts/summary",
    "calls/summary",
    "chat/end/summary",
    "diagnosis/summary",
    "out-of-scope/reason",
    "remote-sessions/end/summary",
    "reopening/reason",
    "resolution/summary",
    "visits/reason",
    "visits/report/done",
    "visits/report/found",
}
"""Every text that is kept as a draft while it is written: a composer's by its command, others by command and field."""
_TEXTS = {"body", *(each.rpartition("/")[2] for each in DRAFTED)}
"""The fields of forms that are texts, however short what was written into them."""
ANSWERING = (COMPOSERS - {"chat/lines"}) | {"resolution", "reopening"}
"""The commands that answer what was said: what others said meanwhile is shown before they are given."""
TAKE_CANNED = ("replies", "information-requests", "resolution/summary", "chat/lines")
"""The drafts that a canned reply can be put into: what the customer reads."""
SAID_DONE = {
    "analysis": "What the customer analysed is in the case: the customer sees it.",
    "answers": "Your answer is with the support desk.",
    "assignments": "The case has its new agent.",
    "attempts": "The attempt is logged: the customer sees it.",
    "calls": "The call is logged: the customer sees it.",
    "chat/lines": "",  # the line itself is there
    "claim": "The case is yours.",
    "confirmation": "The case is closed. Thank you.",
    "diagnosis": "The diagnosis is recorded.",
    "hand-offs": "The case moved up a level.",
    "information-requests": "Asked: the level's clock stands until the customer answers.",
    "notes": "The note is kept: only the desk sees it.",
    "priority": "The priority is changed: the customer sees why.",
    "provider-escalations": "The case is with its provider.",
    "reopening": "The case is open again.",
    "resolution": "The solution is with the customer, who confirms it or reopens the case.",
    "transfers": "The case is with its new group.",
    "visits": "The visit is asked for: the direction decides.",
    "withdrawal": "The case is withdrawn.",
}
"""What is said of a command that was taken, by its form."""
WITH_FILES = "con-archivos"

Before = Annotated[int | None, Query(ge=1, le=10**9)]
"""The place of a fact on the timeline: what is shown is what came before it."""


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """A canned reply to begin with, and the draft that it is put into."""

    plantilla: str = ""
    para: str = "replies"


@dataclass(frozen=True)
class Typed:
    """What somebody had typed into a form that comes back to them: which one, by its command, and its fields.

    `kept` are its files, which it may carry once more; `came` is what others said meanwhile; `asks` whether it only
    comes back to be confirmed, `preview` whether to be looked at.
    """

    form: str
    values: dict[str, str] = field(default_factory=dict)
    kept: Sequence[File] = ()
    came: Sequence[Line] = ()
    asks: bool = False
    preview: bool = False

    def get(self, form: str, name: str, otherwise: str = "") -> str:
        return self.values.get(name, otherwise) if form == self.form else otherwise

    def missing_in(self, shown: str) -> list[str]:
        """The texts that what is `shown` does not hold: the case went on, and takes no such form any more."""
        texts = [value for name, value in self.values.items() if " " in value.strip() or name in _TEXTS]
        return [text for text in texts if text.strip() and escape(text) not in shown]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What `part` of the page says of a form: that it was taken (`done`), or why not (`problem`, and by which rule)."""

    part: str = ""
    done: str | None = None
    problem: str | None = None
    rule: str | None = None
    typed: Typed = field(default_factory=lambda: Typed(""))
    left_over: Sequence[str] = ()
    """Texts for which there is no form any more: they are shown for themselves."""


async def note_here(about: AboutCase, row: CaseRow, page_id: str, *, writing: bool = False) -> None:
    """Note that somebody has the case before them, and its chat where one goes on that is theirs."""
    opened = open_page(about.visitor, row.number, page_id, writing=writing)
    await presence.here(about.desk.database, opened, at=about.at)
    if row.case.chat:
        in_chat = OpenChat(number=row.number, by=about.visitor.principal.actor, page=page_id, writing=writing)
        await chats.be_there(about.desk, about.visitor.principal, in_chat, at=about.at)


@router.get("/casos/{number}")
async def show_case(
    about: AboutCase,
    came: Annotated[CameFrom, Depends()],
    begins: Annotated[Beginning, Depends()],
    deshecha: str = "",
    antes: Before = None,
) -> Response:
    """The page. Whoever serves customers is seen there by the others, once the page has gone out to them.

    `deshecha` says of a reply that was undone that it had files, `antes` the fact before which is shown what was said.
    """
    desk, visitor, viewer = about.desk, about.visitor, viewer_of(about.visitor)
    told = undone_with_files(visitor) if deshecha == WITH_FILES else Told()
    found, page_id = await read_case(desk, viewer, about.number, PARTS, before=antes), secrets.token_urlsafe(12)
    if viewer.is_worker:
        afterwards(about.request, lambda: note_here(about, found.row, page_id))
    if antes is None:
        _saw(about.request, visitor, found)
    shown = _shown(about.request, visitor, _begun(found, visitor, begins), told)
    pager = await pager_of(desk, visitor, found.row.number, came)
    return page(about.request, "case/page.html", **shown | {"page_id": page_id, "pager": pager})


@router.get("/casos/{number}/partes/{part}")
async def show_part(request: Request, visitor: SignedIn, number: str, part: str, antes: Before = None) -> Response:
    """One part of the page, or all that change while it is open (`all`)."""
    if part not in (*PARTS, "all"):
        raise NotFound
    names = FOLLOWED if part == "all" else (part,)
    found = await read_case(desk_of(request), viewer_of(visitor), number, names, before=antes)
    if "conversation" in names and antes is None:
        _saw(request, visitor, found)
    return answered(Response(_rendered(request, visitor, found, Told()), media_type="text/html"), visitor)


def _saw(request: Request, visitor: Visitor, found: CasePage) -> None:
    """Note that the visitor has the case before them as it is now, once it has gone out to them."""
    desk, principal = desk_of(request), visitor.principal
    look = Look(account_id=viewer_of(visitor).account_id, case_number=found.row.number, seq=found.row.case.facts)
    afterwards(request, lambda: concerns.saw(desk, principal, look, at=found.at))


async def shown_part(request: Request, visitor: Visitor, number: str, part: str, told: Told) -> str:
    """One part of the page, with what it says of a form."""
    return _rendered(request, visitor, await read_case(desk_of(request), viewer_of(visitor), number, (part,)), told)


def _rendered(request: Request, visitor: Visitor, found: CasePage, told: Told) -> str:
    """The parts that were read, one after the other."""
    shown = _shown(request, visitor, found, told)
    return "".join(render(request, visitor, f"case/parts/{name}.html", **shown) for name in found.parts)


async def shown_after(request: Request, visitor: Visitor, number: str, form: str) -> Response:
    """What is shown when a command form was taken: the form's part anew for a script, else the page."""
    if "hx-request" not in request.headers:
        in_chat = form.startswith("chat") and visitor.role is Role.CONTACT
        return to(f"/casos/{number}{'/chat' if in_chat else came_from(request).query}", visitor)
    told = Told(part=part_of(form), done=translate(SAID_DONE.get(form, "Done."), visitor.language) or None)
    fresh = await shown_part(request, visitor, number, told.part, told)
    return answered(Response(fresh, media_type="text/html", headers={"HX-Trigger": "hecho"}), visitor)


async def shown_refused(request: Request, visitor: Visitor, number: str, refused: Refused, typed: Typed) -> Response:
    """What is shown when a command form was refused: why, with everything that was typed."""
    told = Told(part=part_of(typed.form), problem=refused.sentence, rule=refused.rule, typed=typed)
    return await _shown_again(request, visitor, number, told, refused.status)


async def shown_typed(request: Request, visitor: Visitor, number: str, typed: Typed) -> Response:
    """What is shown when a command form comes back as it is: to be confirmed, or looked at."""
    return await _shown_again(request, visitor, number, Told(part=part_of(typed.form), typed=typed), 200)


async def _shown_again(request: Request, visitor: Visitor, number: str, told: Told, status: int) -> Response:
    desk, is_part = desk_of(request), "hx-request" in request.headers
    found = await read_case(desk, viewer_of(visitor), number, (told.part,) if is_part else PARTS)
    pager = None if is_part else await pager_of(desk, visitor, number, came_from(request))

    def shown(told: Told) -> str:
        if is_part:
            return _rendered(request, visitor, found, told)
        whole = _shown(request, visitor, found, told) | {"page_id": secrets.token_urlsafe(12), "pager": pager}
        return render(request, visitor, "case/page.html", **whole)

    answer = shown(told)
    if left_over := told.typed.missing_in(answer):
        answer = shown(replace(told, left_over=left_over))
    if is_part and status >= 400:
        status = 422  # the script puts in place what comes with this one
    return answered(HTMLResponse(answer, status), visitor)


def viewer_of(visitor: Visitor) -> Viewer:
    """The visitor, as who reads a case."""
    assert visitor.account
    return Viewer(principal=visitor.principal, account_id=visitor.account.id)


def open_page(visitor: Visitor, number: str, page_id: str, *, writing: bool = False) -> OpenPage:
    """That the visitor has this page of a case open."""
    assert visitor.account
    assert visitor.persona
    name, account_id = visitor.persona.name, visitor.account.id
    return OpenPage(case_number=number, page=page_id, account_id=account_id, name=name, writing=writing)


def part_of(form: str) -> str:
    """The part of the page where a command's form stands."""
    return "composer" if form in COMPOSERS else "actions"


def drafts_of(form: str) -> list[str]:
    """The drafts that a command uses up."""
    return [each for each in DRAFTED if each == form or each.rpartition("/")[0] == form]


def undone_with_files(visitor: Visitor) -> Told:
    """What a page has to say once a reply with files is a draft again: a draft holds words alone."""
    said = translate("The reply is a draft again. Please choose its files again.", visitor.language)
    return Told(part="composer", done=said)


# -- what the templates speak of --------------------------------------------------------------------------------------


def _shown(request: Request, visitor: Visitor, found: CasePage, told: Told) -> dict[str, Any]:
    """What every part speaks of, and what each of those that were read shows."""
    viewer, actor = viewer_of(visitor), visitor.principal.actor
    groups = group_names(desk_of(request).policy)
    shown: dict[str, Any] = {
        "row": found.row,
        "case": found.row.case,
        "now": found.at,
        "is_ours": viewer.is_ours,
        "is_worker": viewer.is_worker,
        "viewer": Actor(actor.role, actor.id),
        "me": viewer.account_id,
        "group_names": groups,
        "municipalities": suggested(municipalities.capitals().values()),
        "drafted": DRAFTED,
        "answering": ANSWERING,
        "drafts_of": drafts_of,
        "drafts_of_menu": DRAFTED - COMPOSERS - {"attempts/summary", "chat/end/summary", "resolution/summary"},
        "key": lambda: secrets.token_urlsafe(18),
        "told_at": told.part,
        "done": told.done,
        "problem": told.problem,
        "rule": told.rule,
        "typed": told.typed,
        "left_over": told.left_over,
        "opened": opened(request),
        "at_sheet": address_of(request, found.row.number),
    }
    for part in found.parts.values():
        shown |= vars(part) | _in_words(part, visitor.language, groups)
    return shown


def _in_words(part: Part, language: str, groups: Mapping[str, str]) -> dict[str, Any]:
    """The part's facts as lines in one language."""
    match part:
        case Conversation():
            happened = sorted((*part.facts, *part.events), key=lambda each: each.seq)
            opening, said = (
                folded(lines(facts, part.names, language, part.files, groups)) for facts in (part.opening, happened)
            )
            return {"opening": opening, "said": said, "said_from": part.facts[0].seq if part.facts else 0}
        case Actions():
            names = {each.id: each.name for each in part.agents}
            by = {each.channel: names.get(each.attempts[-1].by.id, "") for each in part.tried if each.attempts}
            return {"tries": {each.channel: each.attempts for each in part.tried}, "last_tried_by": by}
        case Side():
            return {"lines": lines(part.facts, part.names, language, {}, groups)}
        case _:
            return {}


def _begun(found: CasePage, visitor: Visitor, begins: Beginning) -> CasePage:
    """The page with a canned reply after what a draft says, where one was chosen that may be used."""
    composer, conversation = found.parts["composer"], found.parts["conversation"]
    assert isinstance(composer, Composer)
    assert isinstance(conversation, Conversation)
    chosen = next((each for each in composer.canned if each.id == begins.plantilla), None)
    if chosen is None or begins.para not in TAKE_CANNED:
        return found
    agent = visitor.persona.name if visitor.persona else ""
    words = inserted(chosen.body, case=found.row.case, names=conversation.names, agent=agent)
    reply = "\n\n".join(filter(None, (composer.drafts.get(begins.para), words)))
    drafts = {**composer.drafts, begins.para: reply}
    parts = {
        name: replace(part, drafts=drafts) if isinstance(part, Actions | Composer) else part
        for name, part in found.parts.items()
    }
    return replace(found, parts=parts)
