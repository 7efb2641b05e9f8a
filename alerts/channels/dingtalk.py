"""A custom robot of a DingTalk (釘釘) group, by its webhook (the vendor's custom-robot page, read November 2026).

Plain text, which needs no escaping; a person is called by a list beside it. Of its three kinds of security the
signature is the one to use: a keyword must stand in every message, and an IP list knows nothing of a hub that moves.
Limits: 20 messages a minute, above which the robot is muted for ten; a body of about 20,000 bytes.
"""

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from alerts.channels.base import DeliveryError, Permanent, Transient
from alerts.channels.posting import Json, Posted
from alerts.channels.robot import Robot, RobotSettings, as_text
from alerts.messages import Line, Message
from config.clock import Clock
from config.settings import Secret

_TOO_FAST = frozenset({130101, 90030})
_MUTED = timedelta(minutes=10)
_CHECKS = {
    "sign": "the signature does not match: check `secret`",
    "timestamp": "the signature is older than an hour: check this machine's clock",
    "keyword": "none of the robot's keywords stands in the message: secure the robot by signature instead",
    "ip": "this machine's address is not in the robot's list",
}
"""What errcode 310000 may be about, by a word of its text."""


class DingTalkSettings(RobotSettings):
    """`[channels.NAME]` with `kind = "dingtalk"`."""

    kind: Literal["dingtalk"] = "dingtalk"
    secret: Secret | None = None
    """Of the signature (SEC…)."""


class DingTalk(Robot):
    """A channel that writes to a group of DingTalk."""

    what = "DingTalk robot"
    pace = ((20, 60.0),)
    limit_bytes = 19_000

    def __init__(
        self, settings: DingTalkSettings, wall: Clock, stop: threading.Event, redact: Callable[[str], str]
    ) -> None:
        super().__init__(settings, wall, stop, redact)
        self._secret = settings.secret

    def form(self, lines: Sequence[Line], message: Message, account: str) -> Json:
        """A text; a telephone number is called by another list than a user id."""
        called = {"atMobiles" if account.isdigit() else "atUserIds": [account]} if account else {}
        return {"msgtype": "text", "text": {"content": as_text(lines, message)}, "at": {**called, "isAtAll": False}}

    def signed(self, body: Json) -> tuple[Json, dict[str, str]]:
        """The signature joins the address; it is percent-encoded once, by who puts it there."""
        return body, sign(self._secret.reveal(), self.wall()) if self._secret else {}

    def judge(self, answer: Posted) -> DeliveryError | None:
        """0 is success; all else comes with status 200 too."""
        match answer.said.get("errcode"):
            case 0:
                return None
            case int(code) if code in _TOO_FAST:
                return Transient(f"{self.what}: too many messages (errcode {code})", retry_after=_MUTED)
            case -1:
                return Transient(f"{self.what}: busy (errcode -1)", in_doubt=True)
            case 310000:
                return Permanent(f"{self.what}: {_check_of(answer)} (errcode 310000)")
            case 300001 | 300005 as code:
                return Permanent(f"{self.what}: the address is wrong: copy it anew (errcode {code})")
            case int(code):
                return Permanent(f"{self.what}: it refuses the message (errcode {code})")
            case _:
                return Permanent(f"{self.what}: no answer that we can read (status {answer.status})")


def sign(secret: str, now: datetime) -> dict[str, str]:
    """What joins the address at `now`: milliseconds, and their signature."""
    timestamp = str(int(now.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}


def _check_of(answer: Posted) -> str:
    said = str(answer.said.get("errmsg") or "").casefold()
    return next((words for word, words in _CHECKS.items() if word in said), "one of its security checks refuses us")
