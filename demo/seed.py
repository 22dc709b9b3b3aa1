"""`escala seed-demo`: customers, people and cases to try Escala with, where nothing is yet. Never in production.

Whatever it makes has an id of its own and is made once, so a seeding that was killed is finished by the next one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from demo import access, users
from demo.access import DemoAccess, DemoToken
from demo.duty import settle_duty
from demo.first_case import first_curl, here
from demo.importing import Adopter, CutOver, import_lives
from demo.lives import contact_id, customer_id, lives, solution_id
from demo.people import AGENTS, CUSTOMERS, DIRECTOR, DemoCustomer
from demo.published import publish, rate_cases
from desk.engine import Engine
from desk.problems import EngineUnavailable
from policy.case.case import Role
from policy.people.contacts import RosterEntry
from policy.terms.policy_file import PolicyFile
from settings import Settings
from storage.cover import contracts, solutions
from storage.cover.contracts import NewContract
from storage.cover.solutions import Solution
from storage.engine.database import Database
from storage.people import agents, contacts, customers
from storage.people.contacts import NewContact, NewRoster
from storage.people.customers import Customer
from storage.terms.policy_files import read_policy_file
from storage.terms.terms import bogota_date, preview_terms
from wording import console

__all__ = ["first_curl", "plant", "seed_demo"]

SCOPE = "demo"
"""The import's name, under which its cases are known."""

_HOST = CUSTOMERS[0]
TOKENS = (
    DemoToken("contacto", Role.CONTACT, contact_id(_HOST.key, _HOST.contacts[0].mailbox)),
    DemoToken("agente-nivel-1", Role.AGENT, AGENTS[0].id, AGENTS[0].levels),
    DemoToken("agente-nivel-2", Role.AGENT, AGENTS[3].id, AGENTS[3].levels),
    DemoToken("director", Role.DIRECTOR, DIRECTOR),
    DemoToken("comercial", Role.COMMERCIAL, "marcela.duarte"),
    DemoToken("administrador", Role.ADMIN, "administracion"),
)


async def seed_demo(settings: Settings, *, now: datetime | None = None) -> None:
    """Seed where no customers are, or finish a seeding that was interrupted; say what there is to use.

    console.Stopped in a production profile.
    """
    if settings.profile == "production":
        raise console.Stopped(console.NO_DEMO_IN_PRODUCTION)
    try:
        database = Database.at(settings.database_url)
    except OSError:
        raise console.Stopped(console.DATABASE_NOT_THERE, 1) from None
    try:
        if not await database.ready():
            raise console.Stopped(console.DATABASE_NOT_THERE, 1)
        wanted = await _wanted(database, settings, now=(now or datetime.now(UTC)).replace(microsecond=0))
        if wanted is None:
            await _go_on(database, settings)
            return
        access.write(settings.state_dir, wanted)
        desk = await Engine.connect(settings, database)
        cases = await plant(database, desk, read_policy_file(settings.policy_file), wanted)
        access.write(settings.state_dir, replace(wanted, complete=True))
    except EngineUnavailable:
        raise console.Stopped(console.temporal_unreachable(settings.temporal_address), 1) from None
    finally:
        await database.close()
    print(console.demo_seeded(len(CUSTOMERS), cases, settings.state_dir / access.FILE, wanted.secrets), flush=True)
    _say_users(wanted, settings)


async def _wanted(database: Database, settings: Settings, *, now: datetime) -> DemoAccess | None:
    """What to seed: a new demonstration, one that was left half done, or nothing."""
    known = access.read(settings.state_dir)
    if not (await customers.listing(database, limit=1)).items:
        return DemoAccess(
            seeded_at=now,
            complete=False,
            url=here(settings),
            customer_id=customer_id(_HOST.key),
            contact_id=TOKENS[0].subject_id,
            solution_id=solution_id(_HOST.key, "maps"),
            secrets=access.new_secrets(TOKENS),
            passwords=users.new_passwords(),
        )
    if known is None or known.complete:
        return None
    return replace(known, passwords=known.passwords or users.new_passwords())


async def _go_on(database: Database, settings: Settings) -> None:
    """Keep where the API is at this start, for `escala open`, `show` and `tail`; let users in where none were yet."""
    known = access.read(settings.state_dir)
    if known is None:
        return
    if known.url != here(settings):
        known = replace(known, url=here(settings))
        access.write(settings.state_dir, known)
    if known.passwords:
        print(console.demo_users_are_in(settings.state_dir / access.FILE), flush=True)
        return
    known = replace(known, passwords=users.new_passwords())
    access.write(settings.state_dir, known)
    await users.let_in(database, known)
    _say_users(known, settings)


def _say_users(known: DemoAccess, settings: Settings) -> None:
    """The users and their passwords: the one time that they are shown."""
    given = [(user.what, user.email, known.passwords[user.email]) for user in users.USERS]
    print(console.demo_users(given, settings.state_dir / access.FILE), flush=True)


async def plant(database: Database, desk: Adopter, policy: PolicyFile, wanted: DemoAccess) -> int:
    """Put everything there as of the seeding's instant; how many cases that were."""
    at = wanted.seeded_at
    for customer in CUSTOMERS:
        await _settle_in(customer, database, policy, at=at)
    for agent in AGENTS:
        await agents.put(database, agent)
    await access.grant(database, wanted, TOKENS)
    await users.let_in(database, wanted)
    await publish(database, at=at)
    # Holidays are pinned from the year of an instant on: one of some months ago knows all that the lives run through.
    hours = {plan: preview_terms(policy, plan, at=at - timedelta(days=300)).hours for plan in policy.plans}
    found = await import_lives(lives(at, hours), CutOver(SCOPE, at), database=database, policy=policy, desk=desk)
    if found.refused:
        raise console.Stopped(console.not_imported([(each.key, each.step, each.reason) for each in found.refused]), 1)
    await rate_cases(database, found.closed)
    await settle_duty(database, at=at)  # last: what the lives went through pages nobody
    return len(found.adopted) + len(found.closed)


async def _settle_in(customer: DemoCustomer, database: Database, policy: PolicyFile, *, at: datetime) -> None:
    """A customer with its contract, solutions and roster."""
    key, today = customer_id(customer.key), bogota_date(at)

    await customers.create(database, Customer(key, customer.name, customer.tax_id), at=at)
    if terms := customer.contract:
        contract = await contracts.create(
            database,
            NewContract(
                id=f"con_{customer.key}",
                customer_id=key,
                plan=terms.plan,
                starts_on=today + timedelta(days=terms.starts),
                ends_on=today + timedelta(days=terms.ends),
                paid=True,
                managed_support=terms.managed,
            ),
            at=at,
        )
        if terms.renewed_to is not None:
            ends_on = today + timedelta(days=terms.renewed_to)
            await contracts.renew(database, contract.id, id=f"ren_{customer.key}", ends_on=ends_on, at=at)
    for name, given in customer.solutions.items():
        solution = Solution(
            id=solution_id(customer.key, name),
            customer_id=key,
            name=given.name,
            kind=given.kind,
            accepted_on=today - timedelta(days=given.accepted),
            acceptance_reference=given.certificate,
            serial_number=given.serial_number,
            provider_product=given.provider_product,
        )
        await solutions.create(database, solution, at=at)
    roster = [
        NewContact(
            contact_id(customer.key, contact.mailbox),
            RosterEntry(
                name=contact.name,
                email=customer.email(contact),
                is_system_administrator=contact.administrator,
                notice_reference=contact.letter,
                notified_on=today - timedelta(days=400),
                can_sign_in=contact.signs_in,
                phone=contact.phone or None,
            ),
        )
        for contact in customer.contacts
    ]
    await contacts.replace_roster(database, key, NewRoster(roster), policy=policy, at=at)
