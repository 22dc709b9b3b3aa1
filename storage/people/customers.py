"""The customers, who have contracts, solutions and contacts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.refusals import Refusal
from policy.people.tax_id import tax_number
from storage.engine import paging
from storage.engine.database import Database, Reader, insert
from storage.engine.paging import Page
from storage.engine.prepared import Prepared
from storage.engine.tables import customers
from storage.search import names
from storage.search.spelling import words_of


class TaxIdTaken(Refusal):
    """One NIT, one customer."""

    message = "There is already a customer with this NIT."


@dataclass(frozen=True)
class Customer:
    """A customer. `tax_id` is its NIT, and no other customer has it, however it is written."""

    id: str
    name: str
    tax_id: str


async def create(db: Database, customer: Customer, *, at: datetime) -> Customer:
    """Keep a customer; the same id again changes nothing and gives the one that is kept. May raise TaxIdTaken."""
    async with db.write() as connection:
        keys = {"tax_number": tax_number(customer.tax_id), "name_key": name_key(customer.name)}
        row = {**asdict(customer), **keys, "created_at": at}
        await connection.execute(insert(connection, customers).on_conflict_do_nothing(), row)
        kept = await connection.execute(select(*_COLUMNS).where(customers.c.id == customer.id))
        found = kept.first()
        if found is None:
            raise TaxIdTaken
        await names.keep_customer(connection, found.id, name=found.name, tax_id=found.tax_id)
        return Customer(*found)


def name_key(name: str) -> str:
    """By what customers are put in order: their name's words, whatever signs and accents it has."""
    return " ".join(words_of(name))


async def get(db: Reader, customer_id: str) -> Customer | None:
    async with db.read() as connection:
        found = await _BY_ID.first(connection, id=customer_id)
    return None if found is None else Customer(*found)


async def listing(db: Reader, *, limit: int = 50, cursor: str | None = None) -> Page[Customer]:
    """A page of all customers, by id."""
    wanted = select(*_COLUMNS).order_by(customers.c.id)
    if cursor is not None:
        wanted = wanted.where(customers.c.id > paging.decode(cursor, "customers", str)[0])
    limit = paging.clamp(limit)
    async with db.read() as connection:
        found = [Customer(*row) for row in await connection.execute(wanted.limit(limit + 1))]
    return paging.page(found, limit, lambda customer: paging.encode("customers", customer.id))


async def hold(connection: AsyncConnection, customer_id: str) -> None:
    """Let no other transaction change what belongs to this customer until this one ends. LookupError if unknown."""
    wanted = select(customers.c.id).where(customers.c.id == customer_id).with_for_update()
    if await connection.scalar(wanted) is None:
        raise LookupError(f"no customer {customer_id}")


_COLUMNS = (customers.c.id, customers.c.name, customers.c.tax_id)
_BY_ID = Prepared(select(*_COLUMNS).where(customers.c.id == bindparam("id")))
