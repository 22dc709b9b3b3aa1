"""The index of what was said in cases and of their files' names: written with the turn that publishes it.

Each text has an id that says whose it is: the case's number as a whole number, the fact's place on the timeline, and
the text's place in the fact. So the texts of a case stand together, and no search has to look up whose a text is.
What the index knows of words differs: SQLite (FTS5) compares words without accents, PostgreSQL also their Spanish
stems. Where the texts of facts are hidden from contacts, so they are here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import inf
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Select,
    String,
    and_,
    bindparam,
    false,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from policy.case.case import Text
from policy.case.decision import Decision
from policy.case.facts import CaseOpened, RecordedFact, texts_in
from storage.engine.prepared import Prepared
from storage.engine.tables import contents, files
from storage.search import vocabulary
from storage.search.search import sought

_SEQ_BITS, _PLACE_BITS = 17, 3
TEXT_BITS = _SEQ_BITS + _PLACE_BITS
_NUMBER_BITS = 30
_COMMON = 3_000
_SAMPLE, _OFTEN = 400, 4
TITLE = (1 << _PLACE_BITS) | 2
"""The last bits of a title's id: the third text, by name, of the first fact."""
FILES = (1 << _PLACE_BITS) - 1
"""The place of the names of a fact's files, after all texts that any fact has."""


def search_id(number: str) -> int:
    """A case's number as a whole number: MA-2026-000042 is the 42nd of 2026."""
    _, year, place = number.split("-")
    return (int(year) << _NUMBER_BITS) | int(place)


def number_of(case_search_id: int) -> str:
    """The case's number, from the whole number that stands for it."""
    return f"MA-{case_search_id >> _NUMBER_BITS}-{case_search_id & ((1 << _NUMBER_BITS) - 1):06}"


def fact_of(text_id: int) -> tuple[int, int, int]:
    """Whose text it is: the case's search id, the fact's seq, and the text's place among the fact's, by name."""
    seq = (text_id >> _PLACE_BITS) & ((1 << _SEQ_BITS) - 1)
    return text_id >> TEXT_BITS, seq, text_id & ((1 << _PLACE_BITS) - 1)


def texts_of(fact: RecordedFact) -> list[tuple[str, Text]]:
    """The texts that a fact publishes, by name."""
    return sorted(texts_in(fact).items())


def is_title(text_id: int) -> bool:
    """Whether a text is its case's title."""
    return text_id & ((1 << TEXT_BITS) - 1) == TITLE


async def publish(connection: AsyncConnection, decision: Decision) -> None:
    """Index what a turn's facts say and the names of the files that came with it, in the turn's own transaction.

    The words come from where they were deposited; from now on they are known as the customer's.
    """
    number, first = decision.case.number, search_id(decision.case.number) << TEXT_BITS
    said = [
        (entry, place, name, text_.content_id)
        for entry in decision.entries
        if entry.seq < 1 << _SEQ_BITS
        for place, (name, text_) in enumerate(texts_of(entry.fact))
    ]
    if not said:
        return
    bodies = await _deposited(connection, number, [content_id for *_, content_id in said])
    rows: list[dict[str, Any]] = []
    learnt: dict[bool, list[str]] = {}
    for entry, place, name, content_id in said:
        if content_id not in bodies:
            continue
        body, files_ = bodies[content_id]
        text_id, internal = first | (entry.seq << _PLACE_BITS), entry.fact.internal
        before = f"{number} " if isinstance(entry.fact, CaseOpened) and name == "title" else ""
        rows.append({"id": text_id | place, "internal": internal, "words": f"{before}{body}"})
        if files_:
            rows.append({"id": text_id | FILES, "internal": internal, "words": files_})
        learnt.setdefault(internal, []).extend((body, files_ or ""))
    await index(connection, rows)
    for internal, texts in learnt.items():
        await vocabulary.learn(connection, decision.case.customer_id, texts, public=not internal)


async def index(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Put texts into the index: each with its id, whether it is internal, and its words."""
    if rows:
        await _PUBLISH.each(connection, rows)


async def _deposited(
    connection: AsyncConnection, number: str, content_ids: Sequence[str]
) -> dict[str, tuple[str, str | None]]:
    """The bodies of texts of a case, with the names of the files that each carries."""
    found = await _DEPOSITED.rows(connection, number=number, ids=list(content_ids))
    return {row.content_id: (row.body, row.files) for row in found}


_NAMES = select(func.aggregate_strings(files.c.name, " ")).where(files.c.content_id == contents.c.content_id)
_DEPOSITED = Prepared(
    select(contents.c.content_id, contents.c.body, _NAMES.scalar_subquery().label("files")).where(
        contents.c.content_id.in_(bindparam("ids", expanding=True)), contents.c.case_number == bindparam("number")
    )
)

_ON_SQLITE = text(
    "INSERT INTO case_words (rowid, said, noted) "
    "VALUES (:id, CASE WHEN :internal THEN '' ELSE :words END, CASE WHEN :internal THEN :words ELSE '' END)"
)
_ON_POSTGRESQL = text(
    "INSERT INTO case_words (id, internal, words) VALUES (CAST(:id AS bigint), CAST(:internal AS boolean), "
    "to_tsvector('escala_spanish', escala_folded(CAST(:words AS text))))"
)
_PUBLISH = Prepared(lambda on: _ON_SQLITE if on == "sqlite" else _ON_POSTGRESQL)


# -- asking -----------------------------------------------------------------------------------------------------------


async def common_words(connection: AsyncConnection, q: str, *, among_notes: bool) -> frozenset[str]:
    """Those of the patterns of a search that stand in thousands of texts: they are no way to find few cases."""
    return await common_among(connection, sought(q), among_notes=among_notes)


async def common_among(connection: AsyncConnection, patterns: Sequence[str], *, among_notes: bool) -> frozenset[str]:
    """The same of patterns. Which are common is seen where it takes little, before it is counted.

    PostgreSQL lists all texts of a word before it gives the first, so a sample of the newest tells of most. SQLite
    gives the texts of a whole word one by one, but reads those of all that begin with one before.
    """
    if connection.dialect.name == "sqlite":
        whole = {each: each.replace("*", "") for each in patterns}
        found = await _counted(connection, list(dict.fromkeys(whole.values())), among_notes=among_notes)
        common = {each for each in patterns if whole[each] in found}
        unsure = [each for each in patterns if each not in common and each != whole[each]]
    else:
        common = set(await _often_among_newest(connection, patterns, among_notes=among_notes))
        unsure = [each for each in patterns if each not in common]
    return frozenset(common) | await _counted(connection, unsure, among_notes=among_notes)


async def _counted(connection: AsyncConnection, patterns: Sequence[str], *, among_notes: bool) -> frozenset[str]:
    """Those of which thousands of texts are counted."""
    if not patterns:
        return frozenset()
    hits = (
        select(TextId()).select_from(CASE_WORDS).where(matches(each, among_notes=among_notes)).limit(_COMMON)
        for each in patterns
    )
    counts = (select(func.count()).select_from(each.subquery()).scalar_subquery() for each in hits)
    found = (await connection.execute(select(*counts))).one()
    return frozenset(each for each, count in zip(patterns, found, strict=True) if count >= _COMMON)


async def _often_among_newest(
    connection: AsyncConnection, patterns: Sequence[str], *, among_notes: bool
) -> Sequence[str]:
    """Those that must stand in thousands of texts if all are like the newest."""
    if not patterns:
        return ()
    columns: list[ColumnElement[Any]] = [literal_column(each) for each in ("internal", "words")]
    newest = select(*columns).select_from(CASE_WORDS).order_by(TextId().desc()).limit(_SAMPLE).subquery("case_words")
    having = (func.count().filter(matches(each, among_notes=among_notes)) for each in patterns)
    total = text("(SELECT reltuples FROM pg_class WHERE oid = CAST('case_words' AS regclass))")
    texts, *counts = (await connection.execute(select(total, *having).select_from(newest))).one()
    share = _COMMON * _SAMPLE / texts if texts > 0 else inf
    return [each for each, count in zip(patterns, counts, strict=True) if count >= max(share, _OFTEN)]


def says(
    case_search_id: ColumnElement[int],
    q: str,
    *,
    among_notes: bool,
    common: frozenset[str] = frozenset(),
) -> ColumnElement[bool]:
    """The condition that a case says all that is sought, each word wherever it stands; what has no word is nowhere.

    `among_notes`: whether internal texts count, which are for those who serve customers. `common` are those of the
    patterns that thousands of texts have: the texts of each case that comes by are looked at, which is less work than
    to list all cases that have such a word.
    """
    patterns = sought(q)
    if not patterns:
        return false()
    rare = [each for each in patterns if each not in common]
    way_in = whose_texts(rare, among_notes=among_notes).correlate(None) if rare else None
    found: list[ColumnElement[bool]] = [] if way_in is None else [case_search_id.in_(way_in)]
    kind = HasText if among_notes else HasPublicText
    for pattern in patterns:
        if pattern in common:
            among = () if way_in is None else (way_in.scalar_subquery(),)
            found.append(kind(case_search_id, literal(pattern, String()), *among))
    return and_(*found)


def whose_texts(patterns: Sequence[str], *, among_notes: bool, within: Select[int] | None = None) -> Select[int]:
    """Whose texts have all of the patterns, wherever each stands: each is sought in what the one before left.

    `within`: the search ids of the cases that come into question.
    """
    found = within
    for pattern in patterns:
        hits = select(WhoseText()).select_from(CASE_WORDS).where(matches(pattern, among_notes=among_notes))
        found = hits if found is None else hits.where(WhoseText().in_(found.correlate(None)))
    assert found is not None, "something is sought"
    return found


def each_of(ids: Sequence[int]) -> Select[int]:
    """These ids as rows, on SQLite: by one parameter, however many there are."""
    return select(func.json_each(json.dumps(list(ids))).table_valued("value").c.value)


CASE_WORDS = table("case_words")


def matches(pattern: str, *, among_notes: bool) -> ColumnElement[Any]:
    """The condition on the index that a text has what a pattern of `search.sought` asks for."""
    given = literal(pattern, String())
    return Says(given) if among_notes else SaysInPublic(given)


class TextId(FunctionElement[int]):
    """The id of a text in the index."""

    type = BigInteger()
    inherit_cache = True


class WhoseText(FunctionElement[int]):
    """The search id of the case that a text in the index is of."""

    type = BigInteger()
    inherit_cache = True


class Says(FunctionElement[Any]):
    """That a text, public or not, has what a pattern asks for."""

    type = NullType()
    inherit_cache = True


class SaysInPublic(FunctionElement[Any]):
    """That a public text has what a pattern asks for."""

    type = NullType()
    inherit_cache = True


class HasText(FunctionElement[Any]):
    """That a case has a text, public or not, with what a pattern asks for.

    Where a third argument says which cases come into question, SQLite lists no others.
    """

    type = NullType()
    inherit_cache = True
    of_texts: Any = Says


class HasPublicText(HasText):
    """That a case has a public text with what a pattern asks for."""

    inherit_cache = True
    of_texts = SaysInPublic


class Weight(FunctionElement[float]):
    """How well a text fits what was asked of it, more being better; the pattern is given again for PostgreSQL."""

    type = Float()
    inherit_cache = True


@compiles(TextId)
def _text_id(element: TextId, compiler: Any, **_: Any) -> str:
    return "case_words.rowid" if compiler.dialect.name == "sqlite" else "case_words.id"


@compiles(WhoseText)
def _whose_text(_: WhoseText, compiler: Any, **more: Any) -> str:
    return f"({compiler.process(TextId(), **more)} >> {TEXT_BITS})"


@compiles(Says)
def _says(element: Says, compiler: Any, **more: Any) -> str:
    given = compiler.process(element.clauses, **more)
    return f"case_words MATCH {given}" if compiler.dialect.name == "sqlite" else f"case_words.words @@ {_query(given)}"


@compiles(SaysInPublic)
def _says_in_public(element: SaysInPublic, compiler: Any, **more: Any) -> str:
    given = compiler.process(element.clauses, **more)
    if compiler.dialect.name == "sqlite":
        return f"case_words MATCH ('said : (' || {given} || ')')"
    return f"case_words.words @@ {_query(given)} AND NOT case_words.internal"


@compiles(HasText)
@compiles(HasPublicText)
def _has_text(element: HasText, compiler: Any, **more: Any) -> str:
    """SQLite lists the cases even so: it does that fast, and each question to its index costs it."""
    search_id, pattern, *among = element.clauses
    its, condition = (compiler.process(each, **more) for each in (search_id, element.of_texts(pattern)))
    if compiler.dialect.name == "sqlite":
        whose = compiler.process(WhoseText(), **more)
        fit = "".join(f" AND {whose} IN {compiler.process(each, **more)}" for each in among)
        return f"{its} IN (SELECT {whose} FROM case_words WHERE {condition}{fit})"  # noqa: S608 - values are bound
    first, last = f"({its} << {TEXT_BITS})", f"(({its} + 1) << {TEXT_BITS})"
    return f"(SELECT true FROM case_words WHERE id >= {first} AND id < {last} AND {condition} LIMIT 1)"  # noqa: S608


@compiles(Weight)
def _weight(element: Weight, compiler: Any, **more: Any) -> str:
    if compiler.dialect.name == "sqlite":
        return "-bm25(case_words)"
    return f"ts_rank(case_words.words, {_query(compiler.process(element.clauses, **more))})"


def _query(given: str) -> str:
    """A pattern as PostgreSQL writes it; it consists of letters, digits, `*` and ` OR ` alone.

    In a SELECT of its own it is made once for a statement, not for each text, by a plan that is kept for any words too.
    """
    return f"(SELECT to_tsquery('escala_spanish', replace(replace({given}, '*', ':*'), ' OR ', ' | ')))"
