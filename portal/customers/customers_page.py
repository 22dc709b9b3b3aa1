"""Customers, for those who serve them: the list, and everything of one on a page. Commercial and admin register."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData

from api.cover import solutions as solutions_api
from api.cover.solutions import Acceptance, NewSolution
from api.people import customers as customers_api
from api.people.customers import NewCustomer
from desk.access import REGISTRARS, visible_customer
from desk.desk import Desk
from desk.problems import NotFound, own_cursor
from policy.case import lifecycle
from policy.case.commands import OpenCase
from policy.cover.cover import warranty_ends_on
from portal.customers.my_cases import DONE, OPEN
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import Registrar, Staff, Stamped, Visitor
from portal.frame.submit import Refused, once_of, read_body, typed_in, walk
from storage.case import views
from storage.case.views import CaseFilter
from storage.cover import contracts, solutions
from storage.cover.solutions import SolutionKind
from storage.people import contacts, customers
from storage.people.customers import Customer
from storage.terms.terms import bogota_date

router = APIRouter(prefix="/clientes")

_AT_ONCE = 50
_CASES_AT_ONCE = 20
_LABELS = {
    "name": "Name",
    "tax_id": "NIT",
    "kind": "Kind",
    "accepted_on": "Accepted on",
    "acceptance_reference": "Acceptance certificate",
    "serial_number": "Serial number",
    "provider_product": "The provider's product",
}
_SOLUTION = ("name", "kind", "accepted_on", "acceptance_reference", "serial_number", "provider_product")

Place = Annotated[str, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]*$")]


async def the_customer(visitor: Staff, desk: DeskDep, customer_id: Id) -> Customer:
    return await visible_customer(desk, visitor.principal, customer_id)


ThisCustomer = Annotated[Customer, Depends(the_customer)]


@router.get("")
async def show_list(request: Request, visitor: Staff, desk: DeskDep, desde: Place = "") -> Response:
    return await _list(request, visitor, desk, desde)


@router.post("", dependencies=[Stamped])
async def register(request: Request, visitor: Registrar, desk: DeskDep, at: At) -> Response:
    form = await request.form()
    once = once_of(request, visitor, desk, form, at=at)

    async def act() -> JSONResponse:
        body = read_body(NewCustomer, _said(form, "name", "tax_id"))
        return await customers_api.register_customer(body, visitor.principal, once, desk, at)

    answer = await walk(visitor, act, _LABELS)
    if isinstance(answer, Refused):
        return await _list(request, visitor, desk, "", refused=answer, form=form)
    return to(f"/clientes/{json.loads(bytes(answer.body))['id']}", visitor)


@router.get("/{customer_id}")
async def show(request: Request, visitor: Staff, customer: ThisCustomer, desk: DeskDep, at: At) -> Response:
    return await _page(request, visitor, customer, desk, at=at)


@router.post("/{customer_id}/soluciones", dependencies=[Stamped])
async def register_solution(
    request: Request, visitor: Registrar, customer: ThisCustomer, desk: DeskDep, at: At
) -> Response:
    form = await request.form()
    once = once_of(request, visitor, desk, form, at=at)

    async def act() -> JSONResponse:
        body = read_body(NewSolution, {**_said(form, *_SOLUTION), "supplied_by_us": "supplied_by_us" in form})
        return await solutions_api.register_solution(customer, visitor.principal, body, once, desk, at)

    answer = await walk(visitor, act, _LABELS)
    if isinstance(answer, Refused):
        return await _page(request, visitor, customer, desk, at=at, refused=answer, form=form)
    return to(f"/clientes/{customer.id}", visitor)


@router.post("/{customer_id}/soluciones/{solution_id}/acta", dependencies=[Stamped])
async def accept_solution(
    request: Request, visitor: Registrar, customer: ThisCustomer, desk: DeskDep, at: At, solution_id: Id
) -> Response:
    solution = await solutions.get(desk.database, solution_id)
    if solution is None or solution.customer_id != customer.id:
        raise NotFound
    form = await request.form()
    once = once_of(request, visitor, desk, form, at=at)

    async def act() -> JSONResponse:
        body = read_body(Acceptance, _said(form, "accepted_on", "acceptance_reference"))
        return await solutions_api.accept_solution(solution_id, visitor.principal, body, once, desk, at)

    answer = await walk(visitor, act, _LABELS)
    if isinstance(answer, Refused):
        return await _page(request, visitor, customer, desk, at=at, refused=answer, form=form, where=solution_id)
    return to(f"/clientes/{customer.id}", visitor)


# -- the parts --------------------------------------------------------------------------------------------------------


def _said(form: FormData, *names: str) -> dict[str, Any]:
    return {name: str(form.get(name, "")).strip() for name in names}


async def _list(
    request: Request,
    visitor: Visitor,
    desk: Desk,
    after: str,
    *,
    refused: Refused | None = None,
    form: FormData | None = None,
) -> Response:
    with own_cursor():
        found = await customers.listing(desk.database, limit=_AT_ONCE, cursor=after or None)
    return page(
        request,
        "customers/customers.html",
        status=refused.status if refused else 200,
        customers=found.items,
        next_cursor=found.next_cursor,
        may_register=visitor.role in REGISTRARS,
        key=secrets.token_urlsafe(18),
        refused=refused,
        typed=typed_in(form),
    )


async def _page(
    request: Request,
    visitor: Visitor,
    customer: Customer,
    desk: Desk,
    *,
    at: datetime,
    refused: Refused | None = None,
    form: FormData | None = None,
    where: str = "",
) -> Response:
    going = CaseFilter(customer_id=customer.id, status=OPEN, sort="next_due")
    over = CaseFilter(customer_id=customer.id, status=DONE)
    has, months, today = (
        await solutions.of_customer(desk.database, customer.id),
        desk.policy.warranty_months,
        bogota_date(at),
    )
    return page(
        request,
        "customers/customer.html",
        status=refused.status if refused else 200,
        customer=customer,
        contracts=await contracts.of_customer(desk.database, customer.id),
        state=await contacts.state(desk.database, customer.id, policy=desk.policy, at=at),
        solutions=[
            (each, warranty_ends_on(each.accepted_on, months=months) if each.accepted_on else None) for each in has
        ],
        going=(await views.cases(desk.database, going, limit=_CASES_AT_ONCE)).items,
        over=(await views.cases(desk.database, over, limit=_CASES_AT_ONCE)).items,
        kinds=[each.value for each in SolutionKind],
        may_register=visitor.role in REGISTRARS,
        may_open=visitor.role in lifecycle.ROLES[OpenCase],
        key=lambda: secrets.token_urlsafe(18),
        today=today,
        refused=refused,
        where=where,
        typed=typed_in(form),
    )
