"""The policy's values as JSON and back: nothing here knows of tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from policy.case.case import Case
from policy.case.facts import Fact
from policy.terms.terms import Terms

_CASE: TypeAdapter[Case] = TypeAdapter(Case)
_TERMS: TypeAdapter[Terms] = TypeAdapter(Terms)
_FACT: TypeAdapter[Fact] = TypeAdapter(Fact)


def case_to_json(case: Case) -> Any:
    return _CASE.dump_python(case, mode="json")


def case_from_json(state: Any) -> Case:
    return _CASE.validate_python(state)


def terms_to_json(terms: Terms) -> Any:
    return _TERMS.dump_python(terms, mode="json")


def terms_from_json(terms: Any) -> Terms:
    return _TERMS.validate_python(terms)


def fact_to_json(fact: Fact) -> dict[str, Any]:
    """What a fact says beside its kind, which has its own column. Durations are whole seconds, named so."""
    said: dict[str, Any] = _FACT.dump_python(fact, mode="json", exclude={"kind"})
    for name, value in vars(fact).items():
        if isinstance(value, timedelta):
            del said[name]
            said[f"{name}_seconds"] = int(value.total_seconds())
    return said
