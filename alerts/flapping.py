"""What opens and closes again and again is told once as that; from then on an opening is told once it has lasted.

An alert flaps from its third opening within ten working days on. That opening is told at once, with how often it
was; each later one when it has held for a working day. Whoever was told of an opening hears of its end, as ever.
Feedback never flaps: each wait of a client is a message of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerts.store import Stored, read_openings
from rules.rule import Rule
from rules.working_time import WorkingTime

OPENINGS = 3
WITHIN_DAYS = 10
"""Working days: moved three times in two weeks is no news of its own any more, it is the news."""
LASTING_HOURS = 8
"""Working hours: one working day."""


@dataclass(frozen=True, slots=True)
class Flapping:
    """That an alert flaps."""

    times: int
    """How often it opened within `WITHIN_DAYS`."""
    since: datetime
    """The first of those openings."""
    is_news: bool
    """With the latest opening it began to."""


def flapping(openings: Sequence[datetime], calendar: WorkingTime) -> Flapping | None:
    """Whether what opened at these instants, the earliest first, flapped when it opened last."""
    counted = _within(openings, calendar)
    if len(counted) < OPENINGS:
        return None
    return Flapping(len(counted), counted[0], is_news=len(_within(openings[:-1], calendar)) < OPENINGS)


def read_flapping(
    connection: Connection, alerts: Mapping[str, Stored], rules: Mapping[str, Rule], calendar: WorkingTime
) -> dict[str, Flapping]:
    """Those of `alerts` that do. `rules`: by id; what none of them found does not."""
    known = {key: alert for key, alert in alerts.items() if alert.known.rule in rules}
    may = {key: alert for key, alert in known.items() if rules[alert.known.rule].view.name != "feedback"}
    openings = read_openings(connection, may, OPENINGS)
    found = {key: flapping(instants, calendar) for key, instants in openings.items()}
    return {key: one for key, one in found.items() if one is not None}


def _within(openings: Sequence[datetime], calendar: WorkingTime) -> Sequence[datetime]:
    """Those of the ten working days up to the last one."""
    if not openings:
        return ()
    last = openings[-1].astimezone(calendar.zone).date()
    return [at for at in openings if calendar.days_between(at.astimezone(calendar.zone).date(), last) <= WITHIN_DAYS]


def has_lasted(since: datetime, now: datetime, calendar: WorkingTime) -> bool:
    """Whether what became so at `since` has been so for a working day."""
    return calendar.between(since, now).total_seconds() >= LASTING_HOURS * 3600
