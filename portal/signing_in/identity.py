"""An OpenID Connect provider, as far as signing in needs it: where to send a visitor, and whom it says that was.

The code flow with PKCE: what comes back is a code that only we can use, and an ID token that is signed by the provider,
made for us, for this visit and now. Nothing that it says lets anybody in by itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlencode

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from settings import Settings

_TIMEOUT = 10.0
_LEEWAY = 120
"""Seconds by which the provider's clock may differ from ours."""

_LARGEST = 256 * 1024
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures of a key pair only: never none, and never one that our own secret could have made."""


class ProviderUnavailable(Exception):
    """The provider cannot be reached, or answers what no provider would."""


class NotConfirmed(Exception):
    """The provider did not say, in a way that can be believed, who the visitor is."""


@dataclass(frozen=True)
class Departure:
    """What has to be remembered of a visitor who was sent to the provider; it never leaves their browser unsealed."""

    state: str
    nonce: str
    verifier: str
    back: str
    until: float

    @classmethod
    def new(cls, back: str, until: datetime) -> Self:
        return cls(generate_token(32), generate_token(32), generate_token(64), back, until.timestamp())

    def written(self) -> str:
        return json.dumps(vars(self))

    @classmethod
    def read(cls, text: str) -> Self:
        return cls(**json.loads(text))


@dataclass(frozen=True)
class IdentityProvider:
    """The provider that the settings name. It is asked for its addresses and keys at first use, and for keys anew when
    it signs with one that is not known.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    redirect_uri: str
    transport: httpx.AsyncBaseTransport | None = None
    _known: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """As the settings say; None where they name none."""
        if not settings.oidc_issuer or settings.oidc_client_secret is None:
            return None
        return cls(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            name=settings.oidc_name,
            redirect_uri=f"{settings.public_url.rstrip('/')}/ingreso/externo/vuelta",
        )

    async def address(self, departure: Departure) -> str:
        """Where to send the visitor."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid email",
            "state": departure.state,
            "nonce": departure.nonce,
            "code_challenge": create_s256_code_challenge(departure.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = (await self._configuration())["authorization_endpoint"]
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def email(self, departure: Departure, code: str, *, at: datetime) -> str:
        """The address that the provider has verified as the visitor's. Raises NotConfirmed, ProviderUnavailable."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": departure.verifier,
        }
        endpoint = (await self._configuration())["token_endpoint"]
        answer = await self._asked("POST", endpoint, data=form, auth=(self.client_id, self.client_secret))
        id_token = answer.get("id_token")
        if not isinstance(id_token, str):
            raise NotConfirmed
        claims = await self._claims(id_token, departure, at=at)
        email = claims.get("email")
        if claims.get("email_verified") is not True or not isinstance(email, str):
            raise NotConfirmed
        if not re.fullmatch(r"[!-~]+", email):  # ASCII alone, nothing to strip: what looks like an address is another
            raise NotConfirmed
        return email

    async def _claims(self, id_token: str, departure: Departure, *, at: datetime) -> dict[str, Any]:
        now = int(at.timestamp())
        wanted = jwt.JWTClaimsRegistry(
            now=now,
            leeway=_LEEWAY,
            iss={"essential": True, "value": (await self._configuration())["issuer"]},
            aud={"essential": True, "value": self.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": departure.nonce},
        )
        for fresh in (False, True):
            try:
                token = jwt.decode(id_token, await self._keys(fresh=fresh), algorithms=list(_ALGORITHMS))
                wanted.validate(token.claims)
            except (JoseError, ValueError) as error:
                if fresh or "key" not in str(error).lower():
                    raise NotConfirmed from None
                continue  # the provider may sign with a key that it did not have when we asked
            claims = dict(token.claims)
            audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
            # Made for others as well, it has to say that we are who asked for it.
            authorized = claims.get("azp", self.client_id if len(audiences) == 1 else None)
            if authorized != self.client_id:
                raise NotConfirmed
            return claims
        raise NotConfirmed

    async def _configuration(self) -> dict[str, Any]:
        if "configuration" not in self._known:
            address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = await self._asked("GET", address)
            wanted = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
            if not all(isinstance(found.get(name), str) for name in wanted):
                raise ProviderUnavailable
            if str(found["issuer"]).rstrip("/") != self.issuer.rstrip("/"):
                raise ProviderUnavailable
            self._known["configuration"] = found
        configuration: dict[str, Any] = self._known["configuration"]
        return configuration

    async def _keys(self, *, fresh: bool) -> KeySet:
        if fresh or "keys" not in self._known:
            found: Any = await self._asked("GET", (await self._configuration())["jwks_uri"])
            try:
                self._known["keys"] = KeySet.import_key_set(found)
            except (JoseError, ValueError, KeyError, TypeError):
                raise ProviderUnavailable from None
        keys: KeySet = self._known["keys"]
        return keys

    async def _asked(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=_TIMEOUT, transport=self.transport, follow_redirects=False) as client:
            try:
                answer = await client.request(method, address, headers={"Accept": "application/json"}, **more)
                found = answer.json() if answer.is_success and len(answer.content) <= _LARGEST else None
            except (httpx.HTTPError, httpx.InvalidURL, ValueError):
                raise ProviderUnavailable from None
        if method == "POST" and answer.is_client_error:
            raise NotConfirmed  # the code was none, or was used before
        if not isinstance(found, dict):
            raise ProviderUnavailable
        return found
