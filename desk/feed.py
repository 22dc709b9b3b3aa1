"""The feed of news: one watcher for the whole process asks the database for everybody who waits.

It runs only while somebody waits, and knows how far each case has come, not what happened in it.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from storage.case.case_progress import Progress, progress_of
from storage.engine.database import Database

EVERY = 0.25

_log = logging.getLogger(__name__)


News = TypeVar("News")


class Watch(Generic[News]):
    """One reader's wait for news of one case."""

    def __init__(self, number: str) -> None:
        self.number = number
        self._seen: News | None = None
        self._latest: News | None = None
        self._news = asyncio.Event()
        self.over = False

    async def news(self, *, within: float) -> News | None:
        """How far the case has come, once that is news or nobody watches any more; None when nothing came."""
        with_news = True
        try:
            async with asyncio.timeout(within):
                await self._news.wait()
        except TimeoutError:
            with_news = False
        self._news.clear()
        self._seen = self._latest
        return self._latest if with_news else None

    def tell(self, news: News) -> None:
        self._latest = news
        if news != self._seen:
            self._news.set()

    def end(self) -> None:
        self.over = True
        self._news.set()


class Watcher(ABC, Generic[News]):
    """One who watches, and those who wait."""

    def __init__(self, database: Database, *, every: float = EVERY) -> None:
        self.database, self._every = database, every
        self._watches: set[Watch[News]] = set()
        self._watcher: asyncio.Task[None] | None = None
        self._closed = False
        self._companions: list[Watcher[Any]] = []

    def take_along(self, other: Watcher[Any]) -> None:
        """Let another watcher end when this one does: with the process."""
        self._companions.append(other)

    @abstractmethod
    async def ask(self, numbers: Set[str]) -> Mapping[str, News]:
        """What there is to know of these cases now; whoever waits hears of it where it changed."""

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return len(self._watches)

    @contextmanager
    def watch(self, number: str) -> Iterator[Watch[News]]:
        """Wait for news of a case; its first news is how far it is now."""
        watch: Watch[News] = Watch(number)
        if self._closed:
            watch.end()
        self._watches.add(watch)
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._run(), name="feed")
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    def close(self) -> None:
        """Let everybody go who waits: the process is about to end."""
        self._closed = True
        for watch in self._watches:
            watch.end()
        for other in self._companions:
            other.close()

    async def _run(self) -> None:
        while self._watches and not self._closed:
            found: Mapping[str, News] = {}
            try:
                found = await self.ask({watch.number for watch in self._watches})
            except Exception:
                _log.exception("the feed could not ask the database")
            for watch in self._watches:
                if news := found.get(watch.number):
                    watch.tell(news)
            await asyncio.sleep(self._every)


class Feed(Watcher[Progress]):
    """Watches how far cases have come."""

    async def ask(self, numbers: Set[str]) -> Mapping[str, Progress]:
        return await progress_of(self.database, numbers)
