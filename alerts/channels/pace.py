"""How often a robot may write: some of them are muted for minutes when they write once too often."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from time import monotonic

from alerts.channels.base import Transient

_MARGIN_S = 1.0
"""On the way, two messages may come closer together than they left."""
_PAUSE_S = 2.0
"""A shorter wait is made here; in a longer one other channels have their turn."""


class Pace:
    """`limits` as (messages, seconds), all of which hold. Messages of earlier processes are not known to it."""

    def __init__(
        self, limits: Sequence[tuple[int, float]], stop: threading.Event, now: Callable[[], float] = monotonic
    ) -> None:
        self._limits = [(most, seconds + (_MARGIN_S if seconds > _PAUSE_S else 0.0)) for most, seconds in limits]
        self._stop = stop
        self._now = now
        self._sent: deque[float] = deque(maxlen=max(most for most, _ in limits))

    def take_turn(self, what: str) -> None:
        """Note a message; wait a moment before it where one limit asks for that. Raises Transient for longer waits."""
        wait_s = self._wait_s()
        if wait_s > _PAUSE_S:
            raise Transient(f"{what}: as many messages as it takes in a minute", retry_after=timedelta(seconds=wait_s))
        if wait_s and self._stop.wait(wait_s):
            raise Transient("stopped")
        self._sent.append(self._now())

    def _wait_s(self) -> float:
        now = self._now()
        ends = [self._sent[-most] + seconds - now for most, seconds in self._limits if len(self._sent) >= most]
        return max(0.0, *ends) if ends else 0.0
