"""The best results of a search, with the words around them.

Of what is sought often, the newest texts alone are weighed: the rest would be no better an answer, and take its time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import RowMapping, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.case import views
from storage.case.views import CaseFilter, CaseRow
from storage.engine.codec import fact_from_json
from storage.engine.database import Reader
from storage.engine.tables import cases, contents, facts, files
from storage.search.case_words import (
    CASE_WORDS,
    FILES,
    TextId,
    Weight,
    WhoseText,
    fact_of,
    is_title,
    matches,
    number_of,
    says,
    texts_of,
)
from storage.search.search import excerpt, sought

_WEIGHED = 1_000
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
    any_of = " OR ".join(patterns)
    newest = (
        select(TextId().label("id"), Weight(literal(any_of)).label("weight"))
        .select_from(CASE_WORDS)
        .where(matches(any_of, among_notes=wanted.among_notes))
        .order_by(TextId().desc())
        .limit(_WEIGHED)
    )
    if len(patterns) > 1:
        newest = newest.where(says(WhoseText(), wanted.q or "", among_notes=wanted.among_notes))
    if filters := views.conditions(replace(wanted, q=None)):
        newest = newest.where(WhoseText().in_(select(cases.c.search_id).where(*filters)))
    async with db.read() as connection:
        texts = list((await connection.execute(newest)).mappings())
        best = _best(texts)[:limit]
        said = await _said(connection, [text["id"] for text, _ in best])
    numbers = {text["id"]: number_of(fact_of(text["id"])[0]) for text, _ in best}
    rows = await views.some_cases(db, list(numbers.values()))
    return [
        SearchResult(
            row=rows[numbers[text["id"]]],
            title=excerpt(rows[numbers[text["id"]]].title, patterns, around=200),
            excerpt=excerpt(said[text["id"]], patterns) if text["id"] in said else (),
            of_files=fact_of(text["id"])[2] == FILES,
        )
        for text, _ in best
        if numbers[text["id"]] in rows
    ]


def _best(texts: Sequence[RowMapping]) -> list[tuple[RowMapping, float]]:
    """Each case's best text but the title, and what all of its texts weigh; the heaviest case first."""
    found: dict[int, tuple[RowMapping, float]] = {}
    for text in texts:
        of_title = is_title(text["id"])
        weight = (text["weight"] or 0.0) * (_TITLE_COUNTS if of_title else 1.0)
        whose = fact_of(text["id"])[0]
        best, total = found.get(whose, (text, 0.0))
        if is_title(best["id"]) or (not of_title and text["weight"] > best["weight"]):
            best = text
        found[whose] = best, total + weight
    return sorted(found.values(), key=lambda each: (-each[1], -each[0]["id"]))


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
