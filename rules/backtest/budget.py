"""How long the back-test of a rule may take in all: whatever it is busy with, it is stopped."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from rules.fence import TooSlow, fenced

TIME_LIMIT_S, TIME_LIMIT_A_ROW_S = 30.0, 0.005
"""For one rule, and for each row of its view beside: to walk one back takes half a millisecond."""


class Budget:
    """`seconds` from now on, by `clock`, which counts seconds and never goes back."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._ends = clock() + seconds

    @classmethod
    def of(cls, rows: int) -> "Budget":
        """What a back-test over so many rows may take."""
        return cls(TIME_LIMIT_S + rows * TIME_LIMIT_A_ROW_S)

    def left(self) -> float:
        """How many seconds are left. Raises TooSlow where there are none."""
        if (left := self._ends - self._clock()) <= 0:
            raise self._spent()
        return left

    @contextmanager
    def fenced(self, connection: Connection, tables: Collection[str]) -> Iterator[None]:
        """The fence of `rules.fence`, for as long as is left. Raises TooSlow."""
        try:
            with fenced(connection, tables, self.left()):
                yield
        except TooSlow as error:
            raise self._spent() from error

    def _spent(self) -> TooSlow:
        return TooSlow(f"took longer than {self._seconds:g} s and was stopped")
