"""How texts are compared when somebody searches: without accents and capitals."""

from __future__ import annotations

import unicodedata


def searchable(text: str) -> str:
    """The text as it is searched: "Avería" and "AVERIA" are the same word, and so is any spacing."""
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def containing(text: str) -> str:
    r"""The LIKE pattern of texts that contain this one; its own % and _ stand for themselves (ESCAPE '\')."""
    escaped = searchable(text).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
