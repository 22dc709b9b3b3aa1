"""A visit told anew by its facts is the visit that the case had (ONS-5): random lives hold each that ends to that."""

from __future__ import annotations

import pytest

from tests.policy.case.test_round_trip import LIVES
from tests.support.random_lives import retold


def test_a_visit_that_goes_on_is_not_told_anew() -> None:
    """What is still to come of it stands in no fact."""
    requested = next(each for each in LIVES if each.entries[0].fact.kind == "visit_requested")
    with pytest.raises(ValueError, match="ended"):
        retold([requested], 1)
