"""OpenID Connect: a provider says who somebody is (Core 1.0 part 3.1, the code flow; Discovery 1.0; PKCE, RFC 7636;
`iss` in the answer, RFC 9207; checked 2026-11). Authlib asks, joserfc reads the ID token, the governor sends."""

import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from config.clock import Clock
from config.settings import OidcSettings
from connectors.base import ConnectorError
from connectors.governor import Governor
from connectors.transports.over_requests import GovernedAdapter

PATIENCE_S = 8.0
"""Somebody looks at a white page meanwhile."""
_LEEWAY_S = 60
"""The provider's clock is not ours."""
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""With keys that the provider shows; none that is also a secret of ours, and never "none"."""


class ProviderAway(Exception):
    """Nobody can be asked who somebody is: the provider does not answer, or not as it should."""


class NotSaid(Exception):
    """The provider does not say who this is, or not for us, or not now."""


@dataclass(frozen=True, slots=True)
class Way:
    """What a browser keeps while somebody is at the provider; `onward` is where they wanted to go."""

    state: str
    nonce: str
    verifier: str
    onward: str

    @classmethod
    def read(cls, told: Any) -> "Way | None":
        """From its cookie."""
        match told:
            case [str(state), str(nonce), str(verifier), str(onward)]:
                return cls(state, nonce, verifier, onward)
        return None

    @property
    def told(self) -> list[str]:
        """What its cookie holds."""
        return [self.state, self.nonce, self.verifier, self.onward]


class Provider:
    """Asks nothing of the provider until somebody signs in, and keeps nothing of what it said."""

    def __init__(
        self,
        told: OidcSettings,
        back: str,
        clock: Clock,
        *,
        stop: threading.Event,
        redact: Callable[[str], str],
    ) -> None:
        """`back`: the whole address that the provider sends people back to. `clock` is real time."""
        self._told = told
        self._back = back
        self._clock = clock
        issuer = urlsplit(told.issuer)
        self._hosts = {issuer.netloc: f"{issuer.scheme}://{issuer.netloc}"} | {
            one: f"https://{one}" for one in told.hosts
        }
        self._governor = Governor(
            "sign-in", limits=["600/1 minute"], stop=stop, redact=redact, timeout=(PATIENCE_S, PATIENCE_S)
        )
        self._adapters = {f"{base}/": GovernedAdapter(self._governor, base, None) for base in self._hosts.values()}

    def begin(self, onward: str) -> tuple[str, Way]:
        """The address at the provider to go to, and what the browser keeps. Raises ProviderAway."""
        way = Way(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), onward)
        client, found = self._discovered()
        address, _ = client.create_authorization_url(
            self._its_own(found, "authorization_endpoint"), state=way.state, nonce=way.nonce, code_verifier=way.verifier
        )
        return str(address), way

    def email(self, way: Way, query: Mapping[str, str]) -> str:
        """The verified e-mail of who came back with that `query`. Raises NotSaid, ProviderAway."""
        if not hmac.compare_digest(query.get("state", "").encode(), way.state.encode()):
            raise NotSaid("it is the answer to another question")
        if query.get("iss", self._told.issuer) != self._told.issuer:
            raise NotSaid("another provider answered")
        if "code" not in query:
            raise NotSaid(f"the provider refused: {query.get('error', 'no reason')}"[:200])
        client, found = self._discovered()
        if "client_secret_basic" not in found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            client.token_endpoint_auth_method = "client_secret_post"
        try:
            with self._governor.hurrying():
                token = client.fetch_token(
                    self._its_own(found, "token_endpoint"), code=query["code"], code_verifier=way.verifier
                )
            keys = KeySet.import_key_set(self._get(client, self._its_own(found, "jwks_uri")))
            claims = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS).claims
            self._check(claims, way)
        except ConnectorError as away:
            raise ProviderAway(str(away)) from away
        except (AuthlibBaseError, JoseError, KeyError, ValueError, TypeError) as wrong:
            raise NotSaid(f"its word cannot be trusted ({type(wrong).__name__})") from wrong
        return _verified_email(claims)

    def _check(self, claims: Mapping[str, Any], way: Way) -> None:
        """That the provider said it, of us, for this asking, and a moment ago. Raises JoseError, NotSaid."""
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self._told.issuer},
            aud={"essential": True, "value": self._told.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": way.nonce},
        )
        registry.validate(dict(claims))
        audience = claims["aud"]
        for_others = isinstance(audience, list) and audience != [self._told.client_id]
        if for_others or claims.get("azp", self._told.client_id) != self._told.client_id:
            raise NotSaid("it was said to somebody else")

    def _discovered(self) -> tuple[OAuth2Session, Mapping[str, Any]]:
        """A client of our own, and what the provider says of itself."""
        client = OAuth2Session(
            self._told.client_id,
            self._told.client_secret.reveal(),
            scope="openid email",
            redirect_uri=self._back,
            code_challenge_method="S256",
        )
        for prefix in list(client.adapters):
            client.adapters.pop(prefix)
        for prefix, adapter in self._adapters.items():
            client.mount(prefix, adapter)
        found = self._get(client, self._told.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self._told.issuer:
            raise ProviderAway(f"it calls itself {str(found.get('issuer'))[:200]!r}: write that as issuer")
        return client, found

    def _get(self, client: OAuth2Session, url: str) -> Any:
        """Raises ProviderAway."""
        try:
            with self._governor.hurrying():
                answer: requests.Response = client.request("GET", url, withhold_token=True, auth=_unchanged)
            if answer.status_code != requests.codes.ok:
                raise ProviderAway(f"it answered {answer.status_code} to GET {urlsplit(url).path}")
            return answer.json()
        except (ConnectorError, ValueError) as away:
            raise ProviderAway(str(away)) from away

    def _its_own(self, found: Mapping[str, Any], what: str) -> str:
        """An address that it names, if that is one of those that the settings allow."""
        url = str(found.get(what, ""))
        parts = urlsplit(url)
        if self._hosts.get(parts.netloc) != f"{parts.scheme}://{parts.netloc}":
            raise ProviderAway(f"its {what} is at {parts.netloc[:200]!r}: if that is its own, add it to `hosts`")
        return url


def _verified_email(claims: Mapping[str, Any]) -> str:
    """Raises NotSaid. Entra ID says `xms_edov` (its domain's owner is verified) where others say `email_verified`."""
    email = claims.get("email")
    said = [claims.get("email_verified"), claims.get("xms_edov")]
    if not isinstance(email, str) or not any(one in (True, "1", "true") for one in said):
        raise NotSaid("the provider names no e-mail that it has verified")
    return email


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Sent as `auth`, so that no ~/.netrc is looked into."""
    return request
