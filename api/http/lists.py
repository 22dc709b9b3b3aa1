"""Lists: `?limit=&cursor=` in, `{"items": [...], "next_cursor": ...}` out."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from fastapi import Query

from api.http.bodies import Answer

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]+$")]


class Listed(Answer, Generic[T]):
    """A page of a list; `next_cursor` asks for the one that follows."""

    items: list[T]
    next_cursor: str | None = None
