"""A customer's authorized contacts: who they are, who signs in, and how many places are left (REQ-1..3, REQ-6, PLAN-8).

The customer's administrator chooses who stays and who signs in; commercial and admin put the whole roster.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData

from api.people import contacts as contacts_api
from api.people.contacts import Roster
from desk.access import REGISTRARS
from desk.desk import Desk
from desk.problems import NotFound
from policy.case.refusals import RoleNotAllowed
from portal.customers.customer_scope import TheCustomer, query_of
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import PortalDep, Registrar, SignedIn, Stamped, Visitor
from portal.frame.submit import Refused, walk
from portal.signing_in.invitations import invite
from storage.people import contacts
from storage.people.contacts import RosterState
from storage.people.customers import Customer

router = APIRouter(prefix="/contactos")

_EMPTY_ROWS = 2
_MOST_ROWS = 200
_DONE = {"elegido": "Kept.", "invitado": "The invitation is on its way."}
Tag = Annotated[str, Form(max_length=100)]


@router.get("")
async def show(
    request: Request,
    visitor: SignedIn,
    customer: TheCustomer,
    desk: DeskDep,
    at: At,
    hecho: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    return await _page(request, visitor, customer, desk, at=at, done=_DONE.get(hecho))


@router.post("/ingreso", dependencies=[Stamped])
async def choose(
    request: Request, visitor: SignedIn, customer: TheCustomer, desk: DeskDep, at: At, tag: Tag
) -> Response:
    """Let these sign in, and no other; nobody is named or taken off by it (PLAN-8)."""
    chosen = {str(each) for each in (await request.form()).getlist("signs_in")}
    state = await contacts.state(desk.database, customer.id, policy=desk.policy, at=at)
    rows = [{**_row(each), "can_sign_in": each.id in chosen} for each in state.contacts]
    return await _put(request, visitor, customer, desk, rows, tag, at=at)


@router.post("/{contact_id}/retiro", dependencies=[Stamped])
async def take_off(
    request: Request, visitor: SignedIn, customer: TheCustomer, desk: DeskDep, at: At, contact_id: Id, tag: Tag
) -> Response:
    state = await contacts.state(desk.database, customer.id, policy=desk.policy, at=at)
    if contact_id not in {each.id for each in state.contacts}:
        raise NotFound
    rows = [_row(each) for each in state.contacts if each.id != contact_id]
    return await _put(request, visitor, customer, desk, rows, tag, at=at)


@router.post("/lista", dependencies=[Stamped])
async def put_list(
    request: Request, visitor: Registrar, customer: TheCustomer, desk: DeskDep, at: At, tag: Tag
) -> Response:
    """Put the whole roster as the table says; a row that is marked, or empty, is left out."""
    rows = _rows_of(await request.form())
    return await _put(request, visitor, customer, desk, rows, tag, at=at, typed=rows)


@router.post("/{contact_id}/invitacion", dependencies=[Stamped])
async def send_invitation(
    visitor: SignedIn, customer: TheCustomer, desk: DeskDep, portal: PortalDep, at: At, contact_id: Id
) -> Response:
    """Let a contact who has a place in, by a mail; whoever has a password already is told how to sign in."""
    state = await contacts.state(desk.database, customer.id, policy=desk.policy, at=at)
    if not _may_choose(visitor, state):
        raise RoleNotAllowed
    contact = next((each for each in state.contacts if each.id == contact_id), None)
    if contact is None or not state.may_sign_in(contact):
        raise NotFound
    await invite(desk, portal, email=contact.email, name=contact.name, at=at)
    return to(f"/contactos{query_of(visitor, customer, hecho='invitado')}", visitor)


# -- the parts --------------------------------------------------------------------------------------------------------


async def _put(
    request: Request,
    visitor: Visitor,
    customer: Customer,
    desk: Desk,
    rows: Sequence[dict[str, Any]],
    tag: str,
    *,
    at: datetime,
    typed: Sequence[dict[str, Any]] | None = None,
) -> Response:
    async def act() -> JSONResponse:
        roster = Roster.model_validate({"contacts": [{k: v for k, v in row.items() if v != ""} for row in rows]})
        await contacts_api.replace_roster(
            customer, visitor.principal, roster, desk, at, Response(), if_match=tag or "-"
        )
        return JSONResponse({})

    answer = await walk(visitor, act)
    if isinstance(answer, Refused):
        return await _page(request, visitor, customer, desk, at=at, refused=answer, rows=typed)
    return to(f"/contactos{query_of(visitor, customer, hecho='elegido')}", visitor)


async def _page(
    request: Request,
    visitor: Visitor,
    customer: Customer,
    desk: Desk,
    *,
    at: datetime,
    refused: Refused | None = None,
    rows: Sequence[dict[str, Any]] | None = None,
    done: str | None = None,
) -> Response:
    state = await contacts.state(desk.database, customer.id, policy=desk.policy, at=at)
    known = [_row(each) for each in state.contacts] if rows is None else list(rows)
    return page(
        request,
        "customers/people.html",
        status=refused.status if refused else 200,
        customer=customer,
        query=query_of(visitor, customer),
        state=state,
        people=[contacts_api.show(each, state, at) for each in state.contacts],
        taken=sum(each.can_sign_in for each in state.contacts),
        rows=[*known, *(_row(None) for _ in range(_EMPTY_ROWS))],
        may_choose=_may_choose(visitor, state),
        may_edit=visitor.role in REGISTRARS,
        refused=refused,
        done=done,
    )


def _may_choose(visitor: Visitor, state: RosterState) -> bool:
    if visitor.role in REGISTRARS:
        return True
    return any(each.id == visitor.principal.actor.id and each.is_system_administrator for each in state.contacts)


def _row(contact: contacts.Contact | None) -> dict[str, Any]:
    """A contact as the roster's body names it; nobody is an empty row."""
    return {
        "name": contact.name if contact else "",
        "email": contact.email if contact else "",
        "is_system_administrator": bool(contact and contact.is_system_administrator),
        "notice_reference": contact.notice_reference if contact else "",
        "notified_on": contact.notified_on.isoformat() if contact else "",
        "can_sign_in": bool(contact and contact.can_sign_in),
    }


def _rows_of(form: FormData) -> list[dict[str, Any]]:
    columns = [
        [str(each) for each in form.getlist(name)][:_MOST_ROWS]
        for name in ("name", "email", "notice_reference", "notified_on")
    ]
    administrators, sign_in, off = (
        {str(each) for each in form.getlist(name)} for name in ("administrator", "signs_in", "off")
    )
    return [
        {
            "name": name.strip(),
            "email": email.strip(),
            "is_system_administrator": str(place) in administrators,
            "notice_reference": reference.strip(),
            "notified_on": notified_on,
            "can_sign_in": str(place) in sign_in,
        }
        for place, (name, email, reference, notified_on) in enumerate(zip(*columns, strict=False))
        if str(place) not in off and (name.strip() or email.strip())
    ]
