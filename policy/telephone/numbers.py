"""Telephone numbers in one form, E.164: "+573001234567", in whatever manner somebody or a telephone system wrote them.

A number without a country is Colombian. Its plan since 2021 has ten digits: 3xx for mobiles, 60x for the rest.
"""

from __future__ import annotations

import re

LONGEST = 60
"""Signs of a number as it may be written."""

_SCHEME = re.compile(r"(?:tel|sips?):", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")
_ABROAD = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)
_COUNTRY = "+57"
_NATIONAL = re.compile(r"(?:3\d|60)\d{8}", re.ASCII)
_BY_AREA = re.compile(r"[124-8]\d{7}", re.ASCII)
"""As it was written until 2021: the area's digit, and seven more."""


def e164(written: str) -> str | None:
    """The number as it is compared; None for what is none: a hidden number, an extension, a name."""
    bare = _SCHEME.sub("", written[:LONGEST].strip(), count=1).partition("@")[0].partition(";")[0]
    digits = _BETWEEN.sub("", bare)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if digits.startswith("+"):
        is_one = _ABROAD.fullmatch(digits) and (not digits.startswith(_COUNTRY) or _is_ours(digits[3:]))
        return digits if is_one else None
    if len(digits) == 12 and digits.startswith(_COUNTRY[1:]):
        digits = digits[2:]
    if len(digits) == 12 and digits.startswith("033"):  # as a mobile was called from a fixed line until 2021
        digits = digits[2:]
    if _BY_AREA.fullmatch(digits):
        digits = f"60{digits}"
    return f"{_COUNTRY}{digits}" if _is_ours(digits) else None


def _is_ours(national: str) -> bool:
    return _NATIONAL.fullmatch(national) is not None


def shown(number: str) -> str:
    """A number as people read it: "300 123 4567" for a Colombian one, others as they are."""
    if number.startswith(_COUNTRY) and len(number) == 13:
        return f"{number[3:6]} {number[6:9]} {number[9:]}"
    return number
