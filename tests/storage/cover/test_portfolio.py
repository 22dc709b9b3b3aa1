"""Contracts one by one: what is done with one leaves the others, and what is owed is told of each that owes."""

from __future__ import annotations

from datetime import date

import pytest

from storage.cover import contracts, portfolio
from tests.storage.cover.test_covers import LAST, contract, pay
from tests.storage.desk import START, Desk

TODAY = date(2026, 11, 25)


async def two(desk: Desk, *, first_is_paid: bool) -> None:
    """A contract of one customer, and one of another that is not paid."""
    await desk.furnish("customer-2", "contact-2", "solution-2")
    await contract(desk, paid=first_is_paid)
    await contract(desk, "contract-2", customer_id="customer-2", paid=False)


async def renew(desk: Desk, contract_id: str) -> None:
    await contracts.renew(desk.db, contract_id, id=f"ren-{contract_id}", ends_on=date(2027, 12, 31), at=START)


@pytest.mark.rule("WAR-2")
async def test_a_contract_is_owed_until_all_of_its_days_are_paid(desk: Desk) -> None:
    await two(desk, first_is_paid=True)
    assert [each.id for each in await portfolio.unpaid(desk.db, TODAY)] == ["contract-2"]

    await renew(desk, "contract-1")
    assert [each.id for each in await portfolio.unpaid(desk.db, TODAY)] == ["contract-2", "contract-1"]


@pytest.mark.rule("WAR-2")
async def test_a_payment_and_a_renewal_are_of_one_contract(desk: Desk) -> None:
    await two(desk, first_is_paid=False)
    first = await contracts.get(desk.db, "contract-1")

    await pay(desk, "2026-11-25 09:00", "contract-2")
    await renew(desk, "contract-2")

    assert await contracts.get(desk.db, "contract-1") == first
    second = await contracts.get(desk.db, "contract-2")
    assert second
    assert (second.paid_through, second.ends_on) == (LAST, date(2027, 12, 31))
