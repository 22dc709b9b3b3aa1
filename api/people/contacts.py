"""A customer's authorized contacts over HTTP: the roster, read and replaced whole (REQ-1..3, REQ-6)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.http.auth import Caller, Registrar
from api.http.bodies import Answer
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.lists import Listed
from api.http.problems import RequestTooLarge
from api.http.visibility import VisibleCustomer
from desk.people import roster
from desk.people.roster import Member, Replacement, Roster, RosterContact
from desk.problems import MalformedRequest, NotFound
from policy.case.case import Plan
from policy.people.contacts import (
    ActiveAdministratorMissing,
    AdministratorDecides,
    AdministratorLockedOut,
    AdministratorMissing,
    ContactListedTwice,
    RosterChanged,
    TooManySignIns,
    WrittenNoticeMissing,
    WrittenNoticeNeeded,
)
from storage.people.contacts import RosterState

router = APIRouter(tags=["contacts"])


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
    phone: str = Field(description="E.164; empty where none is known", examples=["+573001234567"])


class RosterAnswer(Listed[ContactAnswer]):
    """The roster, the places to sign in of the plan in force, and whether the customer has to choose who has them."""

    plan: Plan
    places: int
    sign_in_choice_needed: bool


_ROSTER_REFUSALS = (
    NotFound,
    AdministratorMissing,
    ActiveAdministratorMissing,
    WrittenNoticeMissing,
    TooManySignIns,
    ContactListedTwice,
)
IfMatch = Annotated[str | None, Header(max_length=100, description="The roster's ETag: replace this one only")]


async def wanted_roster(customer: VisibleCustomer, body: Roster, if_match: IfMatch = None) -> Replacement:
    return Replacement(customer_id=customer.id, contacts=body.contacts, instead_of=_tag(if_match))


WantedRoster = Annotated[Replacement, Depends(wanted_roster)]


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
        keyless=True,
        role=True,
    ),
)
async def replace_roster(
    wanted: WantedRoster, principal: Caller, desk: DeskDep, at: At, response: Response
) -> RosterAnswer:
    """Registrars put any roster; the customer's administrator chooses who of it stays and who signs in."""
    return _answer(await roster.replace(desk, principal, wanted, at=at), at, response)


@router.post(
    "/customers/{customer_id}/contacts",
    status_code=201,
    response_model=ContactAnswer,
    summary="Name one authorized contact more, or change the one with this address",
    responses=can_refuse(*_ROSTER_REFUSALS, RosterChanged, post=True, role=True),
)
async def name_contact(
    customer: VisibleCustomer, _: Registrar, body: RosterContact, request: Idempotent, desk: DeskDep
) -> JSONResponse:
    async def act() -> Success:
        return Success(201, show(await roster.name_contact(desk, customer.id, body, request)))

    return await answer_once(desk, request, body, act)


@router.get(
    "/customers/{customer_id}/contacts",
    response_model=RosterAnswer,
    summary="Read a customer's roster of authorized contacts",
    responses=can_refuse(NotFound),
)
async def read_roster(customer: VisibleCustomer, desk: DeskDep, at: At, response: Response) -> RosterAnswer:
    return _answer(await roster.read(desk, customer.id, at=at), at, response)


def show(member: Member) -> ContactAnswer:
    return ContactAnswer(**{name: value for name, value in vars(member).items() if name != "removed_at"})


def _answer(state: RosterState, at: datetime, response: Response) -> RosterAnswer:
    response.headers["ETag"] = f'"{state.tag}"'
    return RosterAnswer(
        items=[show(roster.member(each, state, at=at)) for each in state.contacts],
        plan=state.plan,
        places=state.places,
        sign_in_choice_needed=state.sign_ins.choice_needed,
    )


def _tag(if_match: str | None) -> str | None:
    """The tag that If-Match names; `*` is any roster."""
    tag = (if_match or "").strip().removeprefix("W/").strip('"')
    return None if tag in ("", "*") else tag
