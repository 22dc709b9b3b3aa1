"""A customer's contracts and warranties, read with what became of them and what was announced of their ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from desk.desk import Desk
from policy.cover.cover import CoverRef, warranty_ends_on
from storage.cover import announcements, contracts, endings, solutions
from storage.cover.announcements import AnnouncementRow
from storage.cover.contracts import Contract, Payment, Renewal
from storage.cover.endings import Ending
from storage.cover.solutions import Solution
from storage.engine.database import Reader


@dataclass(frozen=True, kw_only=True)
class AgreedContract:
    """A contract, with what became of it. `covers`: it is in force and paid that day."""

    contract: Contract
    covers: bool
    renewals: list[Renewal]
    payments: list[Payment]
    announced: tuple[AnnouncementRow, ...]
    ending: Ending | None = None


@dataclass(frozen=True, kw_only=True)
class Warranty:
    """A solution's warranty; `ends_on` is its last day, None without an acceptance certificate (WAR-1).

    `covers`: it is in force that day.
    """

    solution: Solution
    ends_on: date | None = None
    covers: bool = False
    announced: tuple[AnnouncementRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CustomerCovers:
    """All covers of a customer as of a day, the contracts by their first day."""

    contracts: list[AgreedContract]
    warranties: list[Warranty]


async def read(desk: Desk, customer_id: str, *, on: date) -> CustomerCovers:
    """The customer's covers on a day of Bogotá's, as one state of the database."""
    months = desk.policy.warranty_months
    async with desk.database.snapshot() as db:
        return CustomerCovers(
            contracts=[await _agreed(db, each, on) for each in await contracts.of_customer(db, customer_id)],
            warranties=[await _warranty(db, each, months, on) for each in await solutions.of_customer(db, customer_id)],
        )


async def _agreed(db: Reader, contract: Contract, on: date) -> AgreedContract:
    return AgreedContract(
        contract=contract,
        covers=contract.cover.covers(on),
        renewals=await contracts.renewals(db, contract.id),
        payments=await contracts.payments(db, contract.id),
        announced=await _announced(db, contract.ref),
        ending=await endings.of_contract(db, contract.id),
    )


async def _warranty(db: Reader, solution: Solution, months: int, on: date) -> Warranty:
    accepted_on, ref = solution.accepted_on, solution.warranty
    if accepted_on is None or ref is None:
        return Warranty(solution=solution)
    ends_on = warranty_ends_on(accepted_on, months=months)
    return Warranty(
        solution=solution,
        ends_on=ends_on,
        covers=accepted_on <= on <= ends_on,
        announced=await _announced(db, ref),
    )


async def _announced(db: Reader, cover: CoverRef) -> tuple[AnnouncementRow, ...]:
    """What the customer's administrators were told of its end, are about to be, or could not be."""
    told = await announcements.of_cover(db, cover)
    return tuple(each for each in told if each.is_for_the_customer and each.days_before >= 0 and not each.is_superseded)
