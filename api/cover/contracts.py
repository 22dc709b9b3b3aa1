"""Contracts over HTTP, with their renewals and payments. What a contract covers on a day is the policy's."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.http.auth import Caller, Registrar
from api.http.bodies import Answer, Z
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.lists import Listed
from api.http.visibility import IdInPath, VisibleCustomer
from desk.cover import contracts
from desk.cover.contracts import EarlyEnd, NewContract, Payment, Renewal
from desk.desk import Desk
from desk.problems import NotFound
from desk.refusals import ReasonWithoutReplacement
from policy.case.case import Plan
from policy.case.refusals import ReasonMissing
from policy.cover.contracts import (
    ContractEnded,
    ContractsOverlap,
    EndInPast,
    EndOutsideTerm,
    NothingOwed,
    PaymentInFuture,
    PaymentRegisteredAlready,
    RenewalTooShort,
    TermEndsBeforeItStarts,
    UnknownCalendar,
    UnknownPlan,
)
from storage.cover import endings
from storage.cover.contracts import Contract, of_customer
from storage.cover.endings import Ending

router = APIRouter(tags=["contracts"])


class EndingAnswer(Answer):
    """A contract's end before its term (PLAN-17). `from_on`: the first day on which it no longer holds."""

    from_on: date
    from_ends_on: date
    reason: str
    at: Z
    replaced_by: str | None


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
    ended_early: EndingAnswer | None


@router.post(
    "/customers/{customer_id}/contracts",
    status_code=201,
    response_model=ContractAnswer,
    summary="Register a contract",
    responses=can_refuse(
        NotFound,
        TermEndsBeforeItStarts,
        ContractsOverlap,
        UnknownCalendar,
        UnknownPlan,
        EndInPast,
        EndOutsideTerm,
        ContractEnded,
        ReasonMissing,
        ReasonWithoutReplacement,
        post=True,
        role=True,
    ),
)
async def register_contract(
    customer: VisibleCustomer, principal: Registrar, body: NewContract, request: Idempotent, desk: DeskDep
) -> JSONResponse:
    async def act() -> Success:
        kept = await contracts.register(desk, customer.id, body, request, by=principal.actor)
        return Success(201, show(kept), f"/api/v1/contracts/{kept.id}")

    return await answer_once(desk, request, body, act)


@router.get(
    "/customers/{customer_id}/contracts",
    response_model=Listed[ContractAnswer],
    summary="List a customer's contracts",
    responses=can_refuse(NotFound),
)
async def list_contracts(customer: VisibleCustomer, desk: DeskDep) -> Listed[ContractAnswer]:
    ended = await endings.of_customer(desk.database, customer.id)
    return Listed(items=[show(each, ended.get(each.id)) for each in await of_customer(desk.database, customer.id)])


@router.get(
    "/contracts/{contract_id}", response_model=ContractAnswer, summary="Read a contract", responses=can_refuse(NotFound)
)
async def read_contract(contract_id: IdInPath, principal: Caller, desk: DeskDep) -> ContractAnswer:
    return await _shown(desk, await contracts.visible(desk, principal, contract_id))


@router.post(
    "/contracts/{contract_id}/renewals",
    response_model=ContractAnswer,
    summary="Renew a contract",
    responses=can_refuse(NotFound, RenewalTooShort, ContractsOverlap, ContractEnded, UnknownPlan, post=True, role=True),
)
async def renew_contract(
    contract_id: IdInPath, principal: Registrar, body: Renewal, request: Idempotent, desk: DeskDep
) -> JSONResponse:
    contract = await contracts.visible(desk, principal, contract_id)

    async def act() -> Success:
        return Success(200, show(await contracts.renew(desk, contract.id, body, request)))

    return await answer_once(desk, request, body, act)


@router.post(
    "/contracts/{contract_id}/payments",
    response_model=ContractAnswer,
    summary="Register a contract's payment",
    responses=can_refuse(NotFound, PaymentInFuture, PaymentRegisteredAlready, NothingOwed, post=True, role=True),
)
async def pay_contract(
    contract_id: IdInPath, principal: Registrar, body: Payment, request: Idempotent, desk: DeskDep
) -> JSONResponse:
    contract = await contracts.visible(desk, principal, contract_id)

    async def act() -> Success:
        return Success(200, show(await contracts.pay(desk, contract.id, body, request)))

    return await answer_once(desk, request, body, act)


@router.post(
    "/contracts/{contract_id}/end",
    response_model=ContractAnswer,
    summary="End a contract before its term",
    responses=can_refuse(NotFound, EndInPast, EndOutsideTerm, ContractEnded, ReasonMissing, post=True, role=True),
)
async def end_contract(
    contract_id: IdInPath, principal: Registrar, body: EarlyEnd, request: Idempotent, desk: DeskDep
) -> JSONResponse:
    contract = await contracts.visible(desk, principal, contract_id)

    async def act() -> Success:
        ended = await contracts.end(desk, contract.id, body, request, by=principal.actor)
        return Success(200, await _shown(desk, ended))

    return await answer_once(desk, request, body, act)


async def _shown(desk: Desk, contract: Contract) -> ContractAnswer:
    return show(contract, await endings.of_contract(desk.database, contract.id))


def show(contract: Contract, ended: Ending | None = None) -> ContractAnswer:
    early = (
        None
        if ended is None
        else EndingAnswer(
            from_on=ended.from_on,
            from_ends_on=ended.from_ends_on,
            reason=ended.reason,
            at=ended.at,
            replaced_by=ended.replaced_by,
        )
    )
    return ContractAnswer(**vars(contract), paid=contract.paid, ended_early=early)
