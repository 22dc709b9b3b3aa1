"""What a password's hash costs, which the tests' own hashes do not."""

from __future__ import annotations

import argon2
from argon2 import PasswordHasher, extract_parameters

from desk.signing_in import passwords


def test_the_cost_is_what_the_standard_recommends() -> None:
    """64 MiB, three times, four lanes of argon2id (RFC 9106, where memory is short), and nothing below is kept."""
    kept = PasswordHasher.from_parameters(passwords.COST).hash("caballito de totora")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert argon2.profiles.RFC_9106_LOW_MEMORY == passwords.COST


async def test_nobodys_password_costs_what_anybodys_does() -> None:
    """So that no answer's time tells who exists."""
    anybodys = await passwords.hash_of("caballito de totora")
    assert extract_parameters(passwords._nobodys()) == extract_parameters(anybodys)
    assert not await passwords.matches("caballito de totora", None)
    assert await passwords.matches("caballito de totora", anybodys)
