"""The dispatcher of notices, on both databases: who has what when, with mail that is slow, fails or is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import update

from activities.notices import dispatcher as dispatching
from activities.notices.bell import Bell
from activities.notices.dispatcher import Dispatcher, wait_after
from policy.case.case import Case, Level
from storage.case import views
from storage.case.views import NoticeRow
from storage.engine.database import Database
from storage.engine.reach import DatabaseUnavailable
from storage.engine.tables import notices
from storage.notices import outbox
from storage.people import agents
from storage.people.agents import Agent
from tests.activities.conftest import delivery
from tests.activities.post import CONTACT, LEVEL_1, Clock, Post, deliver, news_of
from tests.storage.conftest import db, postgres, sqlite_template, url
from tests.storage.desk import Desk
from tests.support.lives import ASK, CLAIM, REPLY, WITHDRAW
from tests.support.server import eventually

__all__ = ["db", "postgres", "sqlite_template", "url"]

SECONDS, MINUTES, DAYS = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
async def desk(db: Database) -> Desk:
    desk = Desk(db)
    await desk.furnish()
    await agents.put(db, Agent(id="agent-1", name="Luz", email="a1@desk.example", levels=(Level(1),)))
    return desk


@dataclass
class Slow(Post):
    """A post where messages wait at the counter until they are let through: all, or those to one address."""

    to: str = ""
    at_the_counter: list[EmailMessage] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: EmailMessage, to: Sequence[str], *, all_or_nobody: bool = True) -> list[str]:
        if self.to in str(message["To"]):
            self.at_the_counter.append(message)
            await self.open.wait()
        return await super().send(message, to, all_or_nobody=all_or_nobody)


async def notes(desk: Desk, case: Case) -> list[NoticeRow]:
    return (await views.notices(desk.db, case_number=case.number)).items[::-1]


class TestTheOrder:
    async def test_of_a_recipients_notices_is_that_of_the_turns(self, desk: Desk, post: Post, clock: Clock) -> None:
        """Of one case, however its turns came, and of several, as they were recorded."""
        first, second = await desk.open("Uno"), await desk.open("Dos")
        await desk.live(first, ("09:05", CLAIM), ("09:10", REPLY), ("09:15", ASK))
        await desk.live(second, ("09:12", WITHDRAW))
        await deliver(Dispatcher(delivery(desk, post, clock), Bell()))
        theirs = [message for message in post.sent if message["To"] == CONTACT]
        assert [news for to, news in post.told if to == CONTACT] == [
            "Recibimos su caso",
            "Recibimos su caso",
            "Respondimos su caso",
            "Necesitamos información de su parte",
            "Cerramos su caso",
        ]
        assert [message["References"].partition("@")[0][1:] for message in theirs][:2] == [first.number, second.number]

    async def test_holds_where_the_first_has_to_wait_and_holds_up_nobody_else(
        self, desk: Desk, post: Post, clock: Clock
    ) -> None:
        post.failures[CONTACT] = [TimeoutError()]
        case = await desk.live(await desk.open(), ("09:10", REPLY))
        notices = Dispatcher(delivery(desk, post, clock), Bell())
        await deliver(notices)
        assert [to for to, _ in post.told] == [LEVEL_1]
        other = await desk.live(await desk.open(), ("09:10", WITHDRAW))
        await deliver(notices)
        assert {row.case_number for row in await notes(desk, other) if row.delivered_at} == {other.number}
        clock.pass_on()
        await deliver(notices)
        assert [row.kind for row in await notes(desk, case) if row.delivered_at and "contact" in row.recipient] == [
            "case_opened",
            "reply_sent",
        ]

    async def test_waits_until_what_comes_before_has_left_and_no_longer(
        self, desk: Desk, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where a thousand wait for one recipient, each would wait for the disk by itself."""
        noted, note = asyncio.Event(), outbox.delivered

        async def late(*given: object, **more: object) -> None:
            await noted.wait()
            await note(*given, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(outbox, "delivered", late)
        cases = [await desk.open("Uno"), await desk.open("Dos")]
        work = asyncio.create_task(deliver(Dispatcher(delivery(desk, post, clock), Bell())))
        await eventually(lambda: len(post.sent) == 4)
        noted.set()
        await work
        assert [row.delivered_at for case in cases for row in await notes(desk, case)] == [clock.at] * 4


class TestTryingAgain:
    @pytest.mark.parametrize(
        ("tries", "waited", "waits"),
        [
            (1, 0 * DAYS, 5 * SECONDS),
            (2, 0 * DAYS, 10 * SECONDS),
            (5, 0 * DAYS, 80 * SECONDS),
            (8, 0 * DAYS, 10 * MINUTES),
            (1_000, 6 * DAYS, 10 * MINUTES),
            (1_000, 8 * DAYS, 1 * DAYS),
        ],
    )
    def test_comes_ever_later(self, tries: int, waited: timedelta, waits: timedelta) -> None:
        assert wait_after(tries, waited=waited) == waits

    async def test_happens_at_the_notices_own_instant_and_not_before(
        self, desk: Desk, post: Post, clock: Clock
    ) -> None:
        """Also under another dispatcher: the instant is in the outbox."""
        await desk.open()
        post.failures[CONTACT] = [TimeoutError(), TimeoutError()]
        tries = []
        for _ in range(20):
            before = len(post.all_or_nobody)
            await deliver(Dispatcher(delivery(desk, post, clock), Bell()))
            tries.append(len(post.all_or_nobody) - before)
            clock.pass_on(SECONDS)
        assert [second for second, tried in enumerate(tries) if tried] == [0, 5, 15]
        assert (CONTACT, "Recibimos su caso") in post.told

    async def test_goes_on_after_a_week_once_a_day(self, desk: Desk, post: Post, clock: Clock) -> None:
        """Until then nothing is given up that somebody might still have."""
        case = await desk.open()
        clock.pass_on(8 * DAYS)
        post.failures[CONTACT] = [TimeoutError()]
        for after in (0 * DAYS, 1 * DAYS - SECONDS, SECONDS):
            clock.pass_on(after)
            await deliver(Dispatcher(delivery(desk, post, clock), Bell()))
        assert [row.delivered_at for row in await notes(desk, case) if "contact" in row.recipient] == [clock.at]


class TestTwoAtOnce:
    async def test_deliver_each_notice_once_and_in_order(self, desk: Desk, clock: Clock) -> None:
        """Claims are skipped, and who is at a case's first notice to somebody keeps the others from the next."""
        post = Slow()
        post.open.set()
        cases = [await desk.live(await desk.open(), ("09:05", CLAIM), ("09:10", REPLY)) for _ in range(12)]
        await asyncio.gather(*(deliver(Dispatcher(delivery(desk, post, clock), Bell())) for _ in range(3)))
        assert len({message["Message-ID"] for message in post.sent}) == len(post.sent) == 36
        for case in cases:
            theirs = [news_of(m) for m in post.sent if case.number in m["References"] and m["To"] == CONTACT]
            assert ["Recibimos" in theirs[0], "Respondimos" in theirs[1]] == [True, True]

    async def test_leave_what_one_is_at_to_it_as_long_as_it_lives(
        self, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It renews its claims while mail is slow."""
        monkeypatch.setattr(dispatching, "_RENEWED_EVERY", 0.005)
        await desk.open()
        slow, other = Slow(), Post()
        at_it = asyncio.create_task(deliver(Dispatcher(delivery(desk, slow, clock), Bell())))
        await eventually(lambda: len(slow.at_the_counter) == 2)
        clock.pass_on(10 * SECONDS)
        await asyncio.sleep(0.1)
        clock.pass_on(10 * SECONDS)
        await deliver(Dispatcher(delivery(desk, other, clock), Bell()))
        slow.open.set()
        await at_it
        assert (len(slow.sent), len(other.sent)) == (2, 0)

    async def test_take_over_what_one_that_died_had_claimed(self, desk: Desk, clock: Clock) -> None:
        await desk.open()
        slow, other = Slow(), Post()
        dies = asyncio.create_task(Dispatcher(delivery(desk, slow, clock), Bell()).deliver())
        await eventually(lambda: len(slow.at_the_counter) == 2)
        dies.cancel()
        await deliver(Dispatcher(delivery(desk, other, clock), Bell()))
        assert other.sent == []
        clock.pass_on(16 * SECONDS)
        await deliver(Dispatcher(delivery(desk, other, clock), Bell()))
        assert [m.as_bytes() for m in other.sent] == [m.as_bytes() for m in slow.at_the_counter]


@pytest.fixture
async def running(desk: Desk, post: Post, clock: Clock) -> AsyncIterator[Bell]:
    """A dispatcher at work, by its bell."""
    bell = Bell()
    work = asyncio.create_task(Dispatcher(delivery(desk, post, clock), bell).run())
    yield bell
    work.cancel()
    await asyncio.wait({work})


class TestAtWork:
    async def test_it_begins_when_it_rings(self, desk: Desk, post: Post, running: Bell) -> None:
        await asyncio.sleep(0.05)
        began = monotonic()
        await desk.open()
        running.ring()
        await eventually(lambda: len(post.sent) == 2)
        assert monotonic() - began < dispatching._LOOKS_EVERY / 2

    async def test_it_looks_by_itself_for_what_it_was_not_told_of(
        self, desk: Desk, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dispatching, "_LOOKS_EVERY", 0.05)
        work = asyncio.create_task(Dispatcher(delivery(desk, post, clock), Bell()).run())
        await desk.open()
        await eventually(lambda: len(post.sent) == 2)
        work.cancel()
        await asyncio.wait({work})

    async def test_a_slow_mailbox_keeps_nobody_else_waiting(
        self, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And hears of other cases after what it hears of now."""
        monkeypatch.setattr(dispatching, "_PATIENT_WITHIN_A_CASE", 0.05)
        post, bell = Slow(to=CONTACT), Bell()
        work = asyncio.create_task(Dispatcher(delivery(desk, post, clock), bell).run())
        await desk.open()
        bell.ring()
        await eventually(lambda: len(post.at_the_counter) == 1)
        await desk.open()
        bell.ring()
        await eventually(lambda: [to for to, _ in post.told] == [LEVEL_1, LEVEL_1])
        assert len(post.at_the_counter) == 1
        post.open.set()
        await eventually(lambda: len(post.sent) == 4)
        work.cancel()
        await asyncio.wait({work})

    async def test_what_comes_right_after_a_claim_is_claimed_together(
        self, desk: Desk, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """To claim one costs as much as to claim many."""
        bell, together, claims, claim = Bell(), asyncio.Event(), list[int](), outbox.claim

        async def counted(*given: Any, **more: Any) -> list[outbox.OutboxRow]:
            rows = await claim(*given, **more)
            claims.extend([len(rows)] if rows else [])
            return rows

        monkeypatch.setattr(outbox, "claim", counted)
        dispatcher = Dispatcher(delivery(desk, post, clock), bell)
        monkeypatch.setattr(dispatcher, "_gather", together.wait)
        await desk.open()
        work = asyncio.create_task(dispatcher.run())
        await eventually(lambda: len(post.sent) == 2)
        for _ in range(3):
            await desk.open()
            bell.ring()
        together.set()
        await eventually(lambda: len(post.sent) == 8)
        assert claims == [2, 6]
        work.cancel()
        await asyncio.wait({work})

    async def test_it_gathers_nothing_while_one_mailbox_keeps_others_back(
        self, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its notices are left out of a claim, which therefore is smaller than what is due."""
        post, bell = Slow(to=LEVEL_1), Bell()
        dispatcher = Dispatcher(delivery(desk, post, clock), bell)
        monkeypatch.setattr(dispatcher, "_gather", asyncio.Event().wait)  # from which nobody would come back
        monkeypatch.setattr(dispatching, "_PATIENT_WITHIN_A_CASE", 0.01)
        for _ in range(dispatching._MOST_TO_ONE + 2):
            await desk.open()
        work = asyncio.create_task(dispatcher.run())
        await eventually(lambda: len(post.sent) == dispatching._MOST_TO_ONE + 2)
        await desk.open()
        bell.ring()
        await eventually(lambda: len(post.sent) == dispatching._MOST_TO_ONE + 3)
        assert {to for to, _ in post.told} == {CONTACT}
        post.open.set()
        work.cancel()
        await asyncio.wait({work})

    async def test_it_finishes_what_it_began_before_it_ends(self, desk: Desk, clock: Clock) -> None:
        post, bell = Slow(), Bell()
        work = asyncio.create_task(Dispatcher(delivery(desk, post, clock), bell).run())
        case = await desk.open()
        bell.ring()
        await eventually(lambda: len(post.at_the_counter) == 2)
        work.cancel()
        post.open.set()
        await asyncio.wait({work})
        assert [row.delivered_at for row in await notes(desk, case)] == [clock.at, clock.at]

    async def test_what_left_is_noted_though_the_database_was_away_meanwhile(
        self, desk: Desk, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else it would leave twice."""
        monkeypatch.setattr(dispatching, "_AGAIN", 0.01)
        away = [True] * 3
        note = outbox.delivered

        async def unreachable(*given: object, **more: object) -> None:
            if away:
                away.pop()
                raise DatabaseUnavailable
            await note(*given, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(outbox, "delivered", unreachable)
        await desk.open()
        await deliver(Dispatcher(delivery(desk, post, clock), Bell()))
        clock.pass_on()
        await deliver(Dispatcher(delivery(desk, post, clock), Bell()))
        assert (len(post.sent), away) == (2, [])

    async def test_turns_that_are_being_recorded_come_first(self, desk: Desk, post: Post, clock: Clock) -> None:
        """But they keep no notice for ever."""
        bell = Bell()
        await desk.open()
        with bell.turn():
            began = monotonic()
            await deliver(Dispatcher(delivery(desk, post, clock), bell))
            waited = monotonic() - began
        assert waited > 2 * dispatching._GIVES_WAY_FOR
        assert len(post.sent) == 2

    async def test_notices_that_are_late_give_way_to_turns_from_time_to_time(
        self, desk: Desk, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else a thousand hand-offs in one second would be told long after the last of them."""
        monkeypatch.setattr(dispatching, "_THEN_WORKS_FOR", 60)
        gave_way = []
        for late in (0 * SECONDS, 3 * SECONDS):
            cases = [await desk.open() for _ in range(5)]
            clock.at = cases[-1].last_at + late
            bell = Asked()
            await deliver(Dispatcher(delivery(desk, post, clock), bell))
            gave_way.append(bell.asked)
        assert len(post.sent) == 20
        assert gave_way[0] - gave_way[1] == 10


class Asked(Bell):
    """It counts how often somebody asked whether turns are being recorded."""

    asked = 0

    async def quiet(self, *, within: float) -> None:
        self.asked += 1
        await super().quiet(within=within)


class TestWhatAnEarlierVersionRecorded:
    async def test_is_left_to_its_case_for_a_while(self, desk: Desk, post: Post, clock: Clock) -> None:
        """Its worker may be at it; where nobody is, it leaves a little later."""
        case = await desk.open()
        await recorded_before(desk)
        clock.at = case.last_at + 9 * MINUTES
        await deliver(Dispatcher(delivery(desk, post, clock), Bell()))
        assert post.sent == []
        clock.pass_on(1 * MINUTES)
        await deliver(Dispatcher(delivery(desk, post, clock), Bell()))
        assert len(post.sent) == 2

    async def test_leaves_at_once_where_the_case_asks_for_it(self, desk: Desk, post: Post, clock: Clock) -> None:
        case, other = await desk.open(), await desk.open()
        await recorded_before(desk)
        clock.at = case.last_at
        await outbox.take_over(desk.db, case.number)
        await deliver(Dispatcher(delivery(desk, post, clock), Bell()))
        assert {row.case_number for each in (case, other) for row in await notes(desk, each) if row.delivered_at} == {
            case.number
        }


async def recorded_before(desk: Desk) -> None:
    """As if an earlier version had recorded all notices."""
    async with desk.db.write() as connection:
        await connection.execute(update(notices).values(next_try_at=None))
