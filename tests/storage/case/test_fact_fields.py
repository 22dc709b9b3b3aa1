"""Fields of facts in SQL: no name that the fact does not have."""

from __future__ import annotations

from typing import Any

import pytest

from policy.case.facts import CaseClosed, HandedOff, PriorityChanged
from storage.case.fact_fields import fact_field
from storage.engine.tables import facts


def test_a_field_is_what_the_row_holds_under_its_name() -> None:
    assert fact_field(HandedOff, "to_level").compare(facts.c.data["to_level"])


@pytest.mark.parametrize(("kind", "name"), [(CaseClosed, "reasons"), (HandedOff, "kind"), (PriorityChanged, "spent")])
def test_a_name_that_no_row_holds_is_an_error(kind: type[Any], name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        fact_field(kind, name)
