"""Passwords: what one must be, and its hash, which costs 136 ms of a core: made in a thread, two at a time."""

from __future__ import annotations

import asyncio
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
_hasher = PasswordHasher()  # argon2id with the library's recommended cost
_two_at_a_time = asyncio.Semaphore(2)


class BadPassword(Exception):
    """A password that is too short, too long, or somebody's own address."""


def check(password: str, *, mailbox: str) -> None:
    """Refuse what is easily guessed: length is what counts, and signs of every kind are welcome."""
    plain = password.strip().casefold()
    if not SHORTEST <= len(password) <= LONGEST or len(set(plain)) < 5 or plain in (mailbox, mailbox.partition("@")[0]):
        raise BadPassword


async def hash_of(password: str) -> str:
    """The argon2id hash to keep."""
    async with _two_at_a_time:
        return await asyncio.to_thread(_hasher.hash, password)


async def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password. For nobody's (None) it takes as long, so that no answer tells who exists."""
    async with _two_at_a_time:
        same = await asyncio.to_thread(_same, password[: LONGEST + 1], kept or _nobodys_hash())
    return same and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether the hash was made at a lower cost than today's."""
    return _hasher.check_needs_rehash(kept)


def _same(password: str, kept: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")
