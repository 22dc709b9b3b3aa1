"""An acceptance certificate has a date, which is today or before, and a reference."""

from datetime import date

import pytest

from policy.cover.solutions import AcceptanceIncomplete, AcceptanceInFuture, check_acceptance

TODAY = date(2026, 11, 25)


@pytest.mark.rule("WAR-1")
@pytest.mark.parametrize("accepted_on", [None, date(2020, 1, 1), TODAY])
def test_a_certificate_of_today_or_before_is_taken(accepted_on: date | None) -> None:
    check_acceptance(accepted_on, "Acta 1" if accepted_on else None, on=TODAY)


@pytest.mark.rule("WAR-1")
def test_a_certificate_of_tomorrow_is_refused() -> None:
    with pytest.raises(AcceptanceInFuture) as refused:
        check_acceptance(date(2026, 11, 26), "Acta 1", on=TODAY)

    assert refused.value.values == {"accepted_on": "2026-11-26"}


@pytest.mark.rule("WAR-1")
@pytest.mark.parametrize(("accepted_on", "reference"), [(TODAY, None), (TODAY, " "), (None, "Acta 1")])
def test_half_a_certificate_is_refused(accepted_on: date | None, reference: str | None) -> None:
    with pytest.raises(AcceptanceIncomplete):
        check_acceptance(accepted_on, reference, on=TODAY)
