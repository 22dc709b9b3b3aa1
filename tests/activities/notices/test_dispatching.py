"""The dispatcher's activity: how long it goes on, what its heartbeats say, and how it ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from temporalio.testing import ActivityEnvironment

from activities.notices import dispatching
from activities.notices.bell import Bell
from activities.notices.dispatcher import Dispatcher
from activities.notices.dispatching import Notices, Standing, State
from storage.engine.tables import notices
from storage.notices import outbox
from tests.activities.conftest import delivery
from tests.activities.post import CONTACT, LEVEL_1, Clock, Post
from tests.storage.desk import Desk
from tests.support.lives import REPLY
from tests.support.server import eventually


@pytest.fixture
def at_work(desk: Desk, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Notices:
    monkeypatch.setattr(dispatching, "_BEATS_EVERY", 0.01)
    dispatcher = Dispatcher(delivery(desk, post, clock), Bell())
    return Notices(database=desk.db, dispatcher=dispatcher, clock=clock)


async def test_delivers_until_the_worker_ends(desk: Desk, at_work: Notices, post: Post) -> None:
    environment, beats = ActivityEnvironment(), list[Any]()
    environment.on_heartbeat = beats.append
    await desk.open()
    running = asyncio.create_task(environment.run(at_work.dispatch, State.FLOWING))
    await eventually(lambda: len(post.sent) == 2 and beats[-1].waiting == 0)
    environment.worker_shutdown()
    assert (await running).waiting == 0
    assert beats


async def test_comes_back_where_operators_have_to_learn_that_mail_does_not_leave(
    desk: Desk, at_work: Notices, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says names nobody: the reason, which may hold an address, is kept with the notice."""
    environment, beats = ActivityEnvironment(), list[Any]()
    environment.on_heartbeat = beats.append
    post.failures[CONTACT] = [ConnectionResetError(f"{CONTACT} is not to be told")] * 100
    await desk.open()
    running = asyncio.create_task(environment.run(at_work.dispatch, State.FLOWING))
    await eventually(lambda: beats != [] and (beats[-1].waiting, beats[-1].failing) == (1, 1))
    monkeypatch.setattr(dispatching, "_TOLD_AFTER", 0.0)
    async with asyncio.timeout(10):
        standing = await running
    assert (standing.waiting, standing.failing, standing.state) == (1, 1, State.HELD_UP)
    assert CONTACT not in repr((standing, beats))


async def test_comes_back_after_a_stint(at_work: Notices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "_A_STINT", 0.05)
    async with asyncio.timeout(10):
        assert (await ActivityEnvironment().run(at_work.dispatch, State.FLOWING)).state is State.FLOWING


async def test_a_pause_breaks_it_off(desk: Desk, at_work: Notices, post: Post) -> None:
    """As an error, so that Temporal keeps an activity that it was told to pause."""
    environment = ActivityEnvironment()
    running = asyncio.create_task(environment.run(at_work.dispatch, State.FLOWING))
    await asyncio.sleep(0.05)
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await desk.open()
    await asyncio.sleep(0.05)
    assert post.sent == []


async def test_a_case_of_an_earlier_version_hands_its_notices_over_and_sends_none_itself(
    desk: Desk, at_work: Notices, post: Post
) -> None:
    """Its activity was under way when this version came: what left is not sent again, what did not leaves once."""
    case = await desk.live(await desk.open(), ("09:10", REPLY))
    first, *_ = await outbox.pending(desk.db, case.number)
    async with desk.db.write() as connection:
        await outbox.delivered(connection, first.id, at=case.last_at, to=[CONTACT])
        await connection.execute(update(notices).values(next_try_at=None))
    for _ in range(2):
        await ActivityEnvironment().run(at_work.deliver, case.number)
        await at_work.dispatcher.deliver()
    assert post.told == [(LEVEL_1, "Caso nuevo, prioridad 2"), (CONTACT, "Respondimos su caso")]


@pytest.mark.parametrize(("waits", "state"), [(30, State.FLOWING), (61, State.HELD_UP)])
def test_what_waits_for_a_minute_is_held_up(waits: int, state: State) -> None:
    now = Clock().at
    since = now - timedelta(seconds=waits)
    assert Standing(at=now, waiting=1, failing=0, given_up=0, since=since).state is state
