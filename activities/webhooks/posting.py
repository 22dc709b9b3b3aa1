"""The signed POST of a delivery to its endpoint, within limits of time, following no redirect and reading no answer."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook as Signer

from activities.webhooks.reach import Network, Unreachable, place
from policy.webhooks.delivery import Failing

WITHIN = 15.0
"""Seconds for the whole of it."""
TAKEN = range(200, 300)
"""The statuses by which an endpoint says that it took what it was sent."""
_ENCODED = {"ensure_ascii": False, "separators": (",", ":")}


def instant(at: datetime) -> str:
    """As the API's answers write it: RFC 3339 in UTC with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def body_of(said: Mapping[str, Any]) -> str:
    """What is sent, as text: the same for the same delivery, however often it is sent."""
    return json.dumps(said, **_ENCODED)  # type: ignore[arg-type]


def headers(message_id: str, body: str, secrets: Sequence[str], *, at: datetime) -> dict[str, str]:
    """Standard Webhooks' headers: who it is for ever, when it was sent, and a signature for each secret in force."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Escala",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Signer(each).sign(message_id, at, body) for each in secrets),
    }


async def post(url: str, body: str, sent: Mapping[str, str], *, also: Sequence[Network] = ()) -> int:
    """Post it, and answer the endpoint's status, whatever that is. Of its answer nothing else is read.

    Raises Unreachable.
    """
    try:
        async with asyncio.timeout(WITHIN):
            there = await place(url, also)
            async with (
                # No proxy that the environment names: it would resolve the name anew.
                httpx.AsyncClient(verify=_tls(), timeout=WITHIN, follow_redirects=False, trust_env=False) as client,
                client.stream(
                    "POST",
                    there.url,
                    content=body.encode(),
                    headers={**sent, "Host": there.host},
                    extensions={"sni_hostname": there.name},
                ) as response,
            ):
                return response.status_code
    except (TimeoutError, httpx.TimeoutException):
        raise Unreachable(Failing.TIMED_OUT) from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError):
        raise Unreachable(Failing.NO_CONNECTION) from None


@cache
def _tls() -> ssl.SSLContext:
    """Loading the authorities takes tens of milliseconds: once a process."""
    return httpx.create_ssl_context(trust_env=False)
