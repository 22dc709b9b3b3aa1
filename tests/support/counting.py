"""Counts what an app asks of its SQLite database for one answer: transactions that read, those that write, statements.

Counted is what happens until the answer has gone out whole; what the app does afterwards is nobody's wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storage.engine.database import Database


@dataclass
class Count:
    """What was asked for one answer."""

    reads: int = 0
    writes: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def statements(self) -> int:
        return len(self.asked)


class Counting:
    """ASGI middleware that counts the last request, in `count`; one request at a time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._is_answering = False
        self.count = Count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                self._is_answering = False

        if scope["type"] == "http":
            self.count, self._is_answering = Count(), True
        await self._app(scope, receive, sent)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Count nothing within: somebody else works."""
        was, self._is_answering = self._is_answering, False
        try:
            yield
        finally:
            self._is_answering = was

    @contextmanager
    def hearing(self, db: Database) -> Iterator[Counting]:
        """Hear what is asked of this database."""

        def read(_: Connection) -> None:
            self.count.reads += self._is_answering

        def write(_: Connection) -> None:
            self.count.writes += self._is_answering

        def ask(_c: Connection, _cursor: Any, statement: str, *_: Any) -> None:
            if self._is_answering:
                self.count.asked.append(statement)

        reader, writer = db._reader.sync_engine, db._writer.sync_engine
        heard: list[tuple[Engine, str, Callable[..., None]]] = [(reader, "begin", read), (writer, "begin", write)]
        heard += [(engine, "before_cursor_execute", ask) for engine in (reader, writer)]
        for each in heard:
            event.listen(*each)
        try:
            yield self
        finally:
            for each in heard:
                event.remove(*each)
