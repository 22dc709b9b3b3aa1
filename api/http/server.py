"""The HTTP server before anybody is known: deadlines for what has to come, and a limit on connections.

uvicorn waits for ever for headers and bodies that do not end. The application measures bodies as well (limits.py); what
it does not read, because it has answered already, is given up here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from settings import Settings

_UNREAD_WITHIN = 5.0
"""Seconds for the rest of a body whose request was answered without it."""


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


def patient(patience: Patience) -> type[H11Protocol]:
    """Uvicorn's protocol with these limits."""

    class Protocol(H11Protocol):
        _deadline: asyncio.TimerHandle | None = None
        _awaits: str = ""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > patience.connections:
                transport.abort()
                return
            self._await("headers", patience.headers)

        def connection_lost(self, exc: Exception | None) -> None:
            self._await("")
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._look()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            if self.conn.their_state is h11.SEND_BODY:
                self._await("the rest", _UNREAD_WITHIN)
            elif not self.transport.is_closing():
                self._look()

        def _look(self) -> None:
            """See what the connection waits for now: headers that have begun, a body, or nothing of the client's."""
            if self.conn.their_state is h11.SEND_BODY:
                if self._awaits != "the rest":
                    self._await("body", patience.body)
            elif self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
                self._await("headers", patience.headers)
            elif self.cycle is not None:  # a connection that rests between requests has uvicorn's own time
                self._await("")

        def _await(self, what: str, within: float = 0.0) -> None:
            if what == self._awaits:
                return
            self._awaits = what
            if self._deadline is not None:
                self._deadline.cancel()
            end = self.transport.close if what == "the rest" else self.transport.abort  # an answer is still to leave
            self._deadline = self.loop.call_later(within, end) if what else None

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
        "server_header": False,
        # Nobody's word for where a visitor is, unless the settings name who may give it.
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": [each.strip() for each in settings.trusted_proxies.split(",")],
        "access_log": False,  # uvicorn's own would write query strings, and people search for names
        "timeout_graceful_shutdown": 5,  # an open event stream must not hold up the stop
    }
