"""What covers a customer: contracts with their renewals and payments, warranties, and what was told of their ends."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from api.cover import contracts as contracts_api
from api.cover.contracts import NewContract, Payment, Renewal
from desk.access import REGISTRARS
from desk.desk import Desk
from desk.problems import NotFound
from policy.cover.cover import CoverRef, warranty_ends_on
from portal.customers.customer_scope import TheCustomer, query_of
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import Registrar, SignedIn, Stamped, Visitor
from portal.frame.submit import Refused, once_of, read_body, typed_in, walk
from storage.cover import announcements, contracts, solutions
from storage.cover.announcements import AnnouncementRow
from storage.cover.contracts import Contract
from storage.cover.solutions import Solution
from storage.people.customers import Customer
from storage.terms.terms import bogota_date

router = APIRouter(prefix="/contratos")

_LABELS = {
    "plan": "Plan",
    "starts_on": "First day",
    "ends_on": "Last day",
    "paid_on": "Paid on",
    "reference": "Reference",
    "calendar": "Hours",
}


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """A contract, with what became of it. `covers`: it is in force and paid today."""

    contract: Contract
    covers: bool
    renewals: list[contracts.Renewal]
    payments: list[contracts.Payment]
    announced: list[AnnouncementRow]


@dataclass(frozen=True, kw_only=True)
class Warranty:
    """A solution's warranty; `ends_on` is its last day, None without an acceptance certificate (WAR-1)."""

    solution: Solution
    ends_on: date | None
    covers: bool
    announced: list[AnnouncementRow]


@router.get("")
async def show(
    request: Request,
    visitor: SignedIn,
    customer: TheCustomer,
    desk: DeskDep,
    at: At,
    hecho: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    return await _page(request, visitor, customer, desk, at=at, done="Kept." if hecho else None)


@router.post("", dependencies=[Stamped])
async def register(request: Request, visitor: Registrar, customer: TheCustomer, desk: DeskDep, at: At) -> Response:
    form = await request.form()
    once = once_of(request, visitor, desk, form, at=at)
    said = {name: str(form.get(name, "")) for name in ("plan", "starts_on", "ends_on", "calendar")}
    flags = {name: name in form for name in ("paid", "managed_support")}

    async def act() -> JSONResponse:
        body = read_body(NewContract, {**said, **flags})
        return await contracts_api.register_contract(customer, visitor.principal, body, once, desk, at)

    return await _after(request, visitor, customer, desk, await walk(visitor, act, _LABELS), "", at=at)


@router.post("/{contract_id}/renovaciones", dependencies=[Stamped])
async def renew(
    request: Request, visitor: Registrar, customer: TheCustomer, desk: DeskDep, at: At, contract_id: Id
) -> Response:
    await _its(desk, customer, contract_id)
    form = await request.form()
    once = once_of(request, visitor, desk, form, at=at)

    async def act() -> JSONResponse:
        body = read_body(Renewal, {"ends_on": str(form.get("ends_on", ""))})
        return await contracts_api.renew_contract(contract_id, visitor.principal, body, once, desk, at)

    return await _after(request, visitor, customer, desk, await walk(visitor, act, _LABELS), contract_id, at=at)


@router.post("/{contract_id}/pagos", dependencies=[Stamped])
async def pay(
    request: Request, visitor: Registrar, customer: TheCustomer, desk: DeskDep, at: At, contract_id: Id
) -> Response:
    await _its(desk, customer, contract_id)
    form = await request.form()
    once = once_of(request, visitor, desk, form, at=at)

    async def act() -> JSONResponse:
        body = read_body(Payment, {name: str(form.get(name, "")) for name in ("paid_on", "reference")})
        return await contracts_api.pay_contract(contract_id, visitor.principal, body, once, desk, at)

    return await _after(request, visitor, customer, desk, await walk(visitor, act, _LABELS), contract_id, at=at)


# -- the parts --------------------------------------------------------------------------------------------------------


async def _its(desk: Desk, customer: Customer, contract_id: str) -> None:
    """Whether the contract is this customer's; another one's is not here (404)."""
    contract = await contracts.get(desk.database, contract_id)
    if contract is None or contract.customer_id != customer.id:
        raise NotFound


async def _after(
    request: Request,
    visitor: Visitor,
    customer: Customer,
    desk: Desk,
    answer: JSONResponse | Refused,
    where: str,
    *,
    at: datetime,
) -> Response:
    if isinstance(answer, Refused):
        return await _page(request, visitor, customer, desk, at=at, refused=answer, where=where)
    return to(f"/contratos{query_of(visitor, customer, hecho='si')}", visitor)


async def _page(
    request: Request,
    visitor: Visitor,
    customer: Customer,
    desk: Desk,
    *,
    at: datetime,
    refused: Refused | None = None,
    where: str = "",
    done: str | None = None,
) -> Response:
    today = bogota_date(at)
    form = await request.form() if request.method == "POST" else None
    return page(
        request,
        "customers/covers.html",
        status=refused.status if refused else 200,
        customer=customer,
        query=query_of(visitor, customer),
        agreed=[await _agreed(desk, each, today) for each in await contracts.of_customer(desk.database, customer.id)],
        warranties=[
            await _warranty(desk, each, today) for each in await solutions.of_customer(desk.database, customer.id)
        ],
        days_before=desk.policy.cover_end_announced_days_before,
        months=desk.policy.warranty_months,
        calendars=sorted(desk.policy.hours),
        may_register=visitor.role in REGISTRARS,
        key=lambda: secrets.token_urlsafe(18),
        today=today,
        soon=today + timedelta(days=max(desk.policy.cover_end_announced_days_before, default=0)),
        refused=refused,
        where=where,
        typed=typed_in(form),
        done=done,
    )


async def _agreed(desk: Desk, contract: Contract, today: date) -> Agreed:
    return Agreed(
        contract=contract,
        covers=contract.cover.covers(today),
        renewals=await contracts.renewals(desk.database, contract.id),
        payments=await contracts.payments(desk.database, contract.id),
        announced=await _announced(desk, contract.ref),
    )


async def _warranty(desk: Desk, solution: Solution, today: date) -> Warranty:
    accepted_on, ref = solution.accepted_on, solution.warranty
    if accepted_on is None or ref is None:
        return Warranty(solution=solution, ends_on=None, covers=False, announced=[])
    ends_on = warranty_ends_on(accepted_on, months=desk.policy.warranty_months)
    return Warranty(
        solution=solution,
        ends_on=ends_on,
        covers=accepted_on <= today <= ends_on,
        announced=await _announced(desk, ref),
    )


async def _announced(desk: Desk, cover: CoverRef) -> list[AnnouncementRow]:
    """What the customer's administrators were told of its end, are about to be, or could not be."""
    told = await announcements.of_cover(desk.database, cover)
    return [each for each in told if each.is_for_the_customer and not (each.asks_who_stays or each.is_superseded)]
