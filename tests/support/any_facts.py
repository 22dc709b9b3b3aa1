"""Hypothesis strategies for facts: any value of each kind, so that a new fact is tried by itself."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from policy.case.case import Text
from policy.case.facts import Fact

KINDS: tuple[type[Any], ...] = get_args(Fact)
"""The class of each fact there is."""

_IDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
_VALUES: dict[Any, st.SearchStrategy[Any]] = {
    Text: st.builds(Text, content_id=_IDS, characters=st.integers(1, 4_000)),
    datetime: st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zoned
    timedelta: st.integers(0, 10**8).map(lambda seconds: timedelta(seconds=seconds)),
    int: st.integers(0, 10**12),
    str: _IDS,
}


def any_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any value of a dataclass: every field drawn by its type, also those that have a default."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{each.name: _any(hints[each.name]) for each in fields(kind)})


def _any(hint: Any) -> st.SearchStrategy[Any]:
    if hint in _VALUES:
        return _VALUES[hint]
    if isinstance(hint, UnionType):
        return st.one_of([_any(each) for each in get_args(hint)])
    if get_origin(hint) is tuple:
        return st.lists(_any(get_args(hint)[0]), max_size=4).map(tuple)
    return any_of(hint) if is_dataclass(hint) and isinstance(hint, type) else st.from_type(hint)
