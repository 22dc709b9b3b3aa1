"""The strength of a password: its cheapest reading, by somebody who knows its owner and what people choose.

What is common is given; no list stands here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import log2

FEWEST_BITS = 40.0
"""Guesses, as a power of two, below which a password is refused: years of the attempts that one account takes."""

_KNOWN_BITS = 4.0
"""What a word of the owner's, the company's or the product's adds: next to nothing."""

_HABITS = (
    "contrasena", "clave", "secreto", "acceso", "ingreso", "usuario", "admin", "administrador", "administracion",
    "bienvenido", "cambiar", "cambiame", "prueba", "temporal", "hola", "teamo", "amor", "familia", "dios", "jesus",
    "colombia", "bogota", "medellin", "cali", "barranquilla", "cartagena", "bucaramanga", "pereira", "manizales",
    "nacional", "millonarios", "america", "santafe", "junior", "empresa", "cliente", "trabajo", "oficina",
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre", "lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo", "primavera", "navidad",
)  # fmt: skip
"""What people here begin a password with, which lists from elsewhere do not know."""

_HABIT_BITS = 6.0
_YEAR = re.compile(r"(19|20)\d\d")
_YEAR_BITS = 7.0
_RUN_BITS = 4.0
_LONGEST_WORD = 24
_SHORTEST_WORD = 3
_DISGUISES = str.maketrans("@4031!5$78", "aaoeiisstb")


def bits(password: str, *, common: Mapping[str, int], known: Iterable[str]) -> float:
    """How many bits the cheapest reading of a password costs. `common`: words by their rank, the first is 1.

    `known` are texts that a guesser has: names, addresses, the company, the product. Each word of them counts for next
    to nothing, in whatever capitals, accents and digits for letters it comes. What is said twice counts once.
    """
    plain = _plain(password)
    words = {word: log2(rank) + 1 for word, rank in common.items()} | dict.fromkeys(_HABITS, _HABIT_BITS)
    words |= dict.fromkeys(_words(known), _KNOWN_BITS)
    return _cheapest(plain, plain.translate(_DISGUISES), words)


def _cheapest(plain: str, undisguised: str, words: Mapping[str, float]) -> float:
    """The least that any way to read the text costs, sign by sign or in words, years, runs and repetitions."""
    least = [0.0]
    for end in range(1, len(plain) + 1):
        costs = [least[end - 1] + _sign_bits(plain[end - 1])]
        for start in range(max(0, end - _LONGEST_WORD), end - _SHORTEST_WORD + 1):
            part = plain[start:end]
            read = [words.get(part), words.get(undisguised[start:end])]
            read += [_YEAR_BITS if _YEAR.fullmatch(part) else None, _RUN_BITS if _is_run(part) else None]
            read += [_RUN_BITS if part in plain[:start] else None]
            costs += [least[start] + cost for cost in read if cost is not None]
        least.append(min(costs))
    return least[-1]


def _sign_bits(sign: str) -> float:
    return log2(10) if sign.isdecimal() else log2(26) if sign.isalpha() else 5.0


def _is_run(part: str) -> bool:
    """Whether each sign is the one before it, or all go up or down by one: aaa, 3456, fedc."""
    steps = {ord(next_) - ord(one) for one, next_ in pairwise(part)}
    return len(steps) == 1 and steps <= {-1, 0, 1}


def _words(texts: Iterable[str]) -> Iterable[str]:
    """The words of some texts as they are compared, and each text without what parts them."""
    for text in texts:
        found = re.findall(r"[^\W_]+", _plain(text))
        yield from (word for word in (*found, "".join(found)) if len(word) >= _SHORTEST_WORD)


def _plain(text: str) -> str:
    """Small letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
