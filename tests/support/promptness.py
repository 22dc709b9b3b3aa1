"""How soon a change shows on an open page: each of a few in `make test`, within a second in the long run."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import quantiles

from tests.support.thoroughness import IS_LONG, size

CHANGES = size(4, long=20)
_SECONDS = 1.0


def assert_prompt(took: Sequence[float]) -> None:
    """95 of 100 changes took less than a second, where that can be asked: on a machine that does nothing else."""
    assert len(took) == CHANGES
    if IS_LONG:
        assert quantiles(took, n=20, method="inclusive")[-1] < _SECONDS, took
