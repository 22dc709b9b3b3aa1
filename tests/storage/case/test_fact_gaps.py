"""Facts that are missing are found: in the middle, at the end, and all of them."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, text

from storage.case.fact_gaps import gaps
from storage.engine.tables import facts, notices
from tests.storage.desk import Desk
from tests.support.lives import CLAIM, REPLY


@pytest.mark.parametrize("missing", [{2}, {3}, {1, 2, 3, 4}])
async def test_a_case_that_lacks_some_is_named(desk: Desk, missing: set[int]) -> None:
    _, short = [await desk.live(await desk.open(), ("09:10", CLAIM), ("09:20", REPLY)) for _ in range(2)]
    assert short.facts == 4
    assert await gaps(desk.db) == []

    async with desk.db.write() as connection:  # past the database itself, which refuses it
        on_sqlite = connection.dialect.name == "sqlite"
        allowed = "DROP TRIGGER facts_refuse_delete" if on_sqlite else "SET LOCAL session_replication_role = replica"
        await connection.execute(text(allowed))
        for table in (notices, facts):
            its = (table.c.case_number == short.number, table.c.seq.in_(missing))
            await connection.execute(delete(table).where(*its))

    assert await gaps(desk.db) == [short.number]
