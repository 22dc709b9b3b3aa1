"""Customers, contracts, solutions, contacts and agents: kept once per id, changed only as the rules allow."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from policy.case.case import Level, Plan
from policy.cover.contracts import ContractsOverlap, RenewalTooShort, TermEndsBeforeItStarts, UnknownCalendar
from policy.cover.solutions import AcceptanceRegisteredAlready
from policy.people.contacts import AdministratorMissing, RosterChanged, TooManySignIns, WrittenNoticeMissing
from storage.cover import contracts, solutions
from storage.cover.contracts import Contract, NewContract, NewPayment
from storage.cover.solutions import Certificate, Solution, SolutionKind
from storage.engine.database import Database
from storage.people import agents, contacts, customers
from storage.people.agents import Agent
from storage.people.contacts import NewContact, NewRoster
from storage.people.customers import Customer, TaxIdTaken
from tests.storage.desk import START, Desk, entry
from tests.support.lives import bogota, policy

ACME = Customer("acme", "Acme S.A.S.", "900123456-7")


async def contract(desk: Desk, id_: str = "contract-1", calendars: Sequence[str] = (), **changes: Any) -> Contract:
    given: dict[str, Any] = {
        "customer_id": "customer-1",
        "plan": Plan.PREMIUM,
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "paid": True,
    }
    return await contracts.create(desk.db, NewContract(id=id_, **{**given, **changes}), calendars=calendars, at=START)


# -- customers


async def test_a_customer_is_kept_once_per_id(db: Database) -> None:
    """The same request again gives the same customer, whatever it says."""
    await customers.create(db, ACME, at=START)

    again = await customers.create(db, Customer("acme", "Otro", "1"), at=START)

    assert again == await customers.get(db, "acme") == ACME
    assert await customers.get(db, "nobody") is None


async def test_two_customers_do_not_share_a_tax_id(db: Database) -> None:
    await customers.create(db, ACME, at=START)

    with pytest.raises(TaxIdTaken):
        await customers.create(db, Customer("other", "Otro", ACME.tax_id), at=START)


@pytest.mark.parametrize("written", ["900123456", "0900123456", "900123456-8"])
async def test_nor_one_nit_that_is_written_differently(db: Database, written: str) -> None:
    await customers.create(db, ACME, at=START)

    with pytest.raises(TaxIdTaken):
        await customers.create(db, Customer("other", "Otro", written), at=START)


async def test_customers_are_listed_page_by_page(db: Database) -> None:
    for name in "cab":
        await customers.create(db, Customer(name, name, name), at=START)

    first = await customers.listing(db, limit=2)
    rest = await customers.listing(db, limit=2, cursor=first.next_cursor)

    assert [each.id for each in (*first.items, *rest.items)] == ["a", "b", "c"]
    assert rest.next_cursor is None


# -- contracts


async def test_a_contract_is_kept_once_per_id(desk: Desk) -> None:
    """A retry does not overlap with itself."""
    made = await contract(desk)

    assert await contract(desk) == made == await contracts.get(desk.db, "contract-1")
    assert made.paid


@pytest.mark.rule("PLAN-12")
async def test_contracts_that_overlap_are_refused(desk: Desk) -> None:
    await contract(desk)

    with pytest.raises(ContractsOverlap):
        await contract(desk, "contract-2", starts_on=date(2026, 12, 31), ends_on=date(2027, 12, 30))
    with pytest.raises(TermEndsBeforeItStarts):
        await contract(desk, "contract-3", starts_on=date(2028, 1, 2), ends_on=date(2028, 1, 1))


@pytest.mark.rule("PLAN-12")
async def test_two_contracts_made_at_once_cannot_overlap(desk: Desk) -> None:
    """One of them is refused, whoever comes first."""
    found = await asyncio.gather(*(contract(desk, f"contract-{n}") for n in range(5)), return_exceptions=True)

    assert sum(isinstance(each, Contract) for each in found) == 1
    assert sum(isinstance(each, ContractsOverlap) for each in found) == 4


@pytest.mark.rule("PLAN-14")
async def test_a_contract_takes_hours_that_the_policy_knows(desk: Desk) -> None:
    assert (await contract(desk, calendar="7x24", calendars=["8x5", "7x24"])).calendar == "7x24"

    with pytest.raises(UnknownCalendar):
        await contract(desk, "contract-2", calendar="9x9", calendars=["8x5", "7x24"])


async def test_a_contract_of_an_unknown_customer_is_not_found(desk: Desk) -> None:
    with pytest.raises(LookupError):
        await contract(desk, customer_id="nobody")
    with pytest.raises(LookupError):
        await contracts.renew(desk.db, "none", id="x", ends_on=date(2027, 1, 1), at=START)
    with pytest.raises(LookupError):
        await contracts.pay(desk.db, "none", NewPayment(id="x", paid_on=date(2027, 1, 1), reference="R"), at=START)


@pytest.mark.rule("WAR-2")
async def test_a_renewal_agreed_ahead_covers_once_it_is_paid_and_takes_nothing_away(desk: Desk) -> None:
    await contract(desk)

    renewed = await contracts.renew(desk.db, "contract-1", id="r1", ends_on=date(2027, 12, 31), at=START)
    before = [renewed.cover.covers(on) for on in (date(2026, 12, 31), date(2027, 1, 1))]
    paid = await contracts.pay(
        desk.db, "contract-1", NewPayment(id="p1", paid_on=date(2026, 11, 1), reference="F-1"), at=START
    )

    assert (renewed.paid, before) == (False, [True, False])
    assert (paid.paid, paid.cover.covers(date(2027, 12, 31))) == (True, True)


async def test_a_renewal_and_a_payment_happen_once_per_id(desk: Desk) -> None:
    """And stay as rows of their own."""
    await contract(desk, paid=False)
    for _ in range(2):
        await contracts.renew(desk.db, "contract-1", id="r1", ends_on=date(2027, 12, 31), at=START)
        await contracts.pay(
            desk.db, "contract-1", NewPayment(id="p1", paid_on=date(2026, 11, 1), reference="F-1"), at=START
        )

    renewals = await contracts.renewals(desk.db, "contract-1")
    payments = await contracts.payments(desk.db, "contract-1")
    assert [(each.from_ends_on, each.ends_on) for each in renewals] == [(date(2026, 12, 31), date(2027, 12, 31))]
    assert [(each.reference, each.paid_through) for each in payments] == [("F-1", date(2027, 12, 31))]


@pytest.mark.rule("PLAN-12")
async def test_a_renewal_that_adds_nothing_or_overlaps_is_refused(desk: Desk) -> None:
    await contract(desk)
    await contract(desk, "contract-2", starts_on=date(2027, 7, 1), ends_on=date(2028, 6, 30))

    for ends_on, refusal in ((date(2026, 12, 31), RenewalTooShort), (date(2027, 7, 1), ContractsOverlap)):
        with pytest.raises(refusal):
            await contracts.renew(desk.db, "contract-1", id="r1", ends_on=ends_on, at=START)
    assert [each.ends_on for each in await contracts.of_customer(desk.db, "customer-1")] == [
        date(2026, 12, 31),
        date(2028, 6, 30),
    ]


@pytest.mark.rule("REQ-1")
async def test_who_was_taken_off_since_a_lost_request_is_not_put_back_by_its_repetition(desk: Desk) -> None:
    """Asked for again later it is a new request."""
    new, ana = NewContact("beto", entry("Beto", can_sign_in=False)), NewContact("contact-1", entry())
    asked = replace(new, asked_at=bogota("09:00"))
    await contacts.add(desk.db, "customer-1", asked, policy=policy(), at=bogota("09:00"))
    await desk.roster(ana, at="09:05")

    with pytest.raises(RosterChanged):
        await contacts.add(desk.db, "customer-1", asked, policy=policy(), at=bogota("09:10"))

    assert [each.name for each in await contacts.roster(desk.db, "customer-1")] == ["Ana"]
    put_back = await contacts.add(desk.db, "customer-1", new, policy=policy(), at=bogota("09:20"))
    assert put_back.removed_at is None


# -- solutions


async def test_a_solution_is_kept_whole_and_once(desk: Desk) -> None:
    given = Solution(
        id="solution-2",
        customer_id="customer-1",
        name="Rastreador",
        kind=SolutionKind.EQUIPMENT,
        accepted_on=date(2026, 9, 1),
        acceptance_reference="Acta 4",
        supplied_by_us=False,
        serial_number="SN-1",
        provider_product="maps",
    )

    kept = [await solutions.create(desk.db, given, at=START) for _ in range(2)]

    assert kept == [given, given]
    assert await solutions.get(desk.db, "solution-2") == given
    assert [each.id for each in await solutions.of_customer(desk.db, "customer-1")] == ["solution-1", "solution-2"]


@pytest.mark.rule("WAR-1")
async def test_a_certificate_may_come_later_and_comes_once(desk: Desk) -> None:
    """Also where its answer was lost and the same request comes again."""
    given = Certificate(id="acc-1", accepted_on=date(2026, 11, 2), reference="Acta 5")

    kept = [await solutions.accept(desk.db, "solution-1", given, at=START) for _ in range(2)]

    assert [(each.accepted_on, each.acceptance_reference) for each in kept] == [(date(2026, 11, 2), "Acta 5")] * 2
    with pytest.raises(AcceptanceRegisteredAlready):
        await solutions.accept(desk.db, "solution-1", replace(given, id="acc-2"), at=START)
    with pytest.raises(LookupError):
        await solutions.accept(desk.db, "nothing", given, at=START)


async def test_a_solution_of_an_unknown_customer_is_not_found(db: Database) -> None:
    with pytest.raises(LookupError):
        await solutions.create(db, Solution(id="s", customer_id="nobody", name="S", kind=SolutionKind.CLOUD), at=START)


# -- contacts


async def test_a_roster_replaces_the_one_before(desk: Desk) -> None:
    """By e-mail address, whatever its capitals: who stays keeps the id, and who is left out is none any more."""
    await desk.roster(NewContact("a", entry("Ana")), NewContact("b", entry("Beto")))
    case = await desk.open(contact_id="contact-1")

    changed = entry("Ana María", email="ANA@cliente.example", is_system_administrator=True)
    roster = await desk.roster(NewContact("c", changed), NewContact("d", entry("Dora")))

    assert [(each.id, each.name) for each in roster] == [("contact-1", "Ana María"), ("d", "Dora")]
    assert case.contact_id == "contact-1"
    gone = await contacts.get(desk.db, "b")
    assert gone is not None
    assert gone.removed_at == START


async def test_who_comes_back_is_the_same_contact(desk: Desk) -> None:
    await desk.roster(NewContact("b", entry("Beto")))
    roster = await desk.roster(NewContact("x", entry("Ana")))

    assert [(each.id, each.removed_at) for each in roster] == [("contact-1", None)]


@pytest.mark.rule("REQ-2")
async def test_a_roster_without_an_administrator_leaves_the_old_one(desk: Desk) -> None:
    with pytest.raises(AdministratorMissing):
        await desk.roster(NewContact("b", entry("Beto", is_system_administrator=False)))

    assert [each.id for each in await contacts.roster(desk.db, "customer-1")] == ["contact-1"]


@pytest.mark.rule("REQ-3")
async def test_a_contact_without_written_notice_is_refused(desk: Desk) -> None:
    with pytest.raises(WrittenNoticeMissing):
        await desk.roster(NewContact("b", entry("Beto", notice_reference=None)))


@pytest.mark.rule("REQ-3")
async def test_a_contact_is_active_from_the_day_of_the_notice_in_bogota(desk: Desk) -> None:
    later = NewContact("b", entry("Beto", notified_on=date(2026, 11, 25)))
    (_, contact) = await desk.roster(NewContact("contact-1", entry()), later)

    assert not contact.is_active(at=bogota("2026-11-24 23:59"))
    assert contact.is_active(at=bogota("2026-11-25 00:00"))


def people(count: int) -> list[NewContact]:
    return [NewContact(f"p{place}", entry(f"Persona{place}")) for place in range(count)]


@pytest.mark.rule("REQ-6", "PLAN-8")
async def test_places_in_the_portal_are_those_of_the_plan_in_force(desk: Desk) -> None:
    """Two under Standard, which is also what a customer without a contract has; five under Premium."""
    with pytest.raises(TooManySignIns) as standard:
        await desk.roster(*people(3))
    await contract(desk)
    assert len(await desk.roster(*people(5))) == 5
    with pytest.raises(TooManySignIns) as premium:
        await desk.roster(*people(6))

    assert [each.value.values["places"] for each in (standard, premium)] == [2, 5]


@pytest.mark.rule("REQ-6")
async def test_rosters_put_at_once_leave_one_of_them_whole(desk: Desk) -> None:
    """Never a mixture, which could have more sign-ins than places."""
    rosters = [[NewContact(f"{n}-{p}", entry(f"Persona{n}{p}")) for p in range(2)] for n in range(5)]

    await asyncio.gather(*(desk.roster(*roster) for roster in rosters))

    kept = {each.id for each in await contacts.roster(desk.db, "customer-1")}
    assert kept in [{each.id for each in roster} for roster in rosters]


async def add(desk: Desk, name: str) -> contacts.Contact:
    new = NewContact(name, entry(name, is_system_administrator=False))
    return await contacts.add(desk.db, "customer-1", new, policy=policy(), at=START)


@pytest.mark.rule("REQ-6", "PLAN-8")
@pytest.mark.parametrize("time", range(3))
async def test_of_those_named_at_once_for_the_last_place_one_has_it(url: str, desk: Desk, time: int) -> None:
    """Each on connections of its own, as processes are; the roster stays whole."""
    desks = [Desk(Database.at(url)) for _ in range(4)]
    try:
        found = await asyncio.gather(*(add(each, f"P{n}") for n, each in enumerate(desks)), return_exceptions=True)
    finally:
        for each in desks:
            await each.db.close()

    assert [isinstance(each, TooManySignIns) for each in found].count(True) == 3
    (winner,) = (each for each in found if isinstance(each, contacts.Contact))
    assert {each.id for each in await contacts.roster(desk.db, "customer-1")} == {"contact-1", winner.id}


@pytest.mark.rule("REQ-6")
async def test_of_two_who_replace_the_same_roster_one_does(desk: Desk) -> None:
    tag = (await contacts.state(desk.db, "customer-1", policy=policy(), at=START)).tag
    both = (
        contacts.replace_roster(
            desk.db,
            "customer-1",
            NewRoster([NewContact(f"p{n}", entry(f"P{n}"))], expected=tag),
            policy=policy(),
            at=START,
        )
        for n in range(2)
    )
    found = await asyncio.gather(*both, return_exceptions=True)

    assert sum(isinstance(each, RosterChanged) for each in found) == 1


@pytest.mark.rule("PLAN-8")
async def test_a_plan_that_shrinks_keeps_the_roster_and_asks_who_stays(desk: Desk) -> None:
    """From the day after the contract's last one; nobody's row is lost."""
    await contract(desk)
    await desk.roster(*people(5))

    states = [
        await contacts.state(desk.db, "customer-1", policy=policy(), at=bogota(at))
        for at in ("2026-12-31 23:59", "2027-01-01 00:00")
    ]

    assert [(each.places, each.sign_ins.choice_needed) for each in states] == [(5, False), (2, True)]
    assert states[0].contacts == states[1].contacts
    assert [state.may_sign_in(states[1].contacts[4]) for state in states] == [True, False]


@pytest.mark.rule("PLAN-8")
async def test_a_roster_within_the_places_is_the_answer(desk: Desk) -> None:
    await contract(desk)
    await desk.roster(*people(5))
    chosen = [NewContact("x", entry(f"Persona{n}", can_sign_in=n < 2)) for n in range(5)]

    state = await contacts.replace_roster(
        desk.db, "customer-1", NewRoster(chosen, only_choosing=True), policy=policy(), at=bogota("2027-01-01 09:00")
    )

    assert not state.sign_ins.choice_needed
    assert [each.id for each in state.contacts if state.may_sign_in(each)] == ["p0", "p1"]


async def test_rosters_belong_to_their_customers(desk: Desk) -> None:
    """The same address may be a contact of two, and is found for both."""
    await desk.furnish("customer-2", "contact-2", "solution-2")

    assert [each.id for each in await contacts.roster(desk.db, "customer-2")] == ["contact-2"]
    assert [each.id for each in await contacts.by_email(desk.db, "ANA@cliente.example")] == ["contact-1", "contact-2"]
    with pytest.raises(LookupError):
        await desk.roster(*people(1), customer="nobody")


# -- agents


async def test_an_agent_is_kept_as_last_given(db: Database) -> None:
    agent = Agent(
        id="a", name="Luz", email="luz@escala.example", levels=(Level.HELP_DESK, Level.SPECIALISTS), groups=("sig",)
    )
    await agents.put(db, Agent(id="a", name="L", email="l@escala.example", levels=()))

    await agents.put(db, agent)

    assert await agents.get(db, "a") == agent
    assert await agents.listing(db) == [agent]
    assert await agents.get(db, "b") is None


async def test_names_are_kept_as_they_are_written(db: Database) -> None:
    """Nothing in a name is read as SQL or loses its accents."""
    name = "Peña'); DROP TABLE customers; -- 测试 😀"
    await customers.create(db, Customer("x", name, "1"), at=START)

    async with db.read() as connection:
        assert await connection.scalar(text("SELECT name FROM customers")) == name
