"""The contract between the outbox and every way out of the hub.

A channel gives a message its form and sends it, once. It knows no rule, no route and no retry: its errors say whether
to wait (`Transient`) or whether a person must act (`Permanent`), and the outbox does the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from alerts.messages import Message
from alerts.routing import Reader

Receipt = Mapping[str, Any]
"""What the channel needs to change the message later, or to answer in its thread. JSON; only its maker reads it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way. `key` is unique to it and reaches the receiver, so that a repeat can be known as one."""

    key: str
    reader: Reader
    message: Message
    account: str = ""
    """Of the one person whom a group's message waits for, by that channel: whom it calls. "" calls nobody."""
    is_first: bool = True
    """Nobody has tried to send it before."""


class Channel(Protocol):
    """One way out. Its verbs raise `Transient` or `Permanent`, and nothing else that is the receiver's doing."""

    def check(self) -> str:
        """Connect and sign in, and send nothing; what was seen, or why that cannot be done, in a few words."""

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send a new message."""

    def update(self, receipt: Receipt, outgoing: Outgoing, shown: Message) -> Receipt:
        """Tell that the message behind `receipt` has news: change it in place to `shown` where that can be done, else
        follow up in its thread with `outgoing`."""

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """Look for an earlier attempt that may have arrived. None: it did not, or the receiver cannot be asked."""


class DeliveryError(Exception):
    """The receiver did not take it. The message says what happened and what to do; never a secret."""


class Transient(DeliveryError):
    """Wait and try again. `in_doubt`: it may have been taken all the same."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None, in_doubt: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.in_doubt = in_doubt


class Permanent(DeliveryError):
    """Trying again cannot help: a person must act."""
