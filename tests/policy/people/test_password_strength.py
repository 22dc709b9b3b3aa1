"""How hard a password is to guess: by what is common, and by what is known of its owner."""

from __future__ import annotations

import pytest

from policy.people.contacts import mailbox_of
from policy.people.password_strength import FEWEST_BITS, bits

COMMON = {"password": 1, "123456": 2, "qwertyuiop": 90, "iloveyou": 6}
KNOWN = ("rosa.prieto@aguas.example", "Rosa Prieto", "Aguas del Tequendama S.A.", "Escala", "Mesa de Ayuda")


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "PassWord123!",
        "p4ssw0rd2026",
        "contraseña123",
        "Contraseña2026!",
        "escala123456",
        "3sc4l4_2026!",
        "rosaprieto12",
        "Rosa Prieto 1",
        "R0s4Pr13t0!!",
        "AguasTequendama1",
        "mesadeayuda2026",
        "iloveyou2024!",
        "colombia2026!",
        "qwertyuiop12",
        "abcdefghijklm",
        "aaaaaaaaaaaaB1",
        "xkqzxkqzxkqzxkqz",
    ],
)
def test_what_is_common_or_known_with_some_digits_is_guessed(password: str) -> None:
    assert bits(password, common=COMMON, known=KNOWN) < FEWEST_BITS


@pytest.mark.parametrize(
    "password", ["caballito de totora", "una clave larga y nueva", "xkqzvwpmtnbr", "la abuela de Rosa siembra papa"]
)
def test_a_sentence_and_what_was_drawn_are_not(password: str) -> None:
    assert bits(password, common=COMMON, known=KNOWN) >= FEWEST_BITS


@pytest.mark.parametrize("sign", ["\u017f", "\u212a", "\u00df", "\u0130"])
def test_no_other_sign_folds_into_an_address(sign: str) -> None:
    """U+017F is an "s" to `casefold`, U+212A a "k": with them one person's address was another's."""
    assert not mailbox_of(f"A{sign}@x.example").isascii()
    assert mailbox_of(" ASK@X.example ") == "ask@x.example"
