"""The one search: cases by number and words, customers and contacts by name, NIT and address, as far as one may see.

Where nothing is found and a word may be mistyped, what it was meant to be is sought instead, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.access import only_visible, reads_internal, sees
from desk.desk import Desk
from storage.case import queue, views
from storage.case.views import CaseFilter
from storage.engine.database import Reader
from storage.search import names, vocabulary
from storage.search.names import FoundContact, FoundCustomer
from storage.search.search_results import SearchResult, search
from storage.search.vocabulary import Scope
from storage.signing_in.tokens import Principal
from storage.terms.terms import bogota_date
from storage.workbench import tags

MOST = 30
_MOST_TAGS = 3
_NUMBER = re.compile(r"(?:ma[-\s]?(?P<year>\d{4})[-\s]?)?(?P<place>\d{1,9})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search found; `are_more` cases were left out. `tags` are the desk's, each with how many cases have it."""

    cases: Sequence[SearchResult] = ()
    are_more: bool = False
    customers: Sequence[FoundCustomer] = ()
    contacts: Sequence[FoundContact] = ()
    tags: Sequence[tuple[str, int]] = ()

    def __bool__(self) -> bool:
        return bool(self.cases or self.customers or self.contacts or self.tags)


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    """The best results. `sought` are the words that found them: what was typed, or what that was `corrected` to.

    `customers` are the names of the cases' own, by id.
    """

    found: Found
    sought: str
    corrected: bool
    customers: Mapping[str, str]


async def read_search(desk: Desk, principal: Principal, q: str, *, most: int = MOST) -> SearchPage:
    """The best results for these words, none for none, in one transaction; `most` of each kind."""
    async with desk.database.snapshot() as db:
        found, sought = await _found(db, principal, q, most, at=desk.clock()), q
        if q and not found:
            scope = Scope(customer_id=principal.customer_id, among_notes=reads_internal(principal))
            meant = await vocabulary.corrected(db, q, scope)
            if meant and (others := await _found(db, principal, meant, most, at=desk.clock())):
                found, sought = others, meant
        own = {each.row.case.customer_id for each in found.cases}
        customers = await queue.customer_names(db, own)
    return SearchPage(found=found, sought=sought, corrected=sought != q, customers=customers)


async def _found(db: Reader, principal: Principal, q: str, most: int, *, at: datetime) -> Found:
    if not q:
        return Found()
    wanted = only_visible(principal, CaseFilter(q=q))
    assert wanted is not None, "no customer was asked for"
    cases = [*await _numbered(db, principal, q, at=at)]
    known = {each.row.number for each in cases}
    cases += [each for each in await search(db, wanted, limit=most + 1) if each.row.number not in known]
    mine = principal.customer_id
    customers = () if mine else await names.find_customers(db, q, customer_id=None, limit=most)
    if not cases and customers:
        cases = await _of_customer(db, customers[0].id, most)
    return Found(
        cases=cases[:most],
        are_more=len(cases) > most,
        customers=customers,
        contacts=await names.find_contacts(db, q, customer_id=mine, limit=most),
        tags=() if mine else await tags.beginning(db, q.strip().lstrip("#").lower(), limit=_MOST_TAGS),
    )


async def _of_customer(db: Reader, customer_id: str, most: int) -> list[SearchResult]:
    """The open cases of a customer whose name was sought, where no case says it: what is due next first."""
    found = await views.cases(db, CaseFilter(customer_id=customer_id, is_open=True, sort="next_due"), limit=most)
    return [SearchResult(row=row, title=((row.title, False),), excerpt=()) for row in found.items]


async def _numbered(db: Reader, principal: Principal, q: str, *, at: datetime) -> list[SearchResult]:
    """The case whose number is typed, whole or by its last figures; this year's where none is said."""
    typed = _NUMBER.fullmatch(q.strip())
    if typed is None:
        return []
    number = f"MA-{typed['year'] or bogota_date(at).year}-{typed['place'].lstrip('0').zfill(6)}"
    rows = await views.some_cases(db, [number])
    return [
        SearchResult(row=row, title=((row.title, False),), excerpt=())
        for row in rows.values()
        if sees(principal, row.case.customer_id)
    ]
