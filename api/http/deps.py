"""What every operation may ask for: the edge's parts and the instant of the request. app.py puts them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from desk.feed import Feed
from desk.metrics import Figures
from desk.stream_readers import Readers
from desk.turnstile import Turnstile
from policy.case.commands import Command, OpenCase
from policy.cover.cover import CoverRef
from policy.terms.channels import Misdirected
from policy.terms.policy_file import PolicyFile
from policy.terms.terms import Terms
from storage.engine.database import Database
from storage.files.file_store import FileStore
from wording.language import language_of


class DeskPort(Protocol):
    """What the operations need of `desk.Desk`; the tests give them one without an engine."""

    async def open(self, command: OpenCase, terms: Terms) -> None: ...

    async def command(self, number: str, command: Command, *, key: str) -> None: ...

    async def redirect(self, told: Misdirected) -> None: ...

    async def cover_changed(self, cover: CoverRef) -> None: ...

    async def ready(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Everything that the operations share."""

    database: Database
    desk: DeskPort
    policy: PolicyFile
    clock: Callable[[], datetime]
    feed: Feed
    figures: Figures
    turnstile: Turnstile
    files: FileStore
    provider_feeds: tuple[str, ...] = ()
    """The names of the providers' feeds that the settings ask."""
    readers: Readers = field(default_factory=Readers)


def edge_of(request: Request) -> Edge:
    return cast("Edge", request.app.state.edge)


EdgeDep = Annotated[Edge, Depends(edge_of)]


def now(edge: EdgeDep) -> datetime:
    return edge.clock()


At = Annotated[datetime, Depends(now)]
"""The instant of the request, read once."""


def language(request: Request) -> str:
    return language_of(request.headers.get("accept-language"))


Language = Annotated[str, Depends(language)]
