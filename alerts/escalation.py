"""To whom an alert goes that nobody takes, and when: levels by severity, in the working time of those who must answer.

Pure. What is taken (acknowledged, snoozed) goes nowhere; whoever asks leaves it out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alerts.cover import stand_in
from config.settings import PersonSettings
from rules.working_time import WorkingTime, calendar_of


@dataclass(frozen=True, slots=True)
class Step:
    """One level: whoever has that `role` is told when those below have had it for so many hours."""

    role: Literal["head", "director"]
    hours: float
    """Working hours; of what is urgent, hours by the clock on the wall."""


_LADDERS: Mapping[str, Sequence[Step]] = {
    "warning": (Step("head", 16),),
    "high": (Step("head", 4), Step("director", 8)),
    "critical": (Step("head", 2), Step("director", 4)),
}
_URGENT = (Step("head", 0.5), Step("director", 0.5))


@dataclass(frozen=True, slots=True)
class Untaken:
    """An alert that somebody was told of and nobody has taken."""

    severity: str
    urgent: bool
    level: int
    """How often it went up in this episode."""
    since: datetime
    """When those of that level were told: first of all, or that it is worse or fires again; or when it last went up."""
    calendar: WorkingTime
    """Of those who have it now."""
    told: Collection[str]
    """Everybody who was told of it, by their names in `[people]`: nobody is told twice by going up."""


@dataclass(frozen=True, slots=True)
class Rise:
    """Who gets an alert next, a name in `[people]`, and when, unless somebody takes it before."""

    to: str
    at: datetime


def next_rise(
    alert: Untaken, people: Mapping[str, PersonSettings], calendars: Mapping[str, WorkingTime], now: datetime
) -> Rise | None:
    """Where `alert` goes if nobody takes it, at `now` or later; None: it stays where it is.

    A level is skipped only if nobody of it is there, cover included, or all of them know already; then the next one is
    told in its stead. Never outside the working time of whoever is told, but for what is urgent.
    """
    steps = (_URGENT if alert.urgent else _LADDERS.get(alert.severity, ()))[alert.level :]
    if not steps:
        return None
    wait = steps[0].hours
    passed = alert.since + timedelta(hours=wait) if alert.urgent else alert.calendar.after(wait, alert.since)
    limit = max(passed, now)
    for step in steps:
        for name in _of_role(step.role, people):
            rise = _rise(name, alert, limit, people, calendars)
            if rise is not None:
                return rise
    return None


def _rise(
    name: str,
    alert: Untaken,
    limit: datetime,
    people: Mapping[str, PersonSettings],
    calendars: Mapping[str, WorkingTime],
) -> Rise | None:
    """To `name`, or to whoever stands in for them when they would be told; None: nobody is there who does not know."""
    calendar = _calendar(people[name], calendars)
    at = limit if alert.urgent else calendar.next_opening(limit)
    to = stand_in(people, name, at.astimezone(calendar.zone).date())
    if to is None or to in alert.told:
        return None
    return Rise(to, at if alert.urgent else _calendar(people[to], calendars).next_opening(limit))


def _of_role(role: str, people: Mapping[str, PersonSettings]) -> Iterator[str]:
    """In the order of the config."""
    return (name for name, person in people.items() if person.role == role)


def _calendar(person: PersonSettings, calendars: Mapping[str, WorkingTime]) -> WorkingTime:
    return calendar_of(calendars, person.calendar)
