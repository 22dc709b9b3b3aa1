"""A customer's authorized contacts: the roster, read and replaced whole (REQ-1..3, REQ-6)."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import Field, StrictBool, model_validator

from escala.api.answers import can_refuse
from escala.api.auth import Registrar
from escala.api.bodies import Answer, Body, Day, EmailAddress, Name, Reference
from escala.api.deps import At, EdgeDep
from escala.api.lists import Listed
from escala.api.problems import MalformedRequest, NotFound, RequestTooLarge
from escala.api.visibility import VisibleCustomer
from escala.policy.contacts import (
    AdministratorMissing,
    ContactListedTwice,
    RosterEntry,
    TooManySignIns,
    WrittenNoticeMissing,
)
from escala.storage import contacts
from escala.storage.contacts import Contact, NewContact

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
    """An authorized contact. `active`: since the day of its written notice."""

    id: str
    customer_id: str
    name: str
    email: str
    is_system_administrator: bool
    notice_reference: str
    notified_on: date
    can_sign_in: bool
    active: bool


@router.put(
    "/customers/{customer_id}/contacts",
    response_model=Listed[ContactAnswer],
    summary="Replace a customer's roster of authorized contacts",
    responses=can_refuse(
        NotFound,
        AdministratorMissing,
        WrittenNoticeMissing,
        TooManySignIns,
        ContactListedTwice,
        MalformedRequest,
        RequestTooLarge,
        role=True,
    ),
)
async def replace_roster(
    customer: VisibleCustomer, _: Registrar, body: Roster, edge: EdgeDep, at: At
) -> Listed[ContactAnswer]:
    roster = [_entry(customer.id, each) for each in body.contacts]
    kept = await contacts.replace_roster(edge.database, customer.id, roster, policy=edge.policy, at=at)
    return Listed(items=[show(each, at) for each in kept])


@router.get(
    "/customers/{customer_id}/contacts",
    response_model=Listed[ContactAnswer],
    summary="Read a customer's roster of authorized contacts",
    responses=can_refuse(NotFound),
)
async def read_roster(customer: VisibleCustomer, edge: EdgeDep, at: At) -> Listed[ContactAnswer]:
    return Listed(items=[show(each, at) for each in await contacts.roster(edge.database, customer.id)])


def show(contact: Contact, at: At) -> ContactAnswer:
    told = {name: value for name, value in vars(contact).items() if name != "removed_at"}
    return ContactAnswer(**told, active=contact.is_active(at=at))


def _entry(customer_id: str, given: RosterContact) -> NewContact:
    """The entry, and an id that the same address of the same customer always has."""
    entry = RosterEntry(**dict(given))
    return NewContact("cnt_" + hashlib.sha256(f"{customer_id}\0{entry.mailbox}".encode()).hexdigest()[:24], entry)
