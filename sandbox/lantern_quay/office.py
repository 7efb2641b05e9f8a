"""Days and hours of the two offices in the story's year, and instants as people write them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HONG_KONG_TIME = ZoneInfo("Asia/Hong_Kong")  # Shenzhen's clocks show the same


def at(text: str) -> datetime:
    """The instant that "2026-11-20 16:30" names in Hong Kong."""
    return datetime.fromisoformat(text).replace(tzinfo=HONG_KONG_TIME)


def day(text: str) -> date:
    """The day that "2026-11-20" names."""
    return date.fromisoformat(text)


@dataclass(frozen=True)
class Office:
    """Which days it works: Monday to Friday, less `days_off`, and `extra` weekend days (調休)."""

    days_off: frozenset[date]
    extra: frozenset[date] = frozenset()

    def works_on(self, one: date) -> bool:
        """True on a working day."""
        return one in self.extra or (one.weekday() < 5 and one not in self.days_off)

    def days(self, first: date, last: date) -> list[date]:
        """Its working days from `first` to `last`, both included."""
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [one for one in span if self.works_on(one)]

    def after(self, start: date, working_days: int) -> date:
        """The day that lies so many working days after `start`."""
        one = start
        while working_days:
            one += timedelta(days=1)
            working_days -= self.works_on(one)
        return one

    def before(self, start: date) -> date:
        """The working day before `start`."""
        one = start - timedelta(days=1)
        while not self.works_on(one):
            one -= timedelta(days=1)
        return one


def moment(one: date, clock: time) -> datetime:
    """That day at that time in Hong Kong."""
    return datetime.combine(one, clock, HONG_KONG_TIME)


def _days(*texts: str) -> frozenset[date]:
    return frozenset(day(text) for text in texts)


# The days on which nobody wrote, answered or ticked anything: public holidays and the story's typhoon (9 September).
HONG_KONG = Office(
    days_off=_days("2025-12-25", "2025-12-26", "2026-01-01", "2026-02-17", "2026-02-18", "2026-02-19", "2026-04-03")
    | _days("2026-04-06", "2026-04-07", "2026-05-01", "2026-05-25", "2026-06-19", "2026-07-01", "2026-09-09")
    | _days("2026-10-01", "2026-10-19", "2026-12-25")
)
SHENZHEN = Office(
    days_off=_days("2026-01-01", "2026-01-02", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20")
    | _days("2026-02-23", "2026-04-06", "2026-05-01", "2026-05-04", "2026-05-05", "2026-06-19", "2026-09-09")
    | _days("2026-09-25", "2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"),
    extra=_days("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
)
