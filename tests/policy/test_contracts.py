"""What a contract's term may be."""

from datetime import date

import pytest

from escala.policy.contracts import (
    ContractsOverlap,
    RenewalTooShort,
    Term,
    TermEndsBeforeItStarts,
    check_renewal,
    check_term,
)

YEAR = Term(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.rule("PLAN-12")
def test_a_term_has_at_least_one_day() -> None:
    check_term(Term(date(2026, 1, 1), date(2026, 1, 1)), ())

    with pytest.raises(TermEndsBeforeItStarts):
        check_term(Term(date(2026, 1, 2), date(2026, 1, 1)), ())


@pytest.mark.rule("PLAN-12")
@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(2026, 12, 31), date(2027, 6, 30)),
        (date(2025, 6, 1), date(2026, 1, 1)),
        (date(2026, 5, 1), date(2026, 5, 1)),
        (date(2025, 1, 1), date(2028, 1, 1)),
    ],
)
def test_contracts_of_one_customer_share_no_day(starts_on: date, ends_on: date) -> None:
    with pytest.raises(ContractsOverlap) as refused:
        check_term(Term(starts_on, ends_on), [YEAR])

    assert refused.value.values == {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}


@pytest.mark.rule("PLAN-12")
@pytest.mark.parametrize(
    ("starts_on", "ends_on"), [(date(2027, 1, 1), date(2027, 12, 31)), (date(2025, 1, 1), date(2025, 12, 31))]
)
def test_contracts_may_touch(starts_on: date, ends_on: date) -> None:
    check_term(Term(starts_on, ends_on), [YEAR])


@pytest.mark.rule("PLAN-12")
@pytest.mark.parametrize("ends_on", [date(2026, 12, 31), date(2026, 6, 30)])
def test_a_renewal_adds_days(ends_on: date) -> None:
    with pytest.raises(RenewalTooShort):
        check_renewal(YEAR, ends_on, ())


@pytest.mark.rule("PLAN-12")
def test_a_renewal_stops_before_the_customers_next_contract() -> None:
    with pytest.raises(ContractsOverlap):
        check_renewal(YEAR, date(2027, 6, 30), [Term(date(2027, 6, 30), date(2028, 6, 29))])
