"""The board's twelve weeks: each case in the week of its opening, and in all the figures of the board itself."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select, update

from storage.board import board as boards
from storage.board import counted
from storage.board.board import Scope
from storage.board.counted import hours_of
from storage.board.weeks import WEEKS, weeks
from storage.engine.tables import case_terms, cases, pinned_terms
from tests.storage.desk import Desk
from tests.support.lives import CONFIRM, HAND_OFF, REPLY, RESOLVE, WITHDRAW, bogota, policy

AT = "2026-11-30 12:00"


async def test_a_case_stands_in_the_week_of_its_opening(desk: Desk) -> None:
    """A week begins on Monday at midnight in Bogotá."""
    for at in ("2026-11-22 23:59", "2026-11-23 00:00", "2026-11-23 09:00"):
        await desk.open(at=at)
    found = await weeks(desk.db, customer_id=None, at=bogota(AT))
    assert len(found) == WEEKS
    assert [each.from_at for each in found[-3:]] == [bogota(f"2026-11-{day} 00:00") for day in (16, 23, 30)]
    assert [each.opened for each in found] == [0] * 9 + [1, 2, 0]


async def test_together_they_are_the_boards_own_figures(desk: Desk) -> None:
    await desk.live(await desk.open(), ("09:30", REPLY), ("09:40", RESOLVE), ("09:50", CONFIRM))
    await desk.live(await desk.open(), ("09:30", REPLY), ("09:35", HAND_OFF), "23:00")
    await desk.live(await desk.open(), "11:00", ("11:30", REPLY), ("11:40", WITHDRAW))
    await desk.live(await desk.open(), "23:00")
    found = await weeks(desk.db, customer_id=None, at=bogota(AT))
    scope = Scope(from_at=found[0].from_at, until_at=bogota("2026-12-07 00:00"))
    whole = await boards.board(desk.db, scope, plans=policy().plans, at=bogota(AT))
    for kept, weekly in (
        (whole.attention.values(), [each.attention for each in found]),
        (whole.levels.values(), [each.levels for each in found]),
    ):
        sums = [(sum(each.met for each in some), sum(each.missed for each in some)) for some in (kept, weekly)]
        assert sums[0] == sums[1]
        assert sum(sums[0]) > 1
    assert sum(each.opened for each in found) == whole.opened == 4
    assert sum(each.solved for each in found) == 1
    (plan, took) = next(iter(found[-2].to_resolution.items()))
    assert took == whole.to_resolution[plan][0].median
    assert [each.to_resolution for each in found[:-2]] == [{}] * (WEEKS - 2)
    assert [each.opened for each in await weeks(desk.db, customer_id="nobody", at=bogota(AT))] == [0] * WEEKS


async def test_what_many_were_promised_is_read_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many cases are new to the process; one that has its terms as a text of its own has the same hours."""
    monkeypatch.setattr(counted, "_FEW", 1)
    numbers = [(await desk.open()).number for _ in range(5)]
    async with desk.db.write() as connection:
        said = await connection.scalar(select(pinned_terms.c.terms))
        old = update(case_terms).where(case_terms.c.case_number == numbers[0])
        await connection.execute(old.values(digest=None, terms=said))
    asked: list[str] = []
    async with desk.db.read() as connection:
        engine = connection.engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
        found = await hours_of(connection, [cases.c.number.in_(numbers)])
    assert len(asked) == 4, "which turns, whose terms, those terms, and the old ones"
    assert set(found) == set(numbers)
    assert len(set(found.values())) == 1
