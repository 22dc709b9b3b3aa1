"""Opening a case from its form, and keeping what is being written there.

What was analysed and tried is asked in questions, and becomes one text (REQ-5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData

from desk.access import visible_customer
from desk.desk import Desk
from desk.idempotency import Answers, Begins, Done, FinalRefusal, once
from desk.inputs import Body, Words
from desk.opening import AskedOpening, NewCase, Opened, StillOpening, open_case
from desk.opening_questions import NAMES, analysis
from desk.problems import NotFound, Problem
from policy.case import lifecycle
from policy.case.case import Channel, Role
from policy.case.commands import OpenCase
from policy.case.refusals import RoleNotAllowed
from portal.case.attachments import FilesRead, keep_form_files
from portal.case.opening_page import OpeningPage
from portal.frame.deps import At, DeskDep
from portal.frame.pages import answered, page, to
from portal.frame.session import SignedIn, Stamped, Visitor
from portal.frame.submit import Refused, key_of, read_body, refused_by, request_of, submit
from storage.case.intake import KeptAnswer
from storage.cover import solutions
from storage.engine.reach import DatabaseFull
from storage.people.customers import Customer
from storage.workbench import opening_drafts
from wording.language import translate

router = APIRouter()

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
_NUMBER: Answers[Opened | StillOpening] = Answers(
    write=lambda opened: KeptAnswer(201, {}, {"number": opened.number}) if isinstance(opened, Opened) else None,
    read=lambda kept: Opened(str(kept.body["number"])),
)
_MOST_KEPT = 5
_WRITTEN = ("title", "description", "serial_number", *NAMES)
"""What is written in the form: without a word of it there is no draft."""
_CHOSEN = ("contact_id", "channel", "category", "proposed_priority")

Given = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True, kw_only=True)
class About:
    """What the address says the case is to be about: ids of a customer and of a solution, each may be empty.

    `canal` and `contacto` are what an agent chose before, on the page of whoever calls.
    """

    cliente: Given = ""
    solucion: Given = ""
    canal: Given = ""
    contacto: Given = ""

    @property
    def chosen(self) -> dict[str, str]:
        said = {"channel": self.canal, "contact_id": self.contacto}
        return {name: value for name, value in said.items() if value}


class Written(Body):
    """What stands in a field of a draft."""

    text: Words


@router.get("/casos/nuevo")
async def show(
    request: Request, visitor: SignedIn, desk: DeskDep, at: At, about: Annotated[About, Depends()]
) -> Response:
    customer = await _customer(desk, visitor, about.cliente)
    if customer is None:
        return to("/clientes", visitor)
    shown = OpeningPage(request=request, visitor=visitor, desk=desk, customer=customer, at=at)
    return await shown.show(about.solucion, chosen=about.chosen)


@router.post("/casos/nuevo/parecidos", dependencies=[Stamped])
async def show_similar(request: Request, visitor: SignedIn, desk: DeskDep, at: At) -> Response:
    """The customer's own cases that are like what is being typed: posted, for what is typed belongs into no address."""
    form = await request.form()
    customer = await _customer(desk, visitor, str(form.get("cliente", "")))
    if customer is None:
        raise NotFound
    typed = _draft(form) | {"solution_id": str(form.get("solution_id", ""))}
    shown = OpeningPage(request=request, visitor=visitor, desk=desk, customer=customer, at=at)
    return await shown.show_similar(typed)


@router.post("/casos/nuevo", dependencies=[FilesRead, Stamped])
async def open_here(request: Request, visitor: SignedIn, desk: DeskDep, at: At) -> Response:
    """Open it, once; or show the form again with what was typed and the files that came."""
    form = await request.form()
    customer = await _customer(desk, visitor, str(form.get("cliente", "")))
    if customer is None:
        return to("/clientes", visitor)
    shown = OpeningPage(request=request, visitor=visitor, desk=desk, customer=customer, at=at)
    asked = request_of(visitor, request.url.path, key_of(form), at=at)
    kept = [str(each) for each in form.getlist("kept_files")][:_MOST_KEPT]
    try:
        kept += await keep_form_files(desk, visitor, form, asked)
    except (Problem, DatabaseFull) as refused:
        return await shown.again(form, kept, refused_by(visitor, refused))

    async def act() -> Done[Opened | StillOpening] | FinalRefusal:
        new = _body(form, visitor, kept)
        opening = AskedOpening(new=new, by=visitor.principal, request=asked)
        return await once(desk, asked, new, Begins(lambda: open_case(desk, opening)), _NUMBER)

    outcome = await submit(visitor, act, _LABELS)
    if isinstance(outcome, Refused):
        return await shown.again(form, kept, outcome)
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
    """The answers to what is asked in the category that was chosen, as one text (REQ-5)."""
    answers = {name: str(form.get(name, "")) for name in NAMES}
    return analysis(str(form.get("category", "")), answers, lambda asks: translate(asks, language))


# -- for whom ---------------------------------------------------------------------------------------------------------


async def _customer(desk: Desk, visitor: Visitor, given: str) -> Customer | None:
    """For whom the case is; None where whoever works here has yet to say so."""
    if visitor.role not in lifecycle.ROLES[OpenCase]:
        raise RoleNotAllowed
    wanted = given or visitor.principal.customer_id
    return await visible_customer(desk, visitor.principal, wanted) if wanted else None
