"""What versions before this one wrote: rows of their own columns, for databases that stand at their revision."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.decision import Decision
from policy.people.tax_id import tax_number
from policy.terms.terms import Terms
from storage.case import ledger
from storage.engine import tables
from storage.engine.database import Database
from storage.engine.prepared import Prepared
from storage.engine.tables import cases
from storage.people import contacts, customers
from storage.people.customers import Customer
from storage.search import case_words, names

_SINCE = {"answered_seq", "title_key", "visit_step"}
"""Columns of a case that came with versions 0027 and 0043."""
_CASES = sa.table("cases", *(sa.column(each.name, each.type) for each in cases.c if each.name not in _SINCE))
_CUSTOMERS = sa.table(
    "customers", *(sa.column(each.name, each.type) for each in tables.customers.c if each.name != "name_key")
)
_changes = count(1)


def without_names(patch: pytest.MonkeyPatch) -> None:
    """Register customers and contacts as before version 0027, which finds them by their names, 0033, from which on
    contacts have a telephone, and 0034, which orders customers by their names.
    """

    async def nothing(*_: Any, **__: Any) -> None: ...

    known = sa.select(*(each for each in contacts._SELECT.exported_columns if each.name != "phone"))
    roster = known.where(tables.contacts.c.customer_id == sa.bindparam("customer_id"))
    patch.setattr(contacts, "_ROSTER", Prepared(roster))
    patch.setattr(customers, "create", _create_customer)
    patch.setattr(names, "keep_contact", nothing)


async def _create_customer(db: Database, customer: Customer, *, at: datetime) -> Customer:
    row = {**vars(customer), "tax_number": tax_number(customer.tax_id), "created_at": at}
    async with db.write() as connection:
        await connection.execute(sa.insert(_CUSTOMERS), [row])
    return customer


async def open_case(connection: AsyncConnection, decision: Decision, terms: Terms) -> None:
    """The row of a new case."""
    case = decision.case
    row = {
        **ledger._projected(case),
        "number": case.number,
        "plan": terms.plan,
        "cover": terms.cover.kind,
        "customer_id": case.customer_id,
        "contact_id": case.contact_id,
        "solution_id": case.solution_id,
        "channel": case.channel,
        "category": case.category,
        "opened_at": case.opened_at,
        "title": "No carga el mapa",
        "search_id": case_words.search_id(case.number),
        "change": next(_changes),
    }
    await connection.execute(sa.insert(_CASES), [row])
