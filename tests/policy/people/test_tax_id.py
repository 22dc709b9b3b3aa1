"""A NIT: DIAN's check digit, and what two ways to write one have in common."""

import pytest

from policy.people.tax_id import CheckDigitWrong, check_digit, check_tax_id, tax_number, with_check_digit


@pytest.mark.parametrize(
    ("number", "digit"), [("860002964", 4), ("800197268", 4), ("899999068", 1), ("890900608", 9), ("899999063", 3)]
)
def test_the_check_digit_is_the_one_that_dian_gives(number: str, digit: int) -> None:
    """Well-known public NITs."""
    assert check_digit(number) == digit


def test_a_check_digit_of_another_number_is_refused_with_the_one_expected() -> None:
    check_tax_id("860002964-4")
    check_tax_id("860002964")

    with pytest.raises(CheckDigitWrong) as refused:
        check_tax_id("860002964-5")

    assert refused.value.values == {"nit": "860002964", "expected": 4, "found": "5"}


def test_the_check_digit_that_is_left_out_is_worked_out() -> None:
    assert [with_check_digit(each) for each in ("860002964", "860002964-4", "NIT-acme", "٨٦٠٠٠٢٩٦٤")] == [
        "860002964-4", "860002964-4", "NIT-acme", "٨٦٠٠٠٢٩٦٤",
    ]  # fmt: skip


@pytest.mark.parametrize("written", ["900123456", "900123456-8", "0900123456", "00900123456-8"])
def test_one_number_is_one_nit_however_it_is_written(written: str) -> None:
    assert tax_number(written) == "900123456"


def test_what_is_no_number_is_only_itself() -> None:
    assert tax_number("NIT-acme") == "NIT-acme"
