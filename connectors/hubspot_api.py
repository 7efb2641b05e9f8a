"""Asking HubSpot over `httpx`: dated paths, one way out, and what its refusals mean.

- Which limit a 429 hit stands in its body: those of seconds pass while the governor waits, a day's does not.
- A batch or a search is a POST that reads, and may be repeated.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from config.settings import Secret
from connectors import hubspot_payload as payloads
from connectors.answers import mapping, server_time
from connectors.base import (
    AccessDenied,
    ConnectorError,
    NotFound,
    RateLimited,
    VendorChanged,
    VendorUnavailable,
)
from connectors.exchange import Answer, retry_after_s
from connectors.governor import Governor

if TYPE_CHECKING:
    import httpx

VENDOR_URL = "https://api.hubapi.com"
VERSION = "2026-09"
"""Of the API; every path carries it. Each is supported for 18 months."""

MIGRATING = 477


class MissingScope(AccessDenied):
    """The token is good, but was not granted this."""

    def __init__(self, message: str, scopes: tuple[str, ...]) -> None:
        super().__init__(message)
        self.scopes = scopes


class HubspotApi:
    """One token at one address. Every verb raises the errors of `connectors.base`."""

    def __init__(self, name: str, url: str, token: Secret, governor: Governor) -> None:
        """`url` "": HubSpot's own, which is one for all regions."""
        self.name = name or "hubspot"
        self.token = token
        self.governor = governor
        self._url = (url or VENDOR_URL).rstrip("/")
        self.server_time: datetime | None = None
        """HubSpot's clock, as its latest answer told it; None until one tells."""

    def portal(self) -> dict[str, str]:
        """The account that the token is for: its `portalId`, and `uiDomain`, where people look at it ("": not told).

        Raises NotFound where no HubSpot answers.
        """
        wrong = NotFound(
            f"{self.name}: no HubSpot answers at {self._url}: check sources.{self.name}.url, or leave it out"
        )
        try:
            told = payloads.an_object(self.get(f"/account-info/{VERSION}/details"))
        except (NotFound, VendorChanged):
            raise wrong from None
        if not isinstance(told.get("portalId"), int | str):
            raise wrong
        return {"portalId": str(told["portalId"]), "uiDomain": str(told.get("uiDomain") or "")}

    def get(self, path: str, **query: str) -> bytes:
        """What a GET brings."""
        return self._send("GET", path, query, None)

    def ask(self, path: str, body: Mapping[str, Any]) -> bytes:
        """What a POST that only reads brings."""
        with self.governor.reading():
            return self._send("POST", path, {}, body)

    def search(self, kind: str, body: Mapping[str, Any]) -> payloads.Answer:
        """A page of a search. It takes two turns: all apps of an account share five searches a second."""
        self.governor.spend(1)
        return payloads.page(self.ask(f"/crm/objects/{VERSION}/{kind}/search", body))

    def must_be_whole(self, answer: payloads.Answer, path: str, harmless: str) -> None:
        """A batch tells by 207 that a part of it failed; having nothing (`harmless`) is not failing.

        Raises VendorUnavailable.
        """
        failed = [one for one in answer.errors if harmless not in f"{one.get('category')} {one.get('subCategory')}"]
        if failed:
            words = self.governor.brief(str(failed[0].get("message") or failed[0].get("category") or "no reason given"))
            raise VendorUnavailable(f"{self.name}: HubSpot answered {path} only in part ({words})")

    def write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        """POST, PATCH or DELETE."""
        return self._send(method, path, {}, body)

    @cached_property
    def _client(self) -> "httpx.Client":
        from connectors.transports import over_httpx

        headers = {"Authorization": f"Bearer {self.token.reveal()}", "Accept": "application/json"}
        return over_httpx.client(self.governor, self._url, headers, _is_final)

    def _send(self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, Any] | None) -> bytes:
        response = self._client.request(method, path, params=query or None, json=body)
        self.server_time = server_time(response.headers) or self.server_time
        if response.is_success:
            return response.content
        raise self._refusal(response, f"{method} {path}")

    def _refusal(self, response: "httpx.Response", what: str) -> ConnectorError:
        """HubSpot's status as an error of ours."""
        told = _envelope(response.content)
        status, said = response.status_code, self._words(told)
        if status == 401:
            return AccessDenied(
                f"{self.name}: HubSpot refuses the token: it is wrong, expired or revoked; put a service key or a "
                f"private app's token into {self.token.reference}"
            )
        if status == 403:
            scopes = _scopes(told)
            lacks = f"the scope {self.governor.brief(', '.join(scopes))}" if scopes else f"a scope for {what}{said}"
            return MissingScope(f"{self.name}: the token lacks {lacks}: grant it to {self.token.reference}", scopes)
        if status == 404:
            return NotFound(f"{self.name}: {what} found nothing{said}")
        if status == 429:
            return RateLimited(
                f"{self.name}: the account's requests of the day are used up; HubSpot takes more from midnight in the "
                "account's time zone"
            )
        if status == MIGRATING:
            asked_s = retry_after_s(response.headers)
            wait = f"for {asked_s / 3600:.0f} h" if asked_s and asked_s >= 3600 else "for a while, at most a day"
            return VendorUnavailable(f"{self.name}: HubSpot is moving the account elsewhere and asks to wait {wait}")
        return VendorChanged(f"{self.name}: HubSpot answered {status} to {what}{said}")

    def _words(self, told: Mapping[str, Any]) -> str:
        """What HubSpot says is wrong, and what its support asks for."""
        message = self.governor.brief(str(told.get("message") or ""))
        asked_for = self.governor.brief(str(told.get("correlationId") or ""), 60)
        parts = [part for part in (message, f"correlationId {asked_for}" if asked_for else "") if part]
        return f" ({', '.join(parts)})" if parts else ""


def _is_final(answer: Answer) -> bool:
    """No waiting within a run brings the next day."""
    return answer.status == 429 and _envelope(answer.body).get("policyName") == "DAILY"


def _envelope(content: bytes) -> Mapping[str, Any]:
    try:
        return payloads.an_object(content)
    except VendorChanged:
        return {}


def _scopes(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that an error says are missing, under either of the names that HubSpot has used."""
    errors = told.get("errors")
    found: list[str] = []
    for error in errors if isinstance(errors, list) else []:
        context = mapping(mapping(error).get("context"))
        for name in ("requiredScopes", "requiredGranularScopes"):
            listed = context.get(name)
            found += [str(scope) for scope in listed] if isinstance(listed, list) else []
    return tuple(dict.fromkeys(found))
