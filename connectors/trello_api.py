"""Asking Trello: py-trello's `fetch_json` over our own session, and what Trello's refusals mean.

py-trello fixes the address, adds key and token to every query, has no timeout and hides what failed. Its `http_service`
is the seam: here the configured address is put in, the credential goes into a header, our own errors are raised before
py-trello sees the answer, and the answer's bytes come back untouched.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from config.settings import Secret
from connectors.answers import decode, slices
from connectors.base import (
    AccessDenied,
    ConnectorError,
    NotFound,
    NotPermitted,
    RateLimited,
    VendorChanged,
    VendorUnavailable,
)
from connectors.exchange import Answer
from connectors.governor import Governor

if TYPE_CHECKING:
    import requests

VENDOR_URL = "https://api.trello.com/1"

BATCH = 10
"""GETs that one `/batch` takes."""

Json = dict[str, Any]


class TooLarge(VendorChanged):
    """Trello will not answer so large a question; a smaller one it will."""


class TrelloApi:
    """One credential at one address. Every verb raises the errors of `connectors.base`."""

    def __init__(self, name: str, url: str, key: Secret, token: Secret, governor: Governor) -> None:
        """`url` "": Trello's own."""
        self.name = name
        self.url = (url or VENDOR_URL).rstrip("/")
        self._key = key
        self._token = token
        self._governor = governor
        self._client: Any = None

    def get(self, path: str, **query: str) -> bytes:
        """The bytes of an answer."""
        return self._fetch(path, "GET", query, None)

    def objects(self, path: str, **query: str) -> list[bytes]:
        """The elements of an answer that is a bare list, each in its own bytes."""
        return slices(self.get(path, **query), f"{self.name}: {path}")

    def object(self, path: str, **query: str) -> Json:
        """An answer that is one object."""
        return self.as_object(self.get(path, **query), path)

    def write(self, method: str, path: str, **sent: str) -> Json:
        """POST, PUT or DELETE, with what is sent in the body: addresses are logged by more people than bodies."""
        return self.as_object(self._fetch(path, method, {}, sent or None), path)

    def many(self, calls: Sequence[tuple[str, Mapping[str, str]]]) -> Iterator[Json | None]:
        """The objects that these GETs give, in order and ten a request; None for one that is gone."""
        for start in range(0, len(calls), BATCH):
            some = calls[start : start + BATCH]
            # Trello splits at commas before it decodes: those within a call stay encoded. Each call counts by itself.
            urls = ",".join(f"{path}?{urlencode(query)}" for path, query in some)
            self._governor.spend(len(some) - 1)
            parts = decode(self.get("/batch", urls=urls), f"{self.name}: /batch")
            if not isinstance(parts, list) or len(parts) != len(some):
                raise VendorChanged(f"{self.name}: Trello answered a batch of {len(some)} otherwise than documented")
            for part, (path, query) in zip(parts, some, strict=True):
                yield self._part(part, path, query)

    def _part(self, part: Any, path: str, query: Mapping[str, str]) -> Json | None:
        """One element of a batch: `{"200": {…}}`, or an error. What failed for the moment is asked for by itself."""
        if isinstance(part, dict) and isinstance(part.get("200"), dict):
            found: Json = part["200"]
            return found
        told = part if isinstance(part, dict) else {}
        status = told.get("statusCode")
        try:
            if isinstance(status, int) and (status == 429 or status >= 500):
                return self.object(path, **query)
            raise self._refusal(status if isinstance(status, int) else 0, str(told.get("message", "")), path)
        except NotFound:
            return None

    def _fetch(self, path: str, method: str, query: Mapping[str, str], sent: Mapping[str, str] | None) -> bytes:
        if self._client is None:
            self._client = self._connect()
        # A fresh dict: py-trello writes key and token into it, which our service takes out again.
        answer: bytes = self._client.fetch_json(
            path, http_method=method, query_params=dict(query), post_args=sent and dict(sent)
        )
        return answer

    def _connect(self) -> Any:
        """py-trello takes a quarter of a second to import: only who reads Trello pays."""
        from trello import TrelloClient

        from connectors.transports import over_requests

        session = over_requests.session(self._governor, self.url, _is_too_large)
        return TrelloClient(api_key="", api_secret="", http_service=_Service(self, session, self._key, self._token))

    def as_object(self, body: bytes, path: str) -> Json:
        """The object that the body of `path`'s answer is."""
        found = decode(body, f"{self.name}: {path}")
        if not isinstance(found, dict):
            raise VendorChanged(f"{self.name}: Trello answered {path} with something that is no object")
        return found

    def accept(self, response: "requests.Response", path: str) -> bytes:
        """The body of an answer, or the error that its status and text mean."""
        if response.status_code != 200:
            raise self._refusal(response.status_code, response.text[:500], path)
        if "json" not in response.headers.get("Content-Type", ""):
            raise self.wrong_url()
        return bytes(response.content)

    def wrong_url(self) -> NotFound:
        """Something answers there, but it is not Trello."""
        return NotFound(f"{self.name}: no Trello answers at {self.url}: check sources.{self.name}.url")

    def _refusal(self, status: int, body: str, path: str) -> ConnectorError:
        """What a status means; 401 means three things, told apart by its text."""
        said = body.casefold()
        where = f"{self.name}: Trello refuses"
        if "api_too_many_cards_requested" in said:
            return TooLarge(f"{self.name}: Trello will not send so many cards at once ({path})")
        if status == 401 and "invalid key" in said:
            return AccessDenied(f"{where} the API key: put the key of your Power-Up into {self._key.reference}")
        if status == 401 and "permission" in said:
            return NotPermitted(
                f"{where} {path}: the token of {self._token.reference} may not do this; "
                "invite its member to the board, or make a token with the scope read,write"
            )
        if status == 401:
            return AccessDenied(
                f"{where} the token: it is wrong, expired or revoked; make a new one for {self._token.reference}"
            )
        if status == 403:
            return NotPermitted(f"{where} {path}: a limit or a restriction of the workspace; ask its admin")
        if status == 404 or (status == 400 and "invalid id" in said):
            return NotFound(f"{self.name}: Trello does not find {path}: deleted, or not shown to the token's member")
        if status == 429:
            return RateLimited(f"{self.name}: Trello limits our requests")
        if status >= 500:
            return VendorUnavailable(f"{self.name}: Trello answered {status} to {path}")
        return VendorChanged(f"{self.name}: Trello answered {status} to {path}, which is not documented")


class _Service:
    """What py-trello believes to be the `requests` module."""

    def __init__(self, api: TrelloApi, session: "requests.Session", key: Secret, token: Secret) -> None:
        self._api = api
        self._session = session
        self._sign_in = f'OAuth oauth_consumer_key="{key.reveal()}", oauth_token="{token.reveal()}"'

    def request(self, method: str, url: str, **options: Any) -> "_Bytes":
        """Send a call of py-trello's to the configured address, with the credential in its header."""
        path = url.removeprefix(VENDOR_URL)
        query = {key: value for key, value in options["params"].items() if key not in ("key", "token")}
        headers = {**options["headers"], "Authorization": self._sign_in}
        response = self._session.request(
            method, self._api.url + path, params=query, headers=headers, data=options["data"]
        )
        return _Bytes(self._api.accept(response, path))


class _Bytes:
    """An answer as py-trello wants it, whose "JSON" is the vendor's own bytes."""

    status_code = 200

    def __init__(self, body: bytes) -> None:
        self._body = body

    def json(self) -> bytes:
        """The body, not decoded: we do that faster, and keep it."""
        return self._body


def _is_too_large(answer: Answer) -> bool:
    """Seen with 400, 403 and 429: no waiting mends it."""
    return answer.status in (400, 403, 429) and b"API_TOO_MANY_CARDS_REQUESTED" in answer.body
