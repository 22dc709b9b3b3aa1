"""The search through all that was said in the cases that one may see: the best first, with the customers' names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desk.access import only_visible
from desk.desk import Desk
from storage.case import queue
from storage.case.views import CaseFilter
from storage.search.search_results import SearchResult, search
from storage.signing_in.tokens import Principal

MOST = 30


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    """The best results; `are_more` where others were left out. `customers` are the names of the results' own, by id."""

    results: Sequence[SearchResult]
    are_more: bool
    customers: Mapping[str, str]


async def read_search(desk: Desk, principal: Principal, q: str) -> SearchPage:
    """The best results for these words, none for none, in one transaction."""
    wanted = only_visible(principal, CaseFilter(q=q or None))
    assert wanted is not None, "no customer was asked for"
    async with desk.database.snapshot() as db:
        found = await search(db, wanted, limit=MOST + 1) if q else []
        names = await queue.customer_names(db, {each.row.case.customer_id for each in found})
    return SearchPage(results=found[:MOST], are_more=len(found) > MOST, customers=names)
