"""What a caller may see: a contact its own customer's, everybody else all. What one may not see is not there (404)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Path

from api.http.auth import Caller
from api.http.deps import DeskDep
from desk.problems import NotFound
from policy.case.case import Role
from storage.case import views
from storage.case.views import CaseFilter, CaseRow
from storage.people import customers
from storage.people.customers import Customer
from storage.signing_in.tokens import Principal

_NUMBER = re.compile(r"MA-\d{4}-\d{6,9}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)

Number = Annotated[str, Path(description="MA-2026-000042", json_schema_extra={"pattern": r"^MA-\d{4}-\d{6,9}$"})]
IdInPath = Annotated[str, Path(json_schema_extra={"pattern": r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"})]


def sees(principal: Principal, customer_id: str) -> bool:
    """Whether this customer's things are there for the caller."""
    return principal.customer_id is None or principal.customer_id == customer_id


def reads_internal(principal: Principal) -> bool:
    """Whether the caller is shown what is internal: notes among agents, warnings of clocks."""
    return principal.actor.role is not Role.CONTACT


def own(principal: Principal, wanted: CaseFilter) -> CaseFilter | None:
    """The filter as far as the caller may see, for every list and count of cases; None where that is nothing."""
    if wanted.customer_id is not None and not sees(principal, wanted.customer_id):
        return None
    customer_id = principal.customer_id or wanted.customer_id
    return replace(wanted, customer_id=customer_id, among_notes=reads_internal(principal))


def checked_id(given: str) -> str:
    """The id, or 404 for what can be nobody's."""
    if not _ID.fullmatch(given):
        raise NotFound
    return given


async def visible_case(number: Number, principal: Caller, desk: DeskDep) -> CaseRow:
    row = await views.case(desk.database, number) if _NUMBER.fullmatch(number) else None
    if row is None or not sees(principal, row.case.customer_id):
        raise NotFound
    return row


async def visible_customer(customer_id: IdInPath, principal: Caller, desk: DeskDep) -> Customer:
    if not sees(principal, checked_id(customer_id)):
        raise NotFound
    found = await customers.get(desk.database, customer_id)
    if found is None:
        raise NotFound
    return found


VisibleCase = Annotated[CaseRow, Depends(visible_case)]
VisibleCustomer = Annotated[Customer, Depends(visible_customer)]
