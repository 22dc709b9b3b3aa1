"""The limits of a request: so much and no more, also in pieces; and, in production, our own address.

FastAPI's own limit answers in plain text; here every refusal is a problem document. Where files are sent the body is
read as it comes, up to a larger limit: whoever reads it measures each file.
"""

from __future__ import annotations

import math
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems
from wording.language import language_of

LARGEST_BODY = 256 * 1024
LARGEST_UPLOAD = 126 * 1024 * 1024
"""Five files of 25 MB, and the form around them."""

_MOST_DIGITS = 18
"""A longer number is larger than any limit; Python refuses to read one of thousands of digits."""

_UPLOADS = re.compile(
    r"/api/v1/(cases/[^/]+/)?files|/casos/nuevo|/casos/[^/]+/ordenes/(replies|notes|answers|information-requests)"
)
"""Where files are sent; nowhere else is a large body read."""

_PROBED = re.compile(r"/api/v1/(health/\w+|metrics)")


class OwnHost:
    """ASGI middleware: nobody is answered who asks for another host than the one that people are given.

    This machine may always ask, and probes and scrapers know a process by its address only.
    """

    def __init__(self, app: ASGIApp, address: str) -> None:
        self._app = app
        self._hosts = {urlsplit(address).hostname, "localhost", "127.0.0.1", "::1"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._host(scope) in self._hosts or _PROBED.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        language = language_of(Headers(scope=scope).get("accept-language"))
        await problems.response(problems.MisdirectedRequest(), language)(scope, receive, send)

    @staticmethod
    def _host(scope: Scope) -> str | None:
        try:
            return urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname
        except ValueError:
            return None


class BodyLimit:
    """ASGI middleware: the body is taken in whole up to the limit; past it the answer is 413."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY) -> None:
        self._app, self._largest = app, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        declared = _declared(headers)
        if _brings_files(scope, headers) and declared <= LARGEST_UPLOAD:
            await self._app(scope, _measured(receive), send)
            return
        body = None
        if declared <= self._largest:
            body = await self._taken_in(receive)
        if body is None:
            refused = problems.RequestTooLarge(kibibytes=self._largest // 1024)
            answer = problems.response(refused, language_of(headers.get("accept-language")))
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        await self._app(scope, _given_back(body, receive), send)

    async def _taken_in(self, receive: Receive) -> list[Message] | None:
        """The messages that carry the body, or None where they are too much."""
        messages, size = [], 0
        while True:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            if size > self._largest:
                return None
            if not message.get("more_body", False):
                return messages


def _declared(headers: Headers) -> float:
    """The size that the body is said to have; 0 where nothing readable is said: it is measured as it comes."""
    said = headers.get("content-length", "")
    if not (said.isascii() and said.isdecimal()):
        return 0
    return int(said) if len(said) <= _MOST_DIGITS else math.inf


def _brings_files(scope: Scope, headers: Headers) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().casefold()
    return kind == "multipart/form-data" and _UPLOADS.fullmatch(scope["path"]) is not None


def _measured(receive: Receive) -> Receive:
    """The body as it comes; past the limit whoever reads it gets RequestTooLarge, and answers it."""
    size = 0

    async def next_piece() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST_UPLOAD:
            raise problems.RequestTooLarge(kibibytes=LARGEST_UPLOAD // 1024)
        return message

    return next_piece


def _given_back(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def again() -> Message:
        message = next(waiting, None)
        return message if message is not None else await receive()

    return again
