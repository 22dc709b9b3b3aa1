"""The index of what was said in cases: written with the turn that publishes it, asked by searches.

Each text has an id that says whose it is: the case's number as a whole number, the fact's place on the timeline, and
the text's place in the fact. So the texts of a case stand together, and no search has to look up whose a text is.
What the index knows of words differs: SQLite (FTS5) compares words without accents, PostgreSQL also their Spanish
stems. Where the texts of facts are hidden from contacts, so they are here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, String, and_, false, func, literal, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from policy.case.case import Text
from policy.case.decision import Decision
from policy.case.facts import CaseOpened, RecordedFact, texts_in
from storage.engine.prepared import Prepared
from storage.search.search import sought

_SEQ_BITS, _PLACE_BITS = 17, 3
TEXT_BITS = _SEQ_BITS + _PLACE_BITS
_NUMBER_BITS = 30
_COMMON = 3_000
TITLE = (1 << _PLACE_BITS) | 2
"""The last bits of a title's id: the third text, by name, of the first fact."""


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
    """Index what a turn's facts say, in the turn's own transaction; the words come from where they were deposited."""
    number, first = decision.case.number, search_id(decision.case.number) << TEXT_BITS
    rows: list[dict[str, Any]] = [
        {
            "id": first | (entry.seq << _PLACE_BITS) | place,
            "number": number,
            "content_id": said.content_id,
            "internal": entry.fact.internal,
            "before": f"{number} " if isinstance(entry.fact, CaseOpened) and name == "title" else "",
        }
        for entry in decision.entries
        if entry.seq < 1 << _SEQ_BITS
        for place, (name, said) in enumerate(texts_of(entry.fact))
    ]
    if rows:
        await _PUBLISH.each(connection, rows)


_PUBLISHED = "FROM contents WHERE content_id = :content_id AND case_number = :number"
_ON_SQLITE = text(
    "INSERT INTO case_words (rowid, said, noted) SELECT :id, "
    f"CASE WHEN :internal THEN '' ELSE :before || body END, CASE WHEN :internal THEN body ELSE '' END {_PUBLISHED}"
)
_ON_POSTGRESQL = text(
    "INSERT INTO case_words (id, internal, words) SELECT CAST(:id AS bigint), CAST(:internal AS boolean), "
    f"to_tsvector('escala_spanish', escala_folded(CAST(:before AS text) || body)) {_PUBLISHED}"
)
_PUBLISH = Prepared(lambda on: _ON_SQLITE if on == "sqlite" else _ON_POSTGRESQL)


# -- asking -----------------------------------------------------------------------------------------------------------


async def is_common(connection: AsyncConnection, q: str, *, among_notes: bool) -> bool:
    """Whether each of the words that are sought stands in thousands of texts: then it is no way to find few cases."""
    for pattern in sought(q):
        hits = select(TextId()).select_from(CASE_WORDS).where(matches(pattern, among_notes=among_notes))
        some = hits.limit(_COMMON).subquery()
        if (await connection.scalar(select(func.count()).select_from(some)) or 0) < _COMMON:
            return False
    return True


def says(
    case_search_id: ColumnElement[int], q: str, *, among_notes: bool, case_by_case: bool = False
) -> ColumnElement[bool]:
    """The condition that a case says all that is sought, each word wherever it stands; what has no word is nowhere.

    `among_notes`: whether internal texts count, which are for those who serve customers. `case_by_case`: whether to
    look at the texts of each case that comes by, which is less work than to list all cases that have a common word.
    """
    patterns = sought(q)
    if not patterns:
        return false()
    if case_by_case:
        kind = HasText if among_notes else HasPublicText
        return and_(*(kind(case_search_id, literal(pattern, String())) for pattern in patterns))
    found = (
        select(WhoseText()).select_from(CASE_WORDS).where(matches(pattern, among_notes=among_notes)).correlate(None)
        for pattern in patterns
    )
    return and_(*(case_search_id.in_(each) for each in found))


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
    """That a case has a text, public or not, with what a pattern asks for."""

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
    search_id, pattern = element.clauses
    its, condition = (compiler.process(each, **more) for each in (search_id, element.of_texts(pattern)))
    if compiler.dialect.name == "sqlite":
        whose = compiler.process(WhoseText(), **more)
        return f"{its} IN (SELECT {whose} FROM case_words WHERE {condition})"  # noqa: S608 - values are bound
    first, last = f"({its} << {TEXT_BITS})", f"(({its} + 1) << {TEXT_BITS})"
    return f"(SELECT true FROM case_words WHERE id >= {first} AND id < {last} AND {condition} LIMIT 1)"  # noqa: S608


@compiles(Weight)
def _weight(element: Weight, compiler: Any, **more: Any) -> str:
    if compiler.dialect.name == "sqlite":
        return "-bm25(case_words)"
    return f"ts_rank(case_words.words, {_query(compiler.process(element.clauses, **more))})"


def _query(given: str) -> str:
    """A pattern as PostgreSQL writes it; it consists of letters, digits, `*` and ` OR ` alone."""
    return f"to_tsquery('escala_spanish', replace(replace({given}, '*', ':*'), ' OR ', ' | '))"
