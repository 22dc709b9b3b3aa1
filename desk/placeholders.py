"""The placeholders in texts that are used again, each filled in for a case: one set, for all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from desk.refusals import PlaceholderUnknown

PLACEHOLDERS = ("contacto", "caso", "agente")
"""The contact's name, the case's number, and the name of who writes."""

_BRACED = re.compile(r"\{([^\W\d]\w*)\}")


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in; what is none of them stays, and nothing is read in what was put."""
    return _BRACED.sub(lambda found: values.get(found[1], found[0]), text)


def check_placeholders(text: str) -> None:
    """Raise PlaceholderUnknown for a word in braces that is none of ours."""
    unknown = next((each for each in _BRACED.findall(text) if each not in PLACEHOLDERS), None)
    if unknown is not None:
        raise PlaceholderUnknown(unknown=unknown, known=", ".join(f"{{{each}}}" for each in PLACEHOLDERS))
