"""JSON posted to an address that is itself the secret: a webhook, a robot, a workflow.

Every request passes a governor, which pins the host, follows no redirect and waits for no answer that drips for ever;
it repeats nothing, since that is the outbox's to do. The connection is kept for some seconds: a backlog needs one
handshake, not one for each message.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from alerts.channels.base import DeliveryError, Permanent, Transient
from config.settings import Secret
from connectors.base import AccessDenied, VendorUnavailable
from connectors.exchange import Answer, retry_after_s
from connectors.governor import CONNECT_S, REDIRECTS, Governor

if TYPE_CHECKING:
    import httpx

Json = dict[str, Any]

_READ_S = 30.0
_JSON = {"Content-Type": "application/json; charset=utf-8"}


def encoded(body: Json) -> bytes:
    """`body` as it travels: real UTF-8, since `\\uXXXX` costs a Chinese character 6 bytes instead of 3."""
    return msgspec.json.encode(body)


@dataclass(frozen=True, slots=True)
class Posted:
    """An answer: its status, what it says as JSON ({} where it is none) or else as text, how long it asks to wait."""

    status: int
    said: Mapping[str, Any]
    text: str
    retry_after: timedelta | None

    def refusal(self, what: str) -> DeliveryError | None:
        """What the status alone says, whoever answered; None: it was taken, or the body tells."""
        if self.status == 429:
            return Transient(f"{what}: too many messages", retry_after=self.retry_after or timedelta(minutes=1))
        if self.status >= 500:
            return Transient(f"{what}: status {self.status}", in_doubt=True, retry_after=self.retry_after)
        return None


class Poster:
    """Posts to one address; `what` is what errors call it, for they never name the address."""

    def __init__(self, what: str, address: Secret, stop: threading.Event, redact: Callable[[str], str]) -> None:
        self.what = what
        self._address = address
        self._governor = Governor(
            what, limits=(), stop=stop, redact=redact, timeout=(CONNECT_S, _READ_S), patience=timedelta()
        )
        self._connection: tuple[httpx.Client, httpx.URL] | None = None

    def post(self, body: Json, params: Mapping[str, str] | None = None) -> Posted:
        """The answer, whatever its status; `params` join the address's own. Raises Transient or Permanent."""
        try:
            client, url = self._connected()
            url = url.copy_merge_params(params) if params else url
            response = client.post(url, content=encoded(body), headers=_JSON)
        except VendorUnavailable as error:
            raise Transient(str(error), in_doubt=error.sent) from None
        except AccessDenied:  # in words of ours: the governor's name the path, which is the secret
            raise Permanent(
                f"{self.what}: answered with a redirect, which is not followed: check the address"
            ) from None
        return Posted(response.status_code, _said(response), response.text, _retry_after(response))

    def close(self) -> None:
        """End the connection."""
        self._governor.close()
        self._connection = None

    def _connected(self) -> "tuple[httpx.Client, httpx.URL]":
        """The client, and the address as it writes it."""
        if self._connection is None:
            import httpx

            from connectors.transports import over_httpx

            address = self._address.reveal()
            client = over_httpx.client(self._governor, address, {}, _is_final)
            self._connection = client, httpx.URL(address)
        return self._connection


def _is_final(answer: Answer) -> bool:
    """Who is posted to says with any status what its answer means; a redirect is not theirs."""
    return answer.status not in REDIRECTS


def _said(response: "httpx.Response") -> Mapping[str, Any]:
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _retry_after(response: "httpx.Response") -> timedelta | None:
    asked_s = retry_after_s(response.headers)
    return None if asked_s is None else timedelta(seconds=asked_s)
