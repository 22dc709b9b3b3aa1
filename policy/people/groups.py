"""The specialist groups of level 2: what each knows, which fit a case, and who serves one (ESC-8)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from policy.case.case import Level

_SHORTEST_WORD = 3
"""Shorter words ("de", "y", "el") join others and tell nothing."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A specialist group: its id, its name for people, and its skills: products, matters, or kinds of solution."""

    id: str
    name: str
    skills: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Product:
    """What a case is about: the solution's name, its kind, and the provider's product that it stands on, if any."""

    name: str
    kind: str
    provider_product: str | None = None


def fitting(groups: Iterable[Group], product: Product) -> tuple[Group, ...]:
    """The groups that know something of the product, the best one first; equals stay in the policy file's order.

    A group that is named after the provider's product, or has it as a skill, comes before all that share words with it.
    """
    ranked = ((_fit(group, product), group) for group in groups)
    return tuple(group for fit, group in sorted(ranked, key=lambda each: each[0], reverse=True) if any(fit))


def serves(levels: Collection[Level], groups: Collection[str], *, level: Level, group: str | None) -> bool:
    """Whether an agent of these levels and groups serves a case that is at `level`, with `group` where it has one.

    A group's case is for its members, at whatever level its clock runs. An agent in no group serves any, by level.
    """
    if group is not None and groups:
        return group in groups
    return level in levels


def _fit(group: Group, product: Product) -> tuple[bool, int]:
    known = {_plain(word) for word in (group.id, group.name, *group.skills)}
    said = (product.name, product.kind, product.provider_product or "")
    shared = _words(group.id, group.name, *group.skills) & _words(*said)
    return bool(product.provider_product) and _plain(product.provider_product or "") in known, len(shared)


def _words(*texts: str) -> set[str]:
    return set(_long_words(texts))


def _long_words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (word for word in _plain(text).split() if len(word) >= _SHORTEST_WORD)


def _plain(text: str) -> str:
    """Lower case without accents, its words parted by single blanks: "Certificación-SSL" is "certificacion ssl"."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", bare.replace("_", " ")))
