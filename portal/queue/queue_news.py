"""News of the queue: that some case had a turn, not which; and one count of the tabs and views for everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from desk.desk import Desk
from desk.reading.queue import how_many
from portal.queue.list_news import ListNews
from storage.case.case_progress import desk_mark
from storage.case.queue import Tally, tally
from storage.case.views import CaseFilter

DESK = "desk"
MOST = 999
"""Counting a view ends here: one more means that there are more."""
_AT_ONCE = 10
"""Views that one look counts: each walks through all open cases where few of them pass."""
_PASSES = timedelta(seconds=15)
"""For how long a count holds that time alone changes."""
_MOST_KNOWN = 2_000
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Known:
    """How many cases passed a view, as of a mark and an instant; None where counting them would take long."""

    mark: str
    at: datetime
    cases: int | None


class QueueNews(ListNews):
    """Watches whether any case had a turn. The counts are made anew only then."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._counting = asyncio.Lock()
        self._counted: tuple[str, Tally] | None = None
        self._views: dict[str, _Known] = {}

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

    async def counts(self, views: Mapping[str, CaseFilter], *, at: datetime) -> tuple[dict[str, int | None], bool]:
        """How many cases pass each of these, up to MOST + 1, and whether all are of now.

        One look counts a few of them, those first that are known for longest; of the others it has what was known.
        """
        keys = {name: replace(wanted, sort="next_due").listing for name, wanted in views.items()}
        async with self._counting, self.database.snapshot() as db:
            if len(self._views) > _MOST_KNOWN:  # of views that nobody has any more
                self._views.clear()
            mark = await desk_mark(db)
            stale = {keys[name]: wanted for name, wanted in views.items() if not self._is_now(keys[name], wanted, mark)}
            for key in sorted(stale, key=self._known_since)[:_AT_ONCE]:
                found = await how_many(db, replace(stale[key], sort="next_due"), at_most=MOST + 1)
                self._views[key] = _Known(mark, at, found)
            known = {name: self._views.get(key) for name, key in keys.items()}
        return {name: each.cases if each else None for name, each in known.items()}, len(stale) <= _AT_ONCE

    def _known_since(self, key: str) -> datetime:
        return self._views[key].at if key in self._views else _LONG_AGO

    def _is_now(self, key: str, wanted: CaseFilter, mark: str) -> bool:
        known, passes = self._views.get(key), wanted.late_at or wanted.due_after
        return known is not None and known.mark == mark and not (passes and self.clock() >= known.at + _PASSES)

    def _holds(self, mark: str, at: datetime) -> bool:
        """Whether what was counted is still so: nothing happened, and no promise has passed meanwhile."""
        assert self._counted
        counted, tally_ = self._counted
        return counted == mark and not (tally_.changes_at and tally_.changes_at <= at)
