"""The pages of the customers' list and of one customer, for those who serve them. Commercial and admin register."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import FormData

from desk.access import REGISTRARS, visible_customer
from desk.cover import solutions
from desk.cover.solutions import Acceptance, NewSolution
from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.people import customer_card, customers
from desk.people.customers import NewCustomer
from desk.problems import NotFound
from desk.reading.customers import read_customers
from policy.case import lifecycle
from policy.case.commands import OpenCase
from portal.case.case_lines import group_names
from portal.customers.customer_scope import CustomerScope
from portal.customers.registering import RegistrationForm, submit_registration
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import ForRegistrars, Registrar, Staff, Stamped, Visitor
from portal.frame.submit import Refused, key_of, request_of, typed_in
from storage.cover.solutions import Solution, SolutionKind
from storage.people.customers import Customer
from storage.terms.terms import bogota_date

router = APIRouter(prefix="/clientes")

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


@dataclass(frozen=True, kw_only=True)
class RefusedForm:
    """A form that was not taken: why, what was typed, and `where` it stands if not by itself."""

    refused: Refused
    form: FormData
    where: str = ""


async def scope_of_path(request: Request, visitor: Staff, desk: DeskDep, at: At, customer_id: Id) -> CustomerScope:
    """The scope of the customer whom the address names."""
    customer = await visible_customer(desk, visitor.principal, customer_id)
    return CustomerScope(request=request, visitor=visitor, customer=customer, desk=desk, at=at)


Scope = Annotated[CustomerScope, Depends(scope_of_path)]


@router.get("")
async def show_list(request: Request, visitor: Staff, desk: DeskDep, desde: Place = "") -> Response:
    return await _list(request, visitor, desk, after=desde)


@router.post("", dependencies=[Stamped])
async def register(request: Request, visitor: Registrar, desk: DeskDep, at: At) -> Response:
    form = await request.form()
    asked = request_of(visitor, request.url.path, key_of(form), at=at)

    async def registered(new: NewCustomer, asked: IdempotentRequest) -> Customer:
        return await customers.register(desk, new, asked)

    given = RegistrationForm(kind=NewCustomer, said=_said(form, "name", "tax_id"), labels=_LABELS)
    done = await submit_registration(visitor, desk, asked, given, registered)
    if isinstance(done, Refused):
        return await _list(request, visitor, desk, refused=RefusedForm(refused=done, form=form))
    return to(f"/clientes/{done.value}", visitor)


@router.get("/{customer_id}")
async def show(scope: Scope) -> Response:
    return await _page(scope)


@router.post("/{customer_id}/soluciones", dependencies=[Stamped, ForRegistrars])
async def register_solution(scope: Scope) -> Response:
    form = await scope.request.form()

    async def registered(new: NewSolution, asked: IdempotentRequest) -> Solution:
        return await solutions.register(scope.desk, scope.customer.id, new, asked)

    said = {**_said(form, *_SOLUTION), "supplied_by_us": "supplied_by_us" in form}
    given = RegistrationForm(kind=NewSolution, said=said, labels=_LABELS)
    done = await submit_registration(scope.visitor, scope.desk, scope.asked(form), given, registered)
    if isinstance(done, Refused):
        return await _page(scope, RefusedForm(refused=done, form=form))
    return to(f"/clientes/{scope.customer.id}", scope.visitor)


@router.post("/{customer_id}/soluciones/{solution_id}/acta", dependencies=[Stamped, ForRegistrars])
async def accept_solution(scope: Scope, solution_id: Id) -> Response:
    solution = await solutions.visible(scope.desk, scope.visitor.principal, solution_id)
    if solution.customer_id != scope.customer.id:
        raise NotFound
    form = await scope.request.form()

    async def accepted(acceptance: Acceptance, asked: IdempotentRequest) -> Solution:
        return await solutions.accept(scope.desk, solution.id, acceptance, asked)

    said = _said(form, "accepted_on", "acceptance_reference")
    given = RegistrationForm(kind=Acceptance, said=said, labels=_LABELS)
    done = await submit_registration(scope.visitor, scope.desk, scope.asked(form), given, accepted)
    if isinstance(done, Refused):
        return await _page(scope, RefusedForm(refused=done, form=form, where=solution.id))
    return to(f"/clientes/{scope.customer.id}", scope.visitor)


# -- the parts --------------------------------------------------------------------------------------------------------


def _said(form: FormData, *names: str) -> dict[str, Any]:
    return {name: str(form.get(name, "")).strip() for name in names}


async def _list(
    request: Request, visitor: Visitor, desk: Desk, *, after: str = "", refused: RefusedForm | None = None
) -> Response:
    found = await read_customers(desk, visitor.principal, cursor=after or None, at=desk.clock())
    return page(
        request,
        "customers/customers.html",
        status=refused.refused.status if refused else 200,
        customers=found.page.items,
        next_cursor=found.page.next_cursor,
        covers=found.covers,
        open_cases=found.open_cases,
        may_register=visitor.role in REGISTRARS,
        key=secrets.token_urlsafe(18),
        refused=refused.refused if refused else None,
        typed=typed_in(refused.form if refused else None),
    )


async def _page(scope: CustomerScope, refused: RefusedForm | None = None) -> Response:
    card = await customer_card.read(scope.desk, scope.customer.id, at=scope.at)
    return page(
        scope.request,
        "customers/customer.html",
        status=refused.refused.status if refused else 200,
        customer=scope.customer,
        contracts=card.contracts,
        state=card.roster,
        solutions=card.solutions,
        going=card.open_cases,
        over=card.done_cases,
        kinds=[each.value for each in SolutionKind],
        group_names=group_names(scope.desk.policy),
        may_register=scope.visitor.role in REGISTRARS,
        may_open=scope.visitor.role in lifecycle.ROLES[OpenCase],
        key=lambda: secrets.token_urlsafe(18),
        today=bogota_date(scope.at),
        refused=refused.refused if refused else None,
        where=refused.where if refused else "",
        typed=typed_in(refused.form if refused else None),
    )
