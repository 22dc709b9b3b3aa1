"""A request's address and form have to be text that is read in one way only: else the answer is 400.

Servers pass on what came. Bytes that are no text make every reader of the address fail, and a form may name any of
Python's encodings, some of which decode nothing or halves of characters.
"""

from __future__ import annotations

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http import problems
from desk.problems import MalformedRequest
from wording.language import language_of

_READ = frozenset({b"", b"utf-8", b"utf8", b"us-ascii"})
"""How a form may say that it is written: browsers say nothing, and mean the first."""


class Legible:
    """ASGI middleware: nobody reads an address with bytes outside ASCII, nor a form in an encoding of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_legible(scope):
            await self._app(scope, receive, send)
            return
        language = language_of(Headers(scope=scope).get("accept-language"))
        await problems.response(MalformedRequest(), language)(scope, receive, send)


def _is_legible(scope: Scope) -> bool:
    query: bytes = scope.get("query_string", b"")
    if not query.isascii():
        return False
    kind, said = parse_options_header(Headers(scope=scope).get("content-type"))
    return not kind.startswith(b"multipart/") or said.get(b"charset", b"").strip().lower() in _READ
