"""Mentions: who is called by an @ in what somebody wrote: by id, by name, or by a first name that is theirs alone."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOST_MENTIONS = 10
"""As many are told of one note."""

_NAMED = re.compile(r"[\w.-]*\w")
_AT = re.compile(r"(?<![\w.@+-])@(?=\w)")
_GOES_ON = re.compile(r"[.-]?\w")


@dataclass(frozen=True)
class Mentionable:
    """Somebody who may be called so; `sees` whether they see what they would be called to."""

    id: str
    name: str
    sees: bool = True


def mentioned(words: str, people: Iterable[Mentionable]) -> tuple[Mentionable, ...]:
    """Those of the people who are called in these words, in their order, each once.

    The longest that fits is meant: "@ana.torres" is no "@ana". Of two who are called alike, the one who sees it is.
    """
    plain, calls = _plain(words), _calls(tuple(people))
    longest_first = sorted(calls, key=len, reverse=True)
    found: dict[str, Mentionable] = {}
    for at in _AT.finditer(plain):
        for call in longest_first:
            if plain.startswith(call, at.end()) and not _GOES_ON.match(plain, at.end() + len(call)):
                found.setdefault(calls[call].id, calls[call])
                break
    return tuple(found.values())[:MOST_MENTIONS]


def uncalled(words: str, people: Iterable[Mentionable]) -> tuple[str, ...]:
    """What stands behind an @ in these words and is nobody's name, each once and as it was written."""
    plain, calls = _plain(words), _calls(tuple(people))
    missed = (
        _NAMED.match(words, at.end())
        for at in _AT.finditer(plain)
        if not any(
            plain.startswith(call, at.end()) and not _GOES_ON.match(plain, at.end() + len(call)) for call in calls
        )
    )
    return tuple(dict.fromkeys(found[0] for found in missed if found))[:MOST_MENTIONS]


def _calls(people: tuple[Mentionable, ...]) -> Mapping[str, Mentionable]:
    """By what each is called."""
    first_names = Counter(_first(each.name) for each in people if each.sees)
    calls: dict[str, Mentionable] = {}
    for each in sorted(people, key=lambda person: person.sees):  # who sees it stands in for who does not
        by = [_plain(each.id), _plain(each.name)]
        if each.sees and first_names[_first(each.name)] == 1:
            by.append(_first(each.name))
        calls |= {call: each for call in by if call}
    return calls


def _first(name: str) -> str:
    return _plain(name).partition(" ")[0]


def _plain(text: str) -> str:
    """Without accents and capitals, sign by sign, so that places stay what they are."""
    return "".join(_bare(sign) for sign in unicodedata.normalize("NFC", text))


def _bare(sign: str) -> str:
    bare = unicodedata.normalize("NFD", sign)[0].lower()
    return bare if len(bare) == 1 else sign
