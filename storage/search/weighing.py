"""The texts that a search weighs: those of the newest cases that say all that is sought, and how much each says.

Rare words find the cases, and common ones are looked for in those alone: whatever else says a common word would have to
be listed only to be left out again. Where all are common, the newest cases are looked at: they hold enough that fit, or
else all cases are asked after all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.case import views
from storage.case.views import CaseFilter
from storage.engine.tables import cases
from storage.search.case_words import (
    CASE_WORDS,
    TEXT_BITS,
    TextId,
    Weight,
    WhoseText,
    common_among,
    each_of,
    matches,
    whose_texts,
)

MOST = 1_000
"""Texts that are weighed, the newest, and cases whose texts are: more would be no better an answer."""
_NEWEST = 1_000
_COMMON_WEIGHS = 0.5


async def weighed(
    connection: AsyncConnection, wanted: CaseFilter, patterns: Sequence[str], *, enough: int
) -> list[tuple[int, float]]:
    """The texts by their ids, the newest first, each with its weight, more being better.

    `enough`: how many cases are asked for; where so many of the newest fit, no others are looked for.
    """
    filters = views.conditions(replace(wanted, q=None))
    common = await common_among(connection, patterns, among_notes=wanted.among_notes)
    if len(patterns) == 1 and not common:
        return await _all(connection, patterns[0], filters, among_notes=wanted.among_notes)
    # From the rarest on, as far as is known: each is looked for in fewer cases than the one before.
    rare = [each for each in patterns if each not in common]
    in_order = [*rare, *(each for each in patterns if each in common)]
    if not rare:
        newest = select(cases.c.search_id).where(*filters).order_by(cases.c.search_id.desc()).limit(_NEWEST)
        whose = list(await connection.scalars(newest))
        found = await _saying(connection, whose, in_order, common, among_notes=wanted.among_notes)
        if len(whose) < _NEWEST or len({each >> TEXT_BITS for each, _ in found}) >= enough:
            return found
    which = whose_texts(rare or in_order, among_notes=wanted.among_notes)
    if filters:
        which = which.where(WhoseText().in_(select(cases.c.search_id).where(*filters)))
    whose = list(await connection.scalars(which.distinct().order_by(WhoseText().desc()).limit(MOST)))
    return await _saying(connection, whose, in_order, common, among_notes=wanted.among_notes)


async def _all(
    connection: AsyncConnection, pattern: str, filters: Sequence[ColumnElement[bool]], *, among_notes: bool
) -> list[tuple[int, float]]:
    """The texts of one rare word: no other has a say in whose they are.

    They are put in order here: PostgreSQL would go through all texts from the newest on to find the first thousand.
    """
    found = (
        select(TextId().label("id"), Weight(literal(pattern)).label("weight"))
        .select_from(CASE_WORDS)
        .where(matches(pattern, among_notes=among_notes))
    )
    if filters:
        found = found.where(WhoseText().in_(select(cases.c.search_id).where(*filters)))
    rows = [(row.id, row.weight or 0.0) for row in await connection.execute(found)]
    return sorted(rows, reverse=True)[:MOST]


async def _saying(
    connection: AsyncConnection,
    whose: Sequence[int],
    patterns: Sequence[str],
    common: frozenset[str],
    *,
    among_notes: bool,
) -> list[tuple[int, float]]:
    """The texts of those of these cases that say all the patterns, each text with some of them."""
    if not whose:
        return []
    if connection.dialect.name == "sqlite":
        found = await _by_words(connection, whose, patterns, common, among_notes=among_notes)
    else:
        found = await _by_cases(connection, whose, patterns, among_notes=among_notes)
    return sorted(found, reverse=True)[:MOST]


async def _by_words(
    connection: AsyncConnection,
    whose: Sequence[int],
    patterns: Sequence[str],
    common: frozenset[str],
    *,
    among_notes: bool,
) -> list[tuple[int, float]]:
    """SQLite reads its index word by word, fast, and weighs by how rare a word is, for which it counts all its texts.

    A common word hardly weighs by that, so that it is not asked for.
    """
    weights: dict[int, float] = defaultdict(float)
    left = list(whose)
    for pattern in patterns:
        weight: ColumnElement[Any] = literal(_COMMON_WEIGHS) if pattern in common else Weight(literal(pattern))
        hits = (
            select(TextId().label("id"), weight.label("weight"))
            .select_from(CASE_WORDS)
            .where(
                matches(pattern, among_notes=among_notes),
                TextId() >= min(left) << TEXT_BITS,
                WhoseText().in_(each_of(left)),
            )
        )
        rows = (await connection.execute(hits)).all()
        for row in rows:
            weights[row.id] += row.weight
        left = list({row.id >> TEXT_BITS for row in rows})
        if not left:
            return []
    saying = set(left)
    return [(each, weight) for each, weight in weights.items() if each >> TEXT_BITS in saying]


async def _by_cases(
    connection: AsyncConnection, whose: Sequence[int], patterns: Sequence[str], *, among_notes: bool
) -> list[tuple[int, float]]:
    """PostgreSQL reads the texts of each case, which stand together, and weighs those that have any of the words."""
    given = select(func.unnest(cast(list(whose), ARRAY(BigInteger))).label("whose")).subquery("given")
    first, beyond = given.c.whose.op("<<")(TEXT_BITS), (given.c.whose + 1).op("<<")(TEXT_BITS)
    columns: list[ColumnElement[Any]] = [
        literal_column(f"case_words.{name}").label(name) for name in ("id", "internal", "words")
    ]
    texts = (
        select(given.c.whose, *columns)
        .select_from(given.join(CASE_WORDS, and_(TextId() >= first, TextId() < beyond)))
        .cte("texts")
        .alias("case_words")
    )
    every = (func.bool_or(matches(each, among_notes=among_notes)) for each in patterns)
    saying: Select[Any] = select(texts.c.whose).group_by(texts.c.whose).having(and_(*every))
    any_of = " OR ".join(patterns)
    wanted = select(texts.c.id, Weight(literal(any_of)).label("weight")).where(
        matches(any_of, among_notes=among_notes), texts.c.whose.in_(saying)
    )
    return [(row.id, row.weight or 0.0) for row in await connection.execute(wanted)]
