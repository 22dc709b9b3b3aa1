"""Words as they are compared: in lower case, without accents."""

from __future__ import annotations

import unicodedata


def plain(words: str) -> str:
    """The words in lower case and without accents; apostrophes part."""
    taken_apart = unicodedata.normalize("NFD", words.lower().replace("'", " ").replace("’", " "))
    return "".join(sign for sign in taken_apart if not unicodedata.combining(sign)).strip()
