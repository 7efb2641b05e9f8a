"""Requests to Slack, and what its refusals mean (docs.slack.dev/reference/methods, read 22 Nov 2026).

Every one passes a governor, which pins the host, follows no redirect and waits for no answer that drips for ever; it
repeats nothing, since that is the outbox's to do. Each has a connection of its own: messages are few.
"""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from alerts.channels.base import DeliveryError, Permanent, Transient
from config.settings import Secret
from connectors.base import AccessDenied, VendorUnavailable
from connectors.exchange import Answer, retry_after_s
from connectors.governor import CONNECT_S, REDIRECTS, Governor

if TYPE_CHECKING:
    import httpx

_READ_S = 30.0
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_FORMS = frozenset({"users.info", "users.lookupByEmail", "conversations.history"})
"""Methods that take no JSON."""

_CONFIG_ERRORS = {
    "invalid_auth": "the token is refused: make a new one",
    "not_authed": "the token is missing",
    "not_allowed_token_type": "that is another kind of token: a bot's begins with xoxb-, an app's with xapp-",
    "account_inactive": "the token's app or user was removed",
    "token_revoked": "the token was revoked: make a new one",
    "token_expired": "the token has expired: make a new one",
    "missing_scope": "the app lacks a scope",
    "channel_not_found": "there is no such channel, or the app was not invited to it",
    "not_in_channel": "invite the app to the channel",
    "is_archived": "the channel is archived",
    "restricted_action": "the workspace does not let the app write there",
    "no_permission": "the workspace does not let the app do that",
    "users_not_found": "no active Slack user has the reader's e-mail: set `slack` for that person",
    "no_service": "the webhook was removed: make a new one",
    "no_active_hooks": "the webhook was switched off",
    "channel_is_archived": "the channel is archived",
}
_WAIT_ERRORS = {
    # error -> whether the message may be there all the same
    "ratelimited": False,
    "team_added_to_org": False,
    "service_unavailable": False,
    "fatal_error": True,
    "internal_error": True,
    "request_timeout": True,
}
_UPDATE_ERRORS = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


class CannotUpdate(Permanent):
    """The message is there, or was; it cannot be changed any more."""


class UnknownUser(Permanent):
    """Nobody who is active in the workspace has that e-mail."""


class WebApi:
    """Slack's methods at `url`, with a bot's token."""

    def __init__(self, url: str, token: Secret, stop: threading.Event, redact: Callable[[str], str]) -> None:
        self._url = url
        self._token = token
        self._stop = stop
        self._redact = redact

    def call(self, method: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """What `method` answers. Raises Transient, Permanent or CannotUpdate."""
        what, signed = f"Slack, {method}", {"Authorization": f"Bearer {self._token.reveal()}"}
        sent: dict[str, Any] = {"data": body} if method in _FORMS else {"content": json.dumps(body), "headers": _JSON}
        with_slash = f"{self._url.rstrip('/')}/{method}"
        response = _post(what, with_slash, sent, signed, self._stop, self._redact)
        answer = _answer(response)
        if answer.get("ok") is not True:
            raise _refusal(method, response, answer)
        return answer


def post_to_webhook(
    webhook: Secret, body: Mapping[str, Any], stop: threading.Event, redact: Callable[[str], str]
) -> None:
    """Write through an incoming webhook, whose very address is the secret. Raises Transient or Permanent."""
    sent = {"content": json.dumps(body), "headers": _JSON}
    response = _post("Slack webhook", webhook.reveal(), sent, {}, stop, redact)
    status, said = response.status_code, response.text
    if status == 200:
        return
    if status == 429 or status >= 500:
        raise Transient(f"Slack webhook: status {status}", retry_after=_retry_after(response), in_doubt=status != 429)
    raise Permanent(f"Slack webhook: {_CONFIG_ERRORS.get(said, 'it refuses the message')} (status {status}, {said})")


def _post(
    what: str,
    url: str,
    sent: Mapping[str, Any],
    headers: Mapping[str, str],
    stop: threading.Event,
    redact: Callable[[str], str],
) -> "httpx.Response":
    """The answer, whatever its status, unless it is a redirect."""
    from connectors.transports import over_httpx

    timeout, patience = (CONNECT_S, _READ_S), timedelta()
    governor = Governor(what, limits=(), stop=stop, redact=redact, timeout=timeout, patience=patience)
    try:
        return over_httpx.client(governor, url, headers, _is_final).post(url, **sent)
    except VendorUnavailable as error:
        raise Transient(str(error), in_doubt=error.sent) from None
    except AccessDenied:  # in words of ours: the governor's name the path, which is a webhook's secret
        raise Permanent(f"{what}: answered with a redirect, which is not followed: check the address") from None
    finally:
        governor.close()


def _is_final(answer: Answer) -> bool:
    """Slack says with any status what its answer means; a redirect is not Slack's."""
    return answer.status not in REDIRECTS


def _answer(response: "httpx.Response") -> Mapping[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(method: str, response: "httpx.Response", answer: Mapping[str, Any]) -> DeliveryError:
    code = str(answer.get("error") or "no answer that we can read")
    if response.status_code == 429 or code == "ratelimited":
        return Transient(f"Slack, {method}: too many messages", retry_after=_retry_after(response))
    if code in _WAIT_ERRORS or response.status_code >= 500:
        return Transient(f"Slack, {method}: {code}", in_doubt=_WAIT_ERRORS.get(code, True))
    if method == "chat.update" and code in _UPDATE_ERRORS:
        return CannotUpdate(f"Slack, {method}: {code}")
    if code == "users_not_found":
        return UnknownUser(f"Slack, {method}: {_CONFIG_ERRORS[code]}")
    if code in _CONFIG_ERRORS:
        needed = f" ({answer.get('needed')})" if code == "missing_scope" else ""
        return Permanent(f"Slack, {method}: {_CONFIG_ERRORS[code]}{needed}")
    more = answer.get("response_metadata")
    details = json.dumps(more.get("messages", [])) if isinstance(more, dict) else ""
    return Permanent(f"Slack, {method}: {code} {details}".strip())


def _retry_after(response: "httpx.Response") -> timedelta | None:
    asked_s = retry_after_s(response.headers)
    return None if asked_s is None else timedelta(seconds=asked_s)
