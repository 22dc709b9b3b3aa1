"""The comparison of texts in a search: by words, without accents and capitals. No table is named here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")
_MARK = re.compile("[^\0-\u02ff]")  # may be an accent; whatever comes before is none
_MOST_WORDS = 12
_SHORTEST_BEGINNING = 3
_PLURALS = ("es", "s")
_NUMBER_DIGITS = 6
_IDLE = frozenset(
    """
    a al ante con como de del desde donde e el en entre era es esa ese eso esta este esto fue ha hay la las le les lo
    los mas me mi muy ni no nos o para pero por que se ser si sin sobre son su sus te tu u un una uno unas unos y ya
    an and are as at be by for from in is it not of on or that the this to was with
    """.split()  # noqa: SIM905 - ninety quoted words would be harder to read
)
"""Words that nearly every text has: a search for others leaves them out."""


def searchable(text: str) -> str:
    """The text as it is searched: "Avería" and "AVERIA" are the same word, and so is any spacing."""
    letters = text if text.isascii() else _MARK.sub(_unless_mark, unicodedata.normalize("NFKD", text))
    return " ".join(letters.casefold().split())


def _unless_mark(letter: re.Match[str]) -> str:
    return "" if unicodedata.combining(letter[0]) else letter[0]


def sought(text: str) -> tuple[str, ...]:
    """What a search asks for: patterns, all of which a case must match somewhere; none where the text has no word.

    A pattern is a word, or several joined by " OR ", of letters and digits alone, so no sign of any query language
    passes. With a `*` it stands for every word that begins so. A figure alone may also be a case's number.
    """
    words = list(dict.fromkeys(_WORD.findall(searchable(text))))[:_MOST_WORDS]
    if len(words) == 1 and words[0].isascii() and words[0].isdecimal() and len(words[0]) < _NUMBER_DIGITS:
        return (f"{words[0]} OR {words[0].zfill(_NUMBER_DIGITS)}",)
    telling = [word for word in words if word not in _IDLE] or words
    return tuple(dict.fromkeys(_pattern(word) for word in telling))


def telling_words(text: str) -> list[tuple[str, str]]:
    """The words of a text that say something, each once, in order: the pattern that asks for it, and as it stands."""
    found: dict[str, str] = {}
    for match in _WORD.finditer(text):
        bare = searchable(match[0])
        if bare not in _IDLE and len(bare) >= _SHORTEST_BEGINNING and _WORD.fullmatch(bare):
            found.setdefault(" OR ".join(_numbers(bare)), match[0])
    return list(found.items())


def _numbers(word: str) -> list[str]:
    """The word in its singular and plural, as far as endings tell, which is less work to find than all that begins so.

    The same list for each of them.
    """
    if word.isdecimal():
        return [word]
    long = [each for each in _PLURALS if word.endswith(each) and len(word) - len(each) > _SHORTEST_BEGINNING]
    one = word.removesuffix(long[0] if long else "")
    return [one, *(one + each for each in _PLURALS)]


def bare_words(text: str) -> list[str]:
    """All words of a text as they are compared."""
    return _WORD.findall(searchable(text))


def is_hit(word: str, patterns: tuple[str, ...]) -> bool:
    """Whether a word of a text, as it stands there, is one of those that the patterns ask for."""
    bare = searchable(word)
    asked = (each for pattern in patterns for each in pattern.split(" OR "))
    return any(bare.startswith(each[:-1]) if each.endswith("*") else bare == each for each in asked)


def excerpt(text: str, patterns: tuple[str, ...], *, around: int = 90) -> tuple[tuple[str, bool], ...]:
    """The part of a text around its first hit, cut into pieces, each with whether it is a hit."""
    hits = [found.span() for found in _WORD.finditer(text) if is_hit(found[0], patterns)]
    first = hits[0][0] if hits else 0
    begin = _edge(text, max(0, first - around))
    end = min(len(text), first + 2 * around)
    pieces: list[tuple[str, bool]] = [("… ", False)] if begin else []
    place = begin
    for hit_begin, hit_end in hits:
        if hit_begin < place or hit_end > end:
            continue
        pieces += [(text[place:hit_begin], False), (text[hit_begin:hit_end], True)]
        place = hit_end
    pieces += [(text[place:end], False)] + ([(" …", False)] if end < len(text) else [])
    return tuple(piece for piece in pieces if piece[0])


def beginnings(text: str, words: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """A name in pieces, each with whether it is the beginning of a word that is sought."""
    pieces: list[tuple[str, bool]] = []
    place = 0
    for found in _WORD.finditer(text):
        bare = searchable(found[0])
        letters = max((len(word) for word in words if bare.startswith(word)), default=0)
        if letters:
            end = found.start() + letters if len(bare) == len(found[0]) else found.end()
            pieces += [(text[place : found.start()], False), (text[found.start() : end], True)]
            place = end
    return tuple(piece for piece in [*pieces, (text[place:], False)] if piece[0])


def _edge(text: str, place: int) -> int:
    """The beginning of the word after a place, so that none is cut."""
    blank = text.find(" ", place) if place else -1
    return blank + 1 if 0 <= blank - place < 30 else place


def _pattern(word: str) -> str:
    """Words of three letters or more stand for their longer forms too, and a plural for its singular.

    Both are asked for: a database that knows stems has another one for each.
    """
    if len(word) < _SHORTEST_BEGINNING or word.isdecimal():
        return word
    for ending in _PLURALS:
        if word.endswith(ending) and len(word) - len(ending) > _SHORTEST_BEGINNING:
            return f"{word}* OR {word.removesuffix(ending)}*"
    return f"{word}*"
