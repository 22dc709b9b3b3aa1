"""The NIT (tax id) of a customer: one number is one customer, however it is written."""

from __future__ import annotations

from policy.case.refusals import Refusal

_WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)


class CheckDigitWrong(Refusal):
    """A NIT whose check digit is another's was mistyped."""

    message = "The check digit of the NIT {nit} is {expected}, not {found}: check the number, or leave the digit out."


def check_digit(number: str) -> int:
    """The check digit of a NIT, as DIAN computes it: weights from the right, modulo 11."""
    rest = sum(int(digit) * weight for digit, weight in zip(reversed(number), _WEIGHTS, strict=False)) % 11
    return rest if rest < 2 else 11 - rest


def check_tax_id(tax_id: str) -> None:
    """Refuse a NIT whose check digit, where it is given after a hyphen, is not DIAN's."""
    number, _, given = tax_id.partition("-")
    if given and int(given) != (expected := check_digit(number)):
        raise CheckDigitWrong(nit=number, expected=expected, found=given)


def with_check_digit(tax_id: str) -> str:
    """The NIT with DIAN's check digit after a hyphen, where it was left out; what is no number stays as it is."""
    return f"{tax_id}-{check_digit(tax_id)}" if tax_id.isascii() and tax_id.isdecimal() else tax_id


def tax_number(tax_id: str) -> str:
    """What two ways to write a NIT have in common: its digits without the check digit and without leading zeros."""
    number = tax_id.partition("-")[0]
    return number.lstrip("0") if number.isdecimal() else tax_id
