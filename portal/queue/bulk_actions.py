"""The actions on several cases at once: some of the commands, and what each one's form asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desk.commands.commands import OFFERS
from desk.commands.offers import Offer
from desk.inputs import whole

MOST = 100
"""How many cases at once."""


@dataclass(frozen=True)
class Field:
    """A field of an action's form. `kind` is line, words, or what there is to choose from."""

    name: str
    label: str
    kind: str = "line"
    required: bool = True


@dataclass(frozen=True)
class Action:
    """One of the API's commands for many cases."""

    label: str
    icon: str
    offer: Offer
    fields: tuple[Field, ...] = ()

    def said(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """What a form says of the command's fields, as the API's body wants it."""
        given = {field.name: str(form.get(field.name, "")).strip() for field in self.fields}
        return {name: whole(value) if name in _NUMBERS else value for name, value in given.items()}


_NUMBERS = frozenset({"priority", "level"})
_REASON = Field("reason", "Reason", "words")
_ASKED: Mapping[str, tuple[str, str, tuple[Field, ...]]] = {
    "claim": ("Take them", "user", ()),
    "assignments": ("Assign them", "users", (Field("agent_id", "Agent", "agents"),)),
    "priority": ("Set their priority", "flag", (Field("priority", "Priority", "priorities"), _REASON)),
    "transfers": (
        "Transfer them",
        "up",
        (
            Field("group", "Group", "groups", required=False),
            Field("level", "Level", "level_3", required=False),
            _REASON,
        ),
    ),
    "notes": ("Leave an internal note", "lock", (Field("body", "Internal note", "words"),)),
    "duplicate-of": ("Close them as duplicates", "swap", (Field("number", "Number of the case that stays"),)),
}
_OFFERS = {offer.path: offer for offer in OFFERS}

ACTIONS: Mapping[str, Action] = {
    path: Action(label, icon, _OFFERS[path], fields) for path, (label, icon, fields) in _ASKED.items()
}
"""The actions, by the command's path."""
