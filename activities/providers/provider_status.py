"""The activity that polls one provider's feed. Fetching and reading are beside it, keeping is storage's.

A feed that cannot be had is an outcome like any other: it is noted where operators look, and nobody waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from temporalio import activity

from activities.providers import fetching
from activities.providers.fetching import Fetched, Unfetched
from activities.providers.status_page import NotAStatusPage, Published, read_page
from settings import Settings
from storage.engine.database import Database
from storage.providers import incidents
from storage.providers.incidents import Feed


@dataclass(frozen=True, kw_only=True)
class Polled:
    """What came of a poll. `error` is a word, `changed` how many incidents were new or said something new."""

    feed: str
    error: str | None = None
    incidents: int = 0
    skipped: int = 0
    changed: int = 0


@dataclass(frozen=True, kw_only=True)
class ProviderStatus:
    """Polls feeds by their names. `addresses` stay here: an address may hold a password, and histories hold names."""

    database: Database
    addresses: Mapping[str, str]
    clock: Callable[[], datetime]
    within: float = fetching.WITHIN
    most_bytes: int = fetching.MOST_BYTES
    tags: dict[str, str] = field(default_factory=dict)
    """What each feed's server called the page that this process read last: a new process reads every page anew."""

    @classmethod
    def of(cls, settings: Settings, *, database: Database, clock: Callable[[], datetime]) -> Self:
        """As the settings say."""
        return cls(database=database, addresses=settings.provider_feeds, clock=clock)

    @activity.defn(name="poll_provider_feed")
    async def poll(self, feed: str) -> Polled:
        """Fetch, read and keep what the feed tells, and note how it went; raise only where that cannot be noted."""
        before = (await incidents.feeds(self.database)).get(feed) or Feed(name=feed, last_tried_at=self.clock())
        try:
            page, published = await self._read(feed)
        except (Unfetched, NotAStatusPage) as failure:
            error = failure.reason if isinstance(failure, Unfetched) else "malformed"
            if before.last_error != error:  # once, not every two minutes for as long as it lasts
                activity.logger.warning("the feed %s cannot be read: %s", feed, error)
            await incidents.failed(self.database, feed, at=self.clock(), error=error)
            return Polled(feed=feed, error=error)
        changed = 0
        if published:
            changed = await incidents.keep(self.database, published.incidents)
            told, skipped = len(published.incidents), published.skipped
        else:
            told, skipped = before.incidents, before.skipped
        await incidents.polled(self.database, feed, at=self.clock(), incidents=told, skipped=skipped)
        self._remember(feed, page)  # not before it is kept: a page that was lost must be told again
        return Polled(feed=feed, incidents=told, skipped=skipped, changed=changed)

    async def _read(self, feed: str) -> tuple[Fetched | None, Published | None]:
        """The feed's page and what it says; neither where it says what it said last."""
        address = self.addresses.get(feed)
        if address is None:
            raise Unfetched("switched_off")
        page = await fetching.fetch(address, etag=self.tags.get(feed), within=self.within, most=self.most_bytes)
        if page is None:
            return None, None
        return page, await asyncio.to_thread(read_page, page.content, provider=feed, address=address)

    def _remember(self, feed: str, page: Fetched | None) -> None:
        if page and page.etag:
            self.tags[feed] = page.etag
        elif page:
            self.tags.pop(feed, None)
