"""Which cover a customer has on a day: contract, warranty or none (WAR-1, WAR-2, WAR-3, WAR-6, PLAN-12)."""

from __future__ import annotations

from datetime import date

import pytest

from policy.case.case import ClosingReason, Plan
from policy.case.lifecycle import open_case
from policy.cover.cover import ContractTerm, cover_on, warranty_ends_on
from policy.terms.terms import Cover, CoverKind
from tests.support.lives import CONFIRM, REOPEN, RESOLVE, after, bogota, opening, policy, terms

ACCEPTED = date(2026, 11, 30)
YEAR = ContractTerm("contract-1", Plan.PREMIUM, date(2026, 3, 1), date(2027, 2, 28), paid=True)


def cover(on: date, *contracts: ContractTerm, accepted_on: date | None = None) -> Cover:
    return cover_on(on, contracts=contracts, solution_id="solution-1", accepted_on=accepted_on, warranty_months=3)


@pytest.mark.rule("WAR-1")
class TestAWarranty:
    @pytest.mark.parametrize(
        ("accepted", "last"),
        [
            ("2026-11-30", "2027-02-28"),  # the policy's own example
            ("2027-11-30", "2028-02-29"),  # in a leap year
            ("2026-08-31", "2026-11-30"),
            ("2026-01-15", "2026-04-15"),
            ("2026-10-01", "2027-01-01"),  # over the year's end
            ("2026-09-30", "2026-12-30"),  # not the month's last day, the same day
            ("2028-02-29", "2028-05-29"),
        ],
    )
    def test_lasts_three_calendar_months(self, accepted: str, last: str) -> None:
        """To the same day, or to the last day of a shorter month."""
        assert warranty_ends_on(date.fromisoformat(accepted), months=3) == date.fromisoformat(last)

    def test_lasts_as_many_months_as_the_policy_file_says(self) -> None:
        """Three, unless another file says otherwise."""
        assert policy().warranty_months == 3
        assert warranty_ends_on(ACCEPTED, months=12) == date(2027, 11, 30)

    def test_covers_its_last_day(self) -> None:
        """Included."""
        assert cover(date(2027, 2, 28), accepted_on=ACCEPTED) == Cover(
            CoverKind.WARRANTY, "solution-1", date(2027, 2, 28)
        )

    @pytest.mark.parametrize("on", [date(2027, 3, 1), date(2026, 11, 29)], ids=["after", "before"])
    def test_covers_no_other_day(self, on: date) -> None:
        """Neither the day after its last nor the one before the certificate."""
        assert cover(on, accepted_on=ACCEPTED).kind is CoverKind.NONE

    def test_covers_from_the_day_of_the_certificate(self) -> None:
        """Accepted today, covered today."""
        assert cover(ACCEPTED, accepted_on=ACCEPTED).kind is CoverKind.WARRANTY

    def test_covers_nothing_that_was_never_accepted(self) -> None:
        """No certificate, no warranty."""
        assert cover(ACCEPTED).kind is CoverKind.NONE


@pytest.mark.rule("WAR-2")
@pytest.mark.rule("PLAN-12")
class TestAContract:
    @pytest.mark.parametrize("on", [YEAR.starts_on, YEAR.ends_on], ids=["first", "last"])
    def test_covers_its_first_and_last_day(self, on: date) -> None:
        """Both included."""
        assert cover(on, YEAR) == Cover(CoverKind.CONTRACT, "contract-1", YEAR.ends_on)

    @pytest.mark.parametrize("on", [date(2026, 2, 28), date(2027, 3, 1)], ids=["before", "after"])
    def test_covers_no_other_day(self, on: date) -> None:
        """No contract term, no service."""
        assert cover(on, YEAR).kind is CoverKind.NONE

    def test_covers_nothing_until_it_is_paid(self) -> None:
        """Renewed and paid, both."""
        renewed = ContractTerm("contract-2", Plan.STANDARD, date(2027, 3, 1), date(2028, 2, 29), paid=False)
        assert cover(date(2027, 3, 1), YEAR, renewed).kind is CoverKind.NONE

    def test_is_the_one_that_ends_last_of_two(self) -> None:
        """A case opened today is served under the longer one."""
        longer = ContractTerm("contract-2", Plan.PREMIUM, date(2027, 1, 1), date(2027, 12, 31), paid=True)
        assert cover(date(2027, 1, 15), longer, YEAR).reference == "contract-2"


@pytest.mark.rule("WAR-3")
class TestCover:
    def test_is_the_contract_where_there_is_one(self) -> None:
        """Also while the warranty lasts."""
        assert cover(date(2026, 12, 1), YEAR, accepted_on=ACCEPTED).kind is CoverKind.CONTRACT

    def test_is_the_warranty_where_the_contract_ended(self) -> None:
        """Contract, else warranty."""
        ended = ContractTerm("contract-0", Plan.STANDARD, date(2025, 1, 1), date(2025, 12, 31), paid=True)
        assert cover(date(2026, 12, 1), ended, accepted_on=ACCEPTED).kind is CoverKind.WARRANTY

    def test_is_none_where_there_is_neither(self) -> None:
        """Without reference and end."""
        assert cover(date(2026, 12, 1)) == Cover(CoverKind.NONE, None, None)


@pytest.mark.rule("WAR-6")
class TestACaseOfTheLastDay:
    def test_is_served_to_its_end(self) -> None:
        """Months after the cover ended it is worked on, reopened and confirmed as if nothing had."""
        last_day = Cover(CoverKind.WARRANTY, "solution-1", date(2026, 11, 25))
        pinned = terms(cover=last_day)
        steps = (
            ("2027-01-20 10:00", RESOLVE),
            ("2027-01-21 10:00", REOPEN),
            ("2027-02-01 10:00", RESOLVE),
            ("2027-02-01 11:00", CONFIRM),
        )
        case = after(open_case(opening("16:59"), terms=pinned).case, *steps, terms=pinned)
        assert (case.closing_reason, case.closed_at) == (ClosingReason.CONFIRMED, bogota("2027-02-01 11:00"))
