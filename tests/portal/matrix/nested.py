"""Ids inside bodies: for each field of a body that names something, what may stand there, and what may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FIELDS: Mapping[str, str | None] = {
    "contact_id": "contact",
    "consented_by": "contact",
    "solution_id": "solution",
    "number": "case",
    "numbers": "case",
    "files": "file",
    "kept_files": "file",
    "engineer_id": "contact",
    "agent_id": "contact",
    "person_id": "contact",
    "substitute_id": "contact",
    "other_id": "contact",
    "incident_id": None,  # a provider's, and everybody's
    "customer_id": "customer",
    "id": None,  # an agent's own, which only an administrator puts
    "receipt_reference": None,
    "acceptance_reference": None,
    "notice_reference": None,
}
"""What each field names, by kinds of `World.ids`; an agent's id is asked with a contact's, which is none."""

_SUSPECT = ("_id", "_ids", "_by", "number", "numbers", "file", "files", "_reference")


def is_named(field: str) -> bool:
    """Whether a field of a body looks as if it named something, and so has to stand in FIELDS."""
    return field == "id" or (field.endswith(_SUSPECT) and field not in ("serial_number", "tax_id"))


@dataclass(frozen=True)
class Nested:
    """One question: this person puts an id of that kind into the field."""

    field: str
    who: str
    kind: str
    value: Any
    missing: Any


def questions(field: str, ids: Mapping[str, Mapping[str, str]], missing: Mapping[str, str]) -> list[Nested]:
    """What is tried in a field, by those of whose own the other customer's things are no part."""
    named = FIELDS[field]
    if named is None:
        return []
    found = []
    theirs = [named, *{"contact": ["administrator"], "file": ["internal_file", "loose_file"]}.get(named, [])]
    theirs += ["equipment"] if named == "solution" else ["done", "plain"] if named == "case" else []
    for who in ("contact_a", "admin_a", "agent", "director"):
        for each in theirs:
            value, nothing = ids["b"][each], missing[named]
            if field in ("files", "kept_files", "numbers"):
                found.append(Nested(field, who, each, [value], [nothing]))
            else:
                found.append(Nested(field, who, each, value, nothing))
        if named == "file" and who != "agent":  # one's own customer's, and yet not one's own to send
            found.append(Nested(field, who, "note's file", [ids["a"]["internal_file"]], [missing[named]]))
    return found
