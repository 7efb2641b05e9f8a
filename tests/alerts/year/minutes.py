"""The working minutes of two years, counted one by one: days typed from the notices, nothing shared with the hub."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from tests.rules.working_days import CN_MADE_UP, CN_OFF, HK_OFF

ZONE = ZoneInfo("Asia/Hong_Kong")
_FIRST, _DAYS = date(2025, 1, 1), 2 * 365
_BEGIN = datetime(2025, 1, 1, tzinfo=ZONE)
_MINUTE = timedelta(minutes=1)
_DAY = 24 * 60

Closures = Iterable[tuple[datetime, datetime]]


@dataclass(frozen=True)
class Minutes:
    """One calendar. Instants are told in whole minutes."""

    works: Sequence[bool]
    before: Sequence[int]
    """Minutes worked before each minute."""
    openings: Sequence[int]
    """The first working minute of each working day."""

    def is_working(self, at: datetime) -> bool:
        return self.works[_minute(at)]

    def worked(self, a: datetime, b: datetime) -> int:
        """Minutes worked from `a` to `b`."""
        return self.before[_minute(b)] - self.before[_minute(a)]

    def morning_after(self, at: datetime) -> datetime:
        """The first opening of a working day after `at`."""
        return _at(next(opening for opening in self._openings_from(at) if _at(opening) > at))

    def days_begun(self, a: datetime, b: datetime) -> int:
        """Working days that have begun since the day of `a`, that of `b` included."""
        midnights = [_minute(datetime.combine(at.astimezone(ZONE).date(), datetime.min.time(), ZONE)) for at in (a, b)]
        first, last = (bisect_left(self.openings, midnight + _DAY) for midnight in midnights)
        return last - first

    def _openings_from(self, at: datetime) -> Iterator[int]:
        yield from self.openings[bisect_left(self.openings, _minute(at)) :]


@dataclass(frozen=True)
class Offices:
    """The calendars as people knew them: a closure counts from the moment that somebody entered it."""

    since: Sequence[datetime]
    """When each of `known` came to be so, the earliest first; before that there is nothing."""
    known: Sequence[Mapping[str, Minutes]]

    def at(self, now: datetime) -> Mapping[str, Minutes]:
        """By office, as known at `now`."""
        return self.known[bisect_right(self.since, now) - 1]


def count(office: str, closures: Closures = ()) -> Minutes:
    """Of Hong Kong ("HK") or of the mainland ("CN")."""
    off, made_up, lunch = (HK_OFF, "", 13) if office == "HK" else (CN_OFF, CN_MADE_UP, 12)
    works = bytearray(_DAYS * _DAY + 1)
    for number in range(_DAYS):
        day = _FIRST + timedelta(days=number)
        name = day.strftime("%y%m%d")
        if name in made_up.split() or (day.weekday() < 5 and name not in off.split()):
            for hour in {*range(9, 18)} - {lunch}:
                works[number * _DAY + 60 * hour : number * _DAY + 60 * (hour + 1)] = b"\x01" * 60
    for begin, end in closures:
        works[_minute(begin) : _minute(end)] = bytes(_minute(end) - _minute(begin))
    openings = [works.find(1, start, start + _DAY) for start in range(0, _DAYS * _DAY, _DAY)]
    return Minutes([*map(bool, works)], [*accumulate(works, initial=0)], [one for one in openings if one >= 0])


def _minute(at: datetime) -> int:
    return (at - _BEGIN) // _MINUTE


def _at(minute: int) -> datetime:
    return _BEGIN + minute * _MINUTE
