"""A command changes one case: another that stands in the very same place keeps every row as it was."""

from __future__ import annotations

import sqlite3

import pytest

from tests.api.given import BODIES, equipment, give, make_ready, put_on_its_day
from tests.api.office import Office


def rows_of(office: Office, number: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows that name a case, by table."""
    with sqlite3.connect(office.file) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        held = {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    return {
        name: its
        for name, rows in held.items()
        if (its := [row for row in rows if any(isinstance(each, str) and number in each for each in row)])
    }


async def opened(office: Office, command: str, *, about: dict[str, str]) -> str:
    """A Premium case that takes the command."""
    number = await office.open("premium_contact", **about)
    await make_ready(office, number, command)
    await put_on_its_day(office, number, command)
    return number


@pytest.mark.parametrize("command", BODIES)
async def test_the_other_keeps_its_rows(office: Office, command: str) -> None:
    await office.open("premium_contact")  # of which a case may be a duplicate
    about = await equipment(office) if command == "diagnosis" else {}
    first, second, third = [await opened(office, command, about=about) for _ in range(3)]
    before = {number: rows_of(office, number) for number in (first, third)}
    assert {"cases", "facts", "notices"} <= before[first].keys()

    await give(office, second, command)

    assert {number: rows_of(office, number) for number in (first, third)} == before
