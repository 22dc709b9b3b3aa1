"""The page of a customer's authorized contacts: who signs in, how many places are left (REQ-1..3, REQ-6, PLAN-8).

The customer's administrator chooses who stays and who signs in; commercial and admin put the whole roster.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Response
from starlette.datastructures import FormData

from desk.access import REGISTRARS
from desk.idempotency import Done
from desk.people import roster
from desk.people.roster import Replacement, Roster, may_choose
from desk.problems import NotFound
from desk.signing_in.invitations import Guest, invite
from policy.case.refusals import RoleNotAllowed
from portal.customers.customer_scope import CustomerScope, Scope
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import ForRegistrars, PortalDep, Stamped
from portal.frame.submit import Refused, submit
from storage.mail import threads
from storage.people.contacts import Contact

router = APIRouter(prefix="/contactos")

_EMPTY_ROWS = 2
_MOST_ROWS = 200
_DONE = {"elegido": "Kept.", "invitado": "The invitation is on its way."}
Tag = Annotated[str, Form(max_length=100)]


@router.get("")
async def show(scope: Scope, hecho: Annotated[str, Query(max_length=20)] = "") -> Response:
    return await _page(scope, done=_DONE.get(hecho))


@router.post("/ingreso", dependencies=[Stamped])
async def choose(scope: Scope, tag: Tag) -> Response:
    """Let these sign in, and no other; nobody is named or taken off by it (PLAN-8)."""
    chosen = {str(each) for each in (await scope.request.form()).getlist("signs_in")}
    state = await roster.read(scope.desk, scope.customer.id, at=scope.at)
    rows = [{**_row(each), "can_sign_in": each.id in chosen} for each in state.contacts]
    return await _put(scope, rows, tag)


@router.post("/{contact_id}/retiro", dependencies=[Stamped])
async def take_off(scope: Scope, contact_id: Id, tag: Tag) -> Response:
    state = await roster.read(scope.desk, scope.customer.id, at=scope.at)
    if contact_id not in {each.id for each in state.contacts}:
        raise NotFound
    return await _put(scope, [_row(each) for each in state.contacts if each.id != contact_id], tag)


@router.post("/lista", dependencies=[Stamped, ForRegistrars])
async def put_list(scope: Scope, tag: Tag) -> Response:
    """Put the whole roster as the table says; a row that is marked, or empty, is left out."""
    rows = _rows_of(await scope.request.form())
    return await _put(scope, rows, tag, typed=rows)


@router.post("/{contact_id}/invitacion", dependencies=[Stamped])
async def send_invitation(scope: Scope, portal: PortalDep, contact_id: Id) -> Response:
    """Let a contact who has a place in, by a mail; whoever has a password already is told how to sign in."""
    state = await roster.read(scope.desk, scope.customer.id, at=scope.at)
    if not may_choose(scope.visitor.principal, state):
        raise RoleNotAllowed
    contact = next((each for each in state.contacts if each.id == contact_id), None)
    if contact is None or not state.may_sign_in(contact):
        raise NotFound
    await invite(scope.desk, portal.mail, Guest(email=contact.email, name=contact.name), at=scope.at)
    return to(f"/contactos{scope.query(hecho='invitado')}", scope.visitor)


# -- the parts --------------------------------------------------------------------------------------------------------


async def _put(
    scope: CustomerScope, rows: Sequence[dict[str, Any]], tag: str, *, typed: Sequence[dict[str, Any]] | None = None
) -> Response:
    """Put these rows in place of the roster with that tag; `typed` is what stands there again if they are refused."""

    async def act() -> Done[None]:
        said = [{name: value for name, value in row.items() if value != "" or name == "phone"} for row in rows]
        given = Roster.model_validate({"contacts": said})
        wanted = Replacement(customer_id=scope.customer.id, contacts=given.contacts, instead_of=tag or "-")
        await roster.replace(scope.desk, scope.visitor.principal, wanted, at=scope.at)
        return Done(None)

    outcome = await submit(scope.visitor, act)
    if isinstance(outcome, Refused):
        return await _page(scope, refused=outcome, rows=typed)
    return to(f"/contactos{scope.query(hecho='elegido')}", scope.visitor)


async def _page(
    scope: CustomerScope,
    *,
    refused: Refused | None = None,
    rows: Sequence[dict[str, Any]] | None = None,
    done: str | None = None,
) -> Response:
    state = await roster.read(scope.desk, scope.customer.id, at=scope.at)
    known = [_row(each) for each in state.contacts] if rows is None else list(rows)
    return page(
        scope.request,
        "customers/people.html",
        status=refused.status if refused else 200,
        customer=scope.customer,
        query=scope.query(),
        state=state,
        bounced=await threads.bounces_of(scope.desk.database, scope.customer.id),
        people=[roster.member(each, state, at=scope.at) for each in state.contacts],
        taken=state.asked,
        rows=[*known, *(_row(None) for _ in range(_EMPTY_ROWS))],
        may_choose=may_choose(scope.visitor.principal, state),
        may_edit=scope.visitor.role in REGISTRARS,
        refused=refused,
        done=done,
    )


def _row(contact: Contact | None) -> dict[str, Any]:
    """A contact as the roster's body names it; nobody is an empty row."""
    return {
        "name": contact.name if contact else "",
        "email": contact.email if contact else "",
        "is_system_administrator": bool(contact and contact.is_system_administrator),
        "notice_reference": contact.notice_reference if contact else "",
        "notified_on": contact.notified_on.isoformat() if contact else "",
        "can_sign_in": bool(contact and contact.can_sign_in),
        "phone": contact.phone if contact else "",
    }


def _rows_of(form: FormData) -> list[dict[str, Any]]:
    columns = [
        [str(each) for each in form.getlist(name)][:_MOST_ROWS]
        for name in ("name", "email", "notice_reference", "notified_on")
    ]
    phones = [str(each) for each in form.getlist("phone")]
    administrators, sign_in, off = (
        {str(each) for each in form.getlist(name)} for name in ("administrator", "signs_in", "off")
    )
    return [
        {
            "name": name.strip(),
            "email": email.strip(),
            "phone": phones[place].strip() if place < len(phones) else None,
            "is_system_administrator": str(place) in administrators,
            "notice_reference": reference.strip(),
            "notified_on": notified_on,
            "can_sign_in": str(place) in sign_in,
        }
        for place, (name, email, reference, notified_on) in enumerate(zip(*columns, strict=False))
        if str(place) not in off and (name.strip() or email.strip())
    ]
