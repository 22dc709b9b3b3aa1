"""Customers and contacts by their names, NIT and addresses: each word of a search begins one of theirs.

The words are kept beside the people, in the transaction that names them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.people.tax_id import check_digit, tax_number
from storage.engine.columns import NEVER
from storage.engine.database import Reader, insert
from storage.engine.tables import cases, contacts, customers, name_words
from storage.search import vocabulary
from storage.search.spelling import words_of

Kind = Literal["customer", "contact"]

_MOST_WORDS = 8
_HIGHEST = "\U0010ffff"
_FIGURES = re.compile(r"[\d.\s]{5,20}(-\s*\d)?\s*")


@dataclass(frozen=True, kw_only=True)
class FoundCustomer:
    """A customer that a search found, and how many open cases it has."""

    id: str
    name: str
    tax_id: str
    open_cases: int


@dataclass(frozen=True, kw_only=True)
class FoundContact:
    """A contact that a search found, with the customer that it speaks for."""

    id: str
    name: str
    email: str
    customer_id: str
    customer: str


# -- keeping ----------------------------------------------------------------------------------------------------------


async def keep_customer(connection: AsyncConnection, customer_id: str, *, name: str, tax_id: str) -> None:
    """Let a customer be found by its name and NIT, within the transaction that makes it."""
    await _keep(connection, "customer", customer_id, customer_id, {*words_of(name), *_of_tax_id(tax_id)})
    await vocabulary.learn(connection, customer_id, [name], public=True)


async def keep_contact(
    connection: AsyncConnection, contact_id: str, customer_id: str, *, name: str, email: str
) -> None:
    """Let a contact be found by name and address; what they were found by before is forgotten."""
    await _keep(connection, "contact", contact_id, customer_id, {*words_of(name), *words_of(email)})
    await vocabulary.learn(connection, customer_id, [name, email], public=True)


async def _keep(connection: AsyncConnection, kind: Kind, of_id: str, customer_id: str, words: set[str]) -> None:
    w = name_words.c
    await connection.execute(delete(name_words).where(w.of_id == of_id, w.kind == kind, w.word.not_in(words)))
    rows = [{"word": word, "kind": kind, "of_id": of_id, "customer_id": customer_id} for word in sorted(words)]
    if rows:
        await connection.execute(insert(connection, name_words).on_conflict_do_nothing(), rows)


def _of_tax_id(tax_id: str) -> set[str]:
    """A NIT as one may write it: with and without its check digit, without dots and hyphens."""
    number = tax_number(tax_id)
    if not (number.isascii() and number.isdecimal()):
        return set(words_of(tax_id))
    return {number, f"{number}{check_digit(number)}"}


# -- asking -----------------------------------------------------------------------------------------------------------


def asked_words(q: str) -> list[str]:
    """The words of a search; figures with dots and a check digit are one, as a NIT is written."""
    if _FIGURES.fullmatch(q):
        return ["".join(sign for sign in q if sign.isdecimal()).lstrip("0")]
    return list(dict.fromkeys(words_of(q)))[:_MOST_WORDS]


async def find_customers(db: Reader, q: str, *, customer_id: str | None, limit: int) -> Sequence[FoundCustomer]:
    """The customers whose words begin with those that are sought, in the order of their names; exact ones first."""
    c = customers.c
    if not (words := asked_words(q)):
        return []
    still_open = (
        select(func.count())
        .select_from(cases)
        .where(cases.c.customer_id == c.id, cases.c.next_due_at < NEVER)
        .scalar_subquery()
    )
    wanted = _named(select(c.id, c.name, c.tax_id, still_open.label("open_cases")), "customer", c.id, words)
    if customer_id is not None:
        wanted = wanted.where(c.id == customer_id)
    async with db.read() as connection:
        rows = (await connection.execute(wanted.order_by(_begins(c.name, q), c.name, c.id).limit(limit))).mappings()
        return [FoundCustomer(**row) for row in rows]


async def find_contacts(db: Reader, q: str, *, customer_id: str | None, limit: int) -> Sequence[FoundContact]:
    """The same of contacts that are on a roster now."""
    c = contacts.c
    if not (words := asked_words(q)):
        return []
    shown = select(c.id, c.name, c.email, c.customer_id, customers.c.name.label("customer"))
    wanted = _named(shown.join(customers, customers.c.id == c.customer_id), "contact", c.id, words)
    wanted = wanted.where(c.removed_at.is_(None))
    if customer_id is not None:
        wanted = wanted.where(c.customer_id == customer_id)
    async with db.read() as connection:
        rows = (await connection.execute(wanted.order_by(_begins(c.name, q), c.name, c.id).limit(limit))).mappings()
        return [FoundContact(**row) for row in rows]


def _named(wanted: Select[Any], kind: Kind, of: ColumnElement[str], words: Sequence[str]) -> Select[Any]:
    """Only those each of whose words that are sought begins one of theirs."""
    w = name_words.c
    for word in words:
        begins = select(w.of_id).where(w.word >= word, w.word < f"{word}{_HIGHEST}", w.kind == kind)
        wanted = wanted.where(of.in_(begins))
    return wanted


def _begins(name: ColumnElement[str], q: str) -> ColumnElement[int]:
    """First those whose whole name begins as what is sought."""
    typed = " ".join(q.split()).lower()
    return case((func.substr(func.lower(name), 1, len(typed)) == typed, 0), else_=1)
