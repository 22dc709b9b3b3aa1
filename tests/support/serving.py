"""An app behind a real HTTP server, for what a test's transport cannot do: streams that stay open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

_ENDS = {"timeout_graceful_shutdown": 10}
"""Seconds that the end waits for callers: one that was cancelled may leave its connection open as long as it lives."""


@asynccontextmanager
async def serving(app: Any, **more: Any) -> AsyncIterator[str]:
    """The address of the app, served in this loop; its lifespan is the caller's."""
    options = {"port": 0, "lifespan": "off", "log_level": "warning", "access_log": False, **_ENDS, **more}
    server = uvicorn.Server(uvicorn.Config(app, **options))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
