"""Early ends of contracts in both databases: what they change for whom, and that each is written once (PLAN-17)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from policy.case.case import Actor, Plan, Role
from policy.cover.contracts import ContractEnded, ContractsOverlap
from policy.cover.cover import CoverRef
from policy.cover.cover_since import CoveredSince
from policy.people.recipients import Administrators, Commercial
from policy.terms.terms import CoverKind, Terms
from storage.cover import announcements, contracts, covers, endings, solutions
from storage.cover.contracts import Contract, NewContract, NewPayment
from storage.cover.endings import NewEnding
from storage.cover.solutions import Solution, SolutionKind
from storage.terms.terms import CustomerSolution, covered_terms, plan_on, terms_for
from tests.storage.desk import START, Desk
from tests.support.lives import When, bogota, policy

pytestmark = pytest.mark.rule("PLAN-17")

CARLA = Actor(Role.COMMERCIAL, "carla")
OF = CustomerSolution(customer_id="customer-1", solution_id="solution-1")
REF = CoverRef(kind=CoverKind.CONTRACT, id="old", customer_id="customer-1")


def new(id_: str, plan: Plan, starts_on: str, ends_on: str, *, paid: bool = True) -> NewContract:
    first, last = date.fromisoformat(starts_on), date.fromisoformat(ends_on)
    return NewContract(id=id_, customer_id="customer-1", plan=plan, starts_on=first, ends_on=last, paid=paid)


async def a_year(desk: Desk, *, paid: bool = True) -> None:
    await contracts.create(desk.db, new("old", Plan.PREMIUM, "2026-01-01", "2026-12-31", paid=paid), at=START)


async def ended(desk: Desk, from_on: str, at: When, **more: Any) -> Contract:
    given: dict[str, Any] = {"id": "end-1", "contract_id": "old", "reason": "Cierra.", "by": CARLA} | more
    return await endings.end(desk.db, NewEnding(from_on=date.fromisoformat(from_on), **given), at=bogota(at))


async def opened(desk: Desk, at: When, known_by: When | None = None) -> Terms:
    by = None if known_by is None else bogota(known_by)
    return await terms_for(desk.db, policy(), OF, at=bogota(at), known_by=by)


async def test_from_its_day_on_a_case_is_without_cover_and_before_it_with(desk: Desk) -> None:
    await a_year(desk)
    kept = await ended(desk, "2026-12-10", "2026-11-25 09:00")

    assert (kept.ends_on, kept.paid_through, kept.paid) == (date(2026, 12, 9), date(2026, 12, 9), True)
    before, after = await opened(desk, "2026-12-09 23:59"), await opened(desk, "2026-12-10 00:00")
    assert (before.cover.ends_on, after.cover.kind) == (date(2026, 12, 9), CoverKind.NONE)


async def test_a_replacement_gives_its_plan_from_its_day_on(desk: Desk) -> None:
    """Also today: what was opened this morning keeps the old plan, and the retry of that opening gets it again."""
    await a_year(desk)
    other = new("new", Plan.STANDARD, "2026-11-25", "2027-12-31")
    await ended(desk, "2026-11-25", "2026-11-25 12:00", replacement=other)

    morning = await opened(desk, "2026-11-25 09:00", known_by="2026-11-25 09:00")
    afternoon = await opened(desk, "2026-11-25 12:00")
    assert (morning.plan, afternoon.plan, afternoon.cover.reference) == (Plan.PREMIUM, Plan.STANDARD, "new")
    async with desk.db.read() as connection:
        assert await plan_on(connection, policy(), customer_id="customer-1", on=date(2026, 11, 25)) == Plan.STANDARD


async def test_the_warranty_behind_it_covers_again(desk: Desk) -> None:
    await a_year(desk)
    given = Solution(
        id="accepted", customer_id="customer-1", name="G", kind=SolutionKind.CLOUD,
        accepted_on=date(2026, 11, 1), acceptance_reference="Acta 1",
    )  # fmt: skip
    await solutions.create(desk.db, given, at=START)
    await ended(desk, "2026-12-10", "2026-11-25 09:00")

    of = CustomerSolution(customer_id="customer-1", solution_id="accepted")
    assert (await terms_for(desk.db, policy(), of, at=bogota("2026-12-10 09:00"))).cover.kind is CoverKind.WARRANTY


async def test_a_held_case_is_released_by_a_paid_replacement_and_not_by_days_that_were_ended(desk: Desk) -> None:
    """The old contract was not paid; paid after its end, it pays for the days until there."""
    await a_year(desk, paid=False)
    other = new("new", Plan.STANDARD, "2026-12-01", "2027-12-31")
    await ended(desk, "2026-12-01", "2026-11-25 12:00", replacement=other)
    held = {"opened_at": bogota("2026-11-25 10:00"), "held_until": bogota("2026-12-16 17:00")}

    found = await covered_terms(desk.db, policy(), OF, **held)
    assert found is not None
    assert (found[0].plan, found[1].counts_from) == (Plan.STANDARD, bogota("2026-12-01 00:00"))
    payment = NewPayment(id="p", paid_on=date(2026, 11, 26), reference="F")
    paid = await contracts.pay(desk.db, "old", payment, at=bogota("2026-11-26 09:00"))
    assert paid.paid_through == date(2026, 11, 30)
    found = await covered_terms(desk.db, policy(), OF, **held)
    assert found is not None
    assert (found[0].plan, found[1].counts_from) == (Plan.PREMIUM, bogota("2026-11-26 09:00"))


@pytest.mark.rule("WAR-3", "WAR-6")
async def test_a_payment_that_is_registered_after_it_covers_by_its_own_date_what_came_before_it(desk: Desk) -> None:
    """Paid on the 25th, ended from the 26th, registered on the 26th: the case of the 25th was covered."""
    await a_year(desk, paid=False)
    await ended(desk, "2026-11-26", "2026-11-25 12:00")
    payment = NewPayment(id="p", paid_on=date(2026, 11, 25), reference="F")
    await contracts.pay(desk.db, "old", payment, at=bogota("2026-11-26 09:00"))

    held = {"opened_at": bogota("2026-11-25 10:00"), "held_until": bogota("2026-12-16 17:00")}
    found = await covered_terms(desk.db, policy(), OF, **held)
    assert found is not None
    since = CoveredSince(known_at=bogota("2026-11-26 09:00"), counts_from=bogota("2026-11-25 10:00"))
    assert (found[0].plan, found[0].cover.kind, found[1]) == (Plan.PREMIUM, CoverKind.CONTRACT, since)


async def test_it_is_written_once_and_whole(desk: Desk) -> None:
    """The same request changes nothing, another is refused, and a replacement that overlaps leaves all as it was."""
    await a_year(desk)
    await contracts.create(desk.db, new("next", Plan.PREMIUM, "2027-01-01", "2027-12-31"), at=START)
    other = new("new", Plan.STANDARD, "2026-12-10", "2027-06-30")
    with pytest.raises(ContractsOverlap):
        await ended(desk, "2026-12-10", "2026-11-25 09:00", replacement=other)
    assert await endings.of_contract(desk.db, "old") is None

    first = await ended(desk, "2026-12-10", "2026-11-25 09:00")
    assert await ended(desk, "2026-12-10", "2026-11-25 10:00") == first
    with pytest.raises(ContractEnded):
        await ended(desk, "2026-12-05", "2026-11-25 11:00", id="end-2")
    with pytest.raises(ContractEnded):
        await contracts.renew(desk.db, "old", id="r", ends_on=date(2026, 12, 20), at=bogota("11:00"))
    [kept] = (await endings.of_customer(desk.db, "customer-1")).values()
    assert (kept.from_on, kept.from_ends_on, kept.by.id, kept.at) == (
        date(2026, 12, 10), date(2026, 12, 31), "carla", bogota("2026-11-25 09:00")
    )  # fmt: skip


@pytest.mark.rule("WAR-5")
async def test_both_sides_are_told_and_the_end_is_announced_by_its_new_day(desk: Desk) -> None:
    await a_year(desk)
    await ended(desk, "2026-12-10", "2026-11-25 09:00")

    told = await announcements.pending(desk.db, REF)
    assert [each.tells_of_early_end for each in told] == [True, True]
    assert {type(each.recipient) for each in told} == {Administrators, Commercial}
    async with desk.db.read() as connection:
        dates = await covers.dates(connection, policy(), REF)
    assert dates is not None
    assert (dates.covered_through, dates.given) == (date(2026, 12, 9), ())
    [announcement, *_] = dates.announcements
    assert announcement.ends_on == date(2026, 12, 9)
