"""Notices that wait to be delivered: what they show, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection, text

from policy.case.case import Plan
from policy.case.commands import SendReply
from policy.people.recipients import recipient_to_text
from storage.case import views
from storage.engine import codec, database
from storage.engine.columns import Instant
from storage.engine.database import Database, upgrade
from storage.engine.tables import facts
from storage.notices import outbox
from storage.notices.outbox import OutboxRow
from tests.storage.before import open_case, without_names
from tests.storage.desk import Desk
from tests.support.lives import CLAIM, HELP_DESK, STANDARD, bogota


async def test_a_notice_shows_its_fact_with_words_and_title(desk: Desk) -> None:
    case = await desk.open("No carga")
    words = await desk.text(case.number, "Ya lo revisamos.")
    await desk.live(case, ("09:10", SendReply(by=HELP_DESK, body=words)))

    rows = await outbox.pending(desk.db, case.number)

    assert [(row.kind, recipient_to_text(row.recipient)) for row in rows] == [
        ("case_opened", "contact:contact-1"),
        ("case_opened", "level:1"),
        ("reply_sent", "contact:contact-1"),
    ]
    assert (rows[-1].title, rows[-1].plan, rows[-1].language) == ("No carga", Plan.STANDARD, "es")
    assert list(rows[-1].words.values()) == ["Ya lo revisamos."]
    assert rows[0].limit_at == bogota("10:00")


async def test_what_was_delivered_waits_no_more(desk: Desk) -> None:
    """And the first delivery is the one that counts."""
    case = await desk.open()
    first, second = await outbox.pending(desk.db, case.number)

    async with desk.db.write() as connection:
        await outbox.delivered(connection, first.id, at=bogota("09:01"), to=["ana@cliente.example"])
        await outbox.delivered(connection, first.id, at=bogota("09:02"), to=[])

    assert [row.id for row in await outbox.pending(desk.db, case.number)] == [second.id]
    kept = (await views.notices(desk.db, case_number=case.number)).items[-1]
    assert (kept.delivered_at, kept.delivered_to, kept.attempts) == (bogota("09:01"), ("ana@cliente.example",), 1)


async def test_a_notice_that_failed_waits_until_it_is_given_up(desk: Desk) -> None:
    """What was given up is seen as such, and not tried again."""
    case = await desk.open()
    first, second = await outbox.pending(desk.db, case.number)

    async with desk.db.write() as connection:
        await outbox.failed(connection, first.id, error="no such host", next_try_at=bogota("09:05"))
    waiting = await outbox.pending(desk.db, case.number)
    async with desk.db.write() as connection:
        await outbox.failed(connection, first.id, error="no such box", next_try_at=None)

    assert [(row.id, row.attempts) for row in waiting] == [(first.id, 1), (second.id, 0)]
    assert [row.id for row in await outbox.pending(desk.db, case.number)] == [second.id]
    stuck = (await views.notices(desk.db, undelivered=True)).items[-1]
    assert (stuck.given_up, stuck.last_error, stuck.attempts) == (True, "no such box", 2)


async def test_a_case_without_notices_to_deliver_has_none(desk: Desk) -> None:
    case = await desk.live(await desk.open(), ("09:10", CLAIM))
    for row in await outbox.pending(desk.db, case.number):
        async with desk.db.write() as connection:
            await outbox.delivered(connection, row.id, at=bogota("09:11"), to=[])

    assert await outbox.pending(desk.db, case.number) == []


async def test_how_it_stands_is_told_with_the_oldest_that_waits(desk: Desk) -> None:
    """What was given up waits no more."""
    assert (await outbox.waiting(desk.db)).since is None
    early, late = await desk.open(at="09:00"), await desk.open(at="09:30")
    first, second = await outbox.pending(desk.db, early.number)

    async with desk.db.write() as connection:
        await outbox.failed(connection, first.id, error="no such box", next_try_at=None)
        await outbox.failed(connection, second.id, error="no such host", next_try_at=bogota("09:05"))
    before = await outbox.waiting(desk.db)
    async with desk.db.write() as connection:
        await outbox.delivered(connection, second.id, at=bogota("09:06"), to=[])
    after = await outbox.waiting(desk.db)

    assert (before.waiting, before.failing, before.given_up, before.since) == (3, 1, 1, early.last_at)
    assert (after.waiting, after.failing, after.given_up, after.since) == (2, 0, 1, late.last_at)


async def test_what_is_claimed_nobody_else_claims_until_then(desk: Desk) -> None:
    """Nor what comes after it, of the same case and to the same recipient."""
    case = await desk.open()
    words = await desk.text(case.number, "Ya lo revisamos.")
    await desk.live(case, ("09:10", SendReply(by=HELP_DESK, body=words)))
    at, until = bogota("09:11"), bogota("09:12")

    first = await outbox.claim(desk.db, at=at, until=until, most=1)
    meanwhile = await outbox.claim(desk.db, at=at, until=until, most=20)
    nothing = await outbox.claim(desk.db, at=at, until=until, most=20)
    afterwards = await outbox.claim(desk.db, at=until, until=bogota("09:13"), most=20)

    def told(rows: list[OutboxRow]) -> list[tuple[str, str]]:
        return [(row.kind, recipient_to_text(row.recipient)) for row in rows]

    assert told(first) == [("case_opened", "contact:contact-1")]
    assert told(meanwhile) == [("case_opened", "level:1")]
    assert told(nothing) == []
    assert told(afterwards) == [*told(first), *told(meanwhile), ("reply_sent", "contact:contact-1")]


async def test_none_is_claimed_to_those_who_have_enough_nor_what_would_get_ahead_of_them(desk: Desk) -> None:
    """Of the same case: a case's notices leave in their order, as long as they leave."""
    case, at = await desk.open(), bogota("09:11")
    first, _ = await outbox.pending(desk.db, case.number)
    enough = [recipient_to_text(first.recipient)]

    nothing = await outbox.claim(desk.db, at=at, until=at, most=20, besides=enough)
    async with desk.db.write() as connection:
        await outbox.failed(connection, first.id, error="no such host", next_try_at=at)
    others = await outbox.claim(desk.db, at=at, until=at, most=20, besides=enough)

    assert nothing == []
    assert [recipient_to_text(row.recipient) for row in others] == ["level:1"]


async def test_what_another_one_is_claiming_in_this_moment_keeps_back_what_comes_after_it(desk: Desk) -> None:
    """On PostgreSQL a row that is locked is skipped; on SQLite one writer waits for the other."""
    case, at = await desk.open(), bogota("09:11")
    words = await desk.text(case.number, "Ya lo revisamos.")
    await desk.live(case, ("09:10", SendReply(by=HELP_DESK, body=words)))
    first, *_ = await outbox.pending(desk.db, case.number)

    async with desk.db.write() as connection:
        if connection.dialect.name == "sqlite":
            return
        await outbox.put_off(connection, [first.id], until=bogota("09:12"))
        meanwhile = await outbox.claim(desk.db, at=at, until=at, most=20)

    assert [recipient_to_text(row.recipient) for row in meanwhile] == ["level:1"]


async def test_the_way_to_what_is_due_is_an_index(desk: Desk) -> None:
    """Delivered notices are there for ever; looking for the others must not take longer for it."""
    async with desk.db.read() as connection:
        if connection.dialect.name != "sqlite":
            return
        asked = "EXPLAIN QUERY PLAN SELECT id FROM notices WHERE delivered_at IS NULL AND next_try_at <= 'x'"
        plan = str((await connection.execute(text(asked))).all())

    assert "ix_notices_next_try_at" in plan


_BEFORE = sa.table(
    "notices",
    *(sa.column(name) for name in ("case_number", "turn", "kind", "recipient", "seq", "attempts", "given_up")),
    sa.column("at", Instant()),
    sa.column("limit_at", Instant()),
)


async def _recorded_before(desk: Desk) -> str:
    """A case whose notices version 0020 recorded."""
    decision = await desk.opening(at="09:00")
    case, [opened] = decision.case, decision.entries
    its = {"case_number": case.number, "turn": case.turn, "seq": opened.seq, "at": opened.at}
    notices: list[dict[str, Any]] = [
        {**its, "kind": each.kind, "recipient": recipient_to_text(each.recipient), "limit_at": each.limit_at}
        for each in decision.notices
    ]
    async with desk.db.write() as connection:
        await open_case(connection, decision, STANDARD)
        kept = {"due_at": None, "command_id": None, "kind": opened.fact.kind, "on_behalf_of": None, "internal": False}
        by = {"actor_role": opened.by.role, "actor_id": opened.by.id, "data": codec.fact_to_json(opened.fact)}
        await connection.execute(sa.insert(facts), [{**its, **kept, **by}])
        await connection.execute(sa.insert(_BEFORE), [{**each, "attempts": 0, "given_up": False} for each in notices])
    return case.number


async def test_what_an_earlier_version_recorded_is_left_to_its_case_and_then_taken(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(database, "_to_head", _to_0020)
        upgrade(empty_url)
    db = Database.at(empty_url)
    try:
        desk = Desk(db)
        with monkeypatch.context() as patched:
            without_names(patched)
            await desk.furnish()
        numbers = [await _recorded_before(desk) for _ in range(2)]

        upgrade(empty_url)

        until: dict[str, Any] = {"until": bogota("12:00"), "most": 10}
        assert [len(await outbox.pending(db, number)) for number in numbers] == [2, 2]
        assert await outbox.claim(db, at=bogota("09:09"), **until) == []
        await outbox.take_over(db, numbers[1])
        taken = await outbox.claim(db, at=bogota("09:09"), **until)
        assert {row.case_number for row in taken} == {numbers[1]}
        left = await outbox.claim(db, at=bogota("09:10"), **until)
        assert [row.case_number for row in left] == [numbers[0]] * 2
    finally:
        await db.close()


def _to_0020(connection: Connection) -> None:
    config = database._config()
    config.attributes["connection"] = connection
    command.upgrade(config, "0020")
