"""Lists: `?limit=&cursor=` in, `{"items": [...], "next_cursor": ...}` out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Generic, TypeVar

from fastapi import Query

from api.http.bodies import Answer
from desk.problems import InvalidCursor

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]+$")]


class Listed(Answer, Generic[T]):
    """A page of a list; `next_cursor` asks for the one that follows."""

    items: list[T]
    next_cursor: str | None = None


@contextmanager
def own_cursor() -> Iterator[None]:
    """Around a listing: a cursor that it did not give is the caller's mistake."""
    try:
        yield
    except ValueError:
        raise InvalidCursor from None
