"""Covers in both databases: their days, what was announced, what is untold, and since when a held case is covered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from policy.case.case import Plan
from policy.cover.cover import CoverRef
from policy.cover.cover_end import CoverDates
from policy.cover.cover_since import CoveredSince
from policy.people.recipients import Administrators, recipient_to_text
from policy.terms.terms import CoverKind, Terms
from storage.cover import announcements, contracts, cover_changes, covers, solutions
from storage.cover.contracts import NewContract, NewPayment
from storage.cover.solutions import Solution, SolutionKind
from storage.terms import terms
from storage.terms.terms import CustomerSolution, covered_terms
from tests.storage.desk import START, Desk
from tests.support.lives import UNCOVERED, When, bogota, policy

CONTRACT = CoverRef(kind=CoverKind.CONTRACT, id="contract-1", customer_id="customer-1")
WARRANTY = CoverRef(kind=CoverKind.WARRANTY, id="accepted", customer_id="customer-1")
LAST = date(2026, 12, 31)


async def contract(desk: Desk, id_: str = "contract-1", at: datetime = START, **changes: Any) -> None:
    given: dict[str, Any] = {
        "customer_id": "customer-1",
        "plan": Plan.PREMIUM,
        "starts_on": date(2026, 1, 1),
        "ends_on": LAST,
        "paid": True,
    }
    await contracts.create(desk.db, NewContract(id=id_, **{**given, **changes}), at=at)


async def accepted(desk: Desk, on: date) -> None:
    given = Solution(
        id="accepted", customer_id="customer-1", name="G", kind=SolutionKind.CLOUD, accepted_on=on,
        acceptance_reference="Acta 1",
    )  # fmt: skip
    await solutions.create(desk.db, given, at=START)


async def pay(desk: Desk, at: When, id_: str = "contract-1") -> None:
    await contracts.pay(
        desk.db, id_, NewPayment(id=f"pay-{at}", paid_on=date(2026, 11, 25), reference="FV 1"), at=bogota(at)
    )


async def renew(desk: Desk, ends_on: date) -> None:
    await contracts.renew(desk.db, "contract-1", id=f"ren-{ends_on}", ends_on=ends_on, at=START)


async def dates(desk: Desk, cover: CoverRef = CONTRACT) -> CoverDates:
    async with desk.db.read() as connection:
        found = await covers.dates(connection, policy(), cover)
    assert found
    return found


class TestACoversDays:
    @pytest.mark.rule("WAR-2")
    async def test_reach_as_far_as_it_is_paid(self, desk: Desk) -> None:
        await contract(desk)
        await renew(desk, date(2027, 12, 31))

        found = await dates(desk)

        assert (found.covered_through, found.unpaid_until) == (LAST, date(2027, 12, 31))

    @pytest.mark.rule("WAR-1")
    async def test_of_a_warranty_are_three_months(self, desk: Desk) -> None:
        await accepted(desk, date(2026, 10, 15))
        assert (await dates(desk, WARRANTY)).covered_through == date(2027, 1, 15)

    @pytest.mark.rule("WAR-5")
    async def test_go_on_where_the_next_contract_is_paid(self, desk: Desk) -> None:
        await contract(desk)
        await contract(desk, "contract-2", starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31))
        assert (await dates(desk)).goes_on

    async def test_of_what_is_not_there_are_none(self, desk: Desk) -> None:
        async with desk.db.read() as connection:
            assert await covers.dates(connection, policy(), CONTRACT) is None
            assert await covers.dates(connection, policy(), WARRANTY) is None

    async def test_that_are_not_over_are_listed(self, desk: Desk) -> None:
        await contract(desk)
        await contract(desk, "over", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
        await accepted(desk, date(2026, 8, 25))

        found = [await covers.unfinished(desk.db, policy(), at=bogota(f"2026-11-{day} 23:00")) for day in (25, 26)]

        assert found == [[CONTRACT, WARRANTY], [CONTRACT]]


@pytest.mark.rule("WAR-5")
class TestAnAnnouncement:
    async def test_is_recorded_once_for_each_recipient(self, desk: Desk) -> None:
        await contract(desk)
        for _ in range(2):
            await announcements.announce(desk.db, policy(), CONTRACT, at=bogota("2026-12-01 08:00"))

        rows = await announcements.pending(desk.db, CONTRACT)

        assert [(recipient_to_text(row.recipient), row.days_before) for row in rows] == [
            ("administrators:customer-1", 30),
            ("commercial", 30),
        ]
        assert (await dates(desk)).given == (30,)

    async def test_is_not_made_before_its_instant(self, desk: Desk) -> None:
        await contract(desk)
        found = await announcements.announce(desk.db, policy(), CONTRACT, at=bogota("2026-12-01 07:59"))
        assert found
        assert found.given == ()

    async def test_is_made_anew_for_a_new_last_day(self, desk: Desk) -> None:
        await contract(desk)
        await announcements.announce(desk.db, policy(), CONTRACT, at=bogota("2026-12-30 08:00"))
        await renew(desk, date(2027, 12, 31))
        await pay(desk, "2026-12-31 08:00")

        assert (await dates(desk)).given == ()

    async def test_is_no_longer_pending_once_it_left_or_was_given_up(self, desk: Desk) -> None:
        await contract(desk)
        await announcements.announce(desk.db, policy(), CONTRACT, at=bogota("2026-12-01 08:00"))
        first, second = await announcements.pending(desk.db, CONTRACT)
        await announcements.delivered(desk.db, first.id, at=START, to=["ana@cliente.example"])
        await announcements.failed(desk.db, second.id, error="no such mailbox", final=True)

        assert await announcements.pending(desk.db, CONTRACT) == []
        assert [row.delivered_to for row in await announcements.of_cover(desk.db, CONTRACT)] == [
            ("ana@cliente.example",),
            (),
        ]


class TestAChange:
    async def test_is_noted_until_it_is_told(self, desk: Desk) -> None:
        await contract(desk)
        await accepted(desk, date(2026, 10, 15))
        assert set(await cover_changes.untold(desk.db)) == {CONTRACT, WARRANTY}
        await cover_changes.told(desk.db, CONTRACT, at=START)
        assert set(await cover_changes.untold(desk.db)) == {WARRANTY}

    async def test_that_came_after_what_was_told_stays(self, desk: Desk) -> None:
        await contract(desk, paid=False)
        await pay(desk, "2026-11-25 10:00")
        await cover_changes.told(desk.db, CONTRACT, at=START)
        assert await cover_changes.untold(desk.db) == {CONTRACT: bogota("2026-11-25 10:00")}

    async def test_is_as_late_as_the_latest_of_two_that_cross(self, desk: Desk) -> None:
        """Two processes note theirs in the other order than they came."""
        await contract(desk, at=bogota("2026-11-25 10:00"))
        await renew(desk, date(2027, 12, 31))
        assert await cover_changes.untold(desk.db) == {CONTRACT: bogota("2026-11-25 10:00")}


async def covered(desk: Desk, held_until: When = "2026-12-17 09:00") -> tuple[Terms, CoveredSince] | None:
    return await covered_terms(
        desk.db,
        policy(),
        CustomerSolution(customer_id="customer-1", solution_id="accepted"),
        opened_at=bogota("09:00"),
        held_until=bogota(held_until),
    )


class TestAHeldCase:
    @pytest.mark.rule("WAR-2")
    async def test_is_covered_by_a_payment_not_by_the_contract_alone(self, desk: Desk) -> None:
        await contract(desk, paid=False)
        assert await covered(desk) is None
        await pay(desk, "2026-11-26 10:00")
        found = await covered(desk)
        assert found
        assert (found[0].plan, found[0].cover.reference) == (Plan.PREMIUM, "contract-1")

    @pytest.mark.rule("WAR-3")
    async def test_counts_from_the_date_of_the_payment_and_is_released_once_that_is_registered(
        self, desk: Desk
    ) -> None:
        """Paid on the day of the opening, registered on the next."""
        await contract(desk, paid=False)
        await pay(desk, "2026-11-26 10:00")
        found = await covered(desk)
        assert found
        assert (found[0].plan, found[1]) == (
            Plan.PREMIUM,
            CoveredSince(known_at=bogota("2026-11-26 10:00"), counts_from=bogota("2026-11-25 09:00")),
        )

    @pytest.mark.rule("WAR-3")
    async def test_keeps_its_release_whatever_is_paid_later(self, desk: Desk) -> None:
        """The first payment in time counts, also where a later one pays for more."""
        await contract(desk, at=bogota("2026-11-26 08:00"))
        await renew(desk, date(2027, 12, 31))
        await pay(desk, "2027-01-05 10:00")
        found = await covered(desk)
        assert found
        assert (found[0].cover.ends_on, found[1].counts_from) == (LAST, bogota("2026-11-26 08:00"))

    @pytest.mark.rule("WAR-3")
    async def test_is_not_covered_by_a_payment_at_the_end_of_its_hold(self, desk: Desk) -> None:
        await contract(desk, paid=False)
        await pay(desk, "2026-12-17 09:00")
        assert await covered(desk) is None

    @pytest.mark.rule("WAR-1")
    async def test_is_covered_by_a_warranty_that_is_registered(self, desk: Desk) -> None:
        await accepted(desk, date(2026, 11, 1))
        found = await covered(desk)
        assert found
        assert found[0].cover.kind is CoverKind.WARRANTY

    @pytest.mark.rule("PLAN-13")
    async def test_has_managed_support_where_its_contract_holds_it(self, desk: Desk) -> None:
        await contract(desk, managed_support=True, at=bogota("2026-11-26 08:00"))
        found = await covered(desk)
        assert found
        assert found[0].managed_support

    @pytest.mark.rule("WAR-3")
    async def test_is_listed_with_its_customers(self, desk: Desk) -> None:
        held = await desk.open(terms=UNCOVERED)
        await desk.open()
        assert await covers.held_cases(desk.db, "customer-1") == [held.number] == await covers.held_cases(desk.db)
        assert await covers.held_cases(desk.db, "customer-2") == []


class TestAPaymentInBetween:
    """It is committed by another process between two things that are read."""

    @pytest.mark.rule("WAR-2")
    async def test_is_seen_whole_or_not_at_all(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        await contract(desk, paid=False)
        read = terms._paid

        async def then_paid(*given: Any) -> Any:
            seen = await read(*given)
            await pay(desk, "2026-11-26 10:00")
            return seen

        monkeypatch.setattr(terms, "_paid", then_paid)
        assert await covered(desk) is None
        monkeypatch.undo()
        assert await covered(desk)

    async def test_leaves_what_is_read_as_it_was(self, desk: Desk) -> None:
        await contract(desk)
        await renew(desk, date(2027, 12, 31))
        async with desk.db.read() as connection:
            before = await covers.dates(connection, policy(), CONTRACT)
            await pay(desk, "2026-11-25 10:00")
            assert await covers.dates(connection, policy(), CONTRACT) == before
        assert await dates(desk) != before

    @pytest.mark.rule("WAR-5")
    async def test_waits_for_what_is_being_announced(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """So nothing is announced of a last day that a payment has moved."""
        await contract(desk)
        await renew(desk, date(2027, 12, 31))
        read, paying = covers.dates, set[asyncio.Task[None]]()

        async def while_paid(*given: Any) -> Any:
            seen = await read(*given)
            paying.add(asyncio.create_task(pay(desk, "2026-12-01 08:00")))
            await asyncio.wait(paying, timeout=0.2)
            return seen

        monkeypatch.setattr(covers, "dates", while_paid)
        found = await announcements.announce(desk.db, policy(), CONTRACT, at=bogota("2026-12-01 08:00"))
        monkeypatch.undo()
        await asyncio.gather(*paying, return_exceptions=True)

        assert found
        assert (found.covered_through, found.given) == (LAST, (30,))
        assert (await dates(desk)).covered_through == date(2027, 12, 31)


@pytest.mark.rule("WAR-5")
async def test_an_announcement_names_what_it_speaks_of(desk: Desk) -> None:
    await accepted(desk, date(2026, 9, 1))
    await announcements.announce(desk.db, policy(), WARRANTY, at=bogota("2026-11-30 08:00"))
    row = (await announcements.pending(desk.db, WARRANTY))[0]
    assert replace(row, id=0) == announcements.AnnouncementRow(
        id=0, cover=CoverKind.WARRANTY, cover_id="accepted", ends_on=date(2026, 12, 1), days_before=1,
        recipient=Administrators("customer-1"), customer_id="customer-1", unpaid_until=None,
        at=bogota("2026-11-30 08:00"), attempts=0, name="Cliente customer-1", solution="G",
    )  # fmt: skip
