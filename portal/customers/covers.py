"""The page of a customer's contracts and warranties, with the forms to register, renew and pay a contract."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from desk.access import REGISTRARS
from desk.cover import contracts, customer_covers
from desk.cover.contracts import EarlyEnd, NewContract, Payment, Renewal
from desk.idempotency import Done, IdempotentRequest
from desk.problems import NotFound
from portal.customers import home_page
from portal.customers.customer_scope import CustomerScope, Scope
from portal.customers.registering import RegistrationForm, submit_registration
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import ForRegistrars, Stamped
from portal.frame.submit import Refused, typed_in
from storage.cover.contracts import Contract
from storage.terms.terms import bogota_date

router = APIRouter(prefix="/contratos")

_LABELS = {
    "plan": "Plan",
    "starts_on": "First day",
    "ends_on": "Last day",
    "paid_on": "Paid on",
    "reference": "Reference",
    "calendar": "Hours",
    "reason": "Reason",
}


@router.get("")
async def show(scope: Scope, hecho: Annotated[str, Query(max_length=20)] = "") -> Response:
    return await _page(scope, done="Kept." if hecho else None)


@router.post("", dependencies=[Stamped, ForRegistrars])
async def register(scope: Scope) -> Response:
    form = await scope.request.form()
    said: dict[str, Any] = {name: str(form.get(name, "")) for name in ("plan", "starts_on", "ends_on", "calendar")}
    flags = {name: name in form for name in ("paid", "managed_support")}

    async def registered(new: NewContract, asked: IdempotentRequest) -> Contract:
        return await contracts.register(scope.desk, scope.customer.id, new, asked, by=scope.visitor.principal.actor)

    given = RegistrationForm(kind=NewContract, said=said | flags, labels=_LABELS)
    done = await submit_registration(scope.visitor, scope.desk, scope.asked(form), given, registered)
    return await _after(scope, done, "")


@router.post("/{contract_id}/renovaciones", dependencies=[Stamped, ForRegistrars])
async def renew(scope: Scope, contract_id: Id) -> Response:
    contract = await _its(scope, contract_id)
    form = await scope.request.form()

    async def renewed(renewal: Renewal, asked: IdempotentRequest) -> Contract:
        return await contracts.renew(scope.desk, contract.id, renewal, asked)

    given = RegistrationForm(kind=Renewal, said={"ends_on": str(form.get("ends_on", ""))}, labels=_LABELS)
    done = await submit_registration(scope.visitor, scope.desk, scope.asked(form), given, renewed)
    return await _after(scope, done, contract.id)


@router.post("/{contract_id}/pagos", dependencies=[Stamped, ForRegistrars])
async def pay(scope: Scope, contract_id: Id) -> Response:
    contract = await _its(scope, contract_id)
    form = await scope.request.form()

    async def paid(payment: Payment, asked: IdempotentRequest) -> Contract:
        return await contracts.pay(scope.desk, contract.id, payment, asked)

    said = {name: str(form.get(name, "")) for name in ("paid_on", "reference")}
    given = RegistrationForm(kind=Payment, said=said, labels=_LABELS)
    done = await submit_registration(scope.visitor, scope.desk, scope.asked(form), given, paid)
    return await _after(scope, done, contract.id)


@router.post("/{contract_id}/fin", dependencies=[Stamped, ForRegistrars])
async def end(scope: Scope, contract_id: Id) -> Response:
    contract = await _its(scope, contract_id)
    form = await scope.request.form()
    by = scope.visitor.principal.actor

    async def ended(early: EarlyEnd, asked: IdempotentRequest) -> Contract:
        return await contracts.end(scope.desk, contract.id, early, asked, by=by)

    said = {name: str(form.get(name, "")) for name in ("ends_on", "reason")}
    given = RegistrationForm(kind=EarlyEnd, said=said, labels=_LABELS)
    done = await submit_registration(scope.visitor, scope.desk, scope.asked(form), given, ended)
    return await _after(scope, done, contract.id)


@router.post("/{contract_id}/reemplazo", dependencies=[Stamped, ForRegistrars])
async def replace(scope: Scope, contract_id: Id) -> Response:
    contract = await _its(scope, contract_id)
    form = await scope.request.form()

    async def replaced(new: NewContract, asked: IdempotentRequest) -> Contract:
        return await contracts.register(scope.desk, scope.customer.id, new, asked, by=scope.visitor.principal.actor)

    told = ("starts_on", "ends_on", "reason", "plan", "calendar")
    said: dict[str, Any] = {name: str(form.get(name, "")) for name in told} | {"replaces": contract.id}
    flags = {name: name in form for name in ("paid", "managed_support")}
    given = RegistrationForm(kind=NewContract, said=said | flags, labels=_LABELS)
    done = await submit_registration(scope.visitor, scope.desk, scope.asked(form), given, replaced)
    return await _after(scope, done, contract.id)


# -- the parts --------------------------------------------------------------------------------------------------------


async def _its(scope: CustomerScope, contract_id: str) -> Contract:
    """The contract, if it is this customer's; another one's is not here (404)."""
    contract = await contracts.visible(scope.desk, scope.visitor.principal, contract_id)
    if contract.customer_id != scope.customer.id:
        raise NotFound
    return contract


async def _after(scope: CustomerScope, done: Done[str] | Refused, where: str) -> Response:
    """The page after a form: anew, or with why that form was not taken; `where` is the contract that it is about."""
    if isinstance(done, Refused):
        return await _page(scope, refused=done, where=where)
    if (await scope.request.form()).get("de") == "inicio":
        return to(f"{home_page.PLACE}?hecho={scope.request.url.path.rpartition('/')[2]}", scope.visitor)
    return to(f"/contratos{scope.query(hecho='si')}", scope.visitor)


async def _page(
    scope: CustomerScope, *, refused: Refused | None = None, where: str = "", done: str | None = None
) -> Response:
    desk, today = scope.desk, bogota_date(scope.at)
    covers = await customer_covers.read(desk, scope.customer.id, on=today)
    days_before = desk.policy.cover_end_announced_days_before
    return page(
        scope.request,
        "customers/covers.html",
        status=refused.status if refused else 200,
        customer=scope.customer,
        query=scope.query(),
        agreed=covers.contracts,
        warranties=covers.warranties,
        days_before=days_before,
        months=desk.policy.warranty_months,
        plans=list(desk.policy.plans),
        calendars=sorted(desk.policy.hours),
        may_register=scope.visitor.role in REGISTRARS,
        key=lambda: secrets.token_urlsafe(18),
        today=today,
        soon=today + timedelta(days=max(days_before, default=0)),
        refused=refused,
        where=where,
        typed=typed_in(await scope.request.form() if scope.request.method == "POST" else None),
        done=done,
    )
