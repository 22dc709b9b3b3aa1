"""Registering contracts, renewing, paying and ending them; each change is told to the workflow of the cover's end."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, StrictBool

from desk.access import checked_id, sees
from desk.cover import cover_changes
from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.inputs import Body, Code, Day, Id, PlanId, Reference, Words
from desk.problems import NotFound
from desk.refusals import ReasonWithoutReplacement
from policy.case.case import Actor
from policy.case.refusals import ReasonMissing
from policy.cover.contracts import check_plan
from storage.cover import contracts, endings
from storage.cover.contracts import Contract, NewPayment
from storage.signing_in.tokens import Principal

_DAY = timedelta(days=1)


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
    replaces: Id | None = Field(
        default=None,
        description="The contract that ends on the day before this one starts (PLAN-17)",
        examples=["con_2f6d0c1e8b7a"],
    )
    reason: Words | None = Field(
        default=None, description="Why it takes another one's place", examples=["Necesita el teléfono."]
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

    ends_on: Day = Field(description="The last day on which it holds", examples=["2027-02-28"])
    reason: Words = Field(examples=["El cliente cierra la operación que el contrato cubría."])


async def visible(desk: Desk, principal: Principal, contract_id: str) -> Contract:
    """The contract with that id, or NotFound."""
    contract = await contracts.get(desk.database, checked_id(contract_id))
    if contract is None or not sees(principal, contract.customer_id):
        raise NotFound
    return contract


async def register(
    desk: Desk, customer_id: str, new: NewContract, request: IdempotentRequest, *, by: Actor
) -> Contract:
    """Keep a contract, in another one's place where it says so; the same request again gives the one that is kept.

    Raises TermEndsBeforeItStarts, ContractsOverlap (PLAN-12), UnknownCalendar (PLAN-14) or UnknownPlan (PLAN-16);
    NotFound where the contract that it replaces is not this customer's, what `end` raises, and ReasonWithoutReplacement
    (PLAN-17).
    """
    check_plan(new.plan, desk.policy.plans)
    wanted = contracts.NewContract(
        id=request.derived("con_"),
        customer_id=customer_id,
        plan=new.plan,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        paid=new.paid,
        managed_support=new.managed_support,
        calendar=new.calendar,
    )
    if new.replaces is None and new.reason:
        raise ReasonWithoutReplacement
    if new.replaces is None:
        kept = await contracts.create(desk.database, wanted, at=request.at, calendars=tuple(desk.policy.hours))
    else:
        kept = await _put_in_place_of(desk, new, wanted, request, by)
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
    ending = endings.NewEnding(
        id=request.derived("end_"),
        contract_id=contract_id,
        from_on=early.ends_on + _DAY,
        reason=_given(early.reason),
        by=by,
    )
    return await _end(desk, ending, request)


async def _put_in_place_of(
    desk: Desk, new: NewContract, wanted: contracts.NewContract, request: IdempotentRequest, by: Actor
) -> Contract:
    replaced = await contracts.get(desk.database, new.replaces or "")
    if replaced is None or replaced.customer_id != wanted.customer_id:
        raise NotFound
    ending = endings.NewEnding(
        id=request.derived("end_"),
        contract_id=replaced.id,
        from_on=wanted.starts_on,
        reason=_given(new.reason or ""),
        by=by,
        replacement=wanted,
    )
    await _end(desk, ending, request)
    kept = await contracts.get(desk.database, wanted.id)
    assert kept is not None, "it was kept with the end"
    return kept


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(rule="PLAN-17")
    return reason


async def _end(desk: Desk, new: endings.NewEnding, request: IdempotentRequest) -> Contract:
    ended = await endings.end(desk.database, new, calendars=tuple(desk.policy.hours), at=request.at)
    await cover_changes.tell(desk, ended.ref, at=request.at)
    return ended
