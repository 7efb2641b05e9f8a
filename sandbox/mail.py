"""A mail server on loopback that keeps what it receives, and refuses what it was told to refuse."""

import asyncio
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Received:
    """A mail as it came in; `at` by the story's clock."""

    at: datetime
    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.raw, policy=policy.default)

    def part(self, subtype: Literal["plain", "html"]) -> str:
        """The text of that kind; empty where there is none."""
        body = self.message.get_body((subtype,))
        return str(body.get_content()) if body else ""


@dataclass
class Refusal:
    """Refuse mails whose recipient matches `to` (a regular expression), so many times.

    `answer` as SMTP says it ("550 5.1.1 no such person", "451 later"); empty: the connection breaks off instead.
    `stage`: at the recipient's name, or after all the data came. `kept`: the mail counts as received all the same,
    so that only the answer is lost.
    """

    answer: str = "550 5.1.1 no such person here"
    to: str = ""
    stage: Literal["recipient", "data"] = "recipient"
    times: int = 1
    kept: bool = False


class MailSandbox:
    """Start it, send to `host` and `port`, read `received`. It speaks plain SMTP: loopback only."""

    host = "127.0.0.1"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.received: list[Received] = []
        self.refusals: list[Refusal] = []
        self.farewell = "221 Bye"
        """What QUIT is answered."""
        self._clock = clock
        self.port = _free_port()  # aiosmtpd asks the port that it was given whether it answers: 0 will not do
        self._controller: Controller | None = None

    def start(self) -> None:
        """Listen, in a thread of its own; returns when it answers."""
        self._controller = Controller(self, hostname=self.host, port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._controller is not None:
            self._controller.stop()

    def write(self, folder: Path) -> list[Path]:
        """Write what was received as `0001-marco.yip.eml` and so on, in order, for their owner alone."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        paths = []
        for number, mail in enumerate(self.received, start=1):
            name = re.sub(r"[^\w.-]", "_", mail.recipients[0].partition("@")[0])
            path = folder / f"{number:04d}-{name}.eml"
            path.touch(mode=0o600)
            path.write_bytes(mail.raw)
            paths.append(path)
        return paths

    # --- what aiosmtpd calls

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A recipient was named."""
        refusal = self._refusal("recipient", [address])
        if refusal is not None:
            return _refuse(refusal)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """A whole mail came."""
        refusal = self._refusal("data", envelope.rcpt_tos)
        if refusal is None or refusal.kept:
            content = envelope.original_content or b""
            self.received.append(Received(self._clock(), envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        return _refuse(refusal) if refusal else "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Somebody leaves."""
        return self.farewell

    def _refusal(self, stage: str, recipients: list[str]) -> Refusal | None:
        for refusal in self.refusals:
            meant = any(re.search(refusal.to, recipient) for recipient in recipients)
            if refusal.stage == stage and refusal.times > 0 and meant:
                refusal.times -= 1
                return refusal
        return None


def _refuse(refusal: Refusal) -> str:
    if not refusal.answer:
        raise asyncio.CancelledError  # aiosmtpd then closes the connection without a word
    return refusal.answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
