"""A customer's authorized contacts: the roster, read and replaced whole (REQ-1..3, REQ-6)."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from fastapi.responses import JSONResponse
from pydantic import Field, StrictBool, model_validator

from api.http.auth import Caller, Registrar
from api.http.bodies import Answer
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Given, OnceDep
from api.http.lists import Listed
from api.http.problems import MalformedRequest, RequestTooLarge
from api.http.visibility import VisibleCustomer
from desk.access import REGISTRARS
from desk.desk import Desk
from desk.inputs import Body, Day, EmailAddress, Name, Reference
from desk.problems import NotFound
from policy.case.case import Plan
from policy.people.contacts import (
    AdministratorDecides,
    AdministratorLockedOut,
    AdministratorMissing,
    ContactListedTwice,
    RosterChanged,
    RosterEntry,
    TooManySignIns,
    WrittenNoticeMissing,
    WrittenNoticeNeeded,
)
from storage.people import contacts
from storage.people.contacts import Contact, NewContact, RosterState
from storage.signing_in.tokens import Principal

router = APIRouter(tags=["contacts"])


class RosterContact(Body):
    """An authorized contact, with the written notice that names it (REQ-3)."""

    name: Name = Field(examples=["Ana María Rojas"])
    email: EmailAddress = Field(examples=["ana.rojas@cliente.example"])
    is_system_administrator: StrictBool = Field(default=False, examples=[True])
    notice_reference: Reference | None = Field(default=None, examples=["Oficio 2026-045"])
    notified_on: Day | None = Field(default=None, examples=["2026-11-02"])
    can_sign_in: StrictBool = Field(default=False, examples=[True])


class Roster(Body):
    """The whole roster; who is not in it may no longer act. A bare list is taken too."""

    contacts: list[RosterContact] = Field(max_length=200)

    @model_validator(mode="before")
    @classmethod
    def _from_a_list(cls, given: Any) -> Any:
        return {"contacts": given} if isinstance(given, list) else given


class ContactAnswer(Answer):
    """An authorized contact. `active`: since the day of its written notice.

    `may_sign_in` says whether it may today; `choice_pending` that it is named for it and waits for the customer's
    choice, because the plan has fewer places (PLAN-8).
    """

    id: str
    customer_id: str
    name: str
    email: str
    is_system_administrator: bool
    notice_reference: str
    notified_on: date
    can_sign_in: bool
    active: bool
    may_sign_in: bool
    choice_pending: bool


class RosterAnswer(Listed[ContactAnswer]):
    """The roster, the places to sign in of the plan in force, and whether the customer has to choose who has them."""

    plan: Plan
    places: int
    sign_in_choice_needed: bool


_ROSTER_REFUSALS = (NotFound, AdministratorMissing, WrittenNoticeMissing, TooManySignIns, ContactListedTwice)
IfMatch = Annotated[str | None, Header(max_length=100, description="The roster's ETag: replace this one only")]


@router.put(
    "/customers/{customer_id}/contacts",
    response_model=RosterAnswer,
    summary="Replace a customer's roster of authorized contacts",
    responses=can_refuse(
        *_ROSTER_REFUSALS,
        WrittenNoticeNeeded,
        RosterChanged,
        AdministratorDecides,
        AdministratorLockedOut,
        MalformedRequest,
        RequestTooLarge,
        role=True,
    ),
)
async def replace_roster(
    customer: VisibleCustomer,
    principal: Caller,
    body: Roster,
    desk: DeskDep,
    at: At,
    response: Response,
    if_match: IfMatch = None,
) -> RosterAnswer:
    """Registrars put any roster; the customer's administrator chooses who of it stays and who signs in."""
    only_choosing = principal.actor.role not in REGISTRARS
    if only_choosing:
        await _check_administrator(desk, principal)
    kept = await contacts.replace_roster(
        desk.database,
        customer.id,
        [_entry(customer.id, each) for each in body.contacts],
        policy=desk.policy,
        at=at,
        only_choosing=only_choosing,
        expected=_tag(if_match),
    )
    return _answer(kept, at, response)


@router.post(
    "/customers/{customer_id}/contacts",
    status_code=201,
    response_model=ContactAnswer,
    summary="Name one authorized contact more, or change the one with this address",
    responses=can_refuse(*_ROSTER_REFUSALS, RosterChanged, post=True, role=True),
)
async def name_contact(
    customer: VisibleCustomer, _: Registrar, body: RosterContact, once: OnceDep, desk: DeskDep, at: At
) -> JSONResponse:
    async def act() -> Given:
        entry, asked_at = _entry(customer.id, body), await once.asked_at()
        kept = await contacts.add(desk.database, customer.id, entry, policy=desk.policy, at=at, asked_at=asked_at)
        state = await contacts.state(desk.database, customer.id, policy=desk.policy, at=at)
        return Given(201, show(kept, state, at))

    return await once(body, act)


@router.get(
    "/customers/{customer_id}/contacts",
    response_model=RosterAnswer,
    summary="Read a customer's roster of authorized contacts",
    responses=can_refuse(NotFound),
)
async def read_roster(customer: VisibleCustomer, desk: DeskDep, at: At, response: Response) -> RosterAnswer:
    return _answer(await contacts.state(desk.database, customer.id, policy=desk.policy, at=at), at, response)


def show(contact: Contact, state: RosterState, at: datetime) -> ContactAnswer:
    told = {name: value for name, value in vars(contact).items() if name != "removed_at"}
    active, may = contact.is_active(at=at), state.may_sign_in(contact)
    return ContactAnswer(
        **told, active=active, may_sign_in=may, choice_pending=contact.can_sign_in and active and not may
    )


def _answer(state: RosterState, at: datetime, response: Response) -> RosterAnswer:
    response.headers["ETag"] = f'"{state.tag}"'
    return RosterAnswer(
        items=[show(each, state, at) for each in state.contacts],
        plan=state.plan,
        places=state.places,
        sign_in_choice_needed=state.sign_ins.choice_needed,
    )


def _tag(if_match: str | None) -> str | None:
    """The tag that If-Match names; `*` is any roster."""
    tag = (if_match or "").strip().removeprefix("W/").strip('"')
    return None if tag in ("", "*") else tag


async def _check_administrator(desk: Desk, principal: Principal) -> None:
    contact = await contacts.get(desk.database, principal.actor.id) if principal.customer_id else None
    if contact is None or not contact.is_system_administrator:
        raise AdministratorDecides


def _entry(customer_id: str, given: RosterContact) -> NewContact:
    """The entry, and an id that the same address of the same customer always has."""
    entry = RosterEntry(**dict(given))
    return NewContact("cnt_" + hashlib.sha256(f"{customer_id}\0{entry.mailbox}".encode()).hexdigest()[:24], entry)
