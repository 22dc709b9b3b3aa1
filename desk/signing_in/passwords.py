"""Passwords: what one must be, and its hash, which costs 136 ms of a core: made in threads, two at a time."""

from __future__ import annotations

import asyncio
import base64
import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import argon2
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from policy.people.password_strength import FEWEST_BITS, bits

SHORTEST, LONGEST = 12, 200
_SHORTEST_COMMON = 3
_PRODUCT = ("Escala", "Mesa de Ayuda", "soporte", "support desk")
COST = argon2.profiles.RFC_9106_LOW_MEMORY
_hasher = PasswordHasher.from_parameters(COST)
# Threads rather than a lock: they belong to no event loop, and a flood of passwords cannot take more cores or memory.
_two_at_a_time = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


class BadPassword(Exception):
    """A password that is too short, too long, or easily guessed."""


async def check(password: str, known: Iterable[str]) -> None:
    """Raise BadPassword for what is too short or long, or easily guessed by who knows `known` of its owner.

    Signs of every kind are welcome. It takes a while of a core: done in a thread.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadPassword
    if await asyncio.get_running_loop().run_in_executor(_two_at_a_time, _is_guessable, password, tuple(known)):
        raise BadPassword


def _is_guessable(password: str, known: tuple[str, ...]) -> bool:
    return bits(password, common=_common(), known=(*_PRODUCT, *known)) < FEWEST_BITS


@cache
def _common() -> dict[str, int]:
    """What people choose, by rank: the lists of the zxcvbn package (MIT), passwords and English words."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    ranks: dict[str, int] = {}
    for listed in (FREQUENCY_LISTS["passwords"], FREQUENCY_LISTS["english_wikipedia"]):
        for rank, word in enumerate(listed, start=1):
            if len(word) >= _SHORTEST_COMMON:
                ranks[word] = min(rank, ranks.get(word, rank))
    return ranks


async def hash_of(password: str) -> str:
    """The argon2id hash to keep."""
    return await asyncio.get_running_loop().run_in_executor(_two_at_a_time, _hasher.hash, _typed(password))


async def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password. For nobody's (None) it takes as long, so that no answer tells who exists."""
    loop = asyncio.get_running_loop()
    same = await loop.run_in_executor(_two_at_a_time, _same, _typed(password), kept or _nobodys())
    return same and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether the hash was made at a lower cost than today's."""
    return _hasher.check_needs_rehash(kept)


def _typed(password: str) -> str:
    """The password as it was meant: keyboards compose an "é" in two ways. What is too long is cut, and so wrong."""
    return unicodedata.normalize("NFC", password[: LONGEST + 1])


def _same(password: str, kept: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def _unmatchable(size: int) -> str:
    return base64.b64encode(bytes(size)).decode().rstrip("=")


@cache
def _nobodys() -> str:
    """Costs what a real one costs, and no password has it: its digest is all zeros."""
    cost = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v=19${cost}${_unmatchable(_hasher.salt_len)}${_unmatchable(_hasher.hash_len)}"
