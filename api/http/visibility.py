"""The case or customer that an address names, for who may see it (404 otherwise). desk/access.py says who may."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path

from api.http.auth import Caller
from api.http.deps import DeskDep
from desk import access
from storage.case.views import CaseRow
from storage.people.customers import Customer

Number = Annotated[str, Path(description="MA-2026-000042", json_schema_extra={"pattern": r"^MA-\d{4}-\d{6,9}$"})]
IdInPath = Annotated[str, Path(json_schema_extra={"pattern": r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"})]


async def visible_case(number: Number, principal: Caller, desk: DeskDep) -> CaseRow:
    return await access.visible_case(desk, principal, number)


async def visible_customer(customer_id: IdInPath, principal: Caller, desk: DeskDep) -> Customer:
    return await access.visible_customer(desk, principal, customer_id)


VisibleCase = Annotated[CaseRow, Depends(visible_case)]
VisibleCustomer = Annotated[Customer, Depends(visible_customer)]
