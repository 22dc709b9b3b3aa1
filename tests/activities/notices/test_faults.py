"""Notices through a mail server that fails and dispatchers that die: none is lost, none comes twice without reason.

`python -m bench.mail` does the same to a whole desk, at its size.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from activities.mail.sending import SmtpMail
from activities.notices import dispatcher
from activities.notices.bell import Bell
from activities.notices.dispatcher import Dispatcher
from storage.engine.database import Database
from storage.engine.tables import notices
from storage.notices import outbox
from tests.activities.conftest import delivery
from tests.activities.post import Clock, Post
from tests.storage.desk import Desk
from tests.support.faulty_post import DROPPED, REFUSED, STALLED, FaultyPost
from tests.support.lives import CLAIM, REPLY
from tests.support.thoroughness import size

CASES = size(12, long=100)


async def test_none_is_lost_and_none_comes_twice_without_reason(
    desk: Desk, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "_FINISHES_WITHIN", 0.0)  # it dies with what is on its way
    faulty = FaultyPost(chances={REFUSED: 0.15, DROPPED: 0.15, STALLED: 0.05}, stalls_for=5.0)
    for _ in range(CASES):
        await desk.live(await desk.open(), ("09:05", CLAIM), ("09:10", REPLY))
    await _a_turn_that_is_rolled_back(desk.db)
    recorded = (await outbox.waiting(desk.db)).waiting
    died = 0
    async with faulty.serving() as port, asyncio.timeout(60):
        smtp = SmtpMail(host="127.0.0.1", port=port, start_tls=False, timeout=0.3)
        letters = replace(delivery(desk, post, clock), mail=smtp)
        while (await outbox.waiting(desk.db)).waiting:
            working = asyncio.create_task(Dispatcher(letters, Bell()).run())
            await asyncio.sleep(0.15 if died < 4 else 0.6)
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
            died += 1
            clock.pass_on()
    assert len(faulty.taken) == recorded == 3 * CASES
    assert all(faulty.faults[each] for each in (REFUSED, DROPPED))
    # One that died after the server had taken a message could not note it: it comes again, under the same id.
    assert len(faulty.twice_without_reason) <= 20 * min(died, 4)
    assert (await outbox.waiting(desk.db)).given_up == 0


async def _a_turn_that_is_rolled_back(db: Database) -> None:
    """Its notices are rows of its own transaction, so nobody is told of it."""
    with suppress(RuntimeError):
        async with db.write() as connection:
            row = dict((await connection.execute(select(notices).limit(1))).mappings().one())
            del row["id"]
            await connection.execute(insert(notices).values({**row, "kind": "overdue_repeated"}))
            raise RuntimeError("the turn cannot be recorded")
