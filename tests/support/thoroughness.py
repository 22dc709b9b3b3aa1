"""How much the random tests try: as much as fits into `make test`, the same every time, or all with a new seed.

`make test-long` draws a seed, prints it and hands it over in ESCALA_LONG_SEED; the same seed tries the same again.
"""

from __future__ import annotations

import os

from hypothesis import settings

LONG_SEED = int(os.environ.get("ESCALA_LONG_SEED", "0"))
"""Zero in `make test`."""
IS_LONG = LONG_SEED != 0
_TIMES = 5
"""How many times the examples of an ordinary run a long one tries."""


def size(ordinary: int, *, long: int) -> int:
    """How many to try."""
    return long if IS_LONG else ordinary


def seed_of(place: int) -> int:
    """The seed of one of a file's random tests, which tell themselves apart by small numbers."""
    return LONG_SEED * 1_000 + place


def examples(ordinary: int) -> settings:
    """Hypothesis's settings for so many examples, the same in every ordinary run.

    No deadline: how long one example takes on a busy machine says nothing about what it tries.
    """
    return settings(max_examples=size(ordinary, long=ordinary * _TIMES), derandomize=not IS_LONG, deadline=None)
