"""Telephone numbers: one form, in whatever manner they are written."""

from __future__ import annotations

import pytest

from policy.telephone.numbers import e164, shown


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("300 123 4567", "+573001234567"),
        ("+57 (300) 123-45.67", "+573001234567"),
        ("573001234567", "+573001234567"),
        ("00573001234567", "+573001234567"),
        ("033001234567", "+573001234567"),
        ("601 745 1234", "+576017451234"),
        ("1 745 1234", "+576017451234"),
        ("tel:+573001234567", "+573001234567"),
        ("sip:+573001234567@pbx.example;user=phone", "+573001234567"),
        ("+1 202 555 0100", "+12025550100"),
        ("", None),
        ("anonymous", None),
        ("sip:anonymous@anonymous.invalid", None),
        ("104", None),
        ("745 1234", None),
        ("+57 123", None),
        ("+0 300 123 4567", None),
        ("٣٠٠١٢٣٤٥٦٧", None),
        ("3" * 500, None),
    ],
)
def test_a_number_has_one_form(written: str, number: str | None) -> None:
    assert e164(written) == number
    if number:
        assert e164(number) == e164(shown(number)) == number
