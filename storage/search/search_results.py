"""The best results of a search, with the words around them.

Of what is sought often, the newest texts alone are weighed: the rest would be no better an answer, and take its time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.case import views
from storage.case.views import CaseFilter, CaseRow
from storage.engine.codec import fact_from_json
from storage.engine.database import Reader
from storage.engine.tables import contents, facts, files
from storage.search.case_words import FILES, fact_of, is_title, number_of, texts_of
from storage.search.search import excerpt, sought
from storage.search.weighing import weighed

_TITLE_COUNTS = 4.0

Pieces = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it is what was sought."""


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """A case that a search found; no excerpt where its title says it all, files' names where `of_files`."""

    row: CaseRow
    title: Pieces
    excerpt: Pieces
    of_files: bool = False


async def search(db: Reader, wanted: CaseFilter, *, limit: int) -> Sequence[SearchResult]:
    """The cases that pass the filter, which seeks something: the best first, then the newest."""
    patterns = sought(wanted.q or "")
    if not patterns:
        return []
    async with db.read() as connection:
        best = _best(await weighed(connection, wanted, patterns, enough=limit))[:limit]
        said = await _said(connection, best)
    numbers = {each: number_of(fact_of(each)[0]) for each in best}
    rows = await views.some_cases(db, list(numbers.values()))
    return [
        SearchResult(
            row=rows[number],
            title=excerpt(rows[number].title, patterns, around=200),
            excerpt=excerpt(said[each], patterns) if each in said else (),
            of_files=fact_of(each)[2] == FILES,
        )
        for each, number in numbers.items()
        if number in rows
    ]


def _best(texts: Sequence[tuple[int, float]]) -> list[int]:
    """Each case's best text but the title, the case first whose texts weigh most."""
    totals: dict[int, float] = defaultdict(float)
    best: dict[int, tuple[bool, float, int]] = {}
    for text_id, weight in texts:
        of_title, whose = is_title(text_id), fact_of(text_id)[0]
        totals[whose] += weight * (_TITLE_COUNTS if of_title else 1.0)
        best[whose] = max(best.get(whose, (False, -inf, 0)), (not of_title, weight, text_id))
    return [best[whose][2] for whose in sorted(totals, key=lambda each: (-totals[each], -each))]


async def _said(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, str]:
    """The bodies of these texts, but for titles; of a fact's files their names."""
    wanted_ids = {}
    for each in ids:
        case_search_id, seq, place = fact_of(each)
        if not is_title(each):
            wanted_ids[number_of(case_search_id), seq] = (place, each)
    if not wanted_ids:
        return {}
    numbers, seqs = {number for number, _ in wanted_ids}, {seq for _, seq in wanted_ids}
    near = select(facts.c.case_number, facts.c.seq, facts.c.kind, facts.c.data).where(
        facts.c.case_number.in_(numbers), facts.c.seq.in_(seqs)
    )
    content_ids: dict[str, int] = {}
    carrying: dict[str, int] = {}
    for row in await connection.execute(near):
        place, text_id = wanted_ids.get((row.case_number, row.seq), (-1, 0))
        texts = texts_of(fact_from_json(row.kind, row.data))
        if place == FILES:
            carrying |= {said.content_id: text_id for _, said in texts}
        elif 0 <= place < len(texts):
            content_ids[texts[place][1].content_id] = text_id
    bodies = select(contents.c.content_id, contents.c.body).where(
        contents.c.content_id.in_(content_ids), contents.c.case_number.in_(numbers)
    )
    said = {content_ids[row.content_id]: row.body for row in await connection.execute(bodies)}
    if carrying:
        names = select(files.c.content_id, files.c.name).where(files.c.content_id.in_(carrying))
        for content_id, name in await connection.execute(names.order_by(files.c.at, files.c.place, files.c.id)):
            text_id = carrying[content_id]
            said[text_id] = " · ".join(filter(None, (said.get(text_id), name)))
    return said
