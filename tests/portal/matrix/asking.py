"""Asking the app without a server: one ASGI request, whose answer may be a stream that is left after a moment."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp

_STREAM_IS_QUIET = 0.12
"""Seconds without news after which a stream is left."""


@dataclass(frozen=True)
class Answer:
    """What came back: `headers` in lower case, `body` as text (bytes that are none are replaced)."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    def header(self, name: str) -> str:
        return "; ".join(value for each, value in self.headers if each == name)

    @property
    def whole(self) -> str:
        """All that was said: the body, and the headers in which anything could hide."""
        return "\n".join([*(f"{name}: {value}" for name, value in self.headers), self.body])


async def ask(app: ASGIApp, method: str, address: str, headers: dict[str, str], body: bytes = b"") -> Answer:
    """One request and its answer. An exception inside the app is a 500, as a server makes it.

    A byte of the query that is no text is written as Python does: "\udcff".
    """
    parts = urlsplit(address)
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(errors="surrogateescape"),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 5000),
        "server": ("escala.test", 443),
        "state": {},
    }
    gone = asyncio.Event()
    sent = [{"type": "http.request", "body": body, "more_body": False}]
    came: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def receive() -> dict[str, Any]:
        if sent:
            return sent.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        came.put_nowait(message)

    async def serve() -> None:
        try:
            await app(scope, receive, send)
        except Exception as error:
            came.put_nowait({"type": "http.response.start", "status": 500, "headers": []})
            came.put_nowait({"type": "http.response.body", "body": repr(error).encode()})

    log = logging.getLogger("escala.access")
    log.disabled = True  # thousands of questions need no line each
    task = asyncio.create_task(serve())
    try:
        return await _read(came)
    finally:
        gone.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        log.disabled = False  # as it is: others ask at the same time, so what it was tells nothing


async def _read(came: asyncio.Queue[dict[str, Any]]) -> Answer:
    start = await came.get()
    headers = tuple((name.decode(), value.decode("latin-1")) for name, value in start["headers"])
    streams = any(name == "content-type" and "event-stream" in value for name, value in headers)
    body = bytearray()
    while True:
        try:
            part = await asyncio.wait_for(came.get(), _STREAM_IS_QUIET if streams else 30)
        except TimeoutError:
            break
        if part["type"] == "http.response.start":  # what failed after it had begun to answer
            return Answer(part["status"], (), "")
        body += part.get("body", b"")
        if not part.get("more_body"):
            break
    return Answer(start["status"], headers, body.decode("utf-8", "replace"))
