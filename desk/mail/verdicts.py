"""A verdict as it is kept before it is carried out, so that a second try does the same, whatever changed meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from policy.mail.decision import (
    Answers,
    Automatic,
    Bounced,
    Confirms,
    Held,
    Opens,
    Own,
    Quarantined,
    Reopens,
    Thanks,
    Verdict,
)

_KINDS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind)
    for kind in (Opens, Answers, Reopens, Confirms, Thanks, Automatic, Bounced, Own, Held, Quarantined)
}


def to_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict under its name."""
    name = type(verdict).__name__
    return {"verdict": name, **_KINDS[name].dump_python(verdict, mode="json")}


def from_json(kept: Mapping[str, Any]) -> Verdict:
    """The verdict that was kept."""
    told = dict(kept)
    verdict: Verdict = _KINDS[told.pop("verdict")].validate_python(told)
    return verdict
