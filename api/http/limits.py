"""The limits of a request: so much and no more, so long and no longer; and, in production, our own address.

FastAPI's own limit answers in plain text; here every refusal is a problem document. Where files are sent the body is
read as it comes, up to a larger limit: whoever reads it measures each file.
"""

from __future__ import annotations

import asyncio
import math
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems
from desk.files.arriving import LARGEST_UPLOAD
from desk.problems import MalformedRequest, Problem
from storage.engine.patience import patient_for
from wording.language import language_of

LARGEST_BODY = 256 * 1024

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


class Patient:
    """ASGI middleware: one deadline over all that a request waits for until its answer begins."""

    def __init__(self, app: ASGIApp, within: float) -> None:
        self._app, self._within = app, within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with patient_for(self._within) as patience:

            async def begun(message: Message) -> None:
                patience.end()
                await send(message)

            await self._app(scope, receive, begun)


class BodyLimit:
    """ASGI middleware: the body is taken in whole up to the limit and within its time; past them it is 413 or 408.

    A body whose length is told twice, in numbers and in chunks, is where one server reads another request than the
    next: it is refused.
    """

    def __init__(self, app: ASGIApp, *, within: float, upload_within: float, largest: int = LARGEST_BODY) -> None:
        self._app, self._largest, self._within, self._upload_within = app, largest, within, upload_within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if "content-length" in headers and "transfer-encoding" in headers:
            await _refused(MalformedRequest(), scope, receive, send)
            return
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        declared = _declared(headers)
        if _brings_files(scope, headers) and declared <= LARGEST_UPLOAD:
            await self._app(scope, _measured(receive, within=self._upload_within), send)
            return
        body = None
        if declared <= self._largest:
            try:
                async with asyncio.timeout(self._within):
                    body = await self._taken_in(receive)
            except TimeoutError:
                await _refused(problems.RequestTooSlow(seconds=round(self._within)), scope, receive, send)
                return
        if body is None:
            await _refused(problems.RequestTooLarge(kibibytes=self._largest // 1024), scope, receive, send)
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


async def _refused(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, and close the connection: what would still come on it is nobody's request."""
    answer = problems.response(problem, language_of(Headers(scope=scope).get("accept-language")))
    answer.headers["Connection"] = "close"
    await answer(scope, receive, send)


def _declared(headers: Headers) -> float:
    """The size that the body is said to have; 0 where nothing readable is said: it is measured as it comes."""
    said = headers.get("content-length", "")
    if not (said.isascii() and said.isdecimal()):
        return 0
    return int(said) if len(said) <= _MOST_DIGITS else math.inf


def _brings_files(scope: Scope, headers: Headers) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().casefold()
    return kind == "multipart/form-data" and _UPLOADS.fullmatch(scope["path"]) is not None


def _measured(receive: Receive, *, within: float) -> Receive:
    """The body as it comes; past the limits whoever reads it gets RequestTooLarge or RequestTooSlow, and answers it."""
    size, whole = 0, False
    ends_at = asyncio.get_running_loop().time() + within

    async def next_piece() -> Message:
        nonlocal size, whole
        if whole:  # what comes now is that whoever sent it has gone
            return await receive()
        try:
            async with asyncio.timeout_at(ends_at):
                message = await receive()
        except TimeoutError:
            raise problems.RequestTooSlow(seconds=round(within)) from None
        size += len(message.get("body", b""))
        whole = not message.get("more_body", False)
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
