"""The list of customers: each with the contract that covers it today, and how many of its cases are open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.desk import Desk
from desk.people import customers
from storage.cover import portfolio
from storage.cover.contracts import Contract
from storage.engine.paging import Page
from storage.people.customers import Customer
from storage.signing_in.tokens import Principal

_BOGOTA = ZoneInfo("America/Bogota")
_AT_ONCE = 50


@dataclass(frozen=True, kw_only=True)
class CustomerList:
    """A page of it. `covers` and `open_cases` by the customer's id, where there are any."""

    page: Page[Customer]
    covers: Mapping[str, Contract]
    open_cases: Mapping[str, int]


async def read_customers(desk: Desk, principal: Principal, *, cursor: str | None, at: datetime) -> CustomerList:
    """Those that somebody may see, a page at a time. Raises InvalidCursor."""
    page = await customers.visible(desk, principal, limit=_AT_ONCE, cursor=cursor)
    ids = [each.id for each in page.items]
    async with desk.database.snapshot() as db:
        return CustomerList(
            page=page,
            covers=await portfolio.in_force(db, ids, at.astimezone(_BOGOTA).date()),
            open_cases=await portfolio.open_cases(db, ids),
        )
