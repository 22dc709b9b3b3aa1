"""Customers over HTTP: registered, listed and read."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.http.auth import Caller, Registrar
from api.http.bodies import Answer
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.lists import Cursor, Limit, Listed
from api.http.visibility import VisibleCustomer
from desk.people import customers
from desk.people.customers import NewCustomer
from desk.problems import InvalidCursor, NotFound
from policy.people.tax_id import CheckDigitWrong
from storage.people.customers import Customer, TaxIdTaken

router = APIRouter(tags=["customers"])


class CustomerAnswer(Answer):
    """A customer."""

    id: str
    name: str
    tax_id: str


@router.post(
    "/customers",
    status_code=201,
    response_model=CustomerAnswer,
    summary="Register a customer",
    responses=can_refuse(TaxIdTaken, CheckDigitWrong, post=True, role=True),
)
async def register_customer(body: NewCustomer, _: Registrar, request: Idempotent, desk: DeskDep) -> JSONResponse:
    async def act() -> Success:
        kept = await customers.register(desk, body, request)
        return Success(201, show(kept), f"/api/v1/customers/{kept.id}")

    return await answer_once(desk, request, body, act)


@router.get(
    "/customers",
    response_model=Listed[CustomerAnswer],
    summary="List the customers that you may see",
    responses=can_refuse(InvalidCursor),
)
async def list_customers(
    principal: Caller, desk: DeskDep, limit: Limit = 50, cursor: Cursor = None
) -> Listed[CustomerAnswer]:
    page = await customers.visible(desk, principal, limit=limit, cursor=cursor)
    return Listed(items=[show(each) for each in page.items], next_cursor=page.next_cursor)


@router.get(
    "/customers/{customer_id}", response_model=CustomerAnswer, summary="Read a customer", responses=can_refuse(NotFound)
)
async def read_customer(customer: VisibleCustomer) -> CustomerAnswer:
    return show(customer)


def show(customer: Customer) -> CustomerAnswer:
    return CustomerAnswer(id=customer.id, name=customer.name, tax_id=customer.tax_id)
