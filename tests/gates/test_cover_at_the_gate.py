"""Warranty, contracts and what is held, over HTTP on the real service in skipped time: WAR-1 to 3, WAR-5, WAR-6.

Instants are Bogotá's and asserted to the second. Covers tell of their end on the engine's own days, so those tests
count from today; the others live in 2027.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from policy.cover.cover import CoverRef
from policy.terms.terms import CoverKind
from storage.cover import announcements
from storage.terms.terms import bogota_date
from tests.api.office import STANDARD
from tests.gates.conftest import Gate
from tests.gates.reading import (
    Newcomer,
    body,
    case_of,
    done,
    facts,
    letters,
    newcomer,
    opened,
    refused,
    shown,
    told_of,
)
from tests.support.lives import bogota

FRIDAY = "2027-10-29 11:30"
COMMERCIAL = "comercial@"
DAY = timedelta(days=1)
NEWS = "Su contrato de soporte lo cubre hasta"


async def paid(customer: Newcomer, contract: str, on: str, who: str = "commercial") -> dict[str, object]:
    payment = {"paid_on": on, "reference": "FV-1"}
    return done(await customer.office.post(f"/contracts/{contract}/payments", payment, who))


class TestTheWarranty:
    @pytest.mark.rule("WAR-1")
    @pytest.mark.parametrize(
        ("accepted_on", "last", "after"),
        [
            ("2026-11-30", "2027-02-28 23:59", "2027-03-01 00:00"),
            ("2027-11-30", "2028-02-29 23:59", "2028-03-01 00:00"),
            ("2027-10-15", "2028-01-15 23:59", "2028-01-16 00:00"),
        ],
    )
    async def test_lasts_three_calendar_months_its_last_day_included(
        self, gate: Gate, accepted_on: str, last: str, after: str
    ) -> None:
        gate.office.clock.at = bogota(f"{accepted_on} 10:00")
        customer = await newcomer(gate.office, accepted_on=accepted_on, acceptance_reference="Acta 118")
        served, held = await customer.case(last), await customer.case(after)
        assert (served["cover"], served["status"], served["plan"]) == ("warranty", "new", "standard")
        assert (held["cover"], held["status"]) == ("none", "held")

    @pytest.mark.rule("WAR-1")
    async def test_runs_from_a_certificate_that_was_signed(self, gate: Gate) -> None:
        gate.office.clock.at = bogota("2027-10-29 23:59")
        visor = {"name": "Visor", "kind": "cloud", "accepted_on": "2027-10-30", "acceptance_reference": "Acta 1"}
        ahead = await gate.office.post(f"/customers/{STANDARD}/solutions", visor, "commercial")
        refused(ahead, 422, "acceptance-in-future", "WAR-1", "tiene fecha 30 de octubre de 2027, que aún no llega")
        gate.office.clock.at = bogota("2027-10-30 00:00")
        done(await gate.office.post(f"/customers/{STANDARD}/solutions", visor, "commercial"))


class TestAfterTheContract:
    @pytest.mark.rule("WAR-2")
    async def test_support_goes_on_with_a_renewal_that_is_paid(self, gate: Gate) -> None:
        """Agreed is not enough: the case of the day before the payment is held."""
        gate.office.clock.at = bogota("2027-10-01 09:00")
        customer = await newcomer(gate.office)
        contract = done(await customer.contract("2027-10-01", "2027-10-31", paid=True))["id"]
        renewal = {"ends_on": "2028-10-31"}
        done(await gate.office.post(f"/contracts/{contract}/renewals", renewal, "commercial"))
        unpaid = await customer.case("2027-11-02 09:00")
        await gate.until(unpaid["number"], bogota("2027-11-03 09:00"))
        assert (await paid(customer, contract, "2027-11-03"))["paid_through"] == "2028-10-31"
        assert unpaid["status"] == "held"
        assert (await customer.case("2027-11-03 09:01"))["status"] == "new"

    @pytest.mark.rule("WAR-2")
    async def test_a_renewal_adds_days_and_a_payment_is_for_commercial_to_register(self, gate: Gate) -> None:
        gate.office.clock.at = bogota("2027-10-01 09:00")
        customer = await newcomer(gate.office)
        contract = done(await customer.contract("2027-10-01", "2027-10-31"))["id"]
        short = await gate.office.post(f"/contracts/{contract}/renewals", {"ends_on": "2027-10-31"}, "commercial")
        refused(short, 422, "renewal-too-short", "PLAN-12", "debe terminar después del 31 de octubre de 2027")
        payment = {"paid_on": "2027-10-01", "reference": "FV-1"}
        by_an_agent = await gate.office.post(f"/contracts/{contract}/payments", payment)
        refused(by_an_agent, 403, "role-not-allowed", None, "Su rol no permite")


class TestAnEarlyEnd:
    @pytest.mark.rule("PLAN-17")
    @pytest.mark.rule("WAR-6")
    async def test_is_told_and_from_its_day_on_new_cases_follow_the_other_contract(self, gate: Gate) -> None:
        """The contract's workflow sends the letters and ends; the open case keeps its plan, a held one is released."""
        now = gate.office.clock.at = datetime.now(UTC)
        today = bogota_date(now)
        customer = await newcomer(gate.office)
        contract = done(await customer.contract(str(today - 30 * DAY), str(today + 300 * DAY), paid=True))["id"]
        case = await customer.case(now)
        new = {"starts_on": str(today), "ends_on": str(today + 300 * DAY), "plan": "premium", "paid": False}
        new |= {"replaces": contract, "reason": "Necesita el teléfono."}
        unpaid = done(await gate.office.post(f"/customers/{customer.id}/contracts", new, "commercial"))["id"]
        assert (await gate.ended(f"contract-{contract}")).startswith("cubrió hasta el")
        [letter] = await letters(gate, customer.mailbox, "El contrato de soporte de Rutas del Sur cambia el")
        assert "Motivo: Necesita el teléfono." in body(letter)
        assert len(await letters(gate, COMMERCIAL, "El contrato de soporte de Rutas del Sur cambia el")) == 1

        held = await customer.case(now + timedelta(seconds=2))
        assert (held["status"], case["plan"]) == ("held", "standard")
        payment = {"paid_on": str(today), "reference": "FV-17"}
        done(await gate.office.post(f"/contracts/{unpaid}/payments", payment, "commercial"))
        released = await gate.so(held["number"], lambda case: case["status"] == "new")
        still = await case_of(gate.office, case["number"])
        assert (released["plan"], still["plan"], still["cover"]) == ("premium", "standard", "contract")


class TestAHeldCase:
    @pytest.mark.rule("WAR-3")
    async def test_has_no_clock_is_told_to_commercial_and_is_not_worked_on(self, gate: Gate) -> None:
        gate.office.clock.at = bogota(FRIDAY)
        customer = await newcomer(gate.office)
        case = await customer.case(FRIDAY)
        assert (case["status"], case["cover"], case["next_hand_off_at"]) == ("held", "none", None)
        assert case["clocks"] == {"initial_attention": None, "level": None}
        assert await told_of(gate.office, case["number"], "case_held") == {
            "commercial",
            f"contact:{customer.contact_id}",
        }
        [letter] = await letters(gate, customer.mailbox, "Su caso está retenido")
        assert "ninguno de sus tiempos corre" in body(letter)
        for command, sent in (("claim", {}), ("hand-offs", {"reason": "Urge."}), ("resolution", {"summary": "Ya."})):
            answer = await gate.office.give(case["number"], command, **sent)
            refused(answer, 409, "case-held", "WAR-3", "está retenido hasta que se renueve y se pague")

    @pytest.mark.rule("WAR-2")
    @pytest.mark.rule("WAR-3")
    async def test_is_released_by_the_payment_and_its_clocks_start_then(self, gate: Gate) -> None:
        """Held on Friday, paid on Tuesday at 11:30: an hour of level 1 ends after lunch, at 13:30."""
        gate.office.clock.at = bogota(FRIDAY)
        customer = await newcomer(gate.office)
        number = (await customer.case(FRIDAY))["number"]
        contract = done(await customer.contract("2027-11-01", "2027-12-31"))["id"]
        held = await gate.until(number, bogota("2027-11-02 11:30"))
        await paid(customer, contract, "2027-11-02")
        await gate.so(number, lambda case: case["status"] == "new")
        case = await gate.until(number, bogota("2027-11-02 13:29"))
        [released] = await facts(gate.office, number, "case_released")
        assert (held["status"], case["cover"], case["held_until"]) == ("held", "contract", None)
        assert (released["due_at"], case["next_hand_off_at"]) == (shown("2027-11-02 11:30"), shown("2027-11-02 13:30"))
        assert await told_of(gate.office, number, "case_released") >= {"commercial", "level:1"}

    @pytest.mark.rule("WAR-3")
    @pytest.mark.rule("PLAN-7")
    async def test_counts_from_the_date_of_a_payment_that_is_registered_late(self, gate: Gate) -> None:
        """Held on Friday, paid on Tuesday, registered on Thursday: overdue since Tuesday at 15:00.

        It came by telephone, which its plan does not hold: it goes on, by the web.
        """
        gate.office.clock.at = bogota(FRIDAY)
        customer = await newcomer(gate.office)
        number = (await customer.case(FRIDAY, channel="phone"))["number"]
        contract = done(await customer.contract("2027-11-01", "2027-12-31"))["id"]
        await gate.until(number, bogota("2027-11-03 12:00"))
        done(await gate.office.give(number, "replies", body="Aún no vemos el pago."))
        await gate.until(number, bogota("2027-11-04 09:00"))
        await paid(customer, contract, "2027-11-02")
        case = await gate.so(number, lambda case: case["overdue_at"] == shown("2027-11-02 15:00"))

        [released] = await facts(gate.office, number, "case_released")
        moved = [each["due_at"] for each in await facts(gate.office, number, "handed_off")]
        assert (released["due_at"], released["at"][:16]) == (shown("2027-11-02 00:00"), shown("2027-11-04 09:00")[:16])
        assert (moved, case["level"]) == ([shown("2027-11-02 09:00"), shown("2027-11-02 10:00")], 3)
        noted = released["data"]
        assert (case["channel"], noted["came_by"], noted["channels"]) == ("phone", "phone", ["web"])
        [letter] = await letters(gate, customer.mailbox, "Su caso ya no está retenido")
        told = " ".join(body(letter).split())
        assert "Sus tiempos cuentan desde el martes 2 de noviembre de 2027" in told
        assert "Llegó por teléfono, que su plan no incluye" in told

    @pytest.mark.rule("WAR-3")
    async def test_closes_as_not_covered_after_fifteen_business_days(self, gate: Gate) -> None:
        """From Friday 29 October: the Mondays 1 and 15 November are holidays, so Tuesday 23 is the fifteenth."""
        gate.office.clock.at = bogota(FRIDAY)
        customer = await newcomer(gate.office)
        number = (await customer.case(FRIDAY))["number"]
        before = await gate.until(number, bogota("2027-11-23 16:59"))
        case = await gate.until(number, bogota("2027-11-23 17:00"))
        [closed] = await facts(gate.office, number, "case_closed")
        assert (before["status"], before["held_until"], closed["due_at"]) == ("held", *[shown("2027-11-23 17:00")] * 2)
        assert (case["status"], case["closing_reason"]) == ("closed", "not_covered")
        refused(await gate.office.give(number, "claim"), 409, "case-closed", None, "abra un caso nuevo")


class TestTheEndOfCover:
    @pytest.mark.rule("WAR-5")
    async def test_is_announced_30_15_7_and_1_days_before_to_the_customer_and_to_commercial(self, gate: Gate) -> None:
        customer, contract = await self._covered(gate, 60)
        today = _today(gate)
        for told, (days, left) in enumerate(_LEFT, start=1):
            await self._morning(gate, contract, today + (60 - days) * DAY)
            to_the_customer = await letters(gate, customer.mailbox, NEWS, told)
            assert len(to_the_customer) == len(await letters(gate, COMMERCIAL, "termina el", told)) == told
            assert any(left in body(each) for each in to_the_customer)
        await self._morning(gate, contract, today + 61 * DAY)
        assert (await gate.ended(f"contract-{contract}")).startswith("cubrió hasta el")

    @pytest.mark.rule("WAR-5")
    async def test_is_not_announced_once_a_renewal_is_paid(self, gate: Gate) -> None:
        customer, contract = await self._covered(gate, 20)
        assert len(await letters(gate, customer.mailbox, NEWS)) == 1  # 20 days are less than 30: told at once
        today = _today(gate)
        renewal = {"ends_on": str(today + 400 * DAY)}
        done(await gate.office.post(f"/contracts/{contract}/renewals", renewal, "commercial"))
        await paid(customer, contract, str(today))
        for days in (5, 13, 19, 21):
            await self._morning(gate, contract, today + days * DAY)
        cover = CoverRef(kind=CoverKind.CONTRACT, id=contract, customer_id=customer.id)
        rows = await announcements.of_cover(gate.office.db, cover)
        assert {row.ends_on for row in rows} == {today + 20 * DAY}
        assert [row.days_before for row in rows if row.is_for_the_customer] == [30]
        assert len(gate.letters(customer.mailbox)) == 1

    @staticmethod
    async def _covered(gate: Gate, days: int) -> tuple[Newcomer, str]:
        """A customer whose paid contract has its last day in so many days.

        It began long ago: what is due of its end already goes out at any hour, while a cover that begins today is
        announced at 08:00 of today at the earliest.
        """
        gate.office.clock.at = datetime.now(UTC)
        customer = await newcomer(gate.office)
        today = _today(gate)
        contract = await customer.contract(str(today - 300 * DAY), str(today + days * DAY), paid=True)
        return customer, done(contract)["id"]

    @staticmethod
    async def _morning(gate: Gate, contract: str, on: date) -> None:
        """Let a contract's own clock run on to the minute after 08:00 of a day."""
        at = _bogota(on, time(8, 1))
        name = f"contract-{contract}"
        gate.office.clock.at = at
        await gate.env.fast_forward(gate.env.client.get_workflow_handle(name), at - await gate.now(name))


class TestCoverOfTheLastDay:
    @pytest.mark.rule("WAR-6")
    async def test_serves_the_case_to_its_end(self, gate: Gate) -> None:
        """Opened on Friday 31 December at 23:59; its two hours of level 1 begin on Monday."""
        number = await opened(gate, "2027-12-31 23:59", proposed_priority=4)
        case = await gate.until(number, bogota("2028-01-03 09:00"))
        assert (case["cover"], case["status"], case["next_hand_off_at"]) == (
            "contract",
            "new",
            shown("2028-01-03 10:00"),
        )
        done(await gate.office.give(number, "resolution", summary="Se amplió la cuota."))
        assert done(await gate.office.give(number, "confirmation", "contact"))["closing_reason"] == "confirmed"

    @pytest.mark.rule("WAR-6")
    async def test_serves_no_case_of_the_day_after(self, gate: Gate) -> None:
        case = await case_of(gate.office, await opened(gate, "2028-01-01 00:00"))
        assert (case["cover"], case["status"], case["clocks"]["level"]) == ("none", "held", None)
        refused(await gate.office.give(case["number"], "claim"), 409, "case-held", "WAR-3", "está retenido")


_LEFT = ((30, "Faltan 30 días"), (15, "Faltan 15 días"), (7, "Faltan 7 días"), (1, "Eso es mañana"))


def _bogota(on: date, at: time) -> datetime:
    return bogota(f"{on} {at:%H:%M}")


def _today(gate: Gate) -> date:
    """The date in Bogotá of the office's clock."""
    return bogota_date(gate.office.clock.at)
