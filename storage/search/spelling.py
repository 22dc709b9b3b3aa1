"""Spelling: which words are learnt, and how far a mistyped one is from them. Pure functions; no table is named here.

Two words that differ by so many letters share a form, which is what is left of each without as many: so the words near
a mistyped one are found by equality, without looking at the others. Forms are made of a word's first letters alone,
which keeps them few; the whole words are compared at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import combinations

from storage.search.search import searchable

_WORD = re.compile(r"[^\W_]+")
_SHORTEST, _LONGEST = 4, 30
_LONG = 7
_FORMED_OF = 6
_MOST_LEARNT = 400


def words_of(text: str) -> list[str]:
    """The words of a text, as they are compared, in its order."""
    return _WORD.findall(searchable(text))


def learnt_from(texts: Iterable[str]) -> list[str]:
    """The words by which others may be set right: not too short, of letters alone, and not endlessly many."""
    found = {word for text in texts for word in words_of(text) if _SHORTEST <= len(word) <= _LONGEST and word.isalpha()}
    return sorted(found)[:_MOST_LEARNT]


def may_be_wrong(word: str) -> bool:
    """Whether a word is one that is ever set right."""
    return _SHORTEST <= len(word) <= _LONGEST and word.isalpha()


def edits_of(word: str) -> int:
    """How many letters of a word may be wrong: one, or two of a long one."""
    return 2 if len(word) >= _LONG else 1


def forms(word: str) -> list[str]:
    """What is left of a word's first letters without any one or two of them, and those letters themselves."""
    first = word[:_FORMED_OF]
    most = edits_of(word)
    kept = {
        "".join(first[place] for place in places)
        for left in range(most + 1)
        for places in combinations(range(len(first)), len(first) - left)
    }
    return sorted(kept)


def nearest(word: str, known: Iterable[str]) -> Sequence[str]:
    """Those of the known words that a word may have been meant to be, the likeliest first."""
    most = edits_of(word)
    near = ((distance(word, each, most), each) for each in known)
    return [
        each
        for far, each in sorted(
            ((far, each) for far, each in near if far <= most),
            key=lambda found: (found[0], -_common(word, found[1]), abs(len(found[1]) - len(word)), found[1]),
        )
    ]


def distance(one: str, other: str, most: int) -> int:
    """How many letters are wrong, missing, too many or changed places; `most` + 1 for whatever is farther."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        row = [place]
        for at, theirs in enumerate(other, start=1):
            same = letter == theirs
            found = min(last[at] + 1, row[at - 1] + 1, last[at - 1] + (not same))
            if place > 1 and at > 1 and letter == other[at - 2] and one[place - 2] == theirs:
                found = min(found, before[at - 2] + 1)
            row.append(found)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)


def _common(one: str, other: str) -> int:
    """How many letters both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
