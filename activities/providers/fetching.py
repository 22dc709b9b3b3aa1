"""The HTTP fetch of a page that is not ours, with limits of time and size, following no redirect.

It follows no redirects and unpacks no more than it may keep, so that whoever answers can cost us that and no more.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from dataclasses import dataclass
from functools import cache

import httpx

WITHIN = 20.0
"""Seconds for the whole of it."""
MOST_BYTES = 8 * 1024 * 1024
"""As they come and unpacked. Google Cloud's page, with the history of a year, is a few MB."""
_LONGEST_TAG = 200


class Unfetched(Exception):
    """The page could not be had; `reason` is one word, and holds nothing that the other side said."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Fetched:
    """A page, and the tag under which its server knows this state of it."""

    content: bytes
    etag: str | None


async def fetch(
    address: str, *, etag: str | None = None, within: float = WITHIN, most: int = MOST_BYTES
) -> Fetched | None:
    """The page at `address`, or None where it is still what `etag` names.

    Raises Unfetched: `timed_out`, `unreachable`, `redirected`, `status_503`, `too_large` or `malformed`.
    """
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "Escala"}
    if etag:
        headers["If-None-Match"] = etag
    try:
        async with (
            asyncio.timeout(within),
            httpx.AsyncClient(verify=_tls(), timeout=within, follow_redirects=False) as client,
            client.stream("GET", address, headers=headers) as response,
        ):
            if etag and response.status_code == httpx.codes.NOT_MODIFIED:
                return None
            if response.is_redirect:
                raise Unfetched("redirected")
            if response.status_code != httpx.codes.OK:
                raise Unfetched(f"status_{response.status_code}")
            return Fetched(await _unpacked(response, most), _tag(response))
    except (TimeoutError, httpx.TimeoutException):
        raise Unfetched("timed_out") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
        raise Unfetched("unreachable") from error


async def _unpacked(response: httpx.Response, most: int) -> bytes:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise Unfetched("malformed")
    unpacking = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    content, received = bytearray(), 0
    try:
        async for chunk in response.aiter_raw():
            # One byte more than may be kept tells that there is too much, whatever the rest would unpack to.
            content += unpacking.decompress(chunk, most + 1 - len(content)) if unpacking else chunk
            received += len(chunk)
            if max(received, len(content)) > most:
                raise Unfetched("too_large")
            if unpacking and unpacking.unused_data:  # kept, and copied anew with every chunk: no page of ours has any
                raise Unfetched("malformed")
    except zlib.error as error:
        raise Unfetched("malformed") from error
    if unpacking and not unpacking.eof:
        raise Unfetched("malformed")
    return bytes(content)


def _tag(response: httpx.Response) -> str | None:
    tag: str | None = response.headers.get("etag")
    return tag if tag and len(tag) <= _LONGEST_TAG and tag.isascii() and tag.isprintable() else None


@cache
def _tls() -> ssl.SSLContext:
    """Loading the authorities takes tens of milliseconds: once a process."""
    return httpx.create_ssl_context()
