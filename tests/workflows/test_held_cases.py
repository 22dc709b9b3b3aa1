"""Held cases on the real server: cover that comes in time releases them, whoever is down meanwhile; else they close.

Everything is asked for over HTTP; the case's own clock and the office's are let run on together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from policy.case.case import Case, ClosingReason, Plan, Status
from policy.terms.terms import CoverKind
from tests.workflows.cover_office import DAY, CoverOffice, LiveCase, add_contract, in_bogota
from workflows import addresses


async def until(case: LiveCase, holds: Callable[[Case], bool]) -> Case:
    """The case once this holds of it."""
    async with asyncio.timeout(20):
        while not holds(state := await case.state()):
            await asyncio.sleep(0.01)
    return state


def is_released(case: Case) -> bool:
    return case.status is not Status.HELD


async def held_until(case: LiveCase) -> datetime:
    until = (await case.state()).held_until
    assert until is not None
    return until


async def released(case: LiveCase) -> dict[str, Any]:
    """The fact that released the case."""
    await until(case, is_released)
    return next(fact for fact in await case.facts() if fact["kind"] == "case_released")


class TestCoverThatComesInTime:
    @pytest.mark.rule("PLAN-13")
    @pytest.mark.rule("WAR-2")
    @pytest.mark.rule("WAR-3")
    async def test_releases_the_case_with_the_payment_not_with_the_contract(self, covers: CoverOffice) -> None:
        """Clocks start, plan and cover are the contract's, everywhere that the case is seen."""
        customer = await covers.newcomer()
        case = await covers.open_case(customer)
        await case.until((await case.state()).opened_at + 2 * DAY)
        contract = await covers.contract(customer, ends_in=200, plan="premium", managed_support=True)
        assert (await case.answer())["status"] == "held"

        await covers.pay(contract)
        await until(case, is_released)

        seen = await case.answer()
        assert (seen["status"], seen["plan"], seen["cover"], seen["held_until"]) == ("new", "premium", "contract", None)
        assert seen["clocks"]["level"]["state"] == "running"
        assert seen["managed_support"]
        async with asyncio.timeout(20):  # the engine shows it once the workflow's task is done
            while (shown := (await case.handle.describe()).typed_search_attributes)[addresses.STATUS] != "new":
                await asyncio.sleep(0.01)
        assert shown[addresses.PLAN] == Plan.PREMIUM

    @pytest.mark.rule("WAR-2")
    async def test_may_be_a_renewal_that_is_paid(self, covers: CoverOffice) -> None:
        customer = await covers.newcomer()
        contract = await covers.contract(customer, starts_in=-300, ends_in=-1, paid=True)
        case = await covers.open_case(customer)
        await covers.renew(contract, covers.today + 300 * DAY)
        assert (await case.state()).status is Status.HELD
        covers.office.clock.passes(seconds=30)
        await covers.pay(contract)
        assert (await released(case))["data"]["cover"] == "contract"

    @pytest.mark.rule("WAR-3")
    async def test_may_be_a_contract_that_begins_later(self, covers: CoverOffice) -> None:
        """Paid today, it covers from its first day in Bogotá on; then the contract's workflow tells the case."""
        customer = await covers.newcomer()
        case = await covers.open_case(customer)
        contract = await covers.contract(customer, starts_in=3, ends_in=300, paid=True)
        begins = in_bogota(covers.today + 3 * DAY, hour=0)
        await case.until(begins)
        assert (await case.state()).status is Status.HELD
        await covers.skip(covers.workflow(f"contract-{contract['id']}"), begins)

        assert datetime.fromisoformat((await released(case))["due_at"]) == begins

    @pytest.mark.rule("WAR-1")
    @pytest.mark.rule("WAR-3")
    async def test_may_be_found_by_the_sweep(self, covers: CoverOffice) -> None:
        """A contract that came with an import: nobody told the case."""
        customer = await covers.newcomer()
        case = await covers.open_case(customer)
        await add_contract(covers, customer, f"imported-{customer.id}")
        assert "1 casos retenidos" in await covers.sweep()
        assert (await released(case))["kind"] == "case_released"

    @pytest.mark.rule("WAR-3")
    async def test_may_come_while_the_case_opens(self, covers: CoverOffice) -> None:
        """After its terms were read and before it was held: nobody tells it, and it looks by itself."""
        customer = await covers.newcomer()
        registered_at = covers.office.clock.at + timedelta(seconds=1)
        await add_contract(covers, customer, f"meanwhile-{customer.id}", at=registered_at)
        case = await covers.open_case(customer)
        assert datetime.fromisoformat((await released(case))["due_at"]) == registered_at

    @pytest.mark.rule("ESC-15")
    @pytest.mark.rule("WAR-3")
    async def test_counts_though_no_worker_runs_over_the_end_of_the_hold(self, idle: CoverOffice) -> None:
        """The payment was registered in time: the case is released late, and its clocks count from the payment."""
        async with idle.worker():
            customer = await idle.newcomer()
            contract = await idle.contract(customer, ends_in=200, plan="premium")
            case = await idle.open_case(customer)
            ends = await held_until(case)
        idle.office.clock.at = paid_at = ends - timedelta(minutes=10)
        await idle.pay(contract)
        skipping = asyncio.create_task(case.until(ends + timedelta(hours=1)))
        async with idle.worker():
            await skipping
            fact = await released(case)
            state = await until(case, lambda state: state.level > 1)

        assert datetime.fromisoformat(fact["due_at"]) == paid_at
        assert state.status is Status.NEW
        moved = next(fact for fact in await case.facts() if fact["kind"] == "handed_off")
        assert datetime.fromisoformat(moved["due_at"]) == paid_at + timedelta(hours=1)


class TestCoverThatDoesNotCome:
    @pytest.mark.rule("WAR-3")
    async def test_closes_the_case(self, covers: CoverOffice) -> None:
        """An agreed contract that nobody paid does not help."""
        customer = await covers.newcomer()
        await covers.contract(customer, ends_in=200)
        case = await covers.open_case(customer)
        await case.until(await held_until(case))
        assert await case.handle.result() == "not_covered"

    @pytest.mark.rule("WAR-3")
    async def test_in_time_is_as_none(self, covers: CoverOffice) -> None:
        """A payment that is registered at the very end of the hold does not release the case, nor reopen it later."""
        customer = await covers.newcomer()
        contract = await covers.contract(customer, ends_in=200)
        case = await covers.open_case(customer)
        covers.office.clock.at = ends = await held_until(case)
        await covers.pay(contract)
        await case.until(ends)
        assert await case.handle.result() == "not_covered"
        assert (await covers.workflow(f"contract-{contract['id']}").describe()).status is (
            WorkflowExecutionStatus.RUNNING
        )

    @pytest.mark.rule("WAR-3")
    @pytest.mark.parametrize("before", [timedelta(milliseconds=1), timedelta(0)])
    async def test_races_the_closing_with_one_outcome(self, covers: CoverOffice, before: timedelta) -> None:
        """The payment is registered, and at the same moment the hold ends, somebody writes and the case is told.

        What was registered before the end releases it, whichever of them the case hears of first.
        """
        customer = await covers.newcomer()
        case = await covers.open_case(customer)
        ends = await held_until(case)
        await covers.skip(case.handle, ends - timedelta(milliseconds=50))
        covers.office.clock.at = ends - before
        await add_contract(covers, customer, f"raced-{customer.id}")
        await asyncio.gather(
            covers.skip(case.handle, ends + timedelta(seconds=1)),
            case.handle.signal(addresses.COVER_CHANGED),
            covers.office.give(case.number, "notes", "director", body="¿Ya pagaron?"),
        )
        state = await until(case, is_released)

        assert state.closing_reason is (None if before else ClosingReason.NOT_COVERED)
        kinds = [fact["kind"] for fact in await case.facts()]
        assert kinds.count("case_released") + kinds.count("case_closed") == 1


class TestCoverThatWasThere:
    @pytest.mark.rule("WAR-6")
    async def test_on_the_last_day_serves_the_case_to_its_end(self, covers: CoverOffice) -> None:
        """A week after the contract ended the case is still worked on, under its terms."""
        customer = await covers.newcomer()
        contract = await covers.contract(customer, starts_in=-300, ends_in=0, paid=True)
        case = await covers.open_case(customer)
        await covers.skip(covers.workflow(f"contract-{contract['id']}"), in_bogota(covers.today + DAY))
        await case.until(in_bogota(covers.today + 7 * DAY, hour=10))
        await covers.office.give(case.number, "resolution", "director", summary="Se corrigió la capa.")
        await covers.office.give(case.number, "confirmation", customer.id)

        assert await case.handle.result() == "confirmed"
        assert (await case.answer())["cover"] == CoverKind.CONTRACT
        assert (await (await covers.open_case(customer)).state()).status is Status.HELD
