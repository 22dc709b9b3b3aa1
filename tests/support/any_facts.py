"""Hypothesis strategies for facts: any value of each kind, so that a new fact is tried by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from policy.case.case import Text
from policy.case.facts import Fact

KINDS: tuple[type[Any], ...] = get_args(Fact)
"""The class of each fact there is."""

_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
st.register_type_strategy(Text, st.builds(Text, content_id=_WORDS.filter(bool), characters=st.integers(1, 4_000)))
st.register_type_strategy(
    datetime,
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
st.register_type_strategy(int, st.integers(0, 10**12))
st.register_type_strategy(timedelta, st.integers(0, 10**8).map(lambda seconds: timedelta(seconds=seconds)))


def any_of(kind: type[Any]) -> st.SearchStrategy[Fact]:
    """Any fact of this kind: every field drawn by its type, also those that have a default."""
    return st.from_type(kind)
