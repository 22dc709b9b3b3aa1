"""The furnished desk and the words of a case that the engine's benchmarks share. Nothing is measured here."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from policy.case.case import Actor, Level, Plan, Role, Text
from policy.people.contacts import RosterEntry
from storage.case.intake import Deposit, deposit
from storage.cover import contracts, solutions
from storage.cover.contracts import NewContract
from storage.cover.solutions import Solution, SolutionKind
from storage.engine.database import Database
from storage.people import agents, contacts, customers
from storage.people.agents import Agent
from storage.people.contacts import NewContact, NewRoster
from storage.people.customers import Customer
from storage.signing_in import tokens
from storage.signing_in.tokens import Token
from storage.terms.policy_files import read_policy_file

CUSTOMER, CONTACT_ID, SOLUTION = "customer", "contact", "solution"
CONTACT = Actor(Role.CONTACT, CONTACT_ID)
HELP_DESK = Actor(Role.AGENT, "ana", (Level.HELP_DESK,))
SPECIALIST = Actor(Role.AGENT, "eva", (Level.SPECIALISTS,))
WORDS = "Desde las 8:00 el mapa aparece en blanco para todos los despachadores; probamos otra red."
HERE = Text("", len(WORDS))
"""Stands for a text until `written` deposits it."""

SomeCommand = TypeVar("SomeCommand")


@dataclass(frozen=True)
class Secrets:
    """The tokens of those who call the API."""

    contact: str
    agent: str


async def furnish(db: Database) -> Secrets:
    """A customer under contract with a contact and a solution, those who serve it, and two tokens."""
    at = datetime.now(UTC)
    await customers.create(db, Customer(CUSTOMER, "Transportes del Norte", "900123456"), at=at)
    await contracts.create(
        db,
        NewContract(
            id="contract",
            customer_id=CUSTOMER,
            plan=Plan.STANDARD,
            starts_on=at.date() - timedelta(days=30),
            ends_on=at.date() + timedelta(days=700),
            paid=True,
        ),
        at=at,
    )
    await contacts.replace_roster(
        db, CUSTOMER, NewRoster([NewContact(CONTACT_ID, _entry(at.date()))]), policy=read_policy_file(None), at=at
    )
    await solutions.create(
        db, Solution(id=SOLUTION, customer_id=CUSTOMER, name="Geoportal", kind=SolutionKind.CLOUD), at=at
    )
    for actor in (HELP_DESK, SPECIALIST):
        mailbox = f"{actor.id}@escala.example"
        await agents.put(db, Agent(id=actor.id, name=actor.id.title(), email=mailbox, levels=actor.levels))
    return Secrets(await _token(db, CONTACT, at, CUSTOMER), await _token(db, HELP_DESK, at))


async def written(db: Database, number: str, command: SomeCommand, *, key: str) -> SomeCommand:
    """The command with its texts deposited."""
    given: Any = command
    texts = [field.name for field in fields(given) if getattr(given, field.name) == HERE]
    ids = {name: f"{number}-{key}-{name}" for name in texts}
    await deposit(db, [Deposit(each, number, WORDS) for each in ids.values()], at=datetime.now(UTC))
    return replace(given, **{name: Text(each, len(WORDS)) for name, each in ids.items()})  # type: ignore[no-any-return]


def _entry(on: date) -> RosterEntry:
    return RosterEntry(
        name="Lina Prado",
        email="lina@cliente.example",
        is_system_administrator=True,
        notice_reference="Carta 17",
        notified_on=on - timedelta(days=20),
        can_sign_in=True,
    )


async def _token(db: Database, actor: Actor, at: datetime, customer_id: str | None = None) -> str:
    secret = tokens.new_secret()
    await tokens.create(
        db,
        Token(
            id=f"token-{actor.id}",
            role=actor.role,
            subject_id=actor.id,
            customer_id=customer_id,
            levels=actor.levels,
            created_at=at,
        ),
        secret,
    )
    return secret
