"""Indicator 3: how soon clients were answered."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rules.indicators.figures import Window, nearest_rank

WorkingHours = Callable[[str, datetime, datetime], float]
"""(calendar, from, to) -> working hours."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Feedback as this indicator sees it; `received_on` is the organisation's day."""

    key: str
    received_on: date
    received_at: datetime
    answered_at: datetime | None = None
    """The first answer that the client could see, or of which the tool cannot say who sees it."""
    closed_at: datetime | None = None
    """It was closed without an answer: the clock ends there."""
    is_internal: bool = False
    """That answer is one of which nobody can say whether the client saw it."""
    calendar: str = "default"
    """Of those who must answer."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours; `or_more`: it still counts, nobody has answered."""

    hours: float
    or_more: bool = False


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """Median and 90th percentile by nearest rank, and how many of the answers are of basis `internal`."""

    median: Hours | None
    p90: Hours | None
    counted: int
    internal: int


def first_response(asked: Iterable[Asked], window: Window, now: datetime, working_hours: WorkingHours) -> FirstResponse:
    """The working hours from receipt to the first answer, of what was received in `window`.

    What nobody has answered enters with the time so far, or until it was closed.
    """
    counted = [one for one in asked if one.received_on in window]
    waits = waits_of(counted, now, working_hours)
    internal = sum(one.is_internal and one.answered_at is not None for one in counted)
    return FirstResponse(_percentile(waits, 50), _percentile(waits, 90), len(counted), internal)


def waits_of(asked: Iterable[Asked], now: datetime, working_hours: WorkingHours) -> list[Hours]:
    """How long each waited for its first answer, the shortest first; what nobody has answered, until it was closed or
    until now."""
    waits = (
        Hours(
            working_hours(one.calendar, one.received_at, one.answered_at or one.closed_at or now),
            one.answered_at is None,
        )
        for one in asked
    )
    return sorted(waits, key=lambda wait: (wait.hours, wait.or_more))


def _percentile(waits: Sequence[Hours], percent: int) -> Hours | None:
    if not waits:
        return None
    return waits[int(nearest_rank(range(len(waits)), percent))]
