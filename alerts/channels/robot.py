"""What the robots of chat groups have in common: one secret address for one group, and no way back.

A robot cannot change a message, answer it in a thread or be asked for it: news are a message of their own, and each
carries a short mark of its key, so that people know a repeat as one. Texts stay plain wherever the vendor has a form
without mark-up: then nothing that somebody wrote into a ticket can become a colour, a call to everybody or a link under
other words.
Limits are counted in bytes of UTF-8; what is longer goes on in further messages, cut at the ends of lines.
"""

import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import field_validator

from alerts.channels.base import DeliveryError, Outgoing, Permanent, Receipt
from alerts.channels.pace import Pace
from alerts.channels.posting import Json, Posted, Poster, encoded
from alerts.messages import Line, Message
from alerts.plain_text import cut, one_line, safe_url
from config.clock import Clock
from config.settings import ChannelSettings, Secret, check_webhook

_TITLE_CHARS, _LINE_CHARS = 200, 500
_MARK_CHARS = 8
_NO_CALL = "\u200b"
"""Behind every @ of others: a robot that reads names in plain text finds none."""
_ACCOUNT = re.compile(r"[\w.@+-]+")


class RobotSettings(ChannelSettings):
    """`[channels.NAME]` of a robot."""

    webhook: Secret
    """The whole address that the vendor gave out, of its own cloud or of a private edition."""

    @property
    def reaches(self) -> Literal["group"]:
        """A robot writes to its one group."""
        return "group"

    @field_validator("webhook")
    @classmethod
    def _webhook_is_safe(cls, webhook: Secret) -> Secret:
        return check_webhook(webhook)


class Robot(ABC):
    """A channel that writes to one group by its robot. A vendor's subclass gives form, limits, signature and words."""

    what: ClassVar[str]
    """What errors call it."""
    pace: ClassVar[Sequence[tuple[int, float]]]
    """How many messages in how many seconds."""
    limit_bytes: ClassVar[int]

    def __init__(
        self,
        settings: RobotSettings,
        wall: Clock,
        stop: threading.Event,
        redact: Callable[[str], str],
        pace: Pace | None = None,
    ) -> None:
        """`wall` is real time: signatures hold for an hour of it. `pace`: another than the vendor's."""
        self.wall = wall
        self._poster = Poster(self.what, settings.webhook, stop, redact)
        self._pace = pace or Pace(self.pace, stop)
        self._written: dict[str, int] = {}
        """Of a message in several parts that broke off: how many were taken."""

    @abstractmethod
    def form(self, lines: Sequence[Line], message: Message, account: str) -> Json:
        """`lines`, the first of them a title, as a body; `account` is called by name where it is not ""."""

    @abstractmethod
    def judge(self, answer: Posted) -> DeliveryError | None:
        """What the answer's body says; None: taken."""

    def size(self, body: Json) -> int:
        """What the vendor's limit counts, in bytes: the whole body, where nothing else is said."""
        return len(encoded(body))

    def signed(self, body: Json) -> tuple[Json, dict[str, str]]:
        """The body and what joins the address; as they are where nothing is signed."""
        return body, {}

    def check(self) -> str:
        """Nothing: whatever a robot is asked, it writes."""
        return f"not tested: {self.what} can only be tested by sending"

    def send(self, outgoing: Outgoing) -> Receipt:
        """Write to the robot's group."""
        if outgoing.reader.key:
            raise Permanent(f"{self.what} writes to its one group, not to a person")
        bodies = list(self.bodies(outgoing))
        for number, body in enumerate(bodies):
            if number >= self._written.get(outgoing.key, 0):
                self._post(body)
                self._written[outgoing.key] = number + 1
        self._written.pop(outgoing.key, None)
        return {}

    def update(self, receipt: Receipt, outgoing: Outgoing, shown: Message) -> Receipt:
        """Write the news below: a robot can neither change nor answer a message."""
        return self.send(outgoing)

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """A robot cannot be asked."""
        return None

    def close(self) -> None:
        """End the connection."""
        self._poster.close()

    def bodies(self, outgoing: Outgoing) -> Iterator[Json]:
        """The message in as many bodies as it takes, none above the limit."""
        mark = mark_of(outgoing.key)
        account = outgoing.account if _ACCOUNT.fullmatch(outgoing.account) else ""

        def made(lines: Sequence[Line], part: str, called: str) -> Json:
            return self.form([*lines, Line(f"{mark}{part}")], outgoing.message, called)

        lines = list(lines_of(outgoing.message))
        whole = made(lines, "", account)
        if self.size(whole) <= self.limit_bytes:
            yield whole
            return
        parts: list[list[Line]] = [[]]
        for line in lines:
            if parts[-1] and self.size(made([*parts[-1], line], " 99/99", account)) > self.limit_bytes:
                parts.append([])
            parts[-1].append(line)
        for number, part in enumerate(parts, 1):
            yield made(part, f" {number}/{len(parts)}", account if number == 1 else "")

    def _post(self, body: Json) -> None:
        self._pace.take_turn(self.what)
        answer = self._poster.post(*self.signed(body))
        if (error := answer.refusal(self.what) or self.judge(answer)) is not None:
            raise error


def mark_of(key: str) -> str:
    """What people see of a message's key: a repeat has the same."""
    return f"#{key.removeprefix('alert-')[:_MARK_CHARS]}"


def lines_of(message: Message) -> Iterator[Line]:
    """All lines of a message, made safe: title, entries below their client, footer."""
    title = cut(message.title, _TITLE_CHARS)
    yield _safe(Line(f"✓ {title}" if message.settled else title))
    for head, entries in message.groups:
        if head:
            yield _safe(Line(head))
        for entry in entries:
            lines = entry.lines if entry.end is None else (Line(entry.end.text),)
            for number, line in enumerate(lines):
                safe = _safe(line)
                yield replace(safe, text=f"• {safe.text}") if head and not number else safe
    yield from map(_safe, message.foot)


def as_text(lines: Sequence[Line], message: Message) -> str:
    """`lines` as plain text, addresses written out."""
    return "\n".join(line.as_text(message.language, with_address=True) for line in lines)


def _safe(line: Line) -> Line:
    """A line in which nobody is called, nothing breaks and no direction turns; no longer than anybody reads."""
    url = safe_url(one_line(line.url))
    return Line(_quiet(line.text), url if len(url) <= _LINE_CHARS else "", _quiet(line.label))


def _quiet(text: str) -> str:
    return cut(one_line(text), _LINE_CHARS).replace("@", f"@{_NO_CALL}")
