"""Whatever else Apprise knows (Telegram, Matrix, ntfy, Webex, a hundred more): `pip install "milepost[apprise]"`.

Fire and forget: Apprise (2.2, read and run November 2026) tells that a message was handed over and nothing else: no id,
no reason of a refusal, no Retry-After. So every failure is waited for, and after some hours parked. Of the robots of
WeCom, DingTalk, Feishu and Lark it reads the HTTP status alone, which is 200 for refusals too: those have channels of
their own (ADR 0012). It blocks, and pauses by itself between messages; loaded with the first: 0.7 s, 55 MB.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal

from pydantic import field_validator

from alerts.channels.base import Outgoing, Permanent, Receipt, Transient
from alerts.channels.robot import as_text, lines_of, mark_of
from alerts.messages import Line, Message
from config.settings import ChannelSettings, Secret
from config.values import is_loopback

_NATIVE = {
    "wecombot": "wecom",
    "dingtalk": "dingtalk",
    "feishu": "feishu",
    "lark": "feishu",
    "workflows": "teams",
    "workflow": "teams",
    "slack": "slack",
    "mailto": "email",
    "mailtos": "email",
}
"""Apprise's schemes that have a channel of ours, which reads their answers."""
_HOSTS = {
    "qyapi.weixin.qq.com": "wecom",
    "oapi.dingtalk.com": "dingtalk",
    "open.feishu.cn": "feishu",
    "open.larksuite.com": "feishu",
    "hooks.slack.com": "slack",
}
_UNENCRYPTED = frozenset({"http", "json", "xml", "form"})


class AppriseSettings(ChannelSettings):
    """`[channels.NAME]` with `kind = "apprise"`."""

    kind: Literal["apprise"] = "apprise"
    url: Secret
    """As Apprise writes it, credentials and all."""

    @property
    def reaches(self) -> Literal["group"]:
        """One address, whoever reads it."""
        return "group"

    @field_validator("url")
    @classmethod
    def _url_is_ours_to_give_away(cls, url: Secret) -> Secret:
        scheme, found, rest = url.reveal().partition("://")
        host = rest.partition("/")[0].rpartition("@")[2].partition(":")[0].casefold()
        if not found:
            raise ValueError('write an address as Apprise does, such as "tgram://TOKEN/CHAT"')
        if (native := _NATIVE.get(scheme.casefold()) or _HOSTS.get(host)) is not None:
            raise ValueError(f'Apprise does not read what this one answers: use kind = "{native}"')
        if scheme.casefold() in _UNENCRYPTED and not is_loopback(host):
            raise ValueError("this address is without encryption: write jsons:// (xmls://, forms://)")
        return url


def load() -> Any:
    """The library. Raises Permanent where it is not installed."""
    try:
        return import_module("apprise")
    except ImportError:
        raise Permanent('Apprise is not installed: pip install "milepost[apprise]"') from None


class ByApprise:
    """A channel that Apprise writes by."""

    def __init__(self, settings: AppriseSettings, library: Callable[[], Any] = load) -> None:
        self._url = settings.url
        self._library = library
        self._notifier: Any = None

    def check(self) -> str:
        """Whether Apprise is there and knows such an address; nothing is connected to."""
        self._connected()
        return "Apprise knows this address; it can only be tested by sending"

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand it over, in plain text."""
        if outgoing.reader.key:
            raise Permanent("an Apprise address has its own readers, no persons")
        title, *lines = lines_of(outgoing.message)
        body = as_text([*lines, Line(mark_of(outgoing.key))], outgoing.message)
        # Truthy where it was taken; what is false may have been, and nobody says why.
        if not self._connected().notify(title=title.text, body=body, body_format="text"):
            raise Transient("Apprise could not hand it over; it does not say why", in_doubt=True)
        return {}

    def update(self, receipt: Receipt, outgoing: Outgoing, shown: Message) -> Receipt:
        """The news, as a message of its own."""
        return self.send(outgoing)

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """Nobody can be asked."""
        return None

    def _connected(self) -> Any:
        if self._notifier is None:
            notifier = self._library().Apprise()
            if not notifier.add(self._url.reveal()):
                raise Permanent("Apprise knows no such address: see its documentation for how it is written")
            self._notifier = notifier
        return self._notifier
