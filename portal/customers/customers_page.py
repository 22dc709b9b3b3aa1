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
from api.http.auth import REGISTRARS
from api.http.deps import At, Edge, EdgeDep
from api.http.lists import own_cursor
from api.http.problems import NotFound
from api.http.visibility import visible_customer
from api.people import customers as customers_api
from api.people.customers import NewCustomer
from policy.case import lifecycle
from policy.case.commands import OpenCase
from policy.cover.cover import warranty_ends_on
from portal.customers.customer_scope import Registrar
from portal.customers.my_cases import DONE, OPEN
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import Staff, Stamped, Visit
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


async def the_customer(visit: Staff, edge: EdgeDep, customer_id: Id) -> Customer:
    return await visible_customer(customer_id, visit.principal, edge)


ThisCustomer = Annotated[Customer, Depends(the_customer)]


@router.get("")
async def show_list(request: Request, visit: Staff, edge: EdgeDep, desde: Place = "") -> Response:
    return await _list(request, visit, edge, desde)


@router.post("", dependencies=[Stamped])
async def register(request: Request, visit: Registrar, edge: EdgeDep, at: At) -> Response:
    form = await request.form()
    once = once_of(request, visit, edge, form, at=at)

    async def act() -> JSONResponse:
        body = read_body(NewCustomer, _said(form, "name", "tax_id"))
        return await customers_api.register_customer(body, visit.principal, once, edge, at)

    answer = await walk(visit, act, _LABELS)
    if isinstance(answer, Refused):
        return await _list(request, visit, edge, "", refused=answer, form=form)
    return to(f"/clientes/{json.loads(bytes(answer.body))['id']}", visit)


@router.get("/{customer_id}")
async def show(request: Request, visit: Staff, customer: ThisCustomer, edge: EdgeDep, at: At) -> Response:
    return await _page(request, visit, customer, edge, at=at)


@router.post("/{customer_id}/soluciones", dependencies=[Stamped])
async def register_solution(
    request: Request, visit: Registrar, customer: ThisCustomer, edge: EdgeDep, at: At
) -> Response:
    form = await request.form()
    once = once_of(request, visit, edge, form, at=at)

    async def act() -> JSONResponse:
        body = read_body(NewSolution, {**_said(form, *_SOLUTION), "supplied_by_us": "supplied_by_us" in form})
        return await solutions_api.register_solution(customer, visit.principal, body, once, edge, at)

    answer = await walk(visit, act, _LABELS)
    if isinstance(answer, Refused):
        return await _page(request, visit, customer, edge, at=at, refused=answer, form=form)
    return to(f"/clientes/{customer.id}", visit)


@router.post("/{customer_id}/soluciones/{solution_id}/acta", dependencies=[Stamped])
async def accept_solution(
    request: Request, visit: Registrar, customer: ThisCustomer, edge: EdgeDep, at: At, solution_id: Id
) -> Response:
    solution = await solutions.get(edge.database, solution_id)
    if solution is None or solution.customer_id != customer.id:
        raise NotFound
    form = await request.form()
    once = once_of(request, visit, edge, form, at=at)

    async def act() -> JSONResponse:
        body = read_body(Acceptance, _said(form, "accepted_on", "acceptance_reference"))
        return await solutions_api.accept_solution(solution_id, visit.principal, body, once, edge, at)

    answer = await walk(visit, act, _LABELS)
    if isinstance(answer, Refused):
        return await _page(request, visit, customer, edge, at=at, refused=answer, form=form, where=solution_id)
    return to(f"/clientes/{customer.id}", visit)


# -- the parts --------------------------------------------------------------------------------------------------------


def _said(form: FormData, *names: str) -> dict[str, Any]:
    return {name: str(form.get(name, "")).strip() for name in names}


async def _list(
    request: Request,
    visit: Visit,
    edge: Edge,
    after: str,
    *,
    refused: Refused | None = None,
    form: FormData | None = None,
) -> Response:
    with own_cursor():
        found = await customers.listing(edge.database, limit=_AT_ONCE, cursor=after or None)
    return page(
        request,
        "customers.html",
        status=refused.status if refused else 200,
        customers=found.items,
        next_cursor=found.next_cursor,
        may_register=visit.role in REGISTRARS,
        key=secrets.token_urlsafe(18),
        refused=refused,
        typed=typed_in(form),
    )


async def _page(
    request: Request,
    visit: Visit,
    customer: Customer,
    edge: Edge,
    *,
    at: datetime,
    refused: Refused | None = None,
    form: FormData | None = None,
    where: str = "",
) -> Response:
    going = CaseFilter(customer_id=customer.id, status=OPEN, sort="next_due")
    over = CaseFilter(customer_id=customer.id, status=DONE)
    has, months, today = (
        await solutions.of_customer(edge.database, customer.id),
        edge.policy.warranty_months,
        bogota_date(at),
    )
    return page(
        request,
        "customer.html",
        status=refused.status if refused else 200,
        customer=customer,
        contracts=await contracts.of_customer(edge.database, customer.id),
        state=await contacts.state(edge.database, customer.id, policy=edge.policy, at=at),
        solutions=[
            (each, warranty_ends_on(each.accepted_on, months=months) if each.accepted_on else None) for each in has
        ],
        going=(await views.cases(edge.database, going, limit=_CASES_AT_ONCE)).items,
        over=(await views.cases(edge.database, over, limit=_CASES_AT_ONCE)).items,
        kinds=[each.value for each in SolutionKind],
        may_register=visit.role in REGISTRARS,
        may_open=visit.role in lifecycle.ROLES[OpenCase],
        key=lambda: secrets.token_urlsafe(18),
        today=today,
        refused=refused,
        where=where,
        typed=typed_in(form),
    )
