"""Registering customers, and listing those that somebody may see."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.inputs import Body, Name, clean
from desk.problems import own_cursor
from policy.people.tax_id import check_tax_id, with_check_digit
from storage.engine.paging import Page
from storage.people import customers
from storage.people.customers import Customer
from storage.signing_in.tokens import Principal


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


async def register(desk: Desk, new: NewCustomer, request: IdempotentRequest) -> Customer:
    """Keep a customer; the same request again gives the one that is kept. Raises CheckDigitWrong or TaxIdTaken.

    A NIT that comes without its check digit is kept with it.
    """
    check_tax_id(new.tax_id)
    customer = Customer(request.derived("cus_"), new.name, with_check_digit(new.tax_id))
    return await customers.create(desk.database, customer, at=request.at)


async def visible(desk: Desk, principal: Principal, *, limit: int, cursor: str | None = None) -> Page[Customer]:
    """A page of the customers that somebody may see: a contact its own. Raises InvalidCursor."""
    if principal.customer_id is not None:
        own = await customers.get(desk.database, principal.customer_id)
        return Page([own] if own else [], None)
    with own_cursor():
        return await customers.listing(desk.database, limit=limit, cursor=cursor)
