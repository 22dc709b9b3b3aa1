"""Keeping bearer tokens: which there are, and ending one. Administrators do; the command line makes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.access import checked_id
from desk.desk import Desk
from desk.problems import NotFound, own_cursor
from storage.engine.paging import Page
from storage.signing_in import tokens
from storage.signing_in.tokens import Token

MOST = 200
"""Tokens on the page."""


@dataclass(frozen=True, kw_only=True)
class KeptToken:
    """A token that has not ended. `is_expiring`: within the days in which its holder is warned."""

    token: Token
    is_expiring: bool


async def in_force(desk: Desk, *, warned_within: timedelta, at: datetime) -> list[KeptToken]:
    """The tokens that have not ended, those that expire soonest first."""
    until = at + warned_within
    return [
        KeptToken(token=each, is_expiring=each.expires_at is not None and each.expires_at <= until)
        for each in await tokens.in_force(desk.database, at=at, limit=MOST)
    ]


async def listing(desk: Desk, *, limit: int, cursor: str | None = None) -> Page[Token]:
    """A page of all tokens, also those that have ended. Raises InvalidCursor."""
    with own_cursor():
        return await tokens.paged(desk.database, limit=limit, cursor=cursor)


async def read(desk: Desk, token_id: str) -> Token:
    """The token with that id, or NotFound."""
    found = await tokens.get(desk.database, checked_id(token_id))
    if found is None:
        raise NotFound
    return found


async def revoke(desk: Desk, token_id: str, *, at: datetime) -> None:
    """End a token now; one that has ended stays as it ended. NotFound for none."""
    token = await read(desk, token_id)
    await tokens.revoke(desk.database, token.id, at=at)
