"""Delivering what is said of a cover's end: what holds when it leaves, and who is reached (WAR-5, PLAN-8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.cover import AnnouncementsWaiting, Cover
from policy.case.case import Actor, Plan, Role
from policy.cover.cover import CoverRef
from policy.terms.terms import CoverKind
from storage.cover import announcements, contracts, endings
from storage.cover.announcements import AnnouncementRow
from storage.cover.contracts import NewContract, NewPayment
from storage.cover.endings import NewEnding
from storage.people.contacts import NewContact
from tests.activities.post import Post
from tests.storage.desk import START, Desk, entry
from tests.support.lives import When, bogota, policy

CONTRACT = CoverRef(kind=CoverKind.CONTRACT, id="contract-1", customer_id="customer-1")
LAST, RENEWED = date(2026, 12, 31), date(2027, 12, 31)
ANA, COMMERCIAL = "ana@cliente.example", "com@desk.example"

pytestmark = pytest.mark.rule("WAR-5")


@dataclass
class Covers:
    """A paid contract until the end of 2026, and the activity that tells of it."""

    desk: Desk
    post: Post
    at: When = "2026-12-01 08:00"
    clock: Any = field(init=False)

    async def announce(self, at: When) -> None:
        self.at = at
        await announcements.announce(self.desk.db, policy(), CONTRACT, at=bogota(at))

    async def deliver(self, at: When) -> None:
        self.at = at
        cover = Cover(
            database=self.desk.db,
            policy=policy(),
            mail=self.post,
            mail_from="Mesa <mesa@desk.example>",
            commercial_mailbox=COMMERCIAL,
            workflows=None,  # type: ignore[arg-type]
            clock=lambda: bogota(self.at),
            public_url="https://mesa.example",
        )
        await ActivityEnvironment().run(cover.deliver, CONTRACT)

    async def rows(self) -> list[AnnouncementRow]:
        return await announcements.of_cover(self.desk.db, CONTRACT)

    def said_to(self, address: str) -> list[str]:
        return [" ".join(str(each.get_content()).split()) for each in self.post.sent if each["To"] == address]


@pytest.fixture
async def covers(desk: Desk, post: Post) -> Covers:
    await contracts.create(
        desk.db,
        NewContract(
            id=CONTRACT.id,
            customer_id="customer-1",
            plan=Plan.PREMIUM,
            starts_on=date(2026, 1, 1),
            ends_on=LAST,
            paid=True,
        ),
        at=START,
    )
    return Covers(desk, post)


async def renew(covers: Covers) -> None:
    await contracts.renew(covers.desk.db, CONTRACT.id, id="r", ends_on=RENEWED, at=bogota("2026-12-01 09:00"))


class TestWhatIsSaid:
    async def test_counts_the_days_from_when_it_leaves(self, covers: Covers) -> None:
        """Recorded the day before, it leaves on the last day, and again after it."""
        await covers.announce("2026-12-30 08:00")
        covers.post.failures[COMMERCIAL] = [OSError("down")]
        with pytest.raises(AnnouncementsWaiting):
            await covers.deliver("2026-12-31 09:00")
        await covers.deliver("2027-01-02 09:00")

        assert "Eso es hoy." in covers.said_to(ANA)[0]
        assert "Ese día ya pasó." in covers.said_to(COMMERCIAL)[0]

    async def test_is_not_said_once_the_renewal_is_paid(self, covers: Covers) -> None:
        await covers.announce("2026-12-01 08:00")
        await renew(covers)
        paid = NewPayment(id="p", paid_on=date(2026, 12, 1), reference="FV 1")
        await contracts.pay(covers.desk.db, CONTRACT.id, paid, at=bogota("2026-12-01 10:00"))
        await covers.deliver("2026-12-01 11:00")

        assert covers.post.sent == []
        assert [row.is_superseded for row in await covers.rows()] == [True, True]

    async def test_tells_of_a_renewal_that_was_agreed_since(self, covers: Covers) -> None:
        await covers.announce("2026-12-01 08:00")
        await renew(covers)
        await covers.deliver("2026-12-01 11:00")

        assert "su pago aún no está registrado" in covers.said_to(ANA)[0]

    async def test_is_the_nearest_of_what_had_to_wait(self, covers: Covers) -> None:
        """Mail was away for weeks: one letter, not two."""
        await covers.announce("2026-12-01 08:00")
        await covers.announce("2026-12-24 08:00")
        await covers.deliver("2026-12-24 09:00")

        assert [len(covers.said_to(each)) for each in (ANA, COMMERCIAL)] == [1, 1]
        assert "Faltan 7 días." in covers.said_to(ANA)[0]


class TestWhoIsTold:
    async def test_the_commercial_team_knows_that_the_administrators_are(self, covers: Covers) -> None:
        await covers.announce("2026-12-01 08:00")
        await covers.deliver("2026-12-01 08:00")

        assert "También se avisó a los administradores del cliente." in covers.said_to(COMMERCIAL)[0]

    @pytest.mark.rule("REQ-3")
    async def test_the_commercial_team_knows_that_nobody_is(self, covers: Covers) -> None:
        """The written notice of the one administrator of its first roster is not in force yet."""
        first = NewContact("contact-1", entry(notified_on=date(2027, 6, 1)))
        await covers.desk.roster(first, at="2025-01-02 08:00")
        await covers.announce("2026-12-01 08:00")
        await covers.deliver("2026-12-01 08:00")

        assert covers.said_to(ANA) == []
        assert "No se pudo avisar a nadie del cliente" in covers.said_to(COMMERCIAL)[0]
        assert [(row.given_up, row.is_superseded) for row in await covers.rows()] == [(True, False), (False, False)]


@pytest.mark.rule("PLAN-8")
class TestASmallerPlan:
    async def test_asks_the_administrators_once_who_stays(self, covers: Covers) -> None:
        await self._five(covers)
        for at in ("2027-01-01 00:00", "2027-01-01 08:00"):
            await covers.announce(at)
            await covers.deliver(at)

        [said] = covers.said_to(ANA)
        assert "plan Estándar, en el que 2 contactos" in said
        assert "hay 5 designados" in said
        assert "https://mesa.example/contactos" in said
        assert covers.said_to(COMMERCIAL) == []

    async def test_asks_nothing_where_all_have_a_place(self, covers: Covers) -> None:
        await covers.announce("2027-01-01 00:00")
        assert await covers.rows() == []

    async def test_asks_nothing_before_the_last_day_is_over(self, covers: Covers) -> None:
        await self._five(covers)
        await covers.announce("2026-12-31 23:59")
        assert {row.asks_who_stays for row in await covers.rows()} == {False}

    async def test_asks_nothing_once_the_customer_has_chosen(self, covers: Covers) -> None:
        await self._five(covers)
        await covers.announce("2027-01-01 00:00")
        await covers.desk.roster(NewContact("contact-1", entry()), at="2027-01-01 07:00")
        await covers.deliver("2027-01-01 08:00")
        assert covers.said_to(ANA) == []

    @staticmethod
    async def _five(covers: Covers) -> None:
        others = [
            NewContact(f"c-{name}", entry(name, is_system_administrator=False))
            for name in ("Beto", "Caro", "Dani", "Eva")
        ]
        await covers.desk.roster(NewContact("contact-1", entry()), *others, at="09:00")


@pytest.mark.rule("PLAN-17")
async def test_who_is_told_of_an_early_end_learns_why_and_what_follows(covers: Covers) -> None:
    """Both sides, also where the contract's last day has passed by then."""
    other = NewContract(
        id="contract-2",
        customer_id="customer-1",
        plan=Plan.STANDARD,
        starts_on=date(2026, 12, 1),
        ends_on=RENEWED,
        paid=True,
    )
    new = NewEnding(
        id="end-1",
        contract_id=CONTRACT.id,
        from_on=date(2026, 12, 1),
        reason="Cambia de plan.",
        by=Actor(Role.COMMERCIAL, "carla"),
        replacement=other,
    )
    await endings.end(covers.desk.db, new, at=bogota("2026-12-01 09:00"))
    await covers.deliver("2026-12-01 09:01")

    for address in (ANA, COMMERCIAL):
        [said] = covers.said_to(address)
        assert "plan Premium) se terminó antes de su plazo" in said
        assert "Motivo: Cambia de plan." in said
        assert "lo reemplaza un contrato del plan Estándar, hasta el 31 de diciembre de 2027." in said
