"""The scope of a customer's page: a contact's own customer, or the one that staff names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.datastructures import FormData

from desk.access import visible_customer
from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from portal.frame.deps import At, DeskDep
from portal.frame.session import SignedIn, Visitor
from portal.frame.submit import key_of, request_of
from storage.people.customers import Customer


class CustomerNotNamed(Exception):
    """Somebody of ours asks for a customer's page without saying whose."""


@dataclass(frozen=True, kw_only=True)
class CustomerScope:
    """A request for one customer's page: who asks, of which desk, at which instant."""

    request: Request
    visitor: Visitor
    customer: Customer
    desk: Desk
    at: datetime

    def query(self, **more: str) -> str:
        """The query that leads back to the same customer's page."""
        said = {**({} if self.visitor.principal.customer_id else {"cliente": self.customer.id}), **more}
        return "?" + "&".join(f"{name}={value}" for name, value in said.items()) if said else ""

    def asked(self, form: FormData) -> IdempotentRequest:
        """What a form asks for, under its key. NotFound where it has none."""
        return request_of(self.visitor, self.request.url.path, key_of(form), at=self.at)


async def named_customer(
    visitor: SignedIn, desk: DeskDep, cliente: Annotated[str, Query(max_length=64)] = ""
) -> Customer:
    """The customer: `?cliente=` for staff; for a contact its own, and any other is not there (404)."""
    wanted = cliente or visitor.principal.customer_id
    if not wanted:
        raise CustomerNotNamed
    return await visible_customer(desk, visitor.principal, wanted)


async def customer_scope(
    request: Request,
    visitor: SignedIn,
    customer: Annotated[Customer, Depends(named_customer)],
    desk: DeskDep,
    at: At,
) -> CustomerScope:
    return CustomerScope(request=request, visitor=visitor, customer=customer, desk=desk, at=at)


Scope = Annotated[CustomerScope, Depends(customer_scope)]
