"""What a case to come would be promised: plan, hours, holidays and cover on the day in Bogotá."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from policy.case.case import Channel, Plan
from policy.terms.amended_terms import AmendedPart
from policy.terms.policy_file import PolicyFileError
from policy.terms.terms import Cover, CoverKind, Terms
from policy.time.calendar import Closure
from policy.time.holiday_list import HolidayChanges
from storage.case import views
from storage.cover import contracts, solutions
from storage.cover.contracts import NewContract, NewPayment
from storage.cover.solutions import Certificate, Solution, SolutionKind
from storage.terms.policy_files import read_policy_file
from storage.terms.terms import CustomerSolution, amended_now, preview_terms, terms_for
from tests.storage.desk import START, Desk
from tests.support.lives import PLUS, bogota, policy, policy_with_a_third_plan

OF = CustomerSolution(customer_id="customer-1", solution_id="solution-1")


async def contract(
    desk: Desk, id_: str = "contract-1", at: datetime = START, calendars: Sequence[str] = (), **changes: Any
) -> None:
    given: dict[str, Any] = {
        "customer_id": "customer-1",
        "plan": Plan.PREMIUM,
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "paid": True,
    }
    await contracts.create(desk.db, NewContract(id=id_, **{**given, **changes}), calendars=calendars, at=at)


async def accepted(desk: Desk, on: date) -> None:
    given = Solution(
        id="accepted", customer_id="customer-1", name="G", kind=SolutionKind.CLOUD, accepted_on=on,
        acceptance_reference="Acta 1",
    )  # fmt: skip
    await solutions.create(desk.db, given, at=bogota("2026-12-01 09:00"))


async def found(desk: Desk, at: str = "09:00", solution: str = "solution-1", customer: str = "customer-1") -> Terms:
    of = CustomerSolution(customer_id=customer, solution_id=solution)
    return await terms_for(desk.db, policy(), of, at=bogota(at))


@pytest.mark.rule("WAR-3")
async def test_a_contract_gives_its_plan_and_cover(desk: Desk) -> None:
    await contract(desk)

    terms = await found(desk)

    assert (terms.plan, terms.cover) == (Plan.PREMIUM, Cover(CoverKind.CONTRACT, "contract-1", date(2026, 12, 31)))


@pytest.mark.rule("PLAN-16")
async def test_a_plan_that_only_the_policy_file_knows_is_kept_and_given(desk: Desk) -> None:
    """With its own matrix; where a file has no more than the table, with the policy's."""
    await contract(desk, plan=PLUS)

    terms = await terms_for(desk.db, policy_with_a_third_plan(), OF, at=bogota("09:00"))
    case = await desk.open(terms=terms)

    assert (terms.plan, terms.plan_name, terms.limits[0][0]) == (PLUS, "Extendido", timedelta(minutes=10))
    assert policy_with_a_third_plan().limits_of(Plan.PREMIUM) == policy().limits
    row = await views.case(desk.db, case.number)
    assert row is not None
    assert row.plan == PLUS


@pytest.mark.rule("WAR-6")
@pytest.mark.parametrize(
    ("at", "kind"), [("2026-12-31 23:59", CoverKind.CONTRACT), ("2027-01-01 00:00", CoverKind.NONE)]
)
async def test_cover_ends_with_the_day_in_bogota(desk: Desk, at: str, kind: CoverKind) -> None:
    """In UTC the last day is over five hours earlier."""
    await contract(desk)

    assert (await found(desk, at)).cover.kind is kind


@pytest.mark.rule("PLAN-12")
async def test_a_contract_that_has_not_begun_covers_nothing(desk: Desk) -> None:
    await contract(desk, starts_on=date(2026, 11, 26))

    assert (await found(desk, "2026-11-25 23:59")).cover.kind is CoverKind.NONE


@pytest.mark.rule("WAR-2")
async def test_a_contract_that_is_not_paid_covers_nothing_until_it_is(desk: Desk) -> None:
    await contract(desk, paid=False)
    before = await found(desk)

    await contracts.pay(desk.db, "contract-1", NewPayment(id="p", paid_on=date(2026, 11, 2), reference="F"), at=START)

    assert (before.cover.kind, (await found(desk)).cover.kind) == (CoverKind.NONE, CoverKind.CONTRACT)


@pytest.mark.rule("WAR-1", "WAR-3")
async def test_without_a_contract_the_warranty_covers_for_three_months(desk: Desk) -> None:
    """Its last day included; the plan is the policy file's for warranties."""
    await accepted(desk, date(2026, 11, 30))

    last = await found(desk, "2027-02-28 23:59", "accepted")
    after = await found(desk, "2027-03-01 00:00", "accepted")

    assert (last.plan, last.cover) == (Plan.STANDARD, Cover(CoverKind.WARRANTY, "accepted", date(2027, 2, 28)))
    assert after.cover == Cover(CoverKind.NONE)


async def test_another_customers_solution_covers_nothing(desk: Desk) -> None:
    await accepted(desk, date(2026, 11, 1))
    await desk.furnish("customer-2", "contact-2", "solution-2")

    assert (await found(desk, solution="accepted", customer="customer-2")).cover.kind is CoverKind.NONE


@pytest.mark.rule("WAR-2")
@pytest.mark.parametrize(("at", "kind"), [("10:59", CoverKind.NONE), ("11:00", CoverKind.CONTRACT)])
async def test_what_was_registered_later_promises_nothing(desk: Desk, at: str, kind: CoverKind) -> None:
    """A case of 10:59 that is asked for again after the payment of 11:00 is one without cover."""
    await contract(desk, paid=False)
    await contracts.pay(
        desk.db, "contract-1", NewPayment(id="p", paid_on=date(2026, 11, 25), reference="F"), at=bogota("11:00")
    )

    assert (await found(desk, at)).cover.kind is kind


@pytest.mark.rule("WAR-1")
@pytest.mark.rule("WAR-2")
async def test_nor_does_a_contract_or_a_certificate_that_is_registered_later(desk: Desk) -> None:
    await contract(desk, at=bogota("11:00"))
    given = Certificate(id="acc", accepted_on=date(2026, 11, 2), reference="Acta 5")
    await solutions.accept(desk.db, "solution-1", given, at=bogota("11:00"))

    assert (await found(desk, "10:59")).cover == Cover(CoverKind.NONE)


@pytest.mark.rule("WAR-2")
async def test_a_renewal_that_is_paid_later_takes_nothing_away(desk: Desk) -> None:
    await contract(desk, ends_on=date(2026, 11, 30))
    await contracts.renew(desk.db, "contract-1", id="r", ends_on=date(2027, 11, 30), at=bogota("10:00"))
    await contracts.pay(
        desk.db, "contract-1", NewPayment(id="p", paid_on=date(2026, 11, 25), reference="F"), at=bogota("11:00")
    )

    ends = [(await found(desk, at)).cover.ends_on for at in ("10:59", "11:00")]

    assert ends == [date(2026, 11, 30), date(2027, 11, 30)]


@pytest.mark.rule("PLAN-7")
@pytest.mark.rule("WAR-3")
@pytest.mark.parametrize(("plan", "held"), [(Plan.PREMIUM, set(Channel)), (Plan.STANDARD, {Channel.WEB})])
async def test_without_cover_the_channels_are_those_of_the_last_contract(
    desk: Desk, plan: Plan, held: set[Channel]
) -> None:
    await contract(desk, plan=plan)

    assert set((await found(desk, "2027-01-04 09:00")).channels) == held


@pytest.mark.rule("WAR-3")
async def test_without_any_contract_yet_every_channel_leads_to_a_held_case(desk: Desk) -> None:
    assert set((await found(desk)).channels) == set(Channel)


@pytest.mark.rule("PLAN-14")
async def test_a_contract_may_have_hours_of_its_own(desk: Desk) -> None:
    await contract(desk, plan=Plan.STANDARD, calendar="7x24", calendars=list(policy().hours))

    terms = await found(desk)

    assert (terms.plan, terms.hours.name, terms.business_days.name) == (Plan.STANDARD, "7x24", "8x5")


@pytest.mark.rule("PLAN-14", "PLAN-15")
async def test_holidays_of_the_opening_year_and_the_two_after_are_pinned(desk: Desk) -> None:
    """From 2026 the law adds Monday 13 July."""
    await contract(desk, plan=Plan.STANDARD)

    closures = [closure.on for closure in (await found(desk)).hours.closures]

    assert (closures[0], closures[-1]) == (date(2026, 1, 1), date(2028, 12, 25))
    assert date(2026, 7, 13) in closures


@pytest.mark.rule("PLAN-14")
def test_the_policy_files_own_holidays_close_new_cases_calendars() -> None:
    """A law that the library does not know yet; by its name, in the days' order."""
    changes = HolidayChanges((Closure(date(2026, 11, 27), "Día de la vida"),), (date(2026, 12, 8),))
    changed = replace(policy(), holidays={"CO": changes})

    closures = preview_terms(changed, Plan.STANDARD, at=bogota("09:00")).hours.closures

    assert changes.added[0] in closures
    assert date(2026, 12, 8) not in {closure.on for closure in closures}
    assert list(closures) == sorted(closures, key=lambda closure: closure.on)


@pytest.mark.rule("PLAN-15")
def test_amended_terms_hold_the_holidays_of_the_same_years() -> None:
    """So that a case whose law did not change has nothing to amend."""
    pinned = preview_terms(policy(), Plan.STANDARD, at=bogota("2025-03-03 09:00"))

    assert amended_now(policy(), pinned, tuple(AmendedPart), at=bogota("09:00")) is pinned


@pytest.mark.rule("PLAN-15")
def test_amended_terms_of_a_case_that_lives_long_know_the_years_to_come() -> None:
    pinned = preview_terms(policy(), Plan.STANDARD, at=bogota("2024-03-04 09:00"))

    closures = amended_now(policy(), pinned, [AmendedPart.HOLIDAYS], at=bogota("09:00")).hours.closures

    assert (closures[0].on.year, closures[-1].on.year) == (2024, 2027)


async def test_the_year_of_the_holidays_is_bogotas(desk: Desk) -> None:
    closures = (await found(desk, "2026-12-31 22:00")).business_days.closures

    assert closures[0].on == date(2026, 1, 1)


async def test_a_preview_is_what_a_contract_of_the_plan_would_give(desk: Desk) -> None:
    await contract(desk)
    real, preview = await found(desk), preview_terms(policy(), Plan.PREMIUM, at=bogota("09:00"))

    assert (preview.plan, preview.hours, preview.limits) == (real.plan, real.hours, real.limits)


def test_the_built_in_policy_file_is_read_when_none_is_named(tmp_path: Path) -> None:
    own = tmp_path / "policy.toml"
    own.write_text("version = 1")

    assert read_policy_file(None) == policy()
    with pytest.raises(PolicyFileError, match=r"policy\.toml"):
        read_policy_file(own)
