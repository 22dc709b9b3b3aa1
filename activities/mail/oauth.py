"""Access tokens for mail servers (XOAUTH2): asked for by client credentials or a refresh token, and anew in time."""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from settings import Settings

_EARLIER = 60.0
"""Seconds before its end from which a token is not begun with any more."""
_WITHOUT_WORD = 300.0
_PATIENCE = 15.0


class NoToken(Exception):
    """The server gave none. What it said is not repeated, for it may hold what was sent to it."""


@dataclass
class AccessTokens:
    """Tokens of one server for one client, of which one is kept as long as it lasts."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    refresh_token: str | None = field(default=None, repr=False)
    transport: httpx.AsyncBaseTransport | None = None
    _token: str = field(default="", repr=False)
    _until: float = 0.0
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def token(self) -> str:
        """One that lasts for a minute at least. Raises NoToken."""
        async with self._asking:
            if not self._token or time.monotonic() > self._until - _EARLIER:
                await self._ask()
            return self._token

    def forget(self, token: str) -> None:
        """Ask anew the next time: a server did not take this one."""
        if token == self._token:
            self._token = ""

    async def _ask(self) -> None:
        asked = {"client_id": self.client_id, "client_secret": self.client_secret}
        asked |= {"scope": self.scope} if self.scope else {}
        if self.refresh_token:
            asked |= {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        else:
            asked |= {"grant_type": "client_credentials"}
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE, transport=self.transport) as client:
                answer = await client.post(self.url, data=asked)
            told: dict[str, Any] = answer.json()
            token, lasts = str(told["access_token"]), float(told.get("expires_in") or _WITHOUT_WORD)
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise NoToken(type(error).__name__) from None
        self._token, self._until = token, time.monotonic() + lasts
        self.refresh_token = str(told.get("refresh_token") or "") or self.refresh_token


def access_tokens(settings: Settings) -> AccessTokens | None:
    """The settings' tokens; None where passwords are used."""
    if not settings.mail_oauth_token_url:
        return None
    secret, refresh = settings.mail_oauth_client_secret, settings.mail_oauth_refresh_token
    return AccessTokens(
        url=settings.mail_oauth_token_url,
        client_id=settings.mail_oauth_client_id,
        client_secret=secret.get_secret_value() if secret else "",
        scope=settings.mail_oauth_scope,
        refresh_token=refresh.get_secret_value() if refresh else None,
    )


def xoauth2(user: str, token: str) -> str:
    """What SMTP's AUTH is given."""
    return base64.b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode()).decode()
