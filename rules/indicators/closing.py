"""When a month is closed: at the end of its third working day after it, once every source has been read since.

A source that cannot be read holds it up for some days, and no longer. What had closed before the hub was there is
reconstructed from what the tools remember, and freezes never.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from rules.indicators.figures import kept_months
from rules.moment import Moment
from unify.derived import SOURCE, fetch
from unify.hub_state import recall, remember

CLOSES_AFTER = 3
"""Working days after a month, at the end of which it closes."""
PATIENCE = 5
"""Working days for which a closed month waits for a source that cannot be read."""

_SINCE = "indicators_since"


@dataclass(frozen=True, slots=True)
class Closed:
    """A month that is closed. `unread`: sources that were not read since, whatever is missing of them."""

    unread: tuple[str, ...]
    reconstructed: bool
    """It closed before the hub was there: it follows the data."""


@dataclass(frozen=True, slots=True)
class Closing:
    """`closed` by the last day of the month; `waiting`: the last day of one that would be closed, were it not for
    those sources."""

    closed: Mapping[date, Closed]
    waiting: Mapping[date, tuple[str, ...]]
    since: date | None
    """The day of the first round in which any source had been read; None: none has been."""


def read_closing(connection: Connection, moment: Moment) -> Closing:
    """Which months are closed, and which wait for a source."""
    sources = fetch(connection, select(SOURCE.c.name, SOURCE.c.last_ok_at).where(SOURCE.c.active))
    read_at = dict.fromkeys(moment.stale_before) | {one["name"]: one["last_ok_at"] for one in sources}
    read_on = {name: at.astimezone(moment.zone).date() if at else None for name, at in read_at.items()}
    noted = recall(connection, _SINCE)
    since = date.fromisoformat(noted) if noted else moment.today if any(read_on.values()) else None
    closed, waiting = {}, {}
    for last_on, closes_on in _ended(moment) if since else ():
        assert since is not None, "asked for above"
        unread = _unread(read_on, closes_on)
        if unread and moment.calendar("default").add_days(max(closes_on, since), PATIENCE) >= moment.today:
            waiting[last_on] = unread
        else:
            closed[last_on] = Closed(unread, reconstructed=closes_on < since)
    return Closing(closed, waiting, since)


def note_since(connection: Connection, since: date | None) -> None:
    """Remember since when the hub is there."""
    if since is not None:
        remember(connection, _SINCE, since.isoformat())


def _ended(moment: Moment) -> Sequence[tuple[date, date]]:
    """The last day of each kept month whose time to close has come, and the day at whose end that was."""
    default = moment.calendar("default")
    ends = [(month.last, default.add_days(month.last, CLOSES_AFTER)) for month in kept_months(moment.today)[:-1]]
    return [(last_on, closes_on) for last_on, closes_on in ends if closes_on < moment.today]


def _unread(read_on: Mapping[str, date | None], closes_on: date) -> tuple[str, ...]:
    return tuple(sorted(name for name, day in read_on.items() if day is None or day <= closes_on))
