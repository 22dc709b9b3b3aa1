"""The token that leads an answer to its case: 24 signs in lower case, signed, in our address and in our message ids."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

LENGTH = 24
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_NUMBER = re.compile(r"MA-(\d{4})-(\d{6,9})", re.ASCII)
_TOKEN = re.compile(rf"(?<![a-z0-9])[a-z2-7]{{{LENGTH}}}(?![a-z0-9])")
_NAMED, _SIGNED = 8, 16
"""Signs that name the case (a year and a number, 38 of 40 bits), and those that sign it (80 bits)."""
_FIRST_YEAR, _NUMBER_BITS = 2000, 30
_MOST_IDS, _LONGEST_ID = 100, 998


def token_of(number: str, key: bytes) -> str:
    """The case's token. ValueError for what is no case's number."""
    found = _NUMBER.fullmatch(number)
    if not found:
        raise ValueError(f"{number} is no number of a case")
    named = (int(found[1]) - _FIRST_YEAR) % 256 << _NUMBER_BITS | int(found[2])
    return _letters(named, _NAMED) + _seal(number, key)


def number_in(token: str, key: bytes) -> str | None:
    """The case whose token this is, in whatever case its letters came; None where we never signed it."""
    token = token.lower()
    if not _TOKEN.fullmatch(token):
        return None
    named = 0
    for letter in token[:_NAMED]:
        named = named << 5 | _ALPHABET.index(letter)
    number = f"MA-{_FIRST_YEAR + (named >> _NUMBER_BITS) % 256}-{named % 2**_NUMBER_BITS:06}"
    return number if _NUMBER.fullmatch(number) and token_of(number, key) == token else None


def address_of(number: str, support: str, key: bytes) -> str:
    """The address of a case: that of support, with the case's token."""
    local, _, domain = support.rpartition("@")
    return f"{local}+{token_of(number, key)}@{domain}"


def number_by_address(addresses: Iterable[str], support: str, key: bytes) -> str | None:
    """The case to whose own address something was sent."""
    local, _, domain = support.lower().rpartition("@")
    for address in addresses:
        to, _, at = address.lower().rpartition("@")
        box, _, token = to.rpartition("+")
        if (box, at) == (local, domain) and (number := number_in(token, key)):
            return number
    return None


def number_by_ids(ids: Iterable[str], key: bytes) -> str | None:
    """The case that the last of these message ids of ours names; ids of others, and forged ones, name none."""
    for each in reversed(list(ids)[-_MOST_IDS:]):
        for token in _TOKEN.findall(each[:_LONGEST_ID].lower()):
            if number := number_in(token, key):
                return number
    return None


def _seal(number: str, key: bytes) -> str:
    digest = hashlib.blake2b(number.encode(), key=key, digest_size=10, person=b"escala-mail").digest()
    return _letters(int.from_bytes(digest), _SIGNED)


def _letters(value: int, length: int) -> str:
    return "".join(_ALPHABET[value >> 5 * place & 31] for place in reversed(range(length)))
