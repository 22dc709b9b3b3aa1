"""The access log: one line of JSON for every answer, its figures, and the strictest headers where it has none.

The line has the route, never the words of path or query, no body, no token.
"""

from __future__ import annotations

import json
import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.metrics import Metrics

_log = logging.getLogger("escala.access")

STRICTEST = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
"""For what is no page: nothing runs it, frames it, guesses its kind, embeds it elsewhere or keeps it."""
_STRICTEST = [(name.encode(), value.encode()) for name, value in STRICTEST.items()]


def log_to_stderr() -> None:
    """Let the lines be seen, whatever else logs in this process."""
    if not _log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(message)s"))
        _log.addHandler(handler)
        _log.setLevel(logging.INFO)
        _log.propagate = False


class AccessLog:
    """ASGI middleware: counts and logs each answer at its end, and gives it the headers that it lacks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status, first = 500, 0.0

        async def watched(message: Message) -> None:
            nonlocal status, first
            if message["type"] == "http.response.start":
                status, first = message["status"], time.monotonic() - began
                present = {name.lower() for name, _ in message.get("headers", ())}
                more = [each for each in _STRICTEST if each[0] not in present]
                message = {**message, "headers": [*message.get("headers", ()), *more]}
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._tell(scope, status, first, time.monotonic() - began)

    def _tell(self, scope: Scope, status: int, first: float, whole: float) -> None:
        route = str(getattr(scope.get("route"), "path", "unmatched"))
        metrics: Metrics = scope["app"].state.desk.metrics
        metrics.answered(scope["method"], route, status, first or whole)
        line = {
            "method": scope["method"],
            "route": route,
            "status": status,
            "ms": round(whole * 1000, 1),
            "role": scope.get("state", {}).get("role"),
        }
        _log.info(json.dumps(line))
