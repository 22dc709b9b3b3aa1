"""The HTTP server before anybody is known: deadlines for what has to come, and a limit on connections.

uvicorn waits for ever for headers and bodies that do not end, and httptools keeps headers of any length. The
application measures bodies as well (limits.py); what it has answered already and does not read is given up here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from settings import Settings

_UNREAD_WITHIN = 5.0
"""Seconds for the rest of a body whose request was answered without it."""
_MOST_BETWEEN = 64 * 1024
"""Bytes of headers, and of what stands between a body's pieces or after its last."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a connection may take over a request, in seconds, and how many connections there may be."""

    headers: float
    body: float
    connections: int

    @classmethod
    def of(cls, settings: Settings) -> Patience:
        longest = max(settings.body_within, settings.upload_within)  # which of them, the application knows
        return cls(headers=settings.headers_within, body=longest, connections=settings.most_connections)


def patient(patience: Patience) -> type[HttpToolsProtocol]:
    """Uvicorn's protocol with these limits."""

    class Protocol(HttpToolsProtocol):
        _deadline: asyncio.TimerHandle | None = None
        _awaits: tuple[str, int] = ("", 0)
        _stage: str = "headers"
        _begun: int = 0
        _unread: int = 0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > patience.connections:
                transport.abort()
                return
            self._look()

        def connection_lost(self, exc: Exception | None) -> None:
            self._await("")
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            self._unread += len(data)
            super().data_received(data)
            if self.transport.is_closing():
                return
            if self._unread > _MOST_BETWEEN:
                self._give_up()
            else:
                self._look()

        # -- what the parser has come to

        def on_message_begin(self) -> None:
            self._stage, self._begun = "headers", self._begun + 1
            super().on_message_begin()

        def on_header(self, name: bytes, value: bytes) -> None:
            if self._stage == "headers":  # what comes after a body is nobody's: the application has begun
                super().on_header(name, value)

        def on_headers_complete(self) -> None:
            self._stage, self._unread = "body", 0
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            self._unread = 0
            super().on_body(body)

        def on_message_complete(self) -> None:
            self._stage, self._unread = "", 0
            super().on_message_complete()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            if self._stage == "body" and self.cycle.response_complete:
                self._await("the rest", _UNREAD_WITHIN)
            elif not self.transport.is_closing():
                self._look()

        # -- what the connection may take

        def _look(self) -> None:
            """See what the connection waits for now: headers, a body, or nothing of the client's."""
            if self._stage == "headers":
                self._await("headers", patience.headers)
            elif self._stage == "body" and self._awaits != ("the rest", self._begun):
                self._await("body", patience.body)
            elif not self._stage:  # a connection that rests between requests has uvicorn's own time
                self._await("")

        def _await(self, what: str, within: float = 0.0) -> None:
            if self._awaits == (what, self._begun):
                return
            self._awaits = (what, self._begun)
            if self._deadline is not None:
                self._deadline.cancel()
            end = self.transport.close if what == "the rest" else self.transport.abort  # an answer is still to leave
            self._deadline = self.loop.call_later(within, end) if what else None

        def _give_up(self) -> None:
            if self._stage == "headers" and self._begun <= 1:
                self.send_400_response("Invalid HTTP request received.")
            else:  # an answer may be on its way
                self.transport.abort()

    return Protocol


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve until a signal asks to stop."""
    uvicorn.run(app, **options(settings))


def options(settings: Settings) -> dict[str, Any]:
    """What uvicorn is told."""
    return {
        "host": settings.api_host,
        "port": settings.api_port,
        "http": patient(Patience.of(settings)),
        "loop": "uvloop",
        "server_header": False,
        # Nobody's word for where a visitor is, unless the settings name who may give it.
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": [each.strip() for each in settings.trusted_proxies.split(",")],
        "access_log": False,  # uvicorn's own would write query strings, and people search for names
        "timeout_graceful_shutdown": 5,  # an open event stream must not hold up the stop
    }
