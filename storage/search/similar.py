"""The cases that were opened with some of the same words, found by the index; how alike they are is not asked here.

Only what a case was opened with counts, which both sides read. A word that stands in thousands of openings finds
nothing, so however much was said, a bounded part of the index is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, func, literal, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from storage.case import views
from storage.case.views import CaseRow
from storage.engine.codec import fact_from_json
from storage.engine.database import Reader
from storage.engine.tables import cases, contents, facts
from storage.search.case_words import CASE_WORDS, TextId, WhoseText, matches, number_of, texts_of

COMMON = 2_000
"""A word that stands in so many openings is no way to find one."""

_LOOKED_AT = 2_500
_SAMPLE, _OFTEN = 400, 8
_OPENING_SEQ, _PLACE_BITS, _SEQ_MASK = 1, 3, (1 << 17) - 1


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A case that may be alike: its row, and what it was opened with beside its title."""

    row: CaseRow
    description: str


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Cases by which of the patterns their openings match, those with the rarest first; and how rare each pattern is.

    `counts`: in how many openings' texts each pattern stands, COMMON at most. `openings`: how many texts there are,
    likewise.
    """

    found: Sequence[Candidate]
    counts: Mapping[str, int]
    openings: int


async def candidates(
    db: Reader, patterns: Sequence[str], *, customer_id: str | None, but: str | None, most: int
) -> Candidates:
    """Up to `most` cases whose opening matches some of the patterns of `search.sought`, the rarest words deciding.

    `customer_id`: of that customer alone. `but`: not this case, by its number.
    """
    if not patterns:
        return Candidates(found=(), counts={}, openings=0)
    async with db.read() as connection:
        counts, openings = await _counts(connection, patterns)
        whose = await _whose(connection, _rare(patterns, counts), customer_id)
        weights = {each: sum(1 / counts[pattern] for pattern in matched) for each, matched in whose.items()}
        best = sorted(whose, key=lambda each: (-weights[each], -each))
        numbers = [number for each in best[: most + 1] if (number := number_of(each)) != but][:most]
        descriptions = await _descriptions(connection, numbers)
    rows = await views.some_cases(db, numbers)
    found = [
        Candidate(row=rows[number], description=descriptions.get(number, "")) for number in numbers if number in rows
    ]
    return Candidates(found=found, counts=counts, openings=openings)


def _rare(patterns: Sequence[str], counts: Mapping[str, int]) -> list[str]:
    """Those that find something, the rarest first, as many as may be looked at."""
    found: list[str] = []
    looked_at = 0
    for pattern in sorted(patterns, key=lambda each: counts[each]):
        looked_at += counts[pattern]
        if counts[pattern] >= COMMON or looked_at > _LOOKED_AT:
            break
        if counts[pattern]:
            found.append(pattern)
    return found


async def _counts(connection: AsyncConnection, patterns: Sequence[str]) -> tuple[dict[str, int], int]:
    openings = await connection.scalar(select(_counted(select(cases.c.number)))) or 0
    common = await _common(connection, patterns) if openings >= COMMON else frozenset()
    asked = [each for each in patterns if each not in common]
    found = (await connection.execute(select(*(_counted(_hits(each)) for each in asked)))).one() if asked else ()
    return dict.fromkeys(common, COMMON) | dict(zip(asked, found, strict=True)), openings


def _counted(hits: Select[Any] | Select[int, int]) -> ColumnElement[int]:
    return select(func.count()).select_from(hits.limit(COMMON).subquery()).scalar_subquery()


async def _common(connection: AsyncConnection, patterns: Sequence[str]) -> frozenset[str]:
    """Those that many of the newest texts have: PostgreSQL lists all texts of a word before it gives the first.

    SQLite gives them one by one, and so counts fast.
    """
    if connection.dialect.name == "sqlite":
        return frozenset()
    words: Select[Any] = select(literal_column("words")).select_from(CASE_WORDS)
    newest = words.order_by(TextId().desc()).limit(_SAMPLE)
    texts = newest.subquery("case_words")
    having = (func.count().filter(matches(each, among_notes=True)) for each in patterns)
    counts = (await connection.execute(select(*having).select_from(texts))).one()
    return frozenset(each for each, count in zip(patterns, counts, strict=True) if count >= _OFTEN)


async def _whose(
    connection: AsyncConnection, patterns: Sequence[str], customer_id: str | None
) -> dict[int, frozenset[str]]:
    """Which of the patterns each case's opening matches, by the case's search id."""
    if not patterns:
        return {}
    hits = [_hits(pattern, place) for place, pattern in enumerate(patterns)]
    if customer_id is not None:
        own = select(cases.c.search_id).where(cases.c.customer_id == customer_id)
        hits = [each.where(WhoseText().in_(own)) for each in hits]
    found: dict[int, set[str]] = defaultdict(set)
    for place, whose in await connection.execute(union_all(*hits)):
        found[whose].add(patterns[place])
    return {whose: frozenset(matched) for whose, matched in found.items()}


def _hits(pattern: str, place: int = 0) -> Select[int, int]:
    """The openings' texts that match; an opening is never internal, so all that it says counts."""
    found = select(literal(place, Integer()).label("place"), WhoseText().label("whose"))
    opening = matches(pattern, among_notes=True), _FactSeq() == _OPENING_SEQ
    return found.select_from(CASE_WORDS).where(*opening)


async def _descriptions(connection: AsyncConnection, numbers: Sequence[str]) -> dict[str, str]:
    f, b = facts.c, contents.c
    opened = select(f.case_number, f.kind, f.data).where(f.case_number.in_(numbers), f.seq == _OPENING_SEQ)
    ids = {}
    for row in await connection.execute(opened):
        said = dict(texts_of(fact_from_json(row.kind, row.data)))
        ids[said["description"].content_id] = row.case_number
    bodies = select(b.content_id, b.body).where(b.content_id.in_(ids), b.case_number.in_(numbers))
    return {ids[row.content_id]: row.body for row in await connection.execute(bodies)}


class _FactSeq(FunctionElement[int]):
    """The place on its case's timeline of the fact whose text it is."""

    type = BigInteger()
    inherit_cache = True


@compiles(_FactSeq)
def _fact_seq(_: _FactSeq, compiler: Any, **more: Any) -> str:
    return f"(({compiler.process(TextId(), **more)} >> {_PLACE_BITS}) & {_SEQ_MASK})"
