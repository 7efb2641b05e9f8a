"""A custom bot of a Feishu (飛書) or Lark group, by its webhook (open.larkoffice.com custom-bot guide, read Nov 2026).

A post: rich text whose parts say what they are, so that a text is never a link or a mention. The signature goes in the
body. Limits: 100 messages a minute and 5 a second, 20 KB; the vendor asks to leave the minutes :00 and :30 alone, in
which everybody else writes.
"""

import base64
import hashlib
import hmac
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from alerts.channels.base import DeliveryError, Outgoing, Permanent, Receipt, Transient
from alerts.channels.posting import Json, Posted
from alerts.channels.robot import Robot, RobotSettings
from alerts.messages import Line, Message
from config.clock import Clock
from config.settings import Secret

_LOCALES = {"en": "en_us", "zh-Hant-HK": "zh_hk", "zh-Hans-CN": "zh_cn"}
_CROWDED = (0, 30)
_PERMANENT = {
    9499: "it refuses the message's form",
    19001: "the address is wrong: copy it anew",
    19021: "the signature does not match, or is older than an hour: check `secret` and this machine's clock",
    19022: "this machine's address is not in the bot's list",
    19024: "none of the bot's keywords stands in the message: secure the bot by signature instead",
    19036: "the message is too large",
}


class FeishuSettings(RobotSettings):
    """`[channels.NAME]` with `kind = "feishu"`; the address tells whether it is Lark."""

    kind: Literal["feishu"] = "feishu"
    secret: Secret | None = None
    """Of the signature."""


class Feishu(Robot):
    """A channel that writes to a group of Feishu or Lark."""

    what = "Feishu bot"
    pace = ((100, 60.0), (5, 1.0))
    limit_bytes = 19_000

    def __init__(
        self, settings: FeishuSettings, wall: Clock, stop: threading.Event, redact: Callable[[str], str]
    ) -> None:
        super().__init__(settings, wall, stop, redact)
        self._secret = settings.secret

    def send(self, outgoing: Outgoing) -> Receipt:
        """As any robot; out of the crowded minutes, but only once: a hub that is always started on the hour must tell
        all the same."""
        if outgoing.is_first and self.wall().minute in _CROWDED:
            wait = timedelta(seconds=60 + random.uniform(0, 60))
            raise Transient(f"{self.what}: not in the minutes :00 and :30, when it refuses many", retry_after=wait)
        return super().send(outgoing)

    def form(self, lines: Sequence[Line], message: Message, account: str) -> Json:
        """A post in the message's language."""
        title, *others = lines
        content = [list(_parts(line)) for line in others]
        if account:
            content.insert(0, [{"tag": "at", "user_id": account}])
        return {
            "msg_type": "post",
            "content": {"post": {_LOCALES[message.language]: {"title": title.text, "content": content}}},
        }

    def signed(self, body: Json) -> tuple[Json, dict[str, str]]:
        """Timestamp and signature stand in the body."""
        return ({**sign(self._secret.reveal(), self.wall()), **body} if self._secret else body), {}

    def judge(self, answer: Posted) -> DeliveryError | None:
        """0 is success; all else comes with status 200 or 400."""
        match answer.said.get("code", answer.said.get("StatusCode")):
            case 0:
                return None
            case 11232:
                wait = timedelta(seconds=60 + random.uniform(0, 60))
                return Transient(f"{self.what}: too many messages (code 11232)", retry_after=wait)
            case int(code):
                return Permanent(f"{self.what}: {_PERMANENT.get(code, 'it refuses the message')} (code {code})")
            case _:
                return Permanent(f"{self.what}: no answer that we can read (status {answer.status})")


def sign(secret: str, now: datetime) -> dict[str, str]:
    """What joins the body at `now`. Key and message are the reverse of DingTalk's: the message is empty."""
    timestamp = str(int(now.timestamp()))
    digest = hmac.digest(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256)
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}


def _parts(line: Line) -> Iterator[Json]:
    if line.text and (line.label or not line.url):
        yield {"tag": "text", "text": f"{line.text} " if line.url else line.text}
    if line.url:
        yield {"tag": "a", "text": line.label or line.text, "href": line.url}
