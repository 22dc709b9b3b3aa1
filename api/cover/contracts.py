"""Contracts with their renewals and payments. What a contract covers on a day is the policy's."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, StrictBool

from api.http.auth import Caller, Registrar
from api.http.bodies import Answer
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Given, OnceDep
from api.http.lists import Listed
from api.http.visibility import IdInPath, VisibleCustomer
from desk import cover_changes
from desk.access import checked_id, sees
from desk.desk import Desk
from desk.inputs import Body, Code, Day, Reference
from desk.problems import NotFound
from policy.case.case import Plan
from policy.cover.contracts import (
    ContractsOverlap,
    NothingOwed,
    PaymentInFuture,
    PaymentRegisteredAlready,
    RenewalTooShort,
    TermEndsBeforeItStarts,
    UnknownCalendar,
)
from storage.cover import contracts
from storage.cover.contracts import Contract
from storage.signing_in.tokens import Principal

router = APIRouter(tags=["contracts"])


class NewContract(Body):
    """A contract's terms, both days included."""

    plan: Plan = Field(examples=["premium"])
    starts_on: Day = Field(examples=["2026-11-01"])
    ends_on: Day = Field(examples=["2027-10-31"])
    paid: StrictBool = Field(default=False, examples=[True])
    managed_support: StrictBool = Field(default=False, examples=[False])
    calendar: Code | None = Field(
        default=None, description="Hours of the policy file, where not the plan's", examples=["8x5"]
    )


class Renewal(Body):
    """A contract's new last day."""

    ends_on: Day = Field(examples=["2028-10-31"])


class Payment(Body):
    """A payment for all the days that the contract has."""

    paid_on: Day = Field(examples=["2026-11-20"])
    reference: Reference = Field(min_length=1, examples=["FV-2026-1180"])


class ContractAnswer(Answer):
    """A contract. `paid_through` is its last paid day."""

    id: str
    customer_id: str
    plan: Plan
    starts_on: date
    ends_on: date
    paid: bool
    paid_through: date | None
    paid_on: date | None
    payment_reference: str | None
    managed_support: bool
    calendar: str | None


@router.post(
    "/customers/{customer_id}/contracts",
    status_code=201,
    response_model=ContractAnswer,
    summary="Register a contract",
    responses=can_refuse(NotFound, TermEndsBeforeItStarts, ContractsOverlap, UnknownCalendar, post=True, role=True),
)
async def register_contract(
    customer: VisibleCustomer, _: Registrar, body: NewContract, once: OnceDep, desk: DeskDep, at: At
) -> JSONResponse:
    async def act() -> Given:
        kept = await contracts.create(
            desk.database,
            id=once.derived("con_"),
            customer_id=customer.id,
            plan=body.plan,
            starts_on=body.starts_on,
            ends_on=body.ends_on,
            paid=body.paid,
            managed_support=body.managed_support,
            calendar=body.calendar,
            calendars=tuple(desk.policy.hours),
            at=at,
        )
        await cover_changes.tell(desk, kept.ref, at=at)
        return Given(201, show(kept), f"/api/v1/contracts/{kept.id}")

    return await once(body, act)


@router.get(
    "/customers/{customer_id}/contracts",
    response_model=Listed[ContractAnswer],
    summary="List a customer's contracts",
    responses=can_refuse(NotFound),
)
async def list_contracts(customer: VisibleCustomer, desk: DeskDep) -> Listed[ContractAnswer]:
    return Listed(items=[show(each) for each in await contracts.of_customer(desk.database, customer.id)])


@router.get(
    "/contracts/{contract_id}", response_model=ContractAnswer, summary="Read a contract", responses=can_refuse(NotFound)
)
async def read_contract(contract_id: IdInPath, principal: Caller, desk: DeskDep) -> ContractAnswer:
    return show(await _visible(contract_id, principal, desk))


@router.post(
    "/contracts/{contract_id}/renewals",
    response_model=ContractAnswer,
    summary="Renew a contract",
    responses=can_refuse(NotFound, RenewalTooShort, ContractsOverlap, post=True, role=True),
)
async def renew_contract(
    contract_id: IdInPath, principal: Registrar, body: Renewal, once: OnceDep, desk: DeskDep, at: At
) -> JSONResponse:
    contract = await _visible(contract_id, principal, desk)

    async def act() -> Given:
        renewed = await contracts.renew(
            desk.database, contract.id, id=once.derived("ren_"), ends_on=body.ends_on, at=at
        )
        await cover_changes.tell(desk, renewed.ref, at=at)
        return Given(200, show(renewed))

    return await once(body, act)


@router.post(
    "/contracts/{contract_id}/payments",
    response_model=ContractAnswer,
    summary="Register a contract's payment",
    responses=can_refuse(NotFound, PaymentInFuture, PaymentRegisteredAlready, NothingOwed, post=True, role=True),
)
async def pay_contract(
    contract_id: IdInPath, principal: Registrar, body: Payment, once: OnceDep, desk: DeskDep, at: At
) -> JSONResponse:
    contract = await _visible(contract_id, principal, desk)

    async def act() -> Given:
        paid = await contracts.pay(
            desk.database,
            contract.id,
            id=once.derived("pay_"),
            paid_on=body.paid_on,
            reference=body.reference,
            at=at,
        )
        await cover_changes.tell(desk, paid.ref, at=at)
        return Given(200, show(paid))

    return await once(body, act)


def show(contract: Contract) -> ContractAnswer:
    return ContractAnswer(**vars(contract), paid=contract.paid)


async def _visible(contract_id: str, principal: Principal, desk: Desk) -> Contract:
    contract = await contracts.get(desk.database, checked_id(contract_id))
    if contract is None or not sees(principal, contract.customer_id):
        raise NotFound
    return contract
