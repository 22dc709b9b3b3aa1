"""The municipalities that are listed: DANE's, which ship as data, and those that were imported since (ONS-1)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from types import MappingProxyType

from sqlalchemy import select

from policy.visit.places import Municipality
from storage.engine import paging
from storage.engine.database import Database, Reader, insert
from storage.engine.paging import Page
from storage.engine.tables import municipalities
from storage.search.search import searchable


@dataclass(frozen=True)
class Imported:
    """What an import changed: how many municipalities it added, gave another name, and left as they were."""

    new: int
    renamed: int
    unchanged: int


@cache
def departments() -> Mapping[str, str]:
    """The 33 departments' names by their codes; Bogotá D.C. is one of them."""
    return MappingProxyType({row["code"]: row["name"] for row in _rows("departments.csv")})


@cache
def capitals() -> Mapping[str, Municipality]:
    """The departments' capitals by their codes; Cundinamarca has none of its own."""
    return MappingProxyType(
        {row["capital_code"]: _municipality(row["capital_code"], row["capital"]) for row in _rows("departments.csv")}
    )


@cache
def shipped() -> Mapping[str, Municipality]:
    """All municipalities of DANE's list by their codes, the capitals under their ordinary names."""
    known = {row["code"]: _municipality(row["code"], row["name"]) for row in _rows("municipalities.csv")}
    return MappingProxyType({**known, **capitals()})


async def listed(db: Reader) -> dict[str, Municipality]:
    """Every listed municipality by its code, in the order of codes; an imported name stands before a shipped one."""
    async with db.read() as connection:
        rows = await connection.execute(select(municipalities.c.code, municipalities.c.name))
        imported = {code: _municipality(code, name) for code, name in rows}
    return dict(sorted({**shipped(), **imported}.items()))


async def listing(
    db: Reader, *, q: str = "", department: str | None = None, limit: int = 50, cursor: str | None = None
) -> Page[Municipality]:
    """A page by code: those whose name holds `q`, accents and capitals aside, or whose code begins with it.

    In one department, or in all.

    All are read for it: the country has little more than 1,100. ValueError for a cursor of another list.
    """
    after = paging.decode(cursor, "municipalities", str)[0] if cursor else ""
    wanted, limit = searchable(q), paging.clamp(limit)
    found = [
        each
        for code, each in (await listed(db)).items()
        if code > after
        and (department is None or code.startswith(department))
        and (wanted in searchable(each.name) or code.startswith(wanted))
    ]
    return paging.page(found[: limit + 1], limit, lambda last: paging.encode("municipalities", last.code))


async def import_all(db: Database, names: Mapping[str, str], *, at: datetime) -> Imported:
    """Keep these names by code, all or none; what is listed and not among them stays. The same again changes nothing.

    A name that differs in capitals alone is the one that is listed.
    """
    known = await listed(db)
    new = {code: name for code, name in names.items() if code not in known}
    renamed = {
        code: name for code, name in names.items() if code in known and known[code].name.casefold() != name.casefold()
    }
    rows = [{"code": code, "name": name, "imported_at": at} for code, name in {**new, **renamed}.items()]
    if rows:
        async with db.write() as connection:
            put = insert(connection, municipalities)
            changed = {"name": put.excluded.name, "imported_at": put.excluded.imported_at}
            await connection.execute(put.on_conflict_do_update(index_elements=["code"], set_=changed), rows)
    return Imported(len(new), len(renamed), len(names) - len(rows))


def _municipality(code: str, name: str) -> Municipality:
    return Municipality(code, name, departments()[code[:2]])


@cache
def _rows(file: str) -> tuple[dict[str, str], ...]:
    text = resources.files("policy.visit").joinpath(file).read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))
