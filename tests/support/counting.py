"""Counts what an app asks of its database for one answer: transactions that read, those that write, statements.

Counted is what happens until the answer has gone out whole; what the app does afterwards is nobody's wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storage.engine.database import Database
from storage.engine.sqlite_driver import Connection


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

        def read(_: object) -> None:
            self.count.reads += self._is_answering

        def write(connection: Any) -> None:
            # On PostgreSQL both are one engine, which hears of its readers' transactions too.
            is_reading = connection.get_execution_options().get("postgresql_readonly", False)
            self.count.writes += self._is_answering and not is_reading

        def execute(_: object, __: object, statement: str, *rest: object) -> None:
            if self._is_answering:
                self.count.asked.append(statement)

        run, count_of = Connection.run, self

        async def ask(self: Connection, do: Callable[[], Any], statement: str) -> Any:
            if count_of._is_answering:
                count_of.count.asked.append(statement)
            return await run(self, do, statement)

        reader, writer = db._reader.sync_engine, db._writer.sync_engine
        heard: list[tuple[Engine, str, Callable[..., None]]] = [(reader, "begin", read), (writer, "begin", write)]
        if writer.dialect.name == "postgresql":
            heard.append((writer, "before_cursor_execute", execute))
        for each in heard:
            event.listen(*each)
        Connection.run = ask  # type: ignore[method-assign]
        try:
            yield self
        finally:
            Connection.run = run  # type: ignore[method-assign]
            for each in heard:
                event.remove(*each)
