"""The acts that a macro can be made of: some of a case's commands and its tags, and what the form asks for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desk.commands.commands import OFFERS
from desk.commands.offers import Offer
from desk.inputs import whole

MOST_ACTS = 5
"""How many acts a macro has."""


@dataclass(frozen=True)
class Act:
    """One of the commands. `value` and `words` name the fields of its body that the form's two fields fill, if any."""

    label: str
    value: str = ""
    words: str = ""


ACTS: Mapping[str, Act] = {
    "claim": Act("Take the case"),
    "priority": Act("Set the priority (1 to 4)", value="priority", words="reason"),
    "transfers": Act("Transfer to a group", value="group", words="reason"),
    "notes": Act("Leave an internal note", words="body"),
    "replies": Act("Answer the customer", words="body"),
    "information-requests": Act("Ask for information", words="body"),
    "hand-offs": Act("Move up a level", words="reason"),
    "resolution": Act("Give the solution", words="summary"),
    "tags": Act("Put a tag", value="tag"),
}
"""By the command's path, in the order in which a form offers them."""

OFFER: Mapping[str, Offer] = {offer.path: offer for offer in OFFERS if offer.path in ACTS}

TAGS = "tags"
"""The one act that is no command: it is done once the case took all the others."""

_NUMBERS = frozenset({"priority"})


def said(path: str, value: str, words: str) -> dict[str, Any]:
    """What an act says, as its command's body wants it."""
    act = ACTS[path]
    found: dict[str, Any] = {act.words: words} if act.words else {}
    if act.value:
        found[act.value] = whole(value) if act.value in _NUMBERS else value
    return found
