"""Registering contracts, renewing, paying and ending them; each change is told to the workflow of the cover's end."""

from __future__ import annotations

from pydantic import Field, StrictBool

from desk.access import checked_id, sees
from desk.cover import cover_changes
from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.inputs import Body, Code, Day, PlanId, Reference, Words
from desk.problems import NotFound
from policy.case.case import Actor
from policy.case.refusals import ReasonMissing
from policy.cover.contracts import check_plan
from storage.cover import contracts, endings
from storage.cover.contracts import Contract, NewPayment
from storage.signing_in.tokens import Principal


class NewContract(Body):
    """A contract's terms, both days included."""

    plan: PlanId = Field(examples=["premium"])
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


class EarlyEnd(Body):
    """A contract's end before its term."""

    from_on: Day = Field(description="The first day on which it no longer holds", examples=["2027-03-01"])
    reason: Words = Field(examples=["El cliente cierra la operación que el contrato cubría."])


class Replacement(EarlyEnd):
    """A contract that takes another one's place from a day on, of another plan or with other hours."""

    plan: PlanId = Field(examples=["premium"])
    ends_on: Day | None = Field(
        default=None, description="Its last day; without it the replaced contract's", examples=["2027-10-31"]
    )
    paid: StrictBool = Field(default=False, examples=[True])
    managed_support: StrictBool = Field(default=False, examples=[False])
    calendar: Code | None = Field(
        default=None, description="Hours of the policy file, where not the plan's", examples=["8x5"]
    )


async def visible(desk: Desk, principal: Principal, contract_id: str) -> Contract:
    """The contract with that id, or NotFound."""
    contract = await contracts.get(desk.database, checked_id(contract_id))
    if contract is None or not sees(principal, contract.customer_id):
        raise NotFound
    return contract


async def register(desk: Desk, customer_id: str, new: NewContract, request: IdempotentRequest) -> Contract:
    """Keep a contract; the same request again gives the one that is kept.

    Raises TermEndsBeforeItStarts, ContractsOverlap (PLAN-12), UnknownCalendar (PLAN-14) or UnknownPlan (PLAN-16).
    """
    check_plan(new.plan, desk.policy.plans)
    kept = await contracts.create(
        desk.database,
        contracts.NewContract(
            id=request.derived("con_"),
            customer_id=customer_id,
            plan=new.plan,
            starts_on=new.starts_on,
            ends_on=new.ends_on,
            paid=new.paid,
            managed_support=new.managed_support,
            calendar=new.calendar,
        ),
        at=request.at,
        calendars=tuple(desk.policy.hours),
    )
    await cover_changes.tell(desk, kept.ref, at=request.at)
    return kept


async def renew(desk: Desk, contract_id: str, renewal: Renewal, request: IdempotentRequest) -> Contract:
    """Extend a contract; the same request again changes nothing.

    Raises RenewalTooShort, ContractsOverlap, or UnknownPlan where its plan has left the policy file.
    """
    if known := await contracts.get(desk.database, contract_id):
        check_plan(known.plan, desk.policy.plans)
    renewed = await contracts.renew(
        desk.database, contract_id, id=request.derived("ren_"), ends_on=renewal.ends_on, at=request.at
    )
    await cover_changes.tell(desk, renewed.ref, at=request.at)
    return renewed


async def pay(desk: Desk, contract_id: str, payment: Payment, request: IdempotentRequest) -> Contract:
    """Pay for all days that the contract has now; the same request again changes nothing.

    Raises PaymentInFuture, PaymentRegisteredAlready or NothingOwed.
    """
    paid = await contracts.pay(
        desk.database,
        contract_id,
        NewPayment(id=request.derived("pay_"), paid_on=payment.paid_on, reference=payment.reference),
        at=request.at,
    )
    await cover_changes.tell(desk, paid.ref, at=request.at)
    return paid


async def end(desk: Desk, contract_id: str, early: EarlyEnd, request: IdempotentRequest, *, by: Actor) -> Contract:
    """End a contract before its term; the same request again changes nothing (PLAN-17).

    Raises EndInPast, EndOutsideTerm, ContractEnded or ReasonMissing.
    """
    return await _end(desk, _ending(contract_id, early, request, by), request)


async def replace(desk: Desk, contract_id: str, new: Replacement, request: IdempotentRequest, *, by: Actor) -> Contract:
    """Put a contract in another one's place from a day on; the same request again gives the one that is kept (PLAN-17).

    Raises as `end` and `register` do.
    """
    check_plan(new.plan, desk.policy.plans)
    replaced = await contracts.get(desk.database, contract_id)
    assert replaced is not None, "it was found visible"
    before = await endings.of_contract(desk.database, contract_id)
    kept = contracts.NewContract(
        id=request.derived("con_"),
        customer_id=replaced.customer_id,
        plan=new.plan,
        starts_on=new.from_on,
        ends_on=new.ends_on or (before.from_ends_on if before else replaced.ends_on),
        paid=new.paid,
        managed_support=new.managed_support,
        calendar=new.calendar,
    )
    await _end(desk, _ending(contract_id, new, request, by, kept), request)
    taken = await contracts.get(desk.database, kept.id)
    assert taken is not None, "it was kept with the end"
    await cover_changes.tell(desk, taken.ref, at=request.at)
    return taken


def _ending(
    contract_id: str,
    early: EarlyEnd,
    request: IdempotentRequest,
    by: Actor,
    replacement: contracts.NewContract | None = None,
) -> endings.NewEnding:
    if not early.reason.strip():
        raise ReasonMissing(rule="PLAN-17")
    return endings.NewEnding(
        id=request.derived("end_"),
        contract_id=contract_id,
        from_on=early.from_on,
        reason=early.reason,
        by=by,
        replacement=replacement,
    )


async def _end(desk: Desk, new: endings.NewEnding, request: IdempotentRequest) -> Contract:
    ended = await endings.end(desk.database, new, calendars=tuple(desk.policy.hours), at=request.at)
    await cover_changes.tell(desk, ended.ref, at=request.at)
    return ended
