"""Whose page it is where a customer's things are shown: a contact's own customer, or the one that staff names."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from desk.access import visible_customer
from portal.frame.deps import DeskDep
from portal.frame.session import SignedIn, Visitor
from storage.people.customers import Customer


class CustomerNotNamed(Exception):
    """Somebody of ours asks for a customer's page without saying whose."""


async def whose(
    request: Request, visitor: SignedIn, desk: DeskDep, cliente: Annotated[str, Query(max_length=64)] = ""
) -> Customer:
    """The customer: `?cliente=` for staff; for a contact its own, and any other is not there (404)."""
    own = visitor.principal.customer_id
    wanted = cliente or own
    if not wanted:
        raise CustomerNotNamed
    return await visible_customer(desk, visitor.principal, wanted)


TheCustomer = Annotated[Customer, Depends(whose)]


def query_of(visitor: Visitor, customer: Customer, **more: str) -> str:
    """The query that leads back to the same customer's page."""
    said = {**({} if visitor.principal.customer_id else {"cliente": customer.id}), **more}
    return "?" + "&".join(f"{name}={value}" for name, value in said.items()) if said else ""
