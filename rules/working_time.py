"""Working time: what lies between two instants when only a calendar's working spells count.

A calendar is built once, for a range of days, as sorted spells with prefix sums; every question is then a bisection.
Whoever asks outside that range gets `OutsideCalendar`: an answer that silently saturated would be a wrong one.

Holidays come from the `holidays` package (0.109, read 22 Nov 2026). Hong Kong: the category `optional`, which is the
list of general holidays (`public`, the default, is the statutory list, without Good Friday). Mainland: the statutory
days, the exchanged days off and their make-up days (調休) as the State Council's yearly notice fixes them.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays

from config.settings import CalendarSettings, Settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SPELL = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_YEARS_BACK, _YEARS_AHEAD = 20, 2
_PROVISIONAL_NOTICE = timedelta(days=60)


class OutsideCalendar(ValueError):
    """A question about days for which the calendar was not built."""


class WorkingTime:
    """One calendar's working days and hours, from local midnight of `first` to the end of `last`, in `zone`.

    Raises ValueError, with the words to show, where `calendar.hours` are not spells of a day or a date is both a day
    off and an extra workday; TypeError for a naive instant.
    """

    def __init__(self, calendar: CalendarSettings, zone: ZoneInfo, first: date, last: date) -> None:
        hours = _spells_of_day(calendar.hours)
        both = sorted(set(calendar.days_off) & set(calendar.extra_workdays))
        if both:
            raise ValueError(f"{both[0]} stands in days_off and in extra_workdays: take it out of one of them")
        self.zone = zone
        self.first, self.last = first, last
        off, made_up = _holidays(calendar.holidays, range(first.year, last.year + 1))
        self.provisional = _provisional(calendar, made_up, range(first.year, last.year + 1))
        """Mainland years for which no make-up days are known yet: weekdays off and working weekends will change."""
        workdays = {_WEEKDAYS.index(name) for name in calendar.workdays}
        off = (off | set(calendar.days_off)) - set(calendar.extra_workdays)
        extra = (made_up | set(calendar.extra_workdays)) - off
        self._days = [
            day
            for day in range(first.toordinal(), last.toordinal() + 1)
            if (on := date.fromordinal(day)) in extra or (on.weekday() in workdays and on not in off)
        ]
        self._begin = _micros(_local(first, 0, zone))
        self._end = _micros(_local(last + timedelta(days=1), 0, zone))
        spells = [
            (_micros(_local(date.fromordinal(day), opens, zone)), _micros(_local(date.fromordinal(day), closes, zone)))
            for day in self._days
            for opens, closes in hours
        ]
        self._starts = [start for start, _ in spells]
        self._ends = [end for _, end in spells]
        self._sums = [0]
        for start, end in spells:
            self._sums.append(self._sums[-1] + end - start)

    def between(self, a: datetime, b: datetime) -> timedelta:
        """Working time from `a` to `b`; negative where `b` is the earlier."""
        return (self._total(b) - self._total(a)) * _MICROSECOND

    def ago(self, hours: float, now: datetime, *, at_least: bool) -> datetime:
        """The end of the interval of instants from which exactly `hours` working hours lead to `now`.

        An interval, because no working time passes at night: what came in at 20:00 and what came in at 08:00 have
        waited equally long. With `at_least`, the latest: `t <= ago(…)` says "at least `hours`". Without, the
        earliest: `t < ago(…)` says "more than `hours`".
        """
        target = self._total(now) - _in_micros(hours)
        return self._when(target, f"{hours:g} working hours before {now.isoformat()}", latest=at_least)

    def after(self, hours: float, start: datetime) -> datetime:
        """The first instant at which `hours` working hours have passed since `start`: when a limit is reached."""
        target = self._total(start) + _in_micros(hours)
        return self._when(target, f"{hours:g} working hours after {start.isoformat()}", latest=False)

    def _when(self, target: int, what: str, *, latest: bool) -> datetime:
        """The first or the `latest` instant with `target` microseconds worked before it."""
        # The last spell that begins with at most `target` behind it; for the first instant, with less than `target`:
        # the two differ only where `target` falls between two spells.
        spell = (bisect_right if latest else bisect_left)(self._sums, target) - 1
        if not 0 <= spell < len(self._starts):
            raise self._outside(what)
        return _EPOCH + (self._starts[spell] + target - self._sums[spell]) * _MICROSECOND

    def is_working(self, instant: datetime) -> bool:
        """Whether `instant` lies in a working spell; the closing instant does not."""
        at = self._inside(instant)
        spell = bisect_right(self._starts, at) - 1
        return spell >= 0 and at < self._ends[spell]

    def next_opening(self, instant: datetime) -> datetime:
        """`instant` itself where it is working time, else the start of the next spell."""
        if self.is_working(instant):
            return instant
        spell = bisect_right(self._starts, self._inside(instant))
        if spell == len(self._starts):
            raise self._outside(f"the opening after {instant.isoformat()}")
        return _EPOCH + self._starts[spell] * _MICROSECOND

    def is_working_day(self, day: date) -> bool:
        """Whether any of `day` is worked."""
        return self._worked_until(day) > self._worked_until(day, including=False)

    def days_between(self, a: date, b: date) -> int:
        """Working days in (`a`, `b`]; negative where `b` is the earlier."""
        return self._worked_until(b) - self._worked_until(a)

    def add_days(self, day: date, n: int) -> date:
        """The `n`th working day after `day` (before it, where `n` is negative); `day` itself for 0."""
        if n == 0:
            return day
        index = self._worked_until(day) + n - 1 if n > 0 else self._worked_until(day, including=False) + n
        if not 0 <= index < len(self._days):
            raise self._outside(f"{n} working days from {day}")
        return date.fromordinal(self._days[index])

    def days_ago(self, n: int, day: date, *, at_least: bool) -> date:
        """The end of the interval of dates from which `n` working days lead to `day`; `at_least` as in `ago`."""
        if at_least:
            return self.days_ago(n - 1, day, at_least=False) - timedelta(days=1)
        index = self._worked_until(day) - n - 1
        if not 0 <= index < len(self._days):
            raise self._outside(f"{n} working days before {day}")
        return date.fromordinal(self._days[index])

    def _total(self, instant: datetime) -> int:
        """Microseconds worked from the start of the range to `instant`."""
        at = self._inside(instant)
        spell = bisect_right(self._starts, at) - 1
        if spell < 0:
            return 0
        return self._sums[spell] + min(at, self._ends[spell]) - self._starts[spell]

    def _worked_until(self, day: date, *, including: bool = True) -> int:
        if not self.first <= day <= self.last:
            raise self._outside(str(day))
        return (bisect_right if including else bisect_left)(self._days, day.toordinal())

    def _inside(self, instant: datetime) -> int:
        at = _micros(instant)
        if not self._begin <= at <= self._end:
            raise self._outside(instant.isoformat())
        return at

    def _outside(self, what: str) -> OutsideCalendar:
        return OutsideCalendar(f"{what} is outside the calendar, which runs from {self.first} to {self.last}")


def calendars(settings: Settings, now: datetime) -> Mapping[str, WorkingTime]:
    """The calendars of the config by name: "default" and each of `[calendars]`.

    They reach from twenty years before `now`, older than any work that is still open, to the end of the second year
    after it. Raises ValueError with the name of a calendar that cannot be.
    """
    today = now.astimezone(settings.zone).date()
    first, last = date(today.year - _YEARS_BACK, 1, 1), date(today.year + _YEARS_AHEAD, 12, 31)
    built = {}
    for name, calendar in {"default": settings.calendar, **settings.calendars}.items():
        try:
            built[name] = WorkingTime(calendar, settings.zone, first, last)
        except ValueError as mistake:
            raise ValueError(f"calendar {name}: {mistake}") from mistake
    return built


def provisional_warnings(built: Mapping[str, WorkingTime], today: date) -> list[str]:
    """One line for each calendar that counts in a year, running or near, whose make-up days are not known."""
    return [
        f"calendar {name}: no make-up days (調休) are known for {year}, so its working days are provisional; "
        "update Milepost, or list them in extra_workdays and days_off"
        for name, calendar in built.items()
        for year in calendar.provisional
        if today.year <= year <= (today + _PROVISIONAL_NOTICE).year
    ]


def _spells_of_day(hours: Iterable[str]) -> list[tuple[int, int]]:
    """`("09:00-13:00", …)` as minutes since midnight, in order."""
    spells = []
    for text in hours:
        found = _SPELL.fullmatch(text.strip())
        if found is None:
            raise ValueError(f'hours: {text!r} is not a spell of a day; write "09:00-13:00"')
        opens, closes = (60 * int(h) + int(m) for h, m in ((found[1], found[2]), (found[3], found[4])))
        if int(found[2]) > 59 or int(found[4]) > 59 or not opens < closes <= 24 * 60:
            raise ValueError(f"hours: {text!r} must end after it begins, on the same day")
        spells.append((opens, closes))
    spells.sort()
    if not spells:
        raise ValueError('hours: at least one spell is needed, such as "09:00-18:00"')
    for (_, closes), (opens, _) in pairwise(spells):
        if opens < closes:
            raise ValueError("hours: the spells overlap")
    return spells


def _holidays(which: str, years: Collection[int]) -> tuple[set[date], set[date]]:
    """Days off, and the weekend days that are worked instead."""
    match which:
        case "HK":
            return set(holidays.country_holidays("HK", years=years, categories=("optional",))), set()
        case "CN":
            found = holidays.country_holidays("CN", years=years)
            # The package keeps stray make-up days of years that nobody asked for.
            return set(found), {day for day in found.weekend_workdays if day.year in years}
        case _:
            return set(), set()


def _provisional(calendar: CalendarSettings, made_up: set[date], years: Iterable[int]) -> tuple[int, ...]:
    """Since 2008 every year has had make-up days; a later one without them has not been announced, or not to us."""
    if calendar.holidays != "CN":
        return ()
    known = {day.year for day in made_up} | {day.year for day in calendar.extra_workdays}
    return tuple(year for year in years if year >= 2008 and year not in known)


def _local(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant at which clocks in `zone` show `minutes` since midnight of `day`; 24 * 60 is the next midnight."""
    day, minutes = day + timedelta(days=minutes // (24 * 60)), minutes % (24 * 60)
    return datetime.combine(day, time(*divmod(minutes, 60)), tzinfo=zone).astimezone(UTC)


def _in_micros(hours: float) -> int:
    return round(hours * 3600 * 1_000_000)


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND
