"""The cases whose visit has not ended, by what it waits for: a column of their own, of which an index is walked."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select, update

from policy.visit.visit import PENDING, UNDER_WAY, VisitStep
from storage.engine.tables import cases
from storage.visit.open_visits import with_visit_at
from tests.storage.case.test_views import ON_SQLITE, asked_of, plan_of
from tests.storage.desk import Desk
from tests.support.lives import APPROVE, CANCEL, DECLINE, REQUEST_VISIT, STANDARD, attempt

TRIED = tuple(("09:05", attempt(channel)) for channel in STANDARD.channels)
ASKED, AGREED, DECLINED = ("09:10", REQUEST_VISIT), ("09:15", APPROVE), ("09:20", DECLINE)


async def found(desk: Desk, *steps: VisitStep) -> list[str]:
    return await with_visit_at(desk.db, steps or PENDING | UNDER_WAY)


@pytest.mark.rule("ONS-3")
async def test_a_case_is_found_by_what_its_visit_waits_for_until_it_ends(desk: Desk) -> None:
    await desk.open("sin visita")
    asked = await desk.live(await desk.open("pedida"), *TRIED, ASKED)
    quoted = await desk.live(await desk.open("cotizada"), *TRIED, ASKED, AGREED)
    await desk.live(await desk.open("declinada"), *TRIED, ASKED, AGREED, DECLINED)
    assert await found(desk, VisitStep.REQUESTED) == [asked.number]
    assert sorted(await found(desk)) == [asked.number, quoted.number]
    await desk.live(quoted, ("09:25", CANCEL))
    assert await found(desk) == [asked.number]


async def test_what_was_there_before_the_column_is_found_as_well(desk: Desk) -> None:
    """The migration's own statement, on cases whose column was emptied."""
    from storage.migrations.versions import v0043_open_visits

    asked = await desk.live(await desk.open("pedida"), *TRIED, ASKED)
    await desk.live(await desk.open("declinada"), *TRIED, ASKED, AGREED, DECLINED)
    await desk.open("sin visita")
    steps = select(cases.c.number, cases.c.visit_step).order_by(cases.c.number)

    def again(connection: Connection) -> None:
        connection.execute(update(cases).values(visit_step=None))
        v0043_open_visits.note_open_visits(connection)

    async with desk.db.write() as connection:
        before = (await connection.execute(steps)).all()
        await connection.run_sync(again)
        assert (await connection.execute(steps)).all() == before
    assert await found(desk) == [asked.number]


@ON_SQLITE
async def test_no_other_case_is_looked_at(desk: Desk) -> None:
    async with asked_of(desk.db) as asked:
        await found(desk, VisitStep.REQUESTED)
    [(statement, parameters)] = asked
    plan = await plan_of(desk.db, statement, parameters)
    assert "SEARCH cases USING INDEX ix_cases_visited (visit_step=?)" in plan, plan
