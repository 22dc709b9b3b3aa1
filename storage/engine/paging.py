"""Pages of long lists by a cursor: each says after which row to go on, so all of them cost the same."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")

MOST = 200
"""Rows on a page, at most."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and how to ask for those that follow."""

    items: list[T]
    next_cursor: str | None


def encode(listing: str, *place: str | int | datetime) -> str:
    """A cursor into `listing` after `place`. Callers keep it as it is; what it holds is nobody else's matter."""
    parts = [part.isoformat() if isinstance(part, datetime) else part for part in place]
    return base64.urlsafe_b64encode(json.dumps([listing, *parts]).encode()).decode().rstrip("=")


def decode(cursor: str, listing: str, *kinds: type) -> list[Any]:
    """The place that a cursor into this same listing holds. ValueError for any other text."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found, *parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        place = [_part(part, kind) for part, kind in zip(parts, kinds, strict=True)]
    except (binascii.Error, TypeError, ValueError, RecursionError) as error:
        raise ValueError("this is no cursor") from error
    if found != listing:
        raise ValueError("this cursor belongs to another list")
    return place


def clamp(limit: int) -> int:
    """How many rows to give when `limit` are asked for."""
    return max(1, min(limit, MOST))


def page(rows: list[T], limit: int, cursor_after: Any) -> Page[T]:
    """A page from one row more than fits on it, which tells whether another page follows."""
    return Page(rows[:limit], cursor_after(rows[limit - 1]) if len(rows) > limit else None)


def _part(part: Any, kind: type) -> Any:
    if kind is datetime:
        at = datetime.fromisoformat(part)
        if at.utcoffset() is None:
            raise ValueError("an instant without a zone")
        return at
    if type(part) is not kind:
        raise TypeError(f"{part!r} is no {kind.__name__}")
    return part
