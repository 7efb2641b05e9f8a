"""Slack: a bot's token (chat.postMessage, chat.update), or an incoming webhook (docs.slack.dev, read 22 Nov 2026).

With a token the reader is found by e-mail (users:read.email) and messages are changed in place; a time-out is settled
by looking for our metadata where the token may read the channel (channels:history, groups:history; im:history, and
im:write to learn the id of a reader's direct messages). A webhook writes to its one channel, can change nothing and be
asked nothing. Limits: about one message a second and channel, 429 with Retry-After; 3,000 characters a section, 150 a
header. Buttons need a public address: there are none.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import model_validator

from alerts.channels.base import DeliveryError, Outgoing, Permanent, Receipt, Transient
from alerts.messages import Entry, Line, Message
from alerts.plain_text import cut
from config.settings import ChannelSettings, Secret

if TYPE_CHECKING:
    from slack_sdk import WebClient

EVENT = "milepost_alert"
_TIMEOUT_S = 30
_LOOK_BACK = 50
"""Messages of a channel among which a doubtful attempt is looked for."""
_HEADER_CHARS, _SECTION_CHARS = 150, 2900
_NO_BREAK = "\u200b"
"""Between a mark and its neighbour: there is no backslash in mrkdwn."""
_MARKS = "*_~`"

_CONFIG_ERRORS = {
    "invalid_auth": "the token is refused: make a new one",
    "not_authed": "the token is missing",
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


class SlackSettings(ChannelSettings):
    """`[channels.NAME]` with `kind = "slack"`: `webhook`, or `token` and `channel`."""

    kind: Literal["slack"] = "slack"
    webhook: Secret | None = None
    token: Secret | None = None
    channel: str = ""
    """The channel's id (C…): names cannot be updated."""
    url: str = "https://slack.com/api/"

    @property
    def reaches(self) -> Literal["both", "group"]:
        """A webhook writes to its one channel, a bot to persons too."""
        return "both" if self.token is not None else "group"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.webhook is None) == (self.token is None):
            raise ValueError("set webhook, or token and channel")
        if self.token is not None and not self.channel:
            raise ValueError("token needs channel: the id of the channel (C…)")
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("url must be https")
        return self


class Slack:
    """A channel that writes with a bot's token."""

    def __init__(self, settings: SlackSettings) -> None:
        if settings.token is None:
            raise ValueError("needs a token; for a webhook use SlackWebhook")
        self._settings = settings
        self._token = settings.token
        self._users: dict[str, str] = {}
        """Slack's ids by e-mail. A wrong answer is not kept: it was refused."""
        self._conversations: dict[str, str] = {}
        """What posting to a user's id turned out to be: the id that history and updates want."""
        self._client: WebClient | None = None

    def send(self, outgoing: Outgoing) -> Receipt:
        """Write to the channel, or to the reader's direct messages."""
        post = self._post(outgoing)
        answer = self._call("chat.postMessage", post)
        self._conversations[post["channel"]] = answer["channel"]
        return {"channel": answer["channel"], "ts": answer["ts"]}

    def update(self, receipt: Receipt, outgoing: Outgoing, shown: Message) -> Receipt:
        """Change the message in place; where Slack refuses that, answer in its thread."""
        place = {"channel": receipt["channel"], "ts": receipt["ts"]}
        try:
            self._call("chat.update", {**form(shown), **place})
        except _CannotUpdate:
            reply = {**self._post(outgoing), "channel": receipt["channel"], "thread_ts": receipt["ts"]}
            self._call("chat.postMessage", reply)
        return place

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """Look for our key in the channel's latest messages, where the token may read them."""
        try:
            channel = self._conversation(outgoing)
            query = {"channel": channel, "limit": _LOOK_BACK, "include_all_metadata": True}
            answer = self._call("conversations.history", query)
        except Permanent:
            return None  # the token may not read here: sent again, at most this one is doubled
        for message in answer.get("messages", ()):
            if message.get("metadata", {}).get("event_payload", {}).get("key") == outgoing.key:
                return {"channel": channel, "ts": message["ts"]}
        return None

    def _post(self, outgoing: Outgoing) -> dict[str, Any]:
        return {
            **form(outgoing.message),
            "channel": self._destination(outgoing),
            "metadata": {"event_type": EVENT, "event_payload": {"key": outgoing.key}},
            "unfurl_links": False,  # or Slack's servers would open our links
            "unfurl_media": False,
        }

    def _destination(self, outgoing: Outgoing) -> str:
        """The group's channel, or the reader's id."""
        reader = outgoing.reader
        if not reader.key:
            return self._settings.channel
        if reader.slack:
            return reader.slack
        if reader.email not in self._users:
            self._users[reader.email] = self._call("users.lookupByEmail", {"email": reader.email})["user"]["id"]
        return self._users[reader.email]

    def _conversation(self, outgoing: Outgoing) -> str:
        """The id that history wants: a reader's own will not do there."""
        post_to = self._destination(outgoing)
        if outgoing.reader.key and post_to not in self._conversations:
            self._conversations[post_to] = self._call("conversations.open", {"users": post_to})["channel"]["id"]
        return self._conversations.get(post_to, post_to)

    def _call(self, method: str, body: Mapping[str, Any]) -> Any:
        from slack_sdk.errors import SlackApiError

        try:
            if method in ("users.lookupByEmail", "conversations.history"):
                # These take no JSON. The client posts a form whatever verb is named, which Slack takes as well.
                return self._web().api_call(method, params=dict(body)).data
            return self._web().api_call(method, json=dict(body)).data
        except SlackApiError as error:
            raise _refusal(method, error.response) from None
        except OSError as error:
            raise Transient(f"Slack, {method}: {type(error).__name__}", in_doubt=_may_have_arrived(error)) from None

    def _web(self) -> "WebClient":
        if self._client is None:
            from slack_sdk import WebClient

            # No retries of its own: one after a lost answer would post twice.
            self._client = WebClient(
                token=self._token.reveal(), base_url=self._settings.url, timeout=_TIMEOUT_S, retry_handlers=[]
            )
        return self._client


class SlackWebhook:
    """A channel that writes through an incoming webhook: to one group, never changed later."""

    def __init__(self, settings: SlackSettings) -> None:
        if settings.webhook is None:
            raise ValueError("needs a webhook; for a token use Slack")
        self._webhook = settings.webhook

    def send(self, outgoing: Outgoing) -> Receipt:
        """Write to the webhook's channel."""
        if outgoing.reader.key:
            raise Permanent("a Slack webhook writes to its one channel, not to a person: use a token")
        return self._post(outgoing.message)

    def update(self, receipt: Receipt, outgoing: Outgoing, shown: Message) -> Receipt:
        """Write the news below: a webhook can neither change nor answer a message."""
        return self._post(outgoing.message)

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """A webhook cannot be asked."""
        return None

    def _post(self, message: Message) -> Receipt:
        from slack_sdk.webhook import WebhookClient

        client = WebhookClient(self._webhook.reveal(), timeout=_TIMEOUT_S, retry_handlers=[])
        body = {**form(message), "unfurl_links": False, "unfurl_media": False}
        try:
            answer = client.send_dict(body)
        except OSError as error:
            raise Transient(f"Slack webhook: {type(error).__name__}", in_doubt=_may_have_arrived(error)) from None
        if answer.status_code == 200:
            return {}
        if answer.status_code == 429 or answer.status_code >= 500:
            raise Transient(
                f"Slack webhook: status {answer.status_code}",
                retry_after=_retry_after(answer.headers),
                in_doubt=answer.status_code != 429,
            )
        cure = _CONFIG_ERRORS.get(answer.body, "it refuses the message")
        raise Permanent(f"Slack webhook: {cure} (status {answer.status_code}, {answer.body})")


def connect(settings: SlackSettings) -> Slack | SlackWebhook:
    """The channel for `settings`."""
    return Slack(settings) if settings.token is not None else SlackWebhook(settings)


class _CannotUpdate(Permanent):
    """The message is there, or was; it cannot be changed any more."""


def form(message: Message) -> dict[str, Any]:
    """A message as Block Kit, and as the text of the notification."""
    over = bool(message.entries) and all(entry.ended for entry in message.entries)
    title = f"✓ {message.title}" if over else message.title
    # A header takes no mark-up at all, so that a title needs no escaping there.
    header = {"type": "plain_text", "text": cut(title, _HEADER_CHARS), "emoji": False}
    blocks: list[dict[str, Any]] = [{"type": "header", "text": header}]
    if body := _within([text for row in message.rows for text in _row(message, row)]):
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": body}})
    if footer := _within([_line(line) for line in message.footer]):
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": footer}]})
    return {"text": escape(f"{title}\n{message.body()}"), "blocks": blocks}


def _within(lines: Sequence[str]) -> str:
    """`lines` as far as a section holds them: whole ones, since half a link would swallow what follows."""
    kept = ""
    for line in lines:
        if len(kept) + len(line) >= _SECTION_CHARS:
            break
        kept = f"{kept}\n{line}" if kept else line
    return kept


def _row(message: Message, row: Sequence[Entry]) -> list[str]:
    """The lines about one alert, or that of a client; what is over is struck through, with the reason below."""
    ended = [escape(entry.ended) for entry in row if entry.ended]
    if spans := message.spans(row):
        return ["".join(_struck(text) if over else escape(text) for text, over in spans), *ended]
    [entry] = row
    if not entry.ended:
        return [_line(line) for line in entry.lines]
    return [*(_struck(line.text) for line in entry.lines if not line.url), *ended]


def _struck(text: str) -> str:
    return f"~{escape(text)}~"


def _line(line: Line) -> str:
    return link(line.url, line.text) if line.url else escape(line.text)


def escape(text: str) -> str:
    """`text` shown as it is: no mention, no link, no formatting."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", f"{_NO_BREAK}&gt;")
    return "".join(f"{_NO_BREAK}{char}" if char in _MARKS else char for char in escaped)


def link(url: str, label: str) -> str:
    """A link whose address and label cannot end it early."""
    address = quote(url, safe="/:?#[]@!$&'()*+,;=%-._~").replace("&", "&amp;")
    return f"<{address}|{escape(label)}>"


def _refusal(method: str, response: Any) -> DeliveryError:
    code = str(response.get("error", "")) if not isinstance(response, str) else "no answer that we can read"
    headers = getattr(response, "headers", {})
    status = getattr(response, "status_code", 200)
    if status == 429 or code == "ratelimited":
        return Transient(f"Slack, {method}: too many messages", retry_after=_retry_after(headers))
    if code in _WAIT_ERRORS or status >= 500:
        return Transient(f"Slack, {method}: {code}", in_doubt=_WAIT_ERRORS.get(code, True))
    if method == "chat.update" and code in _UPDATE_ERRORS:
        return _CannotUpdate(f"Slack, {method}: {code}")
    if code in _CONFIG_ERRORS:
        needed = f" ({response.get('needed')})" if code == "missing_scope" else ""
        return Permanent(f"Slack, {method}: {_CONFIG_ERRORS[code]}{needed}")
    details = json.dumps(response.get("response_metadata", {}).get("messages", []))
    return Permanent(f"Slack, {method}: {code} {details}".strip())


def _retry_after(headers: Mapping[str, Any]) -> timedelta | None:
    for name, value in headers.items():
        if name.casefold() == "retry-after":
            text = str(value[0] if isinstance(value, list) else value)
            return timedelta(seconds=int(text)) if text.isdigit() else None
    return None


def _may_have_arrived(error: OSError) -> bool:
    """Only a refused connection is certain not to have carried anything."""
    reason = getattr(error, "reason", error)
    return not isinstance(reason, ConnectionRefusedError)
