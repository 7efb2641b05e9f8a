"""A group robot of WeCom (企業微信), by its webhook (developer.work.weixin.qq.com path/91770, read November 2026).

Plain text: it needs no escaping, a person is called by a list beside it, and the personal WeChat shows it too, which
shows no markdown. Limits: 2,048 bytes, 20 messages a minute. There is no signature: the address is all.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from alerts.channels.base import DeliveryError, Permanent, Transient
from alerts.channels.posting import Json, Posted
from alerts.channels.robot import Robot, RobotSettings, as_text
from alerts.messages import Line, Message

_PERMANENT = {
    93000: "the robot was removed, or its address is wrong: copy it anew",
    40008: "it does not take this kind of message",
    40058: "it refuses the message's form",
}


class WeComSettings(RobotSettings):
    """`[channels.NAME]` with `kind = "wecom"`."""

    kind: Literal["wecom"] = "wecom"


class WeCom(Robot):
    """A channel that writes to a group of WeCom."""

    what = "WeCom robot"
    pace = ((20, 60.0),)
    limit_bytes = 2048

    def form(self, lines: Sequence[Line], message: Message, account: str) -> Json:
        """A text; a telephone number is called by another list than a user id."""
        called = {"mentioned_mobile_list" if account.isdigit() else "mentioned_list": [account]} if account else {}
        return {"msgtype": "text", "text": {"content": as_text(lines, message), **called}}

    def size(self, body: Json) -> int:
        """The limit counts the text alone."""
        return len(body["text"]["content"].encode())

    def judge(self, answer: Posted) -> DeliveryError | None:
        """0 is success; all else comes with status 200 too."""
        match answer.said.get("errcode"):
            case 0:
                return None
            case 45009:
                return Transient(f"{self.what}: too many messages", retry_after=timedelta(minutes=1))
            case -1:
                return Transient(f"{self.what}: busy (errcode -1)", in_doubt=True)
            case int(code):
                return Permanent(f"{self.what}: {_PERMANENT.get(code, 'it refuses the message')} (errcode {code})")
            case _:
                return Permanent(f"{self.what}: no answer that we can read (status {answer.status})")
