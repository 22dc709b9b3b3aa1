"""The policy's values as JSON and back: nothing here knows of tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from policy.case.case import Case, Text
from policy.case.facts import Fact, Moved, RecordedFact, UnknownFact
from policy.terms.terms import Terms

_CASE: TypeAdapter[Case] = TypeAdapter(Case)
_TERMS: TypeAdapter[Terms] = TypeAdapter(Terms)
_MOVED: TypeAdapter[tuple[Moved, ...]] = TypeAdapter(tuple[Moved, ...])


def case_to_json(case: Case) -> Any:
    return _CASE.dump_python(case, mode="json")


def case_from_json(state: Any) -> Case:
    return _CASE.validate_python(state)


def terms_to_json(terms: Terms) -> Any:
    return _TERMS.dump_python(terms, mode="json")


def terms_from_json(terms: Any) -> Terms:
    return _TERMS.validate_python(terms)


@lru_cache(maxsize=256)
def terms_from_text(terms: str) -> Terms:
    """The same from their text, which thousands of cases share."""
    return _TERMS.validate_json(terms)


def fact_to_json(fact: RecordedFact) -> dict[str, Any]:
    """What a fact says beside its kind, which has its own column. Durations are whole seconds, named so."""
    if isinstance(fact, UnknownFact):
        return dict(fact.data)
    said: dict[str, Any] = _adapter(fact.kind).dump_python(fact, mode="json", exclude={"kind"})
    for name, value in vars(fact).items():
        if isinstance(value, timedelta):
            del said[name]
            said[f"{name}{_SECONDS}"] = int(value.total_seconds())
    return said


def fact_from_json(kind: str, data: Mapping[str, Any]) -> RecordedFact:
    """The fact that `fact_to_json` wrote. What an older program did not write yet has its default.

    A kind that a newer program recorded, or a known one with words that only a newer program knows, is an
    `UnknownFact`: the rows of a case stay readable while programs are replaced one after another.
    """
    if kind not in _KINDS:
        return UnknownFact(kind=kind, data=data)
    named = _durations(kind)
    said = {name.removesuffix(_SECONDS) if name in named else name: each for name, each in data.items()}
    try:
        fact: Fact = _adapter(kind).validate_python(said)
    except ValidationError:
        return UnknownFact(kind=kind, data=data)
    return fact


def moved_to_json(moved: tuple[Moved, ...]) -> Any:
    """The deadlines that an amendment moved (PLAN-15)."""
    return _MOVED.dump_python(moved, mode="json")


def moved_from_json(moved: Any) -> tuple[Moved, ...]:
    return _MOVED.validate_python(moved)


def content_ids(data: Mapping[str, Any]) -> list[str]:
    """The ids of the texts that a fact's data speaks of, also where the fact is newer than this program."""
    return [value["content_id"] for value in data.values() if isinstance(value, dict) and "content_id" in value]


def known_kinds() -> tuple[str, ...]:
    """The kinds of facts that this program knows, in the order of their names."""
    return tuple(sorted(_KINDS))


def kinds_with_texts() -> frozenset[str]:
    """The kinds of facts that can speak of a deposited text."""
    return frozenset(
        kind for kind, fact in _KINDS.items() if any(_is_text(hint) for hint in get_type_hints(fact).values())
    )


def _is_text(hint: Any) -> bool:
    return Text in (hint, *get_args(hint))


_SECONDS = "_seconds"
_KINDS: dict[str, type[Any]] = {each.kind: each for each in get_args(Fact)}


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(_KINDS[kind])


@cache
def _durations(kind: str) -> frozenset[str]:
    """The names of a fact's durations, as its data has them."""
    hints = get_type_hints(_KINDS[kind]).items()
    return frozenset(f"{name}{_SECONDS}" for name, hint in hints if timedelta in (hint, *get_args(hint)))
