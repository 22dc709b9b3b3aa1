"""Macros: several acts on a case under one name, one's own or shared by all who serve customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, false, func, or_, select

from policy.case.refusals import Refusal
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import macros

MOST = 50
"""How many one account keeps."""


class TooManyMacros(Refusal):
    """A list to choose from that is too long to choose from."""

    message = "You keep {most} macros already. Remove one first."


@dataclass(frozen=True, kw_only=True)
class Macro:
    """The acts in their order, each as its command's path and the fields of its form. `account_id` made it."""

    id: str
    account_id: str
    shared: bool
    name: str
    acts: Sequence[Mapping[str, Any]]


async def listing(db: Reader, account_id: str) -> Sequence[Macro]:
    """Those that an account may use, by name."""
    wanted = select(*_COLUMNS).where(_usable(account_id)).order_by(func.lower(macros.c.name), macros.c.id)
    async with db.read() as connection:
        return [Macro(**row) for row in (await connection.execute(wanted)).mappings()]


async def get(db: Reader, macro_id: str, *, account_id: str) -> Macro | None:
    """One of those that the account may use."""
    wanted = select(*_COLUMNS).where(macros.c.id == macro_id, _usable(account_id))
    async with db.read() as connection:
        row = (await connection.execute(wanted)).mappings().first()
    return Macro(**row) if row else None


async def keep(db: Database, macro: Macro, *, at: datetime) -> None:
    """Keep a new one, or change its owner's. Raises TooManyMacros."""
    row = {**vars(macro), "acts": list(macro.acts), "changed_at": at}
    changed = {name: row[name] for name in ("shared", "name", "acts", "changed_at")}
    async with db.write() as connection:
        others = select(func.count()).where(macros.c.account_id == macro.account_id, macros.c.id != macro.id)
        if (await connection.scalar(others) or 0) >= MOST:
            raise TooManyMacros(most=MOST)
        made = insert(connection, macros).values(**row)
        its = macros.c.account_id == macro.account_id
        await connection.execute(made.on_conflict_do_update(index_elements=["id"], set_=changed, where=its))


async def remove(db: Database, macro_id: str, *, account_id: str, shared_too: bool = False) -> None:
    """Remove an account's own, or, with `shared_too`, one that others share; what is no such macro is not there."""
    its = (macros.c.id == macro_id, or_(macros.c.account_id == account_id, macros.c.shared if shared_too else false()))
    async with db.write() as connection:
        await connection.execute(delete(macros).where(*its))


def _usable(account_id: str) -> ColumnElement[bool]:
    return or_(macros.c.shared, macros.c.account_id == account_id)


_COLUMNS = tuple(macros.c[name] for name in ("id", "account_id", "shared", "name", "acts"))
