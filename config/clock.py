"""The only place that asks the computer for the time."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present as an aware UTC instant. Facts, rules and working time use the clock they are handed."""


def system_clock() -> datetime:
    """The computer's time, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  the real clock is made here
