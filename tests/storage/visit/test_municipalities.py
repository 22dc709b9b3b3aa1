"""The listed municipalities: DANE's from the start, others by imports that happen whole."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from storage.engine.database import Database
from storage.visit import municipalities
from storage.visit.municipalities import Imported
from tests.storage.desk import START

FILE = {"05001": "MEDELLÍN", "05999": "Villanueva de Abajo", "54001": "San José de Cúcuta"}
SHIPPED = 1_121


@pytest.mark.rule("ONS-1")
async def test_all_are_listed_from_the_start(db: Database) -> None:
    listed = await municipalities.listed(db)

    assert len(listed) == SHIPPED
    assert (listed["25175"].name, listed["54001"].name) == ("Chía", "Cúcuta")
    assert (listed["05001"].name, listed["05001"].department) == ("Medellín", "Antioquia")


async def test_an_import_says_what_it_changed_and_happens_once(db: Database) -> None:
    """A name that differs in capitals alone is no other name."""
    first = await municipalities.import_all(db, FILE, at=START)
    again = await municipalities.import_all(db, FILE, at=START)

    assert (first, again) == (Imported(1, 1, 1), Imported(0, 0, 3))
    listed = await municipalities.listed(db)
    assert [listed[code].name for code in FILE] == ["Medellín", "Villanueva de Abajo", "San José de Cúcuta"]


async def test_imports_at_once_leave_the_whole_of_the_file(db: Database) -> None:
    await asyncio.gather(*(municipalities.import_all(db, FILE, at=START) for _ in range(4)))

    assert len(await municipalities.listed(db)) == SHIPPED + 1


async def test_a_later_import_renames_and_takes_nothing_away(db: Database) -> None:
    await municipalities.import_all(db, FILE, at=START)

    assert await municipalities.import_all(db, {"05999": "Otra"}, at=START) == Imported(0, 1, 0)
    assert len(await municipalities.listed(db)) == SHIPPED + 1


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"q": "medellin"}, ["05001"]),
        ({"q": " VILLANUEVA  DE "}, ["05999"]),
        ({"q": "0599"}, ["05999"]),
        ({"department": "88"}, ["88001", "88564"]),
        ({"q": "cali", "department": "05"}, []),
        ({"q": "%"}, []),
    ],
)
async def test_they_are_found_by_name_code_and_department(
    db: Database, wanted: dict[str, Any], found: list[str]
) -> None:
    await municipalities.import_all(db, FILE, at=START)

    assert [each.code for each in (await municipalities.listing(db, **wanted)).items] == found


async def test_they_are_listed_page_by_page(db: Database) -> None:
    codes: list[str] = []
    cursor = None
    while True:
        page = await municipalities.listing(db, limit=200, cursor=cursor)
        codes += [each.code for each in page.items]
        if (cursor := page.next_cursor) is None:
            break

    assert codes == sorted(municipalities.shipped())
