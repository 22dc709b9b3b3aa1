"""A desk for the tests of storage: a customer with a contact and a solution, and cases that live by the policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from policy.case.case import Case, Priority, Text
from policy.case.decision import Decision
from policy.case.lifecycle import open_case
from policy.people.contacts import RosterEntry
from policy.terms.terms import Terms
from storage.case import ledger
from storage.case.intake import Deposit, deposit, reserve_number
from storage.cover import solutions
from storage.cover.solutions import Solution, SolutionKind
from storage.engine.database import Database
from storage.people import contacts, customers
from storage.people.contacts import Contact, NewContact, NewRoster
from storage.people.customers import Customer
from tests.support.lives import STANDARD, Step, When, bogota, opening, policy, turns

START = bogota("2026-11-02 08:00")


def entry(name: str = "Ana", **changes: Any) -> RosterEntry:
    """A good entry of a roster: an administrator who may sign in."""
    given: dict[str, Any] = {
        "name": name,
        "email": f"{name.lower()}@cliente.example",
        "is_system_administrator": True,
        "notice_reference": "Carta 17",
        "notified_on": date(2026, 11, 2),
        "can_sign_in": True,
    }
    return RosterEntry(**{**given, **changes})


@dataclass
class Desk:
    """What a test does to the desk; everything goes through storage's own functions."""

    db: Database

    def __post_init__(self) -> None:
        self._keys = (f"key-{place}" for place in count(1))

    async def furnish(
        self, customer: str = "customer-1", contact: str = "contact-1", solution: str = "solution-1"
    ) -> None:
        """A customer with one contact and one solution."""
        await customers.create(self.db, Customer(customer, f"Cliente {customer}", f"NIT {customer}"), at=START)
        await self.roster(NewContact(contact, entry()), customer=customer)
        given = Solution(id=solution, customer_id=customer, name="Geoportal", kind=SolutionKind.CLOUD)
        await solutions.create(self.db, given, at=START)

    async def roster(self, *roster: NewContact, customer: str = "customer-1", at: When = START) -> list[Contact]:
        state = await contacts.replace_roster(self.db, customer, NewRoster(roster), policy=policy(), at=bogota(at))
        return state.contacts

    async def number(self, at: When = "09:00") -> str:
        return (await reserve_number(self.db, scope="tests", key=next(self._keys), at=bogota(at))).number

    async def text(self, number: str, body: str) -> Text:
        """A deposited text of a case."""
        content_id = f"content-{next(self._keys)}"
        await deposit(self.db, [Deposit(content_id, number, body)], at=START)
        return Text(content_id, len(body))

    async def opening(
        self, title: str = "No carga el mapa", at: When = "09:00", *, terms: Terms = STANDARD, **changes: Any
    ) -> Decision:
        """The first turn of a new case, whose words are deposited; nothing is recorded."""
        number = await self.number(at)
        words = {
            "title": await self.text(number, title),
            "description": await self.text(number, "Desde ayer."),
            "prior_analysis": await self.text(number, "Reiniciamos."),
        }
        return open_case(opening(at, number=number, **{**words, **changes}), terms=terms)

    async def open(
        self, title: str = "No carga el mapa", at: When = "09:00", *, terms: Terms = STANDARD, **changes: Any
    ) -> Case:
        """A recorded case."""
        decision = await self.opening(title, at, terms=terms, **changes)
        await ledger.record(self.db, decision, terms)
        return decision.case

    async def live(self, case: Case, *steps: Step, terms: Terms = STANDARD) -> Case:
        """The case after the steps (see `lives.after`), every turn recorded."""
        for decision in turns(case, *steps, terms=terms):
            await ledger.record(self.db, decision, decision.terms)
            case = decision.case
        return case


def priority(level: int) -> dict[str, Any]:
    """What an opening changes to propose this priority."""
    return {"proposed_priority": Priority(level)}
