"""Customers: who has contracts, solutions and contacts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.http.auth import Caller, Registrar
from api.http.bodies import Answer
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Given, OnceDep
from api.http.lists import Cursor, Limit, Listed
from api.http.visibility import VisibleCustomer
from desk.inputs import Body, Name, clean
from desk.problems import InvalidCursor, NotFound, own_cursor
from policy.people.tax_id import CheckDigitWrong, check_tax_id
from storage.people import customers
from storage.people.customers import TaxIdTaken

router = APIRouter(tags=["customers"])


def _nit(text: str) -> str:
    """The NIT without dots and blanks, its check digit after a hyphen if it was given."""
    bare = text.replace(".", "").replace(" ", "")
    number, _, check = bare.partition("-")
    if not (number.isascii() and number.isdecimal() and 5 <= len(number) <= 15 and (len(check) <= 1)):
        raise PydanticCustomError("tax_id", "not a NIT")
    if "-" in bare and not (check.isascii() and check.isdecimal()):
        raise PydanticCustomError("tax_id", "not a NIT")
    return bare


TaxId = Annotated[str, BeforeValidator(clean), Field(min_length=5, max_length=20), AfterValidator(_nit)]


class NewCustomer(Body):
    """A customer to register."""

    name: Name = Field(examples=["Aguas del Tequendama S.A."])
    tax_id: TaxId = Field(description="NIT", examples=["900123456-8"])


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
async def register_customer(body: NewCustomer, _: Registrar, once: OnceDep, desk: DeskDep, at: At) -> JSONResponse:
    async def act() -> Given:
        check_tax_id(body.tax_id)
        customer = customers.Customer(once.derived("cus_"), body.name, body.tax_id)
        kept = await customers.create(desk.database, customer, at=at)
        return Given(201, show(kept), f"/api/v1/customers/{kept.id}")

    return await once(body, act)


@router.get(
    "/customers",
    response_model=Listed[CustomerAnswer],
    summary="List the customers that you may see",
    responses=can_refuse(InvalidCursor),
)
async def list_customers(
    principal: Caller, desk: DeskDep, limit: Limit = 50, cursor: Cursor = None
) -> Listed[CustomerAnswer]:
    if principal.customer_id is not None:
        own = await customers.get(desk.database, principal.customer_id)
        return Listed(items=[show(own)] if own else [])
    with own_cursor():
        page = await customers.listing(desk.database, limit=limit, cursor=cursor)
    return Listed(items=[show(each) for each in page.items], next_cursor=page.next_cursor)


@router.get(
    "/customers/{customer_id}", response_model=CustomerAnswer, summary="Read a customer", responses=can_refuse(NotFound)
)
async def read_customer(customer: VisibleCustomer) -> CustomerAnswer:
    return show(customer)


def show(customer: customers.Customer) -> CustomerAnswer:
    return CustomerAnswer(id=customer.id, name=customer.name, tax_id=customer.tax_id)
