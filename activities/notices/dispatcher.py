"""The dispatcher of notices: it claims what is due and delivers it, each once, in order for each recipient.

It knows nothing of Temporal. Several may work beside each other: what one has claimed no other takes, and one that dies
leaves nothing behind but claims that run out.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import partial
from math import inf
from time import monotonic
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from activities.mail.sending import Undeliverable
from activities.notices.bell import Bell
from activities.notices.delivery import Delivery, HeldBack
from policy.people.recipients import recipient_to_text
from storage.engine.group_commit import GroupCommit
from storage.engine.reach import DatabaseUnavailable
from storage.notices import outbox
from storage.notices.outbox import OutboxRow

_CLAIMED_FOR = timedelta(seconds=15)
_RENEWED_EVERY = 5.0
_AT_ONCE, _MOST = 20, 200
"""Notices of one claim, and of all: a mail server that answers slowly keeps so many on their way, and no more."""
_MOST_TO_ONE = 10
"""Notices on their way to one recipient from which others are claimed first: they leave one after the other."""
_PATIENT_WITHIN_A_CASE = 1.0
"""Seconds that a notice waits for an earlier one of its case to somebody else: one mailbox may stand behind both, but a
slow one must keep nobody else waiting."""
_LOOKS_EVERY = 2.0
"""Seconds after which it looks by itself: for what is to be tried again, and for what it was not told of."""
_GATHERS_FOR = 0.1
"""Seconds in which it gathers what comes after a claim: to claim one notice costs as much as to claim many."""
_GIVES_WAY_FOR, _THEN_WORKS_FOR = 0.02, 0.01
"""Seconds that claims and messages wait for turns that are being recorded; and in which those that are late are then
made, one after the other, however many turns there are.
"""
_LATE_AFTER = timedelta(seconds=2)
_SENT_WITHIN = 300.0
_FINISHES_WITHIN = 4.0
"""Seconds in which what was claimed is finished at the end; a worker has five."""
_AGAIN = 1.0

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
_KEPT_UP_FOR, _THEN_EVERY = timedelta(days=7), timedelta(days=1)
_DOUBLINGS = 10
_log = logging.getLogger(__name__)


def wait_after(tries: int, *, waited: timedelta) -> timedelta:
    """How long a notice waits after so many tries in vain: from five seconds ever longer up to ten minutes.

    One that has `waited` for seven days is tried once a day.
    """
    if waited > _KEPT_UP_FOR:
        return _THEN_EVERY
    doubled: int = 2 ** min(tries - 1, _DOUBLINGS)
    return min(_FIRST_WAIT * doubled, _LONGEST_WAIT)


@dataclass(frozen=True)
class _Before:
    """What is under way and leaves before a notice: it has left, or will not for now, as soon as its event is set."""

    of_its_case: asyncio.Event | None
    to_its_recipient: asyncio.Event | None
    of_both: asyncio.Task[bool] | None


class _Claimed(Enum):
    """What was claimed of what is due: nothing, all of it, or some, so that there may be more."""

    NOTHING, ALL, SOME = range(3)


class Dispatcher:
    """Delivers the notices that the ledger recorded."""

    def __init__(self, delivery: Delivery, bell: Bell, together: GroupCommit | None = None) -> None:
        """What becomes of notices is written `together` with what else comes at that moment."""
        self.bell = bell
        self._delivery, self._database, self._clock = delivery, delivery.database, delivery.clock
        self._together = together or GroupCommit(delivery.database)
        self._making, self._gave_way_at = asyncio.Lock(), -inf
        self._under_way: dict[int, asyncio.Task[bool]] = {}
        self._left: dict[str, asyncio.Event] = {}
        self._stories: dict[tuple[str, str], asyncio.Task[bool]] = {}
        self._to = Counter[str]()
        self._few, self._only_few = 0, asyncio.Event()

    async def run(self) -> None:
        """Deliver as notices come and fall due, until cancelled; what was claimed by then is finished first."""
        async with self._claims_kept():
            try:
                while True:
                    match await self._began():
                        case _Claimed.NOTHING:
                            await self._news()
                        case _Claimed.ALL:
                            await self._gather()
                        case _Claimed.SOME:
                            pass
            finally:
                await self._finish()

    async def deliver(self) -> None:
        """Deliver what is due, and what becomes so meanwhile; answer once nothing is."""
        async with self._claims_kept():
            while await self._began() is not _Claimed.NOTHING or self._under_way:
                await self._only_few.wait()

    async def _began(self) -> _Claimed:
        """Claim what is due, if there is room for it, and begin with it."""
        besides = [recipient for recipient, many in self._to.items() if many >= _MOST_TO_ONE]
        is_full = len(self._under_way) > _MOST - _AT_ONCE
        rows = []
        if not is_full:
            await self._give_way()
            at = self._clock()
            try:
                rows = await outbox.claim(
                    self._database, at=at, until=at + _CLAIMED_FOR, most=_AT_ONCE, besides=besides
                )
            except DatabaseUnavailable:
                _log.warning("notices have to wait for the database")
        for row in rows:
            self._begin(row)
        self._few = len(self._under_way) // 2 if rows or besides or is_full else 0
        self._tell_whether_few()
        if not rows:
            return _Claimed.NOTHING
        return _Claimed.SOME if besides or len(rows) == _AT_ONCE else _Claimed.ALL

    async def _gather(self) -> None:
        """Let some notices come together."""
        await asyncio.sleep(_GATHERS_FOR)

    async def _news(self) -> None:
        """Wait until there may be something to begin: it rang, enough came to its end, or it is time to look."""
        waits: list[asyncio.Task[Any]] = [asyncio.create_task(self.bell.rung(within=_LOOKS_EVERY))]
        if self._under_way:
            waits.append(asyncio.create_task(self._only_few.wait()))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    def _begin(self, row: OutboxRow) -> None:
        """Have a notice delivered after those of its case, and those to its recipient, that are under way already."""
        number, recipient = row.case_number, recipient_to_text(row.recipient)
        story, left = (number, recipient), asyncio.Event()
        before = _Before(self._left.get(number), self._left.get(recipient), self._stories.get(story))
        task = asyncio.create_task(self._in_order(row, before, left))
        self._under_way[row.id] = self._stories[story] = task
        self._left[number] = self._left[recipient] = left
        self._to[recipient] += 1

        def ended(task: asyncio.Task[bool]) -> None:
            left.set()
            del self._under_way[row.id]
            if self._stories[story] is task:
                del self._stories[story]
            for place in story:
                if self._left.get(place) is left:
                    del self._left[place]
            self._to[recipient] -= 1
            self._tell_whether_few()
            if not task.cancelled() and (error := task.exception()):
                _log.error("notice %s of %s is left alone for now", row.id, number, exc_info=error)

        task.add_done_callback(ended)

    def _tell_whether_few(self) -> None:
        if len(self._under_way) <= self._few:
            self._only_few.set()
        else:
            self._only_few.clear()

    async def _in_order(self, row: OutboxRow, before: _Before, left: asyncio.Event) -> bool:
        """Deliver a notice after those before it; whether that is done with.

        Where the one before it of the same case to the same recipient has to wait, so has this one: its claim runs out.
        """
        if before.of_its_case:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENT_WITHIN_A_CASE):
                    await before.of_its_case.wait()
        if before.to_its_recipient:
            await before.to_its_recipient.wait()
        story = before.of_both
        if story:
            await asyncio.wait({story})
            if story.cancelled() or story.exception() or not story.result():
                return False
        return await self._is_done_with(row, left)

    async def _is_done_with(self, row: OutboxRow, left: asyncio.Event) -> bool:
        """Send one notice, tell that it `left`, and note what became of it; False where it has to be tried again."""
        became: Callable[[AsyncConnection], Awaitable[None]]
        done = True
        try:
            async with self._making:
                if self._clock() - row.at < _LATE_AFTER or monotonic() - self._gave_way_at > _THEN_WORKS_FOR:
                    await self._give_way()
                message = await self._delivery.message(row)
            async with asyncio.timeout(_SENT_WITHIN):
                reached = await self._delivery.send(row, message)
        except HeldBack as wish:
            became = partial(outbox.held, notice_id=row.id, holding=wish.holding, until=wish.until)
        except Undeliverable as error:
            _log.warning("notice %s of %s is undeliverable", row.id, row.case_number)
            became = partial(outbox.failed, notice_id=row.id, error=str(error), next_try_at=None)
        except Exception as error:
            _log.warning("notice %s of %s has to wait: %s", row.id, row.case_number, type(error).__name__)
            at, told = self._clock(), f"{type(error).__name__}: {error}"
            next_try_at = at + wait_after(row.attempts + 1, waited=at - row.at)
            became, done = partial(outbox.failed, notice_id=row.id, error=told, next_try_at=next_try_at), False
        else:
            became = partial(outbox.delivered, notice_id=row.id, at=self._clock(), to=reached)
        left.set()
        await self._note(became)
        return done

    async def _give_way(self) -> None:
        """Wait for turns that are being recorded: they come first, but keep no notice for ever."""
        await self.bell.quiet(within=_GIVES_WAY_FOR)
        self._gave_way_at = monotonic()

    async def _note(self, became: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        """Have it written, however long the database is away: what left and is not noted would leave again."""
        while True:
            try:
                return await self._together.write(became)
            except DatabaseUnavailable:
                await asyncio.sleep(_AGAIN)

    async def _finish(self) -> None:
        """Let what was claimed come to its end, if it is near; else its claims run out."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way.values(), timeout=_FINISHES_WITHIN)
            for each in late:
                each.cancel()

    @asynccontextmanager
    async def _claims_kept(self) -> AsyncIterator[None]:
        """Renew the claims, until the end of the block."""
        keeper = asyncio.create_task(self._keep_claims())
        try:
            yield
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper

    async def _keep_claims(self) -> None:
        while True:
            await asyncio.sleep(_RENEWED_EVERY)
            with suppress(DatabaseUnavailable):
                if self._under_way:
                    until = self._clock() + _CLAIMED_FOR
                    await self._together.write(partial(outbox.put_off, ids=sorted(self._under_way), until=until))
