"""An acceptance certificate is of today or before."""

from datetime import date

import pytest

from escala.policy.solutions import AcceptanceInFuture, check_acceptance

TODAY = date(2026, 11, 25)


@pytest.mark.rule("WAR-1")
@pytest.mark.parametrize("accepted_on", [None, date(2020, 1, 1), TODAY])
def test_a_certificate_of_today_or_before_is_taken(accepted_on: date | None) -> None:
    check_acceptance(accepted_on, on=TODAY)


@pytest.mark.rule("WAR-1")
def test_a_certificate_of_tomorrow_is_refused() -> None:
    with pytest.raises(AcceptanceInFuture) as refused:
        check_acceptance(date(2026, 11, 26), on=TODAY)

    assert refused.value.values == {"accepted_on": "2026-11-26"}
