"""Slack: a bot's token (chat.postMessage, chat.update), or an incoming webhook (docs.slack.dev, read 22 Nov 2026).

With a token the reader is found by e-mail (users:read.email) and messages are changed in place; a time-out is settled
by looking for our metadata where the token may read the channel (channels:history, groups:history; im:history, and
im:write to learn the id of a reader's direct messages). A webhook writes to its one channel, can change nothing and be
asked nothing. Limits: about one message a second and channel, 429 with Retry-After. Who has which e-mail is kept for a
day, and for an hour that nobody has it.
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from time import monotonic
from typing import Any, Literal, Self

from pydantic import field_validator, model_validator

from alerts.channels.base import Outgoing, Permanent, Receipt
from alerts.channels.pace import Pace
from alerts.channels.slack_form import form
from alerts.channels.slack_web import CannotUpdate, UnknownUser, WebApi, post_to_webhook
from alerts.messages import Message
from alerts.routing import Reader
from config.settings import ChannelSettings, Secret
from config.values import check_vendor_url

EVENT = "milepost_alert"
API = "https://slack.com/api/"
_LOOK_BACK = 50
"""Messages of a channel among which a doubtful attempt is looked for."""
_PACE = [(2, 2.0)]
"""What one conversation takes: about a message a second (rate limits page, read 22 Nov 2026)."""
_KNOWN_FOR_S, _UNKNOWN_FOR_S = 24 * 3600.0, 3600.0
"""How long is believed who has an e-mail, and that nobody has it."""


class SlackSettings(ChannelSettings):
    """`[channels.NAME]` with `kind = "slack"`: `webhook`, or `token` and `channel`."""

    kind: Literal["slack"] = "slack"
    webhook: Secret | None = None
    token: Secret | None = None
    app_token: Secret | None = None
    """The app's own (xapp-…, scope connections:write): presses of buttons come by Socket Mode. None: no buttons."""
    channel: str = ""
    """The channel's id (C…): names cannot be updated."""
    url: str = API

    @property
    def reaches(self) -> Literal["both", "group"]:
        """A webhook writes to its one channel, a bot to persons too."""
        return "both" if self.token is not None else "group"

    @field_validator("url")
    @classmethod
    def _url_is_safe(cls, url: str) -> str:
        return check_vendor_url(url) or API

    @field_validator("webhook")
    @classmethod
    def _webhook_is_safe(cls, webhook: Secret) -> Secret:
        try:
            safe = check_vendor_url(webhook.reveal())
        except ValueError:  # not raised on: its words may hold a part of the address
            safe = ""
        if not safe:
            raise ValueError(
                'write the address that Slack gave: it begins with "https://"; "http://" only for this machine itself'
            )
        return webhook

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.webhook is None) == (self.token is None):
            raise ValueError("set webhook, or token and channel")
        if self.token is not None and not self.channel:
            raise ValueError("token needs channel: the id of the channel (C…)")
        if self.app_token is not None and self.token is None:
            raise ValueError("app_token needs token: buttons stand below what the bot writes")
        return self


class Slack:
    """A channel that writes with a bot's token."""

    def __init__(
        self,
        settings: SlackSettings,
        stop: threading.Event,
        redact: Callable[[str], str],
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """`seconds` is a clock that is never set."""
        if settings.token is None:
            raise ValueError("needs a token; for a webhook use SlackWebhook")
        self._settings = settings
        self._web = WebApi(settings.url, settings.token, stop, redact)
        app_token = settings.app_token
        self._app = WebApi(settings.url, app_token, stop, redact) if app_token is not None else None
        self._paces = defaultdict[str, Pace](lambda: Pace(_PACE, stop, seconds))
        """By conversation: whoever runs into Slack's own limit is held up in all of them."""
        self._seconds = seconds
        self._users: dict[str, tuple[float, str | UnknownUser]] = {}
        """Slack's ids by e-mail, or that there is none, and until when that is believed."""
        self._conversations: dict[str, str] = {}
        """What posting to a user's id turned out to be: the id that history and updates want."""

    def check(self) -> str:
        """Whom the token is, and whether Slack lets presses of buttons through. Whether it may write to the channel, it
        tells only whoever writes."""
        me = self._web.call("auth.test", {})
        said = f"signed in to Slack as {me.get('user', '')} of {me.get('team', '')}"
        if self._app is None:
            return said
        self._app.call("apps.connections.open", {})  # an address that nobody opens is void soon
        return f"{said}; buttons work while `milepost serve` runs"

    def send(self, outgoing: Outgoing) -> Receipt:
        """Write to the channel, or to the reader's direct messages."""
        post = self._post(outgoing)
        self._paces[post["channel"]].take_turn("Slack")
        answer = self._web.call("chat.postMessage", post)
        self._conversations[post["channel"]] = answer["channel"]
        return {"channel": answer["channel"], "ts": answer["ts"]}

    def update(self, receipt: Receipt, outgoing: Outgoing, shown: Message) -> Receipt:
        """Change the message in place; where Slack refuses that, answer in its thread."""
        place = {"channel": receipt["channel"], "ts": receipt["ts"]}
        self._paces[place["channel"]].take_turn("Slack")
        try:
            self._web.call("chat.update", {**self._form(shown, outgoing.reader), **place})
        except CannotUpdate:
            reply = {**self._post(outgoing), "channel": receipt["channel"], "thread_ts": receipt["ts"]}
            self._web.call("chat.postMessage", reply)
        return place

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """Look for our key in the channel's latest messages, where the token may read them."""
        try:
            channel = self._conversation(outgoing)
            query = {"channel": channel, "limit": _LOOK_BACK, "include_all_metadata": True}
            answer = self._web.call("conversations.history", query)
        except Permanent:
            return None  # the token may not read here: sent again, at most this one is doubled
        for message in answer.get("messages", ()):
            if message.get("metadata", {}).get("event_payload", {}).get("key") == outgoing.key:
                return {"channel": channel, "ts": message["ts"]}
        return None

    def _post(self, outgoing: Outgoing) -> dict[str, Any]:
        return {
            **self._form(outgoing.message, outgoing.reader),
            "channel": self._destination(outgoing),
            "metadata": {"event_type": EVENT, "event_payload": {"key": outgoing.key}},
            "unfurl_links": False,  # or Slack's servers would open our links
            "unfurl_media": False,
        }

    def _form(self, message: Message, reader: Reader) -> dict[str, Any]:
        return form(message, buttons=self._settings.app_token is not None, reader=reader.key)

    def _destination(self, outgoing: Outgoing) -> str:
        """The group's channel, or the reader's id."""
        reader = outgoing.reader
        if not reader.key:
            return self._settings.channel
        if reader.slack:
            return reader.slack
        until, found = self._users.get(reader.email, (0.0, ""))
        if self._seconds() >= until:
            until, found = self._users[reader.email] = self._look_up(reader.email)
        if isinstance(found, UnknownUser):
            raise UnknownUser(str(found))
        return found

    def _look_up(self, email: str) -> tuple[float, str | UnknownUser]:
        """Who has that e-mail, and until when that is believed."""
        try:
            user = str(self._web.call("users.lookupByEmail", {"email": email})["user"]["id"])
        except UnknownUser as unknown:
            return self._seconds() + _UNKNOWN_FOR_S, unknown
        return self._seconds() + _KNOWN_FOR_S, user

    def _conversation(self, outgoing: Outgoing) -> str:
        """The id that history wants: a reader's own will not do there."""
        post_to = self._destination(outgoing)
        if outgoing.reader.key and post_to not in self._conversations:
            self._conversations[post_to] = self._web.call("conversations.open", {"users": post_to})["channel"]["id"]
        return self._conversations.get(post_to, post_to)


class SlackWebhook:
    """A channel that writes through an incoming webhook: to one group, never changed later."""

    def __init__(self, settings: SlackSettings, stop: threading.Event, redact: Callable[[str], str]) -> None:
        if settings.webhook is None:
            raise ValueError("needs a webhook; for a token use Slack")
        self._webhook = settings.webhook
        self._pace = Pace(_PACE, stop)
        self._stop = stop
        self._redact = redact

    def check(self) -> str:
        """Nothing: whatever a webhook is asked, it writes."""
        return "not tested: a Slack webhook can only be tested by sending"

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
        body = {**form(message), "unfurl_links": False, "unfurl_media": False}
        self._pace.take_turn("Slack webhook")
        post_to_webhook(self._webhook, body, self._stop, self._redact)
        return {}


def connect(settings: SlackSettings, stop: threading.Event, redact: Callable[[str], str]) -> Slack | SlackWebhook:
    """The channel for `settings`."""
    return (Slack if settings.token is not None else SlackWebhook)(settings, stop, redact)
