"""The vocabulary: which words each customer's cases and people have, and which of them a mistyped one was meant to be.

A word is known of a customer, and public where the customer reads it. Whoever sees one customer alone is set right by
that customer's public words and by no others: what others say is not even guessed from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.database import Reader, insert
from storage.engine.prepared import Prepared
from storage.engine.tables import known_words, word_forms
from storage.search import spelling

_MOST_WORDS = 12
_HIGHEST = "\U0010ffff"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose words count: one customer's (None: everybody's), and those of internal texts where `among_notes`."""

    customer_id: str | None
    among_notes: bool

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.customer_id is not None:
            found.append(known_words.c.customer_id == self.customer_id)
        if not self.among_notes:
            found.append(known_words.c.public.is_(True))
        return found


async def learn(connection: AsyncConnection, customer_id: str, texts: Iterable[str], *, public: bool) -> None:
    """Keep the words of these texts as the customer's, within whatever transaction publishes them."""
    if words := spelling.learnt_from(texts):
        given = {"customer_id": customer_id, "public": public, "words": json.dumps(words)}
        fresh = await _KNOW.rows(connection, **given)
        await _form(connection, customer_id, sorted(row.word for row in fresh))


async def _form(connection: AsyncConnection, customer_id: str, words: Sequence[str]) -> None:
    """Keep the forms of those words that were no other customer's before."""
    if not words:
        return
    c = known_words.c
    others = select(c.word).where(c.word.in_(words), c.customer_id != customer_id).distinct()
    formed = set(await connection.scalars(others))
    rows = [{"form": form, "word": word} for word in words if word not in formed for form in spelling.forms(word)]
    if rows:
        await connection.execute(insert(connection, word_forms).on_conflict_do_nothing(), rows)


_KNOWN = (
    "INSERT INTO known_words (word, customer_id, public) SELECT {words} "
    "ON CONFLICT (word, customer_id) DO UPDATE SET public = excluded.public "
    "WHERE excluded.public AND NOT known_words.public RETURNING word"
)
_NEW_WORDS = {
    "sqlite": "value, :customer_id, :public FROM json_each(:words) WHERE true",
    "postgresql": "word, CAST(:customer_id AS text), CAST(:public AS boolean) "
    "FROM json_array_elements_text(CAST(:words AS json)) AS word",
}
_KNOW = Prepared(lambda on: text(_KNOWN.format(words=_NEW_WORDS[on])).columns(known_words.c.word))


async def corrected(db: Reader, q: str, scope: Scope) -> str | None:
    """What was meant by words of which some are unknown; None where all are known, or nothing is near enough."""
    words = list(islice(dict.fromkeys(spelling.words_of(q)), _MOST_WORDS))
    meant: list[str] = []
    async with db.read() as connection:
        for word in words:
            if not spelling.may_be_wrong(word) or await _is_known(connection, word, scope):
                meant.append(word)
                continue
            near = spelling.nearest(word, await _near(connection, word, scope))
            if not near:
                return None
            meant.append(near[0])
    return " ".join(meant) if meant != words else None


async def _is_known(connection: AsyncConnection, word: str, scope: Scope) -> bool:
    """Whether a known word is this one or begins with it."""
    begins = (known_words.c.word >= word, known_words.c.word < f"{word}{_HIGHEST}")
    wanted = select(known_words.c.word).where(*begins, *scope.conditions()).limit(1)
    return await connection.scalar(wanted) is not None


async def _near(connection: AsyncConnection, word: str, scope: Scope) -> Iterable[str]:
    """The known words that share a form with this one and are about as long."""
    most = spelling.edits_of(word)
    its: Any = word_forms.c
    shared = select(its.word).where(
        its.form.in_(spelling.forms(word)), func.length(its.word).between(len(word) - most, len(word) + most)
    )
    # Each is looked up in the scope by itself: there are few, and whole tables of known words.
    in_scope = select(known_words.c.word).where(known_words.c.word == its.word, *scope.conditions())
    return await connection.scalars(shared.where(in_scope.exists()).distinct())
