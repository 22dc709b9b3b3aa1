"""What a contract's term may be."""

from datetime import date

import pytest

from policy.case.refusals import Refusal
from policy.cover.contracts import (
    Account,
    ContractEnded,
    ContractsOverlap,
    EndInPast,
    EndOutsideTerm,
    NothingOwed,
    OfferedPayment,
    PaymentInFuture,
    PaymentRegisteredAlready,
    RenewalTooShort,
    Term,
    TermEndsBeforeItStarts,
    check_end,
    check_payment,
    check_renewal,
    check_term,
)

TODAY = date(2026, 11, 25)
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


def pay(paid_on: str = "2026-11-25", reference: str = "FV-2", paid_through: str | None = None) -> None:
    term = Term(date(2026, 1, 1), date(2026, 12, 31))
    account = Account(term, date.fromisoformat(paid_through) if paid_through else None, ["FV-1"])
    check_payment(OfferedPayment(date.fromisoformat(paid_on), reference), account, on=date(2026, 11, 25))


@pytest.mark.rule("WAR-2")
@pytest.mark.parametrize("paid_through", [None, "2026-12-30"])
def test_a_payment_of_today_or_before_for_days_that_are_owed_is_taken(paid_through: str | None) -> None:
    pay(paid_through=paid_through)
    pay("2020-01-01")


@pytest.mark.rule("WAR-2")
def test_a_payment_that_is_still_to_come_pays_nothing() -> None:
    with pytest.raises(PaymentInFuture) as refused:
        pay("2026-11-26")

    assert refused.value.values == {"paid_on": "2026-11-26"}


@pytest.mark.rule("WAR-2")
@pytest.mark.parametrize("reference", ["FV-1", "fv-1", " FV -1"])
def test_one_payment_counts_once(reference: str) -> None:
    with pytest.raises(PaymentRegisteredAlready):
        pay(reference=reference)


@pytest.mark.rule("WAR-2")
def test_where_nothing_is_owed_nothing_is_paid() -> None:
    with pytest.raises(NothingOwed) as refused:
        pay(paid_through="2026-12-31")

    assert refused.value.values == {"paid_through": "2026-12-31"}


@pytest.mark.rule("PLAN-17")
@pytest.mark.parametrize("from_on", ["2026-11-25", "2026-12-31"])
def test_a_contract_ends_early_from_today_until_its_last_day(from_on: str) -> None:
    check_end(YEAR, date.fromisoformat(from_on), ended=False, on=TODAY)


@pytest.mark.rule("PLAN-17")
@pytest.mark.parametrize(
    ("from_on", "ended", "on", "refusal"),
    [
        ("2026-11-24", False, TODAY, EndInPast),
        ("2027-01-01", False, TODAY, EndOutsideTerm),
        ("2026-01-01", False, date(2025, 11, 1), EndOutsideTerm),
        ("2026-12-01", True, TODAY, ContractEnded),
    ],
)
def test_no_other_day_ends_it(from_on: str, ended: bool, on: date, refusal: type[Refusal]) -> None:
    """What it covered stays covered, it keeps a day at least, and an end is said once."""
    with pytest.raises(refusal) as refused:
        check_end(YEAR, date.fromisoformat(from_on), ended=ended, on=on)
    assert refused.value.rule == "PLAN-17"


@pytest.mark.rule("PLAN-17")
def test_an_ended_contract_is_not_renewed() -> None:
    with pytest.raises(ContractEnded):
        check_renewal(YEAR, date(2027, 12, 31), [], ended=True)
