"""News of the queue: that some case had a turn, not which; and one count of the tabs for everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Set
from datetime import datetime

from portal.queue.list_news import ListNews
from storage.case.case_progress import desk_mark
from storage.case.queue import Tally, tally
from storage.engine.database import Database

DESK = "desk"


class QueueNews(ListNews):
    """Watches whether any case had a turn. The counts are made anew only then."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._counting = asyncio.Lock()
        self._counted: tuple[str, Tally] | None = None

    async def ask(self, numbers: Set[str]) -> Mapping[str, str]:
        return {DESK: await desk_mark(self.database)}

    async def tally(self, *, at: datetime) -> tuple[str, Tally]:
        """How far the desk is, and how many cases of each kind there are; who asks meanwhile waits for the same."""
        async with self._counting:
            async with self.database.snapshot() as db:
                mark = await desk_mark(db)
                if self._counted is None or not self._holds(mark, at):
                    self._counted = mark, await tally(db, at=at)
            return self._counted

    def _holds(self, mark: str, at: datetime) -> bool:
        """Whether what was counted is still so: nothing happened, and no promise has passed meanwhile."""
        assert self._counted
        counted, tally_ = self._counted
        return counted == mark and not (tally_.changes_at and tally_.changes_at <= at)
