"""The rules of a contract's term: it ends after it starts, and a customer has one at a time (PLAN-12).

And what pays for it: a payment that was made, of days that are owed, once (WAR-2).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policy.case.case import Plan
from policy.case.refusals import Refusal, StateRefusal


class TermEndsBeforeItStarts(Refusal):
    """A term has at least one day."""

    rule = "PLAN-12"
    message = "A contract cannot end ({ends_on}) before it starts ({starts_on})."


class ContractsOverlap(Refusal):
    """One day is one contract's."""

    rule = "PLAN-12"
    message = "The customer already has a contract from {starts_on} to {ends_on}; contracts cannot overlap."


class RenewalTooShort(Refusal):
    """A renewal goes on from where the contract ends."""

    rule = "PLAN-12"
    message = "A renewal has to end after {ends_on}, the day on which the contract ends now."


class PaymentInFuture(Refusal):
    """Cover follows what was paid, not what will be."""

    rule = "WAR-2"
    message = "The payment is of {paid_on}, which is still to come: register it once it was made."


class PaymentRegisteredAlready(Refusal):
    """One payment, one reference."""

    rule = "WAR-2"
    message = "This contract already has a payment with that reference: check the reference of the payment that is new."


class NothingOwed(Refusal):
    """A payment pays for days that are agreed and not paid."""

    rule = "WAR-2"
    message = "All days of this contract are paid, until {paid_through}: renew it first, and then register the payment."


class EndInPast(Refusal):
    """What a contract covered stays covered."""

    rule = "PLAN-17"
    message = "A contract is ended from today on, not from {from_on}: what it covered until today stays covered."


class EndOutsideTerm(Refusal):
    """An early end lies within the term, which keeps a day at least."""

    rule = "PLAN-17"
    message = "A contract can end early from {earliest_on} to {ends_on}, not from {from_on}."


class ContractEnded(StateRefusal):
    """A contract that was ended stays so."""

    rule = "PLAN-17"
    message = "This contract was ended early and its last day is {ends_on}: for more days, register another one."


class UnknownPlan(Refusal):
    """A contract's plan is one of the policy file."""

    rule = "PLAN-16"
    message = "There is no plan called {unknown}. The policy knows: {plans}."


class UnknownCalendar(Refusal):
    """A contract's hours are those of the policy file."""

    rule = "PLAN-14"
    message = "There are no hours of attention called {calendar}. The policy knows: {calendars}."


@dataclass(frozen=True)
class Term:
    """The days of a contract, both included."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class OfferedPayment:
    """A payment of a contract: its day, and the reference by which it is known."""

    paid_on: date
    reference: str


@dataclass(frozen=True)
class Account:
    """What is paid of a contract: its term, the last day that is paid, and the references of its payments."""

    term: Term
    paid_through: date | None
    references: Collection[str]


@dataclass(frozen=True)
class EarlyEnd:
    """A contract's end before its term: the first day on which it no longer holds, and since when that is known."""

    from_on: date
    registered_at: datetime

    @property
    def ends_on(self) -> date:
        """The contract's last day."""
        return self.from_on - timedelta(days=1)


def check_end(term: Term, from_on: date, *, ended: bool, on: date) -> None:
    """Refuse to end a contract twice, in the past (`on` is today in Bogotá), or on a day outside its term (PLAN-17)."""
    if ended:
        raise ContractEnded(ends_on=term.ends_on.isoformat())
    if from_on < on:
        raise EndInPast(from_on=from_on.isoformat())
    if not term.starts_on < from_on <= term.ends_on:
        earliest = max(on, term.starts_on + timedelta(days=1))
        raise EndOutsideTerm(
            earliest_on=earliest.isoformat(), ends_on=term.ends_on.isoformat(), from_on=from_on.isoformat()
        )


def check_plan(plan: Plan, plans: Collection[Plan]) -> None:
    """Refuse a plan that the policy file does not have (PLAN-16)."""
    if plan not in plans:
        raise UnknownPlan(unknown=plan, plans=", ".join(plans))


def check_payment(payment: OfferedPayment, account: Account, *, on: date) -> None:
    """Refuse a payment after `on`, today in Bogotá, one whose reference is known, and one of days that are paid."""
    if payment.paid_on > on:
        raise PaymentInFuture(paid_on=payment.paid_on.isoformat())
    if _compared(payment.reference) in {_compared(each) for each in account.references}:
        raise PaymentRegisteredAlready
    if account.paid_through is not None and account.paid_through >= account.term.ends_on:
        raise NothingOwed(paid_through=account.paid_through.isoformat())


def check_term(term: Term, others: Iterable[Term]) -> None:
    """Refuse a term that runs backwards or shares a day with another contract of the customer."""
    if term.ends_on < term.starts_on:
        raise TermEndsBeforeItStarts(starts_on=term.starts_on.isoformat(), ends_on=term.ends_on.isoformat())
    for other in others:
        if term.starts_on <= other.ends_on and other.starts_on <= term.ends_on:
            raise ContractsOverlap(starts_on=other.starts_on.isoformat(), ends_on=other.ends_on.isoformat())


def check_renewal(term: Term, ends_on: date, others: Iterable[Term], *, ended: bool = False) -> None:
    """Refuse a renewal that adds no day, or days of another contract of the customer, or of one ended early."""
    if ended:
        raise ContractEnded(ends_on=term.ends_on.isoformat())
    if ends_on <= term.ends_on:
        raise RenewalTooShort(ends_on=term.ends_on.isoformat())
    check_term(Term(term.starts_on, ends_on), others)


def _compared(reference: str) -> str:
    return "".join(reference.split()).casefold()
