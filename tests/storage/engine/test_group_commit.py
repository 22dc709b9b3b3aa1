"""Group commit: who comes together waits for one commit, and each hears of its own error alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Case
from storage.case import ledger, views
from storage.case.ledger import Recorded, TurnGap
from storage.engine.database import Database
from storage.engine.group_commit import GroupCommit, Work
from storage.engine.reach import DatabaseUnavailable
from tests.storage.case.test_ledger import how_many_facts
from tests.storage.desk import Desk
from tests.support.lives import CLAIM, REPLY, turns


@contextmanager
def commits_of(db: Database) -> Iterator[list[Connection]]:
    """The commits of its writes within."""
    seen: list[Connection] = []

    def hear(connection: Connection) -> None:
        seen.append(connection)

    event.listen(db._writer.sync_engine, "commit", hear)
    try:
        yield seen
    finally:
        event.remove(db._writer.sync_engine, "commit", hear)


def claim(case: Case, *, after: int = 0) -> Work[Recorded]:
    """Records a turn of the case; one that comes `after` others that nobody recorded is a gap."""
    decision = turns(case, *(("09:10", CLAIM), ("09:11", REPLY))[: after + 1])[after]
    return lambda connection: ledger.record_in(connection, decision)


async def wrong(connection: AsyncConnection) -> Recorded:
    """Asks the database for what it cannot give."""
    await connection.execute(text("UPDATE cases SET level = NULL"))
    raise AssertionError("the database takes no case without a level")


async def test_writes_that_come_together_are_one_commit(desk: Desk) -> None:
    cases = [await desk.open() for _ in range(12)]
    together, before = GroupCommit(desk.db), await how_many_facts(desk.db)

    with commits_of(desk.db) as commits:
        found = await asyncio.gather(*(together.write(claim(case)) for case in cases))

    assert all(each.ahead is None for each in found)
    assert len(commits) == 2, "the first had begun; the others came meanwhile"
    assert await how_many_facts(desk.db) == before + len(cases)


async def test_an_answer_comes_after_the_commit(desk: Desk) -> None:
    """Whoever is answered is there for everybody to read."""
    together = GroupCommit(desk.db)

    async def claimed(case: Case) -> bool:
        await together.write(claim(case))
        row = await views.case(desk.db, case.number)
        return row is not None and row.case.turn == case.turn + 1

    assert all(await asyncio.gather(*[claimed(await desk.open()) for _ in range(5)]))


async def test_each_hears_of_its_own_error_alone(desk: Desk) -> None:
    cases = [await desk.open() for _ in range(6)]
    together, before = GroupCommit(desk.db), await how_many_facts(desk.db)
    works = [claim(case, after=place % 2) for place, case in enumerate(cases)]

    outcomes = await asyncio.gather(*map(together.write, works), return_exceptions=True)

    assert [type(each) for each in outcomes] == [Recorded, TurnGap] * 3
    assert await how_many_facts(desk.db) == before + 3


async def test_a_statement_that_is_wrong_ends_nobody_elses_turn(desk: Desk) -> None:
    """On PostgreSQL it ends the transaction of all: they are written again, each by itself."""
    cases = [await desk.open() for _ in range(4)]
    together, before = GroupCommit(desk.db), await how_many_facts(desk.db)
    works = [claim(cases[0]), claim(cases[1]), wrong, claim(cases[2]), claim(cases[3])]

    outcomes = await asyncio.gather(*map(together.write, works), return_exceptions=True)

    assert [isinstance(each, DBAPIError) for each in outcomes] == [False, False, True, False, False]
    assert await how_many_facts(desk.db) == before + len(cases)


async def test_an_error_of_a_try_that_was_taken_back_is_forgotten(desk: Desk) -> None:
    """What was refused in a group that the database ended, and is taken when it is asked again, was taken."""
    case, together, tries = await desk.open(), GroupCommit(desk.db), 0

    async def refused_at_first(connection: AsyncConnection) -> Recorded:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise TurnGap("not yet")
        return await claim(case)(connection)

    first = claim(await desk.open())
    outcomes = await asyncio.gather(*map(together.write, (first, refused_at_first, wrong)), return_exceptions=True)

    assert [isinstance(each, Recorded) for each in outcomes] == [True, True, False]


async def test_who_goes_away_takes_nobody_along(desk: Desk) -> None:
    """Neither one that waits for its turn, nor the one that writes for all."""
    cases = [await desk.open() for _ in range(6)]
    together, before = GroupCommit(desk.db), await how_many_facts(desk.db)
    begun = asyncio.Event()

    async def slow(connection: AsyncConnection) -> Recorded:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    first = asyncio.ensure_future(together.write(slow))
    await begun.wait()
    writing = [asyncio.ensure_future(together.write(claim(case))) for case in cases]
    await asyncio.sleep(0)
    writing[2].cancel()
    first.cancel()
    outcomes = await asyncio.gather(first, *writing, return_exceptions=True)

    gone = [isinstance(each, asyncio.CancelledError) for each in outcomes]
    assert gone == [True, False, False, True, False, False, False]
    assert await how_many_facts(desk.db) == before + len(cases) - 1


async def test_a_database_that_is_away_is_told_to_all_and_found_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [await desk.open() for _ in range(3)]
    together, before = GroupCommit(desk.db), await how_many_facts(desk.db)

    def away(_: Database, *, brief: bool) -> None:
        raise DatabaseUnavailable("it is away")

    with monkeypatch.context() as patched:
        patched.setattr(Database, "write", away)
        outcomes = await asyncio.gather(*(together.write(claim(case)) for case in cases), return_exceptions=True)
    assert [type(each) for each in outcomes] == [DatabaseUnavailable] * 3
    await asyncio.gather(*(together.write(claim(case)) for case in cases))
    assert await how_many_facts(desk.db) == before + len(cases)
