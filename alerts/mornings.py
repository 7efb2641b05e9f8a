"""The morning line of those whom nothing new needs: silence must never mean that something is broken.

Whoever is told of alerts that morning has their line. Everybody else who answers for a client reads that nothing needs
them, on their first working days with Milepost, and afterwards where `daily_line` of `[people]` says so; and what could
not be checked on any day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from alerts.ahead import Due
from alerts.cover import is_away
from alerts.decide import Reason
from alerts.deliveries import NEWS, Planned
from alerts.planning import Decision, Planner
from alerts.quiet_words import quiet_line
from alerts.routing import Reader, refusal
from alerts.store import Stored
from config.settings import Settings
from rules.working_time import calendar_of
from unify.hub_state import recall, recall_all, remember

_FIRST_DAYS = 20
"""Working days on which a new reader is told that nothing needs them."""
_SINCE, _LAST = "lines_since", "last_line"
"""What is remembered of each reader: the day on which we came to know them, and that of their last line."""


@dataclass(frozen=True, slots=True)
class Mornings:
    """Plans the lines of those who are told nothing else today.

    `failed`: how many rules did not run to their end.
    """

    connection: Connection
    planner: Planner
    failed: int

    def planned(self, decisions: Sequence[Decision], news: Sequence[Planned]) -> list[Planned]:
        """One line each, in the first round of their working day."""
        # What rang at night says nothing of the morning.
        told = {one.reader.key for one in news if one.kind in NEWS and is_there(self.planner, one.reader)}
        last = recall_all(self.connection, _LAST)
        today, lines = self.planner.writer.today, []
        for bd, due in self.planner.due_this_week.items():
            known = first_known(self.connection, bd, today)
            if last.get(bd) == today.isoformat():
                continue
            line = None if bd in told else self._line(bd, due, known, decisions)
            if line is not None or bd in told:
                remember(self.connection, f"{_LAST}/{bd}", today.isoformat())
            lines += [line] if line is not None else []
        return lines

    def _line(self, bd: str, due: Sequence[Due], known: date, decisions: Sequence[Decision]) -> Planned | None:
        reader, settings = self.planner.people.reader(bd), self.planner.settings
        channels = channels_of(settings, bd)
        if reader is None or not channels or refusal(settings, reader) or not is_there(self.planner, reader):
            return None
        writer = self.planner.writer
        calendar = calendar_of(writer.calendars, reader.calendar)
        day = calendar.days_between(known, writer.today)
        stale = any(source.stale for source in writer.freshness.values())
        if day < 1 or not (self._wants_it(bd, day) or stale or self.failed):
            return None
        message = quiet_line(
            writer,
            reader,
            [self.planner.item(alert) for alert in self._still_open(bd, decisions)],
            due,
            failed=self.failed,
            is_last=day == _FIRST_DAYS and self._choice(bd) is None,
        )
        return Planned("nothing", channels[0], reader, message, {}, channels[1:])

    def _wants_it(self, bd: str, day: int) -> bool:
        choice = self._choice(bd)
        return day <= _FIRST_DAYS if choice is None else choice

    def _choice(self, bd: str) -> bool | None:
        person = self.planner.settings.people.get(bd.removeprefix("person/"))
        return person.daily_line if person else None

    def _still_open(self, bd: str, decisions: Sequence[Decision]) -> Iterator[Stored]:
        """What they were told of and is not over, taken by somebody or not."""
        for one in decisions:
            alert = self.planner.alerts[one.fingerprint]
            unknown = one.reason in (Reason.FIRST_LOOK, Reason.STALE)
            if one.reader == bd and alert.known.life.state != "resolved" and not unknown:
                yield alert


def first_known(connection: Connection, reader: str, today: date) -> date:
    """The day on which we came to know `reader`; remembered where it is today."""
    told = recall(connection, f"{_SINCE}/{reader}")
    if told is None:
        remember(connection, f"{_SINCE}/{reader}", today.isoformat())
    return date.fromisoformat(told) if told else today


def is_there(planner: Planner, reader: Reader) -> bool:
    """Whether they are at work now, and not away."""
    person = planner.settings.people.get(reader.key.removeprefix("person/"))
    away = person is not None and is_away(person, planner.writer.today)
    return not away and planner.is_working_time(reader.calendar)


def channels_of(settings: Settings, reader: str) -> tuple[str, ...]:
    """How somebody who answers for clients is reached: by which routes tell BD managers or them by name.

    Those of the last route, which is the usual one, first.
    """
    theirs = ("bd", reader.removeprefix("person/"))
    to = [to.partition(":") for route in reversed(settings.routes) for to in route.to]
    return tuple(dict.fromkeys(channel for channel, _, who in to if who in theirs))
