"""The check that a secret key cannot be guessed: no word of an example, no sequence, no repetition."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import log2

SHORTEST = 32
_FEWEST_BITS = 90.0
_WORDS = (
    "change", "cambi", "clave", "contrase", "default", "defecto", "escala", "example", "ejemplo", "insecure", "letmein",
    "password", "placeholder", "produc", "qwerty", "asdfg", "replace", "reemplaz", "secret",
    "vjlb6y-7dpq2fwn3srk9tzuo1axe8hc5",
)  # fmt: skip
"""What stands in examples, in capitals or not, and a key that our own tests once published. Of five letters or more: a
random key has one of them once in a hundred thousand.
"""


def is_guessable(secret: str) -> bool:
    """Whether somebody would find it by trying what people write into such a setting."""
    plain = secret.casefold()
    return (
        len(secret) < SHORTEST
        or any(word in plain for word in _WORDS)
        or secret in (secret + secret)[1:-1]  # the same again and again
        or _bits(secret) < _FEWEST_BITS
        or _runs(secret) > len(secret) // 2
    )


def _bits(secret: str) -> float:
    """How much the signs say at most, had each been drawn for itself."""
    many = len(secret)
    return sum(-count * log2(count / many) for count in Counter(secret).values())


def _runs(secret: str) -> int:
    """How many signs are the one before it, or its neighbour: 0123, aaaa, 9876."""
    return sum(abs(ord(one) - ord(next_)) <= 1 for one, next_ in pairwise(secret))
