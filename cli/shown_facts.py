"""The facts in the API's answers, read back as their types: what the terminal tells and shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args, get_type_hints

from policy.case.case import Text
from policy.case.facts import Fact, RecordedFact, texts_in
from storage.engine.codec import fact_from_json

Json = dict[str, Any]

_KINDS: dict[str, type[Any]] = {each.kind: each for each in get_args(Fact)}


@dataclass(frozen=True, kw_only=True)
class ShownFact:
    """A fact of a timeline: its place, when, who did it, how late a clock was, and the texts that came with it."""

    seq: int
    at: datetime
    who: str
    internal: bool
    late: timedelta
    fact: RecordedFact
    texts: tuple[str, ...]


def shown_fact(answer: Json) -> ShownFact:
    """The fact of an answer, in which the words themselves stand where the fact has a text."""
    data, actor = answer["data"], answer["actor"]
    fact = fact_from_json(answer["kind"], _deposited(answer["kind"], data))
    return ShownFact(
        seq=answer["seq"],
        at=datetime.fromisoformat(answer["at"]),
        who=_who(actor),
        internal=answer["internal"],
        late=timedelta(seconds=answer["late_seconds"] or 0),
        fact=fact,
        texts=tuple(data[name] for name in texts_in(fact) if data[name]),
    )


def _who(actor: Json) -> str:
    if actor["role"] == "system":
        return "Escala"
    absent = actor.get("on_behalf_of")
    return f"{actor['id']}, en reemplazo de {absent}" if absent else str(actor["id"])


def _deposited(kind: str, data: Json) -> Json:
    """The data as it is recorded: each text by an id, which here is its field's name."""
    hints = get_type_hints(_KINDS[kind]) if kind in _KINDS else {}
    found = dict(data)
    for name, value in data.items():
        hint = hints.get(name)
        if hint is Text or (value is not None and Text in get_args(hint)):
            found[name] = {"content_id": name, "characters": len(value or "")}
    return found
