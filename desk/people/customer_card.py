"""A customer's card for those who serve it, read as one snapshot: contracts, contacts, solutions and cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from desk.desk import Desk
from policy.case.case import Status
from policy.cover.cover import warranty_ends_on
from storage.case import views
from storage.case.views import CaseFilter, CaseRow
from storage.cover import contracts, solutions
from storage.cover.contracts import Contract
from storage.cover.solutions import Solution
from storage.people import contacts
from storage.people.contacts import RosterState

_MOST_CASES = 20
_DONE = (Status.RESOLVED, Status.CLOSED)


@dataclass(frozen=True, kw_only=True)
class CustomerCard:
    """A customer's things at an instant, as one state of the database.

    Each solution has the last day of its warranty beside it, None without an acceptance certificate (WAR-1). Cases are
    the first twenty: the open ones that are due soonest, and of the others those opened last.
    """

    contracts: list[Contract]
    roster: RosterState
    solutions: list[tuple[Solution, date | None]]
    open_cases: list[CaseRow]
    done_cases: list[CaseRow]


async def read(desk: Desk, customer_id: str, *, at: datetime) -> CustomerCard:
    """The customer's card."""
    months = desk.policy.warranty_months
    going = CaseFilter(
        customer_id=customer_id, status=tuple(each for each in Status if each not in _DONE), sort="next_due"
    )
    over = CaseFilter(customer_id=customer_id, status=_DONE)
    async with desk.database.snapshot() as db:
        return CustomerCard(
            contracts=await contracts.of_customer(db, customer_id),
            roster=await contacts.state(db, customer_id, policy=desk.policy, at=at),
            solutions=[
                (each, warranty_ends_on(each.accepted_on, months=months) if each.accepted_on else None)
                for each in await solutions.of_customer(db, customer_id)
            ],
            open_cases=(await views.cases(db, going, limit=_MOST_CASES)).items,
            done_cases=(await views.cases(db, over, limit=_MOST_CASES)).items,
        )
