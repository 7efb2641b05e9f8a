"""A working clock explained: day by day, when it ran and why it stood still."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from rules.working_time import WorkingTime

_A_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ClockDay:
    """One day of a clock: the spells in which it ran, as instants, and how many hours those are."""

    day: date
    spells: Sequence[tuple[datetime, datetime]]
    hours: float
    is_off: bool
    """Nobody works on that day at all."""
    closed: Sequence[str] = ()
    """Why the office was closed for some of it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How long it has run since an instant, on a calendar: `hours` is the sum of its days."""

    column: str
    """Of the view, whose instant it begins at."""
    calendar: str
    since: datetime
    until: datetime
    hours: float
    days: Sequence[ClockDay]


def read_clock(column: str, name: str, calendar: WorkingTime, since: datetime, until: datetime) -> Clock:
    """The clock of `column` on the `calendar` of that `name`. Raises OutsideCalendar."""
    hours = calendar.between(since, until) / _HOUR
    return Clock(column, name, since, until, hours, by_day(calendar, since, until))


def by_day(calendar: WorkingTime, since: datetime, until: datetime) -> list[ClockDay]:
    """Every day from `since` to `until` in the calendar's zone. Raises OutsideCalendar."""
    ran: dict[date, list[tuple[datetime, datetime]]] = {}
    for begin, end in calendar.spells(since, until):
        ran.setdefault(begin.astimezone(calendar.zone).date(), []).append((begin, end))
    first, last = (at.astimezone(calendar.zone).date() for at in (since, until))
    return [
        _day(calendar, day, ran.get(day, []))
        for day in (first + _A_DAY * n for n in range((last - first) // _A_DAY + 1))
    ]


def _day(calendar: WorkingTime, day: date, ran: Sequence[tuple[datetime, datetime]]) -> ClockDay:
    midnight, next_midnight = (datetime.combine(one, time(), calendar.zone) for one in (day, day + _A_DAY))
    closed = calendar.closed_between(midnight, next_midnight)
    return ClockDay(
        day=day,
        spells=tuple(ran),
        hours=sum((end - begin for begin, end in ran), timedelta()) / _HOUR,
        is_off=not calendar.is_working_day(day),
        closed=tuple(dict.fromkeys(one.reason for one in closed)),
    )
