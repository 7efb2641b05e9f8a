"""How often somebody may try within a quarter of an hour. Kept in memory: a restart forgets it."""

import threading
from collections import deque
from datetime import datetime, timedelta

from config.clock import Clock

WINDOW = timedelta(minutes=15)
MOST_KEPT = 10_000
"""So many are remembered at once; who comes new then waits, so that a flood of names costs neither memory nor time."""


class Throttle:
    """Safe for several threads."""

    def __init__(self, most: int, clock: Clock) -> None:
        """`most` tries within `WINDOW`."""
        self._most = most
        self._clock = clock
        self._tries: dict[str, deque[datetime]] = {}
        self._swept_at = clock()
        self._lock = threading.Lock()

    def wait(self, who: str) -> timedelta | None:
        """How long until they may try again; None: now."""
        now = self._clock()
        with self._lock:
            self._sweep(now)
            tries = self._within(who, now)
            if not tries and len(self._tries) >= MOST_KEPT:
                return self._swept_at + WINDOW - now
            return tries[0] + WINDOW - now if len(tries) >= self._most else None

    def count(self, who: str) -> bool:
        """Count a try, before it is known how it ends: others may be under way. Whether it was the last for now."""
        now = self._clock()
        with self._lock:
            tries = self._tries.setdefault(who, self._within(who, now))
            tries.append(now)
            return len(tries) == self._most

    def take_back(self, who: str) -> None:
        """The latest try was right."""
        with self._lock:
            if tries := self._tries.get(who):
                tries.pop()
                if not tries:
                    del self._tries[who]

    def _sweep(self, now: datetime) -> None:
        """Let go of those whose time is over, once a window: it walks all of them."""
        if now - self._swept_at >= WINDOW:
            self._swept_at = now
            for known in list(self._tries):
                self._within(known, now)

    def _within(self, who: str, now: datetime) -> deque[datetime]:
        """Their tries that still count."""
        tries = self._tries.get(who, deque())
        while tries and tries[0] <= now - WINDOW:
            tries.popleft()
        if not tries:
            self._tries.pop(who, None)
        return tries
