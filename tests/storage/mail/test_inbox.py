"""Deliveries on both databases: kept once under their number, decided once, counted whole, and forgotten in time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from policy.mail.decision import MailOutcome, MailReason
from policy.mail.state import MessageState
from storage.engine.database import Database
from storage.mail import inbox, threads
from storage.mail.inbox import Arrival, Identity, Reading, Settled
from tests.support.lives import bogota

AT = bogota("09:00")
RAW = b"From: Ana <ana@acme.example>\r\n\r\nHola \xf1\r\n"
READ = Reading(
    message_id="uno@acme.example",
    sender="ana@acme.example",
    shown_from="Ana <ana@acme.example>",
    subject="Hola",
    body="Hola ñ",
    vouched=True,
    words="digest",
    parsed={"files": ["a.txt"]},
)


async def test_a_delivery_is_kept_once_whoever_brings_it_how_often(db: Database) -> None:
    arrival, identity = Arrival(RAW, len(RAW)), Identity("mesa", 7, 3)
    kept = await asyncio.gather(*(inbox.keep(db, identity, arrival, at=AT) for _ in range(4)))
    assert sorted(kept) == [False, False, False, True]
    assert await inbox.raw(db, identity.id) == RAW
    assert (await inbox.last_uid(db, "mesa", 7), await inbox.last_uid(db, "mesa", 8)) == (3, 0)
    numbered = await asyncio.gather(*(inbox.keep_next(db, "intake", arrival, at=AT) for _ in range(4)))
    assert sorted(each.uid for each in numbered) == [1, 2, 3, 4]
    assert sum((await inbox.counts(db)).values()) == 5


async def test_what_it_does_is_decided_once_and_it_is_counted_where_it_ends(db: Database) -> None:
    identity = await inbox.keep_next(db, "intake", Arrival(RAW, len(RAW)), at=AT)
    first = await inbox.once(db, identity.id, "verdict", {"is": "opens"}, at=AT)
    assert await inbox.once(db, identity.id, "verdict", {"is": "held"}, at=AT) == first == {"is": "opens"}
    await inbox.was_read(db, identity.id, READ)
    held = Settled(state=MessageState.HELD, outcome=MailOutcome.HELD, reason=MailReason.STRANGER)
    await inbox.settle(db, identity.id, held, at=AT)
    assert await inbox.counts(db) == {MailOutcome.HELD: 1}
    again = await inbox.keep_next(db, "intake", Arrival(RAW, len(RAW)), at=AT)
    row = await inbox.get(db, again.id)
    assert row is not None
    earlier = await inbox.earlier_delivery(db, row, vouched=True)
    assert earlier is not None
    assert (earlier.id, earlier.body) == (identity.id, "Hola ñ")


@pytest.mark.parametrize(
    ("became", "was_vouched", "is_found"),
    [
        (MailOutcome.OPENED, False, True),
        (MailOutcome.HELD, True, True),
        (MailOutcome.HELD, False, False),
        (MailOutcome.AUTOMATIC, True, False),
    ],
)
async def test_of_other_bytes_with_the_same_id_counts_what_was_taken_or_waits_alike(
    db: Database, became: MailOutcome, was_vouched: bool, is_found: bool
) -> None:
    """What somebody forged under a known id keeps no genuine message from being read."""
    first, second = [
        await inbox.keep_next(db, "intake", Arrival(RAW + more, len(RAW + more)), at=AT) for more in (b"", b".")
    ]
    await inbox.was_read(db, first.id, replace(READ, vouched=was_vouched))
    await inbox.settle(db, first.id, Settled(state=MessageState.DONE, outcome=became), at=AT)
    await inbox.was_read(db, second.id, READ)
    row = await inbox.get(db, second.id)
    assert row is not None

    earlier = await inbox.earlier_delivery(db, row, vouched=True)

    assert (earlier is not None) == is_found


async def test_bytes_are_forgotten_of_what_is_done_with_for_long_enough(db: Database) -> None:
    old, waits, fresh = [await inbox.keep_next(db, "intake", Arrival(RAW, len(RAW)), at=AT) for _ in range(3)]
    done = Settled(state=MessageState.DONE, outcome=MailOutcome.ANSWERED)
    await inbox.settle(db, old.id, done, at=AT)
    await inbox.settle(db, waits.id, Settled(state=MessageState.HELD, outcome=MailOutcome.HELD), at=AT)
    await inbox.settle(db, fresh.id, done, at=AT + timedelta(days=2))
    assert await inbox.forget_raw(db, before=AT + timedelta(days=1)) == 1
    assert [await inbox.raw(db, each.id) for each in (old, waits, fresh)] == [b"", RAW, RAW]
    assert sum((await inbox.counts(db)).values()) == 3


async def test_the_key_of_tokens_is_made_once(db: Database) -> None:
    assert await threads.known_key(db) is None
    keys = await asyncio.gather(*(threads.key(db, at=AT) for _ in range(3)))
    assert set(keys) == {await threads.known_key(db)}
