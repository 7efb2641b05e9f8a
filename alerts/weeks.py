"""The weekly summary: for BD managers in the last working hours of their week, for the head of BD when theirs begins.

Nobody has one in the week in which Milepost came to know them, nor a second one in a week.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, select

from alerts.ahead import Due, due_between
from alerts.deliveries import Planned
from alerts.mornings import channels_of, first_known, is_there
from alerts.planning import Planner
from alerts.routing import Reader, refusal
from alerts.week_figures import read_week
from alerts.week_words import week_message
from rules.working_time import WorkingTime, calendar_of
from unify.derived import CLIENT
from unify.hub_state import last_done, note_done

_SENT = "week_told"
_LAST_HOURS = timedelta(hours=4)
"""Of work: the afternoon of the last working day of a week, or all of it where that is a half one."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """Plans what is told of a week."""

    connection: Connection
    planner: Planner

    def planned(self) -> list[Planned]:
        """One message to each reader whose time it is."""
        return [planned for key, is_head in self._readers() if (planned := self._summary(key, is_head)) is not None]

    def _readers(self) -> Iterator[tuple[str, bool]]:
        """Everybody who reads it, and whether as head of BD."""
        people = self.planner.settings.people.items()
        heads = [f"person/{name}" for name, person in people if person.role == "head"]
        yield from ((key, True) for key in heads)
        yield from ((key, False) for key in self.planner.due_this_week if key not in heads)

    def _summary(self, key: str, is_head: bool) -> Planned | None:
        reader, settings, writer = self.planner.people.reader(key), self.planner.settings, self.planner.writer
        known = first_known(self.connection, key, writer.today)
        channels = channels_of(settings, key)
        if reader is None or not channels or refusal(settings, reader) or not is_there(self.planner, reader):
            return None
        calendar, monday = _calendar(self.planner, reader), writer.today - timedelta(days=writer.today.weekday())
        told = last_done(self.connection, f"{_SENT}/{key}")
        if known >= monday or (told is not None and writer.day(told) >= monday):
            return None
        if not (is_head or _ends_week(calendar, writer.now)):
            return None
        note_done(self.connection, f"{_SENT}/{key}", writer.now)
        since = datetime.combine(monday - timedelta(days=7 if is_head else 0), time(), tzinfo=writer.zone)
        if told is not None and writer.day(told) >= monday - timedelta(days=7):
            since = told  # nothing falls between two of them; after a longer pause it would be no week
        last = calendar.add_days(monday, -1) if is_head else writer.today
        message = week_message(
            writer,
            reader,
            read_week(self.connection, *self._whose(key, is_head), since, writer.now, writer.today),
            last,
            self._due(key, is_head, monday),
            ahead="due.week" if is_head else "due.next",
            target=self._target(),
        )
        return Planned("weekly", channels[0], reader, message, {}, channels[1:])

    def _whose(self, key: str, is_head: bool) -> tuple[Sequence[str], Sequence[str] | None]:
        """Whose alerts are counted, and of which clients the decisions; None: of all."""
        if is_head:
            return [key, *self.planner.due_this_week], None
        theirs = self.connection.scalars(select(CLIENT.c.key).where(CLIENT.c.bd_person == key))
        return [key], [client.removeprefix("client/") for client in theirs]

    def _due(self, key: str, is_head: bool, monday: date) -> Sequence[Due]:
        if is_head:
            every = (due for mine in self.planner.due_this_week.values() for due in mine)
            return sorted(every, key=lambda due: (due.on, due.client, due.name))
        next_week = (monday + timedelta(days=7), monday + timedelta(days=13))
        return due_between(self.connection, *next_week, self.planner.writer.now).get(key, ())

    def _target(self) -> str:
        rule = self.planner.rules.get("on-time-rate-low")
        return f"{rule.params['target']}" if rule else ""


def _calendar(planner: Planner, reader: Reader) -> WorkingTime:
    calendars = planner.writer.calendars
    return calendar_of(calendars, reader.calendar)


def _ends_week(calendar: WorkingTime, now: datetime) -> bool:
    """Whether so little is left to work in this week."""
    today = now.astimezone(calendar.zone).date()
    sunday = datetime.combine(today + timedelta(days=7 - today.weekday()), time(), tzinfo=calendar.zone)
    return calendar.between(now, sunday) <= _LAST_HOURS
