"""Our scripts and styles as browsers are sent them: without the comments and the indentation, which are for readers.

A fifth of their bytes, of which a first visit has a hundred thousand at most. Lines stay lines: no word is changed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

LEAN = frozenset({".css", ".js"})
_OF_STYLES = re.compile(r"/\*.*?\*/", re.DOTALL)
_OF_SCRIPTS = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?\*/[ \t]*)$", re.DOTALL | re.MULTILINE)


@lru_cache(maxsize=256)
def lean(file: Path, _changed: float) -> bytes:
    """A script's or a style's text as it is sent. Scripts have their comments in lines of their own (or keep them)."""
    comments = _OF_SCRIPTS if file.suffix == ".js" else _OF_STYLES
    lines = comments.sub("", file.read_text("utf-8")).split("\n")
    return "\n".join(filter(None, map(str.strip, lines))).encode()
