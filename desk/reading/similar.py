"""Cases that are like one, or like what somebody is about to ask: by their words, and why each is thought to be alike.

A rare word says more than a common one, and a title's word more than another's; the same solution and the same kind
of request count beside the words. A contact is shown their own customer's cases alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from desk.access import sees
from desk.desk import Desk
from policy.case.case import Case, Category, ClosingReason, Status
from storage.case.views import CaseRow
from storage.engine.database import Reader
from storage.search.search import bare_words, searchable, telling_words
from storage.search.similar import Candidate, Candidates, candidates
from storage.signing_in.tokens import Principal

MOST = 5
"""How many are shown."""

_CANDIDATES = 40
_TITLE_WORDS, _WORDS = 10, 16
_IN_TITLES, _IN_TITLE = 2.0, 1.5
_SAME_SOLUTION, _SAME_CATEGORY = 1.25, 1.1
_LEAST, _LEAST_OF_BEST = 0.24, 0.3
_SHOWN_WORDS, _STEM = 4, 6
_SOLVED = (ClosingReason.CONFIRMED, ClosingReason.UNANSWERED)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What cases are to be like. Without a solution or a category, neither counts."""

    title: str
    description: str = ""
    solution_id: str | None = None
    category: Category | None = None


@dataclass(frozen=True, kw_only=True)
class SimilarCase:
    """A case that is like what was asked. `shared`: the words that both have, the most telling first, as asked."""

    row: CaseRow
    shared: tuple[str, ...]
    same_solution: bool
    solved: bool
    likeness: float


async def like_what_is_asked(desk: Desk, principal: Principal, customer_id: str, asked: Asked) -> Sequence[SimilarCase]:
    """The customer's own cases that are like what is about to be asked for; none where the caller may not see them."""
    if not sees(principal, customer_id):
        return ()
    async with desk.database.snapshot() as db:
        return await _similar(db, asked, customer_id=customer_id)


async def like_a_case(db: Reader, case: Case, *, title: str, description: str) -> Sequence[SimilarCase]:
    """All cases that are like this one, the solved first: for those who see every customer's."""
    asked = Asked(title=title, description=description, solution_id=case.solution_id, category=case.category)
    found = await _similar(db, asked, but=case.number)
    return sorted(found, key=lambda each: not each.solved)


async def _similar(
    db: Reader, asked: Asked, *, customer_id: str | None = None, but: str | None = None
) -> list[SimilarCase]:
    words = _words(asked)
    near = await candidates(db, list(words), customer_id=customer_id, but=but, most=_CANDIDATES)
    weights = _weights(near)
    found = [_judged(each, asked, words, weights) for each in near.found]
    least = max([_LEAST, *(each.likeness * _LEAST_OF_BEST for each in found)])
    return sorted((each for each in found if each.likeness >= least), key=lambda each: -each.likeness)[:MOST]


def _words(asked: Asked) -> dict[str, tuple[str, bool]]:
    """What is sought, by its pattern: the word as it was written, and whether the title has it.

    Of a description the longest words, which are the rarest.
    """
    titles = telling_words(asked.title)[:_TITLE_WORDS]
    others = sorted(telling_words(asked.description), key=lambda each: -len(each[1]))
    found = {pattern: (word, True) for pattern, word in titles}
    for pattern, word in others:
        if len(found) >= _WORDS:
            break
        found.setdefault(pattern, (word, False))
    return found


def _weights(near: Candidates) -> dict[str, float]:
    """How much each pattern says: the more, the fewer openings have it."""
    return {pattern: log(1 + near.openings / count) for pattern, count in near.counts.items() if count}


def _judged(
    candidate: Candidate, asked: Asked, words: Mapping[str, tuple[str, bool]], weights: Mapping[str, float]
) -> SimilarCase:
    """How alike they are; not at all where no word of either's title is the other's."""
    case, title = candidate.row.case, frozenset(bare_words(candidate.row.title))
    others = frozenset(bare_words(candidate.description))
    shared: list[tuple[float, str]] = []
    by_title = False
    for pattern, weight in weights.items():
        word, of_title = words[pattern]
        in_title = _has(title, pattern)
        if in_title or _has(others, pattern):
            counts = _IN_TITLES if of_title and in_title else _IN_TITLE if of_title or in_title else 1.0
            by_title = by_title or counts > 1.0
            shared.append((weight * counts, word))
    most = sum(weight * (_IN_TITLES if words[pattern][1] else 1.0) for pattern, weight in weights.items())
    same_solution = case.solution_id == asked.solution_id
    likeness = sum(weight for weight, _ in shared) / most if by_title else 0.0
    likeness *= _SAME_SOLUTION if same_solution else 1.0
    likeness *= _SAME_CATEGORY if case.category is asked.category else 1.0
    return SimilarCase(
        row=candidate.row,
        shared=_telling(word for _, word in sorted(shared, key=lambda each: -each[0])),
        same_solution=same_solution,
        solved=case.status is Status.RESOLVED or case.closing_reason in _SOLVED,
        likeness=likeness,
    )


def _telling(words: Iterable[str]) -> tuple[str, ...]:
    """The first few of them, a word and its plural once."""
    found: list[str] = []
    for word in words:
        if not any(searchable(word).startswith(searchable(each)[:_STEM]) for each in found):
            found.append(word)
    return tuple(found[:_SHOWN_WORDS])


def _has(words: frozenset[str], pattern: str) -> bool:
    return not words.isdisjoint(pattern.split(" OR "))
