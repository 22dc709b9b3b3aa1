"""The desk, which every use case takes: the database, the engine, the policy, the clock, and the feed of news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from activities.webhooks.reach import Network
from desk.attendance import Attendance
from desk.budgets import Budgets
from desk.feed import Feed
from desk.files.arriving import Arriving, FairQueue
from desk.mail.post import Post
from desk.metrics import Metrics
from desk.stream_readers import Readers
from desk.tallies import Tallies
from desk.turnstile import Turnstile
from policy.case.commands import Command, OpenCase
from policy.cover.cover import CoverRef
from policy.terms.channels import Misdirected
from policy.terms.policy_file import PolicyFile
from policy.terms.terms import Terms
from storage.engine.database import Database
from storage.files.file_store import FileStore
from storage.mail.inbox import Identity


class EnginePort(Protocol):
    """What use cases need of `engine.Engine`; the tests give them one without an engine."""

    async def open(self, command: OpenCase, terms: Terms) -> None: ...

    async def command(self, number: str, command: Command, *, key: str) -> None: ...

    async def redirect(self, told: Misdirected) -> None: ...

    async def begin_with_mail(self, identity: Identity) -> None: ...

    async def cover_changed(self, cover: CoverRef) -> None: ...

    async def ready(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The desk as one process has it; use cases take it as their first argument."""

    database: Database
    engine: EnginePort
    policy: PolicyFile
    clock: Callable[[], datetime]
    feed: Feed
    metrics: Metrics
    turnstile: Turnstile
    files: FileStore
    arriving: Arriving
    provider_feeds: tuple[str, ...] = ()
    """The names of the providers' feeds that the settings ask."""
    webhook_networks: tuple[Network, ...] = ()
    """Networks inside the house that webhooks may lead to."""
    telephone_secrets: tuple[str, ...] = field(default=(), repr=False)
    """What the telephone system's events are signed with; none: there is no such system."""
    readers: Readers = field(default_factory=Readers)
    budgets: Budgets = field(default_factory=Budgets)
    post: Post = field(default_factory=Post)
    tallies: Tallies = field(default_factory=Tallies)
    attendance: Attendance = field(default_factory=Attendance)
    examinations: FairQueue = field(default_factory=lambda: FairQueue(at_once=2))
    """Of files: two at a time, for a picture may take a whole core for seconds."""
