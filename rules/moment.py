"""The present as one pass over the rules sees it: read once, so that a title cannot disagree with its rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from config.settings import Settings, Severity
from config.values import Days
from rules.working_time import WorkingTime, calendar_of


@dataclass(frozen=True, slots=True)
class OwnDays:
    """When somebody works: on the days of that calendar on which they are not away."""

    calendar: str
    away: tuple[Days, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """`today` is the day of `now` in the organisation's `zone`; `calendars` always holds "default"."""

    now: datetime
    today: date
    zone: ZoneInfo
    calendars: Mapping[str, WorkingTime]
    feedback_hours: Mapping[Severity, float]
    """Working hours after which feedback of that severity is unhandled."""
    stale_before: Mapping[str, datetime] = field(default_factory=dict)
    """By source of the config: read last before that instant, its data is old, as `stale_after` says."""
    own_days: Mapping[str, OwnDays] = field(default_factory=dict)
    """Of whoever works on other days than those of the default calendar, by the person's key."""

    @classmethod
    def of(cls, settings: Settings, calendars: Mapping[str, WorkingTime], now: datetime) -> "Moment":
        """The moment `now` under these settings; `calendars` are those of `rules.working_time.calendars`."""
        # A severity that the config leaves out keeps its default limit.
        limits = {
            **Settings.model_fields["feedback_hours"].get_default(call_default_factory=True),
            **settings.feedback_hours,
        }
        stale = {name: now - settings.stale_after_of(source) for name, source in settings.sources.items()}
        own = {
            f"person/{name}": OwnDays(person.calendar, person.away)
            for name, person in settings.people.items()
            if person.calendar != "default" or person.away
        }
        return cls(now, now.astimezone(settings.zone).date(), settings.zone, calendars, limits, stale, own)

    def calendar(self, name: str | None) -> WorkingTime:
        """The calendar of that name; the default one for a name that left the config."""
        return calendar_of(self.calendars, name)
