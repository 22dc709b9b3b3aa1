"""Budgets: who pays, until when they are spent, and that they refill evenly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.budgets import Allowance, Budgets, BudgetSpent, Holder, Spending
from policy.case.case import Actor, Role
from storage.signing_in.tokens import Principal
from tests.support.lives import bogota

AT = bogota("09:00")
HOUR = timedelta(hours=1)
OPENING = Spending.OPENING


def contact(name: str, customer: str = "c", token: str = "") -> Principal:
    return Principal(token or f"token-{name}", Actor(Role.CONTACT, name), customer)


def budgets(**times: int) -> Budgets:
    return Budgets({(OPENING, Holder(holder)): Allowance(each, HOUR) for holder, each in times.items()})


def spent(budgets: Budgets, by: Principal, times: int = 1, *, minutes: float = 0) -> int:
    """How many of so many tries were taken."""
    taken = 0
    for _ in range(times):
        try:
            budgets.spend(OPENING, by, at=AT + timedelta(minutes=minutes))
        except BudgetSpent:
            continue
        taken += 1
    return taken


def test_is_spent_at_once_and_refills_evenly() -> None:
    found = budgets(contact=6)
    assert [spent(found, contact("ana"), 9, minutes=later) for later in (0, 9, 10, 60, 200)] == [6, 0, 1, 5, 6]


def test_a_clock_that_is_set_back_makes_nobody_wait_for_more_than_a_whole_budget() -> None:
    found = budgets(contact=6)
    assert spent(found, contact("ana"), 6, minutes=600) == 6
    assert [spent(found, contact("ana"), minutes=later) for later in (0, 10, 11, 20)] == [0, 1, 0, 1]


def test_says_when_to_come_again() -> None:
    found = budgets(contact=6)
    spent(found, contact("ana"), 6)
    with pytest.raises(BudgetSpent) as refused:
        found.spend(OPENING, contact("ana"), at=AT + timedelta(seconds=30.5))
    assert refused.value.answer_headers == {"Retry-After": "570"}
    assert spent(found, contact("ana"), minutes=10) == 1


@pytest.mark.parametrize(
    ("holder", "same", "other"),
    [
        ("token", contact("ana"), contact("ana", token="another")),
        ("contact", contact("ana", token="another"), contact("luz")),
        ("customer", contact("luz"), contact("ana", "d")),
    ],
)
def test_is_of_one_holder(holder: str, same: Principal, other: Principal) -> None:
    found = budgets(**{holder: 3})
    assert (spent(found, contact("ana"), 3), spent(found, same), spent(found, other)) == (3, 0, 1)


def test_what_one_budget_refuses_costs_no_other() -> None:
    found = budgets(contact=1, customer=3)
    assert (spent(found, contact("ana"), 50), spent(found, contact("luz"), 50), spent(found, contact("eva"))) == (
        1,
        1,
        1,
    )


def test_only_a_token_pays_for_those_who_serve() -> None:
    agent = Principal("token", Actor(Role.AGENT, "ana"), None)
    found = budgets(contact=1, customer=1, token=5)
    assert spent(found, agent, 9) == 5


def test_one_thing_is_not_paid_with_anothers_budget() -> None:
    found = budgets(contact=1)
    found.spend(Spending.COMMAND, contact("ana"), at=AT)
    assert spent(found, contact("ana"), 2) == 1
