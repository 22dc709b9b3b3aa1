"""The form that opens a case: it asks what support needs to know, and says beforehand what will happen and when.

What was analysed and tried is asked in questions, and becomes one text (REQ-5).
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData

from desk.access import visible_customer
from desk.desk import Desk
from desk.idempotency import Answers, Done, FinalRefusal, once
from desk.inputs import Body, Words
from desk.opening import AskedOpening, NewCase, Opened, StillOpening, open_case
from desk.problems import EngineUnavailable, IdempotencyKeyReused, NotFound, Problem, told
from desk.providers.incidents import known_now
from policy.case import lifecycle
from policy.case.case import Category, Channel, Priority, Role
from policy.case.commands import OpenCase
from policy.case.refusals import RoleNotAllowed
from policy.terms.terms import CoverKind, Terms
from policy.time.preview import Preview, preview
from portal.case.attachments import FilesRead, keep_form_files
from portal.frame.deps import At, DeskDep
from portal.frame.pages import answered, page, to
from portal.frame.session import SignedIn, Stamped, Visitor
from portal.frame.submit import Refused, in_words, key_of, read_body, request_of, submit, typed_in
from storage.case.intake import KeptAnswer
from storage.cover import solutions
from storage.cover.solutions import Solution, SolutionKind
from storage.files import files
from storage.people import contacts
from storage.people.customers import Customer
from storage.terms.terms import terms_for
from storage.workbench import opening_drafts
from wording.language import translate

router = APIRouter()

PRIORITIES: Mapping[int, str] = {
    1: "The service cannot be used in production, and your operation is critically affected.",
    2: "The service is seriously affected.",
    3: "The service is partially affected.",
    4: "The problem neither affects nor degrades the service.",
}
"""What each priority means, in the policy's words (PRI-1..4)."""

QUESTIONS: Mapping[str, tuple[str, str]] = {
    "since_when": ("Since when", "The day and time when it began, as far as you know."),
    "who_affected": ("Who is affected", "Everybody, an office, one person? On which devices?"),
    "what_changed": (
        "What changed before",
        "An update, a new network, new users, new data? Nothing, as far as you know?",
    ),
    "error_messages": ("Error messages", "Word for word, if there are any."),
    "what_tried": ("What you analysed and tried", "What you looked at, what you tried, and what came of it."),
}
"""What is asked of what was analysed before (REQ-5): each question's name, and a word of help."""

_LABELS = {
    "title": "In one line",
    "description": "What happens",
    "prior_analysis": "What you analysed and tried",
    "category": "What it is",
    "proposed_priority": "Priority",
    "serial_number": "Serial number",
    "contact_id": "Asked by",
    "solution_id": "Solution",
    "channel": "Channel",
    "files": "Files",
}
_CHANGED = (
    "The form changed since you sent it before. Please look in the list of cases whether it is open already; if it is "
    "not, send it again."
)
_NUMBER: Answers[Opened | StillOpening] = Answers(
    write=lambda opened: KeptAnswer(201, {}, {"number": opened.number}) if isinstance(opened, Opened) else None,
    read=lambda kept: Opened(str(kept.body["number"])),
)
_MOST_KEPT = 5
_WRITTEN = ("title", "description", "serial_number", *QUESTIONS)
"""What is written in the form: without a word of it there is no draft."""
_CHOSEN = ("contact_id", "channel", "category", "proposed_priority")

Given = Annotated[str, Query(max_length=64)]


class Written(Body):
    """What stands in a field of a draft."""

    text: Words


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a priority would be promised now (PLAN-5, ESC-1..3, ESC-6)."""

    priority: int
    times: Preview


@router.get("/casos/nuevo")
async def show(
    request: Request, visitor: SignedIn, desk: DeskDep, at: At, cliente: Given = "", solucion: Given = ""
) -> Response:
    customer = await _customer(desk, visitor, cliente)
    if customer is None:
        return to("/clientes", visitor)
    return await _page(request, visitor, desk, customer, solucion, at=at)


@router.post("/casos/nuevo", dependencies=[FilesRead, Stamped])
async def open_here(request: Request, visitor: SignedIn, desk: DeskDep, at: At) -> Response:
    """Open it, once; or show the form again with what was typed and the files that came."""
    form = await request.form()
    customer = await _customer(desk, visitor, str(form.get("cliente", "")))
    if customer is None:
        return to("/clientes", visitor)
    asked = request_of(visitor, request.url.path, key_of(form), at=at)
    kept = [str(each) for each in form.getlist("kept_files")][:_MOST_KEPT]
    try:
        kept += await keep_form_files(desk, visitor, form, asked)
    except Problem as refused:
        again = in_words(told(refused, visitor.language))
        return await _again(request, visitor, desk, customer, form, kept, again, at=at)

    async def act() -> Done[Opened | StillOpening] | FinalRefusal:
        new = _body(form, visitor, kept)
        opening = AskedOpening(new=new, by=visitor.principal, request=asked)
        return await once(desk, asked, new, lambda: open_case(desk, opening), _NUMBER)

    outcome = await submit(visitor, act, _LABELS)
    if isinstance(outcome, Refused):
        return await _again(request, visitor, desk, customer, form, kept, outcome, at=at)
    assert visitor.account
    its = {"account_id": visitor.account.id, "solution_id": str(form.get("solution_id", ""))}
    await opening_drafts.forget(desk.database, **its)
    opened = outcome.value
    if isinstance(opened, StillOpening):
        return page(request, "case/opening_pending.html", status=202, number=opened.number)
    return to(f"/casos/{opened.number}", visitor)


@router.post("/casos/nuevo/borrador", dependencies=[Stamped])
async def keep_draft(request: Request, visitor: SignedIn, desk: DeskDep, at: At) -> Response:
    """Keep what is being written; a form without a word is no draft."""
    form = await request.form()
    customer = await _customer(desk, visitor, str(form.get("cliente", "")))
    if customer is None:
        return to("/clientes", visitor)
    solution_id = str(form.get("solution_id", ""))
    if solution_id not in {each.id for each in await solutions.of_customer(desk.database, customer.id)}:
        raise NotFound
    assert visitor.account
    its = {"account_id": visitor.account.id, "solution_id": solution_id}
    fields = _draft(form)
    if any(name in fields for name in _WRITTEN):
        await opening_drafts.keep(desk.database, fields, **its, at=at)
    else:
        await opening_drafts.forget(desk.database, **its)
    if "hx-request" in request.headers:
        return answered(Response(status_code=204), visitor)
    return to(f"/casos/nuevo?{urlencode({'cliente': customer.id, 'solucion': solution_id})}", visitor)


# -- from the form to the body ----------------------------------------------------------------------------------------


def _body(form: FormData, visitor: Visitor, kept: list[str]) -> NewCase:
    said: dict[str, Any] = {
        name: str(form.get(name, ""))
        for name in ("contact_id", "solution_id", "channel", "category", "title", "serial_number")
    }
    if visitor.role is Role.CONTACT:
        said |= {"contact_id": visitor.principal.actor.id, "channel": Channel.WEB.value}
    priority = str(form.get("proposed_priority", ""))
    said["proposed_priority"] = int(priority) if priority in ("1", "2", "3", "4") else ""
    # Empty, these two are the policy's to refuse, by its own rule.
    texts = {"description": str(form.get("description", "")), "prior_analysis": _prior_analysis(form, visitor.language)}
    return read_body(NewCase, {**said, "files": kept, **{name: text or " " for name, text in texts.items()}})


def _draft(form: FormData) -> dict[str, str]:
    try:
        said = {name: Written(text=str(form.get(name, ""))).text for name in (*_WRITTEN, *_CHOSEN)}
    except ValidationError as wrong:
        raise RequestValidationError(wrong.errors(include_input=False)) from None
    return {name: text for name, text in said.items() if text}


def _prior_analysis(form: FormData, language: str) -> str:
    """The answers as one text, each under its question; what was left empty is left out."""
    answers = {name: str(form.get(name, "")).strip() for name in QUESTIONS}
    return "\n".join(
        f"{translate(QUESTIONS[name][0], language)}: {answer}" for name, answer in answers.items() if answer
    )


# -- the page ---------------------------------------------------------------------------------------------------------


async def _customer(desk: Desk, visitor: Visitor, given: str) -> Customer | None:
    """For whom the case is; None where whoever works here has yet to say so."""
    if visitor.role not in lifecycle.ROLES[OpenCase]:
        raise RoleNotAllowed
    wanted = given or visitor.principal.customer_id
    return await visible_customer(desk, visitor.principal, wanted) if wanted else None


async def _again(
    request: Request,
    visitor: Visitor,
    desk: Desk,
    customer: Customer,
    form: FormData,
    kept: list[str],
    refused: Refused,
    *,
    at: datetime,
) -> Response:
    """The form with what was typed. What was not refused for good is sent again under its own key."""
    if refused.name == IdempotencyKeyReused.name:
        refused = Refused(409, translate(_CHANGED, visitor.language))
    same = refused.status == EngineUnavailable.status
    return await _page(
        request,
        visitor,
        desk,
        customer,
        str(form.get("solution_id", "")),
        at=at,
        status=refused.status,
        refused=refused,
        typed=typed_in(form),
        kept=await files.sent_by(desk.database, visitor.principal.actor, kept),
        key=str(form.get("key")) if same else None,
    )


async def _page(
    request: Request,
    visitor: Visitor,
    desk: Desk,
    customer: Customer,
    solution_id: str,
    *,
    at: datetime,
    status: int = 200,
    key: str | None = None,
    **more: Any,
) -> Response:
    has = await solutions.of_customer(desk.database, customer.id)
    chosen = next((each for each in has if each.id == solution_id), has[0] if len(has) == 1 else None)
    shown: dict[str, Any] = {
        "customer": customer,
        "is_ours": visitor.role is not Role.CONTACT,
        "solutions": has,
        "solution": chosen,
        "refused": None,
        "typed": typed_in(),
        "kept": [],
        "key": key or secrets.token_urlsafe(18),
        "priorities": PRIORITIES,
        "questions": QUESTIONS,
        "categories": [each.value for each in Category],
    }
    if chosen:
        assert visitor.account
        its = {"account_id": visitor.account.id, "solution_id": chosen.id}
        draft = await opening_drafts.get(desk.database, **its)
        shown |= {"has_draft": bool(draft), "typed": defaultdict(str, draft)}
        shown |= await _about(desk, visitor, customer, chosen, at=at)
    return page(request, "case/opening.html", status=status, **shown | more)


async def _about(
    desk: Desk, visitor: Visitor, customer: Customer, solution: Solution, *, at: datetime
) -> dict[str, Any]:
    """What is said beside the form: what is known of the provider, and what will happen."""
    terms = await terms_for(desk.database, desk.policy, customer_id=customer.id, solution_id=solution.id, at=at)
    roster = await contacts.roster(desk.database, customer.id) if visitor.role is not Role.CONTACT else []
    return {
        "terms": terms,
        "is_covered": terms.cover.kind is not CoverKind.NONE,
        "promises": _promises(terms, at=at),
        "incidents": await known_now(desk, solution, at=at),
        "is_equipment": solution.kind is SolutionKind.EQUIPMENT,
        "channels": [each.value for each in Channel],
        "contacts": [each for each in roster if each.is_active(at=at)],
    }


def _promises(terms: Terms, *, at: datetime) -> list[Promise]:
    if terms.cover.kind is CoverKind.NONE:
        return []
    return [Promise(priority=int(each), times=preview(terms=terms, priority=each, opened_at=at)) for each in Priority]
