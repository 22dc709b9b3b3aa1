"""The traces of a page's visit, kept once its answer has gone: when somebody was seen, and where.

It is best effort. Nobody waits for it, and where it cannot be kept (a full disk, a locked database) the page has
opened all the same.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from storage.engine.reach import DatabaseUnavailable

_KEY = "escala.afterwards"
_WITHIN = 5.0

_log = logging.getLogger(__name__)


def afterwards(request: Request, act: Callable[[], Awaitable[None]]) -> None:
    """Let this be done once the request is answered."""
    request.scope[_KEY].append(act)


class Afterwards:
    """ASGI middleware that does what is left to do once an answer has gone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        acts: list[Callable[[], Awaitable[None]]] = []
        scope[_KEY] = acts
        await self._app(scope, receive, send)
        for act in acts:
            try:
                async with asyncio.timeout(_WITHIN):
                    await act()
            except (DatabaseUnavailable, TimeoutError) as failed:
                _log.warning("a visit was not noted: %s", failed)
