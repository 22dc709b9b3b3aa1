"""An OpenID Connect provider of our own, for tests: discovery, keys, codes with PKCE, and ID tokens that are signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from httpx import ASGITransport
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal.signing_in.identity import IdentityProvider

ISSUER, CLIENT, SECRET = "https://identidad.example", "escala", "un secreto del proveedor"


@dataclass
class Provider:
    """What it says of whoever comes is in `claims`; tests put other things there."""

    clock: Callable[[], datetime]
    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    algorithm: str = "RS256"
    down: bool = False
    left: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def identity(self) -> IdentityProvider:
        """The provider as the portal knows it."""
        app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._configuration),
                Route("/keys", self._keys),
                Route("/token", self._token, methods=["POST"]),
            ]
        )
        return IdentityProvider(
            issuer=ISSUER,
            client_id=CLIENT,
            client_secret=SECRET,
            name="Directorio",
            redirect_uri="https://escala.test/ingreso/externo/vuelta",
            transport=ASGITransport(app),
        )

    def visited(self, address: str) -> dict[str, str]:
        """Somebody was sent here, and says who they are: what their browser brings back."""
        assert address.startswith(f"{ISSUER}/authorize?")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.left)}"
        self.left[code] = asked
        return {"code": code, "state": asked["state"]}

    async def _configuration(self, _: Request) -> Response:
        if self.down:
            return Response("<h1>mantenimiento</h1>", 503)
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse({"issuer": ISSUER} | {name: f"{ISSUER}/{path}" for name, path in places.items()})

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.left.pop(str(form["code"]), None)
        verifier = str(form.get("code_verifier", ""))
        if asked is None or create_s256_code_challenge(verifier) != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(self.clock().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "u-1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email_verified": True,
        } | self.claims
        header = {"alg": self.algorithm, "kid": self.key.as_dict().get("kid", "one")}
        signed = jwt.encode(header, claims, self.key, algorithms=[self.algorithm])
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})


def shared_secret() -> OctKey:
    """A key that we know too: an ID token signed with it proves nothing."""
    return OctKey.import_key(SECRET)
