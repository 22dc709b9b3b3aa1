"""Recording turns: once, in order, all or nothing, and never changed afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from policy.case.case import Status
from policy.case.duplicates import GoesOnIn
from policy.case.facts import HandedOff
from policy.case.refusals import DuplicateInCircle, DuplicateOfEnded
from policy.time.clock import ClockName
from storage.case import ledger, views
from storage.case.ledger import ContentMissing, TurnGap
from storage.engine.database import Database
from storage.engine.tables import facts, notices
from tests.storage.desk import Desk
from tests.support.lives import ASK, CLAIM, PREMIUM, REPLY, STANDARD, UNCOVERED, WITHDRAW, bogota, duplicate, turns


async def how_many_facts(db: Database) -> int:
    async with db.read() as connection:
        return await connection.scalar(select(func.count()).select_from(facts)) or 0


async def test_a_case_reads_back_as_it_was_recorded(desk: Desk) -> None:
    """State, title, terms: every value survives the way through JSON."""
    case = await desk.open("Avería del geoportal", terms=PREMIUM)

    row = await views.case(desk.db, case.number)

    assert row is not None
    assert (row.case, row.title, row.plan) == (case, "Avería del geoportal", PREMIUM.plan)
    assert await views.terms(desk.db, case.number) == PREMIUM


async def test_the_same_turn_again_changes_nothing(desk: Desk) -> None:
    """A worker that records a turn twice is told the same both times."""
    opened = await desk.opening()
    claimed = turns(opened.case, ("09:10", CLAIM))[0]

    for decision, terms in ((opened, STANDARD), (opened, STANDARD), (claimed, None), (claimed, None)):
        found = await ledger.record(desk.db, decision, terms, command_id="same")

        assert found.ahead is None
    assert await how_many_facts(desk.db) == len(opened.entries) + len(claimed.entries)


@pytest.mark.rule("ESC-18")
async def test_two_cases_that_are_closed_as_duplicates_of_each_other_at_once_do_not_both_close(desk: Desk) -> None:
    """Each was decided while the other was open: whichever is recorded second is refused, and stays as it was."""
    pair = [await desk.open() for _ in range(2)]
    closing = [
        turns(case, ("09:10", duplicate(GoesOnIn(other.number, Status.NEW), other.number)))[0]
        for case, other in zip(pair, reversed(pair), strict=True)
    ]

    outcomes = await asyncio.gather(*(ledger.record(desk.db, each) for each in closing), return_exceptions=True)

    assert sorted(type(each).__name__ for each in outcomes) == ["DuplicateInCircle", "Recorded"]
    rows = [await views.case(desk.db, case.number) for case in pair]
    for row, case, closed, outcome in zip(rows, pair, closing, outcomes, strict=True):
        assert row
        assert row.case == (case if isinstance(outcome, DuplicateInCircle) else closed.case)


@pytest.mark.rule("ESC-18")
async def test_a_case_does_not_close_as_the_duplicate_of_one_that_ended_meanwhile(desk: Desk) -> None:
    """But a turn that was recorded stays so when it is recorded again."""
    case, other = [await desk.open() for _ in range(2)]
    closed = turns(case, ("09:10", duplicate(GoesOnIn(other.number, Status.NEW), other.number)))[0]
    late = turns(await desk.open(), ("09:30", duplicate(GoesOnIn(other.number, Status.NEW), other.number)))[0]
    await ledger.record(desk.db, closed)
    await desk.live(other, ("09:20", WITHDRAW))

    with pytest.raises(DuplicateOfEnded):
        await ledger.record(desk.db, late)
    assert (await ledger.record(desk.db, closed)).ahead is None


async def test_a_turn_that_was_decided_otherwise_stays_as_it_was_recorded_first(desk: Desk) -> None:
    """The worker is told the state that the ledger holds, and the commands that led to it."""
    case, other = await desk.open(), await desk.open()
    claimed, asked = turns(case, ("09:10", CLAIM), ("09:12", ASK))
    await ledger.record(desk.db, turns(other, ("09:10", CLAIM))[0], command_id="elsewhere")
    await ledger.record(desk.db, claimed, command_id="claim")
    await ledger.record(desk.db, asked, command_id="ask")
    replied = turns(case, ("09:20", REPLY))[0]

    found = await ledger.record(desk.db, replied, command_id="reply")

    assert found.ahead == asked.case
    assert found.command_ids == ("claim", "ask")
    kinds = [row.fact.kind for row in await views.timeline(desk.db, case.number)]
    assert kinds == ["case_opened", "case_claimed", "information_requested", "initial_attention_given"]


async def test_the_same_command_decided_at_another_instant_is_found(desk: Desk) -> None:
    """A task that is run again has a later clock: what was recorded keeps the first one."""
    case = await desk.open()
    first, again = turns(case, ("09:10", CLAIM))[0], turns(case, ("09:11", CLAIM))[0]
    await ledger.record(desk.db, first, command_id="claim")

    found = await ledger.record(desk.db, again, command_id="claim")

    assert (found.ahead, found.command_ids) == (first.case, ("claim",))


async def test_a_lower_turn_never_replaces_a_higher_one(desk: Desk) -> None:
    """What comes late does not turn the case back."""
    case = await desk.open()
    first, second = turns(case, ("09:10", CLAIM), ("09:20", REPLY))
    await ledger.record(desk.db, first)
    await ledger.record(desk.db, second)

    await ledger.record(desk.db, first)

    row = await views.case(desk.db, case.number)
    assert row is not None
    assert row.case == second.case


async def test_a_gap_is_refused(desk: Desk) -> None:
    """A turn that follows one which was never recorded changes nothing."""
    case = await desk.open()
    _, second = turns(case, ("09:10", CLAIM), ("09:20", REPLY))

    with pytest.raises(TurnGap):
        await ledger.record(desk.db, second)

    assert await how_many_facts(desk.db) == 1


async def test_a_turn_of_an_unknown_case_is_refused(desk: Desk) -> None:
    """A case begins with its first turn."""
    opened = await desk.opening()

    with pytest.raises(TurnGap):
        await ledger.record(desk.db, turns(opened.case, ("09:10", CLAIM))[0])


async def test_a_turn_that_follows_other_facts_is_refused(desk: Desk) -> None:
    """The right number after the wrong past does not get in."""
    case = await desk.open()
    claimed = turns(case, ("09:10", CLAIM))[0]

    with pytest.raises(TurnGap):
        await ledger.record(desk.db, replace(claimed, case=replace(claimed.case, facts=7)))


async def test_an_opening_whose_title_was_not_deposited_is_refused(desk: Desk) -> None:
    """No case stands there without its words."""
    opened = await desk.opening()
    other = await desk.opening(title="Otro", at="09:01")
    undeposited = replace(opened.entries[0].fact, title=replace(other.entries[0].fact.title, content_id="none"))  # type: ignore[union-attr, arg-type]

    with pytest.raises(ContentMissing):
        await ledger.record(desk.db, replace(opened, entries=(replace(opened.entries[0], fact=undeposited),)), STANDARD)

    assert await views.case(desk.db, opened.case.number) is None


async def test_a_turn_is_recorded_whole_or_not_at_all(desk: Desk) -> None:
    """A notice of a fact that does not exist fails, and takes the facts and the projection with it."""
    case = await desk.open()
    claimed = turns(case, ("09:10", REPLY))[0]
    broken = replace(claimed, notices=tuple(replace(notice, seq=99) for notice in claimed.notices))

    with pytest.raises(DBAPIError):
        await ledger.record(desk.db, broken)

    row = await views.case(desk.db, case.number)
    assert row is not None
    assert row.case == case
    assert await how_many_facts(desk.db) == 1


async def test_many_workers_with_one_turn_record_it_once(desk: Desk) -> None:
    """Twenty at once: one records, the others find it done."""
    case = await desk.open()
    claimed = turns(case, ("09:10", CLAIM))[0]

    found = await asyncio.gather(*(ledger.record(desk.db, claimed, command_id="one") for _ in range(20)))

    assert {each.ahead for each in found} == {None}
    assert await how_many_facts(desk.db) == 2


async def test_one_opening_at_once_from_many_sides_is_one_case(desk: Desk) -> None:
    """The first turn has no row to lock yet, and still happens once."""
    opened = await desk.opening()

    await asyncio.gather(*(ledger.record(desk.db, opened, STANDARD) for _ in range(20)))

    assert await how_many_facts(desk.db) == 1


async def test_different_decisions_for_one_turn_at_once_leave_one(desk: Desk) -> None:
    """One wins, and all the others are told which."""
    case = await desk.open()
    rivals = [turns(case, (f"09:{minute}", CLAIM))[0] for minute in range(10, 30)]

    found = await asyncio.gather(*(ledger.record(desk.db, rival) for rival in rivals))

    row = await views.case(desk.db, case.number)
    assert row is not None
    assert [each.ahead for each in found].count(None) == 1
    assert {each.ahead for each in found} == {None, row.case}


async def test_lateness_can_be_read_off_a_fact(desk: Desk) -> None:
    """A hand-off found out two hours late has both instants (ESC-15)."""
    case = await desk.live(await desk.open(), "12:00")

    handed_off = [row for row in await views.timeline(desk.db, case.number) if isinstance(row.fact, HandedOff)]

    assert handed_off[0].due_at == bogota("10:00")
    assert handed_off[0].at - bogota("10:00") == timedelta(hours=2)


async def test_finished_stretches_are_kept(desk: Desk) -> None:
    """A pause is a stretch that did not count, and says why."""
    case = await desk.live(await desk.open(), ("09:10", ASK), "11:30", ("11:31", REPLY), ("11:40", CLAIM))

    level = [each for each in await views.stretches(desk.db, case.number) if each.clock is ClockName.LEVEL]

    assert [(each.from_at, each.to_at, each.counted) for each in level] == [(bogota("09:00"), bogota("09:10"), True)]


async def test_a_notice_is_unique_by_case_turn_kind_and_recipient(desk: Desk) -> None:
    """The same turn twice never writes to anybody twice."""
    opened = await desk.opening()
    for _ in range(2):
        await ledger.record(desk.db, opened, STANDARD)

    async with desk.db.read() as connection:
        kept = await connection.scalar(select(func.count()).select_from(notices))

    assert kept == len(opened.notices)


@pytest.mark.parametrize("change", ["UPDATE facts SET kind = 'case_closed'", "DELETE FROM facts"])
async def test_the_database_itself_refuses_to_change_facts(desk: Desk, change: str) -> None:
    """Facts are append-only, whoever holds the connection."""
    await desk.open()

    with pytest.raises(DBAPIError, match="append-only"):
        async with desk.db.write() as connection:
            await connection.execute(text(change))


async def test_the_database_refuses_words_that_the_policy_does_not_know(desk: Desk) -> None:
    """A status is one of the policy's."""
    await desk.open()

    with pytest.raises(DBAPIError):
        async with desk.db.write() as connection:
            await connection.execute(text("UPDATE cases SET status = 'lost'"))


async def test_a_held_case_is_recorded_without_clocks(desk: Desk) -> None:
    """No cover: held, and nothing due (WAR-3)."""
    case = await desk.open(terms=UNCOVERED)

    row = await views.case(desk.db, case.number)

    assert row is not None
    assert (row.case.status, row.next_due_at) == (Status.HELD, None)
