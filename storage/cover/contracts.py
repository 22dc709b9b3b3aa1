"""Contracts with their renewals and payments (PLAN-12, PLAN-13, WAR-2). What a contract covers on a day is policy's.

Renewing extends the days; paying pays for all the days that the contract then has. So a renewal agreed ahead of time
takes away nothing that was paid, and adds nothing that was not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Plan
from policy.cover.contracts import (
    Account,
    OfferedPayment,
    Term,
    UnknownCalendar,
    check_payment,
    check_renewal,
    check_term,
)
from policy.cover.cover import ContractTerm, CoverRef
from policy.terms.terms import CoverKind
from storage.cover import cover_changes
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import contract_endings, contract_payments, contract_renewals, contracts
from storage.people import customers
from storage.terms.terms import bogota_date


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A contract in force from `starts_on` to `ends_on`, both included, as far as it is paid (`paid_through`)."""

    id: str
    customer_id: str
    plan: Plan
    starts_on: date
    ends_on: date
    paid_through: date | None = None
    paid_on: date | None = None
    payment_reference: str | None = None
    managed_support: bool = False
    calendar: str | None = None

    @property
    def paid(self) -> bool:
        """Whether all its days are paid."""
        return self.paid_through is not None and self.paid_through >= self.ends_on

    @property
    def term(self) -> Term:
        """Its days."""
        return Term(self.starts_on, self.ends_on)

    @property
    def ref(self) -> CoverRef:
        """It as a cover, by its id."""
        return CoverRef(kind=CoverKind.CONTRACT, id=self.id, customer_id=self.customer_id)

    @property
    def cover(self) -> ContractTerm:
        """What it gives, as cover sees it: its days as far as they are paid."""
        if self.paid_through is None:
            return ContractTerm(self.id, self.plan, self.starts_on, self.ends_on, paid=False)
        return ContractTerm(self.id, self.plan, self.starts_on, min(self.ends_on, self.paid_through), paid=True)


@dataclass(frozen=True, kw_only=True)
class NewContract:
    """A contract to register; `paid` says whether all its days are paid already."""

    id: str
    customer_id: str
    plan: Plan
    starts_on: date
    ends_on: date
    paid: bool
    managed_support: bool = False
    calendar: str | None = None

    @property
    def contract(self) -> Contract:
        """The contract that it makes."""
        terms = {name: value for name, value in vars(self).items() if name != "paid"}
        return Contract(**terms, paid_through=self.ends_on if self.paid else None)


@dataclass(frozen=True)
class Renewal:
    """A contract's new last day, in place of the one before."""

    id: str
    contract_id: str
    from_ends_on: date
    ends_on: date
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NewPayment:
    """A payment to register for all the days that a contract then has."""

    id: str
    paid_on: date
    reference: str


@dataclass(frozen=True)
class Payment:
    """A payment, which pays for a contract's days up to `paid_through`."""

    id: str
    contract_id: str
    paid_on: date
    reference: str
    paid_through: date
    at: datetime


async def create(db: Database, new: NewContract, *, calendars: Sequence[str] = (), at: datetime) -> Contract:
    """Keep a contract; the same id again gives the one that is kept. `calendars` are the hours the policy file knows.

    Refuses a term that runs backwards or overlaps another contract of the customer (PLAN-12), and unknown hours
    (PLAN-14). LookupError for an unknown customer.
    """
    async with db.write() as connection:
        return await create_in(connection, new, calendars=calendars, at=at)


async def create_in(
    connection: AsyncConnection, new: NewContract, *, calendars: Sequence[str] = (), at: datetime
) -> Contract:
    """The same, within a transaction."""
    await customers.hold(connection, new.customer_id)
    others = await _of_customer(connection, new.customer_id)
    kept = next((each for each in others if each.id == new.id), None)
    if kept is not None:
        return kept
    if new.calendar is not None and new.calendar not in calendars:
        raise UnknownCalendar(calendar=new.calendar, calendars=", ".join(sorted(calendars)))
    contract = new.contract
    check_term(contract.term, [each.term for each in others])
    row = {**vars(contract), "created_at": at, "registered_paid_through": contract.paid_through}
    await connection.execute(insert(connection, contracts).values(**row))
    await cover_changes.note(connection, contract.ref, at=at)
    return contract


async def renew(db: Database, contract_id: str, *, id: str, ends_on: date, at: datetime) -> Contract:  # noqa: A002
    """Extend a contract; the same renewal id again changes nothing. Refuses as policy does. LookupError if unknown."""
    async with db.write() as connection:
        contract = await held(connection, contract_id)
        if not await _is_known(connection, contract_renewals.c.id, id):
            others = [each for each in await _of_customer(connection, contract.customer_id) if each.id != contract.id]
            ended = await _is_known(connection, contract_endings.c.contract_id, contract_id)
            check_renewal(contract.term, ends_on, [each.term for each in others], ended=ended)
            row = {
                "id": id, "contract_id": contract_id, "from_ends_on": contract.ends_on, "ends_on": ends_on, "at": at
            }  # fmt: skip
            await connection.execute(insert(connection, contract_renewals).values(**row))
            await connection.execute(update(contracts).where(contracts.c.id == contract_id).values(ends_on=ends_on))
            await cover_changes.note(connection, contract.ref, at=at)
        return await known(connection, contract_id)


async def pay(db: Database, contract_id: str, payment: NewPayment, *, at: datetime) -> Contract:
    """Pay for all days that the contract has now; the same payment id again changes nothing.

    Refuses as `check_payment` does. LookupError if there is no such contract.
    """
    async with db.write() as connection:
        contract = await held(connection, contract_id)
        if not await _is_known(connection, contract_payments.c.id, payment.id):
            account = Account(contract.term, contract.paid_through, await _references(connection, contract_id))
            check_payment(OfferedPayment(payment.paid_on, payment.reference), account, on=bogota_date(at))
            paid = {"paid_on": payment.paid_on, "paid_through": contract.ends_on}
            row = {**paid, "id": payment.id, "contract_id": contract_id, "reference": payment.reference, "at": at}
            await connection.execute(insert(connection, contract_payments).values(**row))
            await connection.execute(
                update(contracts)
                .where(contracts.c.id == contract_id)
                .values(**paid, payment_reference=payment.reference)
            )
            await cover_changes.note(connection, contract.ref, at=at)
        return await known(connection, contract_id)


async def get(db: Reader, contract_id: str) -> Contract | None:
    async with db.read() as connection:
        row = (await connection.execute(_SELECT.where(contracts.c.id == contract_id))).mappings().first()
    return None if row is None else _contract(row)


async def of_customer(db: Reader, customer_id: str) -> list[Contract]:
    """The customer's contracts, the earliest first."""
    async with db.read() as connection:
        return await _of_customer(connection, customer_id)


async def of_customers(db: Reader, customer_ids: Iterable[str]) -> Mapping[str, Sequence[Contract]]:
    """The contracts of each of these customers, the earliest first."""
    found: dict[str, list[Contract]] = {each: [] for each in customer_ids}
    wanted = _SELECT.where(contracts.c.customer_id.in_(found)).order_by(contracts.c.starts_on)
    async with db.read() as connection:
        for row in (await connection.execute(wanted)).mappings():
            found[row["customer_id"]].append(_contract(row))
    return found


async def renewals(db: Reader, contract_id: str) -> list[Renewal]:
    """A contract's renewals, in order."""
    table = contract_renewals
    wanted = select(*(table.c[name] for name in Renewal.__dataclass_fields__)).where(table.c.contract_id == contract_id)
    async with db.read() as connection:
        return [
            Renewal(**row) for row in (await connection.execute(wanted.order_by(table.c.at, table.c.id))).mappings()
        ]


async def payments(db: Reader, contract_id: str) -> list[Payment]:
    """A contract's payments, in order."""
    table = contract_payments
    wanted = select(*(table.c[name] for name in Payment.__dataclass_fields__)).where(table.c.contract_id == contract_id)
    async with db.read() as connection:
        return [
            Payment(**row) for row in (await connection.execute(wanted.order_by(table.c.at, table.c.id))).mappings()
        ]


_SELECT = select(*(contracts.c[name] for name in Contract.__dataclass_fields__))


async def _of_customer(connection: AsyncConnection, customer_id: str) -> list[Contract]:
    wanted = _SELECT.where(contracts.c.customer_id == customer_id).order_by(contracts.c.starts_on)
    return [_contract(row) for row in (await connection.execute(wanted)).mappings()]


async def held(connection: AsyncConnection, contract_id: str) -> Contract:
    """The contract, with its customer's others held still."""
    customer_id = await connection.scalar(select(contracts.c.customer_id).where(contracts.c.id == contract_id))
    if customer_id is None:
        raise LookupError(f"no contract {contract_id}")
    await customers.hold(connection, customer_id)
    return await known(connection, contract_id)


async def known(connection: AsyncConnection, contract_id: str) -> Contract:
    return _contract((await connection.execute(_SELECT.where(contracts.c.id == contract_id))).mappings().one())


async def _references(connection: AsyncConnection, contract_id: str) -> list[str]:
    paid = contract_payments.c
    return list(await connection.scalars(select(paid.reference).where(paid.contract_id == contract_id)))


async def _is_known(connection: AsyncConnection, column: Any, id: str) -> bool:  # noqa: A002
    return await connection.scalar(select(column).where(column == id)) is not None


def _contract(row: RowMapping) -> Contract:
    return Contract(**{**row, "plan": Plan(row["plan"])})
