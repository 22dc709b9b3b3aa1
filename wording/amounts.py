"""Amounts of money written out, as whoever accepts one reads it: "un millón cuatrocientos ochenta mil pesos"."""

from __future__ import annotations

from collections.abc import Callable


def _each(words: str) -> list[str]:
    return words.split()


_ES_UNDER_30 = _each(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve"
)
_ES_TENS = _each("- - - treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_ES_HUNDREDS = _each(
    "- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)
_EN_UNDER_20 = _each(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_EN_TENS = _each("- - twenty thirty forty fifty sixty seventy eighty ninety")


def pesos_in_words(amount: int, language: str) -> str:
    """So many pesos, of less than a trillion, in words."""
    if language != "es":
        return f"{_english(amount)} peso{'' if amount == 1 else 's'}"
    words = _short(_spanish(amount))
    # Whole millions are millions "of" something.
    of = "de " if amount >= 1_000_000 and amount % 1_000_000 == 0 else ""
    return f"{words} {of}peso{'' if amount == 1 else 's'}"


def _spanish(number: int) -> str:
    if number < 30:
        return _ES_UNDER_30[number]
    if number < 100:
        return _and(_ES_TENS[number // 10], number % 10, _spanish, " y ")
    if number < 1_000:
        return "cien" if number == 100 else _and(_ES_HUNDREDS[number // 100], number % 100, _spanish)
    if number < 1_000_000:
        thousands = "mil" if number < 2_000 else f"{_short(_spanish(number // 1_000))} mil"
        return _and(thousands, number % 1_000, _spanish)
    millions = "un millón" if number < 2_000_000 else f"{_short(_spanish(number // 1_000_000))} millones"
    return _and(millions, number % 1_000_000, _spanish)


def _short(words: str) -> str:
    """Before a noun one is "un", and twenty-one "veintiún"."""
    if words.endswith("veintiuno"):
        return words.removesuffix("veintiuno") + "veintiún"
    return words.removesuffix("o") if words.endswith("uno") else words


def _english(number: int) -> str:
    if number < 20:
        return _EN_UNDER_20[number]
    if number < 100:
        return _and(_EN_TENS[number // 10], number % 10, _english, "-")
    for size, name in ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred")):
        if number >= size:
            return _and(f"{_english(number // size)} {name}", number % size, _english)
    raise AssertionError(number)


def _and(words: str, rest: int, say: Callable[[int], str], between: str = " ") -> str:
    return f"{words}{between}{say(rest)}" if rest else words
