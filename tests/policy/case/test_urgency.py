"""What is taken up first where much waits at once."""

from __future__ import annotations

from itertools import product

import pytest

from policy.case.case import Priority
from policy.case.urgency import LAST, urgency
from policy.terms.terms import Terms
from tests.support.lives import PREMIUM, STANDARD


@pytest.mark.rule("PLAN-4")
@pytest.mark.rule("PRI-1")
def test_critical_cases_of_premium_come_first_and_low_ones_last() -> None:
    places = {
        (terms.plan, priority): urgency(priority, terms=terms)
        for terms, priority in product([STANDARD, PREMIUM], Priority)
    }

    assert [key for key, place in places.items() if place == 1] == [(PREMIUM.plan, Priority.CRITICAL)]
    assert {key[1] for key, place in places.items() if place == LAST} == {Priority.LOW}
    assert max(places.values()) == LAST


@pytest.mark.parametrize("terms", [STANDARD, PREMIUM], ids=lambda terms: terms.plan)
def test_more_urgent_ones_come_before_less_urgent_ones(terms: Terms) -> None:
    places = [urgency(priority, terms=terms) for priority in sorted(Priority)]

    assert places == sorted(set(places))
