"""A stand-in for a provider of OpenID Connect: discovery, the code flow with PKCE, keys (Core 1.0, RFC 6749, RFC 7636).

Whoever comes is signed in already, as `claims` says; nobody is asked for anything. As at the providers that we know, a
code is good once, for the client, the address and the verifier that it was asked for with.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.http import Door, answer, basic

CLIENT_ID, CLIENT_SECRET = "milepost", "sandbox-oidc-secret"
_GOOD_FOR_S = 300


@dataclass(frozen=True)
class Asked:
    """What a code stands for."""

    nonce: str
    challenge: str
    back: str


class OidcSandbox:
    """One provider with one client, registered for the address `back`. `wall` is real time."""

    def __init__(self, wall: Callable[[], datetime], back: str) -> None:
        self.wall = wall
        self.back = back
        self.issuer = ""
        """The address that it is served at: known once it is."""
        self.claims: dict[str, Any] = {}
        """What it says of whoever comes; an entry here takes the place of what it says of itself."""
        self.named: dict[str, str] = {}
        """Addresses that discovery tells in place of its own."""
        self.refuses = ""
        """The error with which it sends everybody back."""
        self.key = ECKey.generate_key("P-256", {"kid": "sandbox-1"})
        self.signs_with = self.key
        self._codes: dict[str, Asked] = {}
        self.app = Door(
            [
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    async def _discovery(self, _: Request) -> Response:
        here = {
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return answer({"issuer": self.issuer, "response_types_supported": ["code"], **here, **self.named})

    async def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        if asked.get("client_id") != CLIENT_ID or asked.get("redirect_uri") != self.back:
            return answer({"error": "unauthorized_client"}, 400)  # told to nobody at an address that it does not know
        told = {"state": asked.get("state", ""), "iss": self.issuer}
        right = asked.get("response_type") == "code" and asked.get("code_challenge_method") == "S256"
        if self.refuses or not right or "openid" not in asked.get("scope", "").split():
            told["error"] = self.refuses or "invalid_request"
        else:
            told["code"] = secrets.token_urlsafe(12)
            self._codes[told["code"]] = Asked(asked.get("nonce", ""), asked["code_challenge"], asked["redirect_uri"])
        return RedirectResponse(f"{self.back}?{urlencode(told)}", status_code=302)

    async def _token(self, request: Request) -> Response:
        given = dict(parse_qsl((await request.body()).decode()))
        if basic(request) != (CLIENT_ID, CLIENT_SECRET):
            return answer({"error": "invalid_client"}, 401)
        asked = self._codes.pop(given.get("code", ""), None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked.challenge or given.get("redirect_uri") != asked.back:
            return answer({"error": "invalid_grant"}, 400)
        return answer({"access_token": "none", "token_type": "Bearer", "id_token": self._id_token(asked.nonce)})

    def _id_token(self, nonce: str) -> str:
        now = int(self.wall().timestamp())
        own = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "1", "iat": now, "exp": now + _GOOD_FOR_S, "nonce": nonce}
        told = {name: value for name, value in (own | self.claims).items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": "sandbox-1"}, told, self.signs_with)

    async def _keys(self, _: Request) -> Response:
        return answer({"keys": [self.key.as_dict(private=False)]})
