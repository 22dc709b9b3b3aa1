"""A fact's fields in SQL, for figures that the database makes itself: each is named as its fact names it."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any, get_args, get_type_hints

from storage.engine.tables import facts


def fact_field(kind: type[Any], name: str) -> Any:
    """What facts of this kind say under the name, as the JSON of their rows. AttributeError: they have no such field.

    Durations are not to be had: their rows name them otherwise.
    """
    if name not in _fields(kind):
        raise AttributeError(f"{kind.__name__} has no field {name!r} that its rows hold under that name")
    return facts.c.data[name]


def _fields(kind: type[Any]) -> frozenset[str]:
    hints = get_type_hints(kind)
    return frozenset(
        each.name
        for each in fields(kind)
        if each.name != "kind" and timedelta not in (hints[each.name], *get_args(hints[each.name]))
    )
