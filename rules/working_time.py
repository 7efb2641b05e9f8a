"""Working time: what lies between two instants when only a calendar's working spells count.

A calendar is built once, for a range of days, as sorted spells with prefix sums; every question is then a bisection.
Whoever asks outside that range gets `OutsideCalendar`: an answer that silently saturated would be a wrong one.

What an office was closed for (a typhoon, black rain) is cut out of the spells: no clock runs then. Which days are off
at all is told by `rules.days_off` and by the config.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from config.settings import CalendarSettings, Settings
from rules.days_off import days_off, lunar_new_year_eves, unannounced
from unify.closures import Closed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SPELL = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_YEARS_BACK, _YEARS_AHEAD = 20, 2
_PROVISIONAL_NOTICE = timedelta(days=60)

_Spells = list[tuple[int, int]]
"""Beginnings and ends: minutes of a day, or microseconds since 1970."""


class OutsideCalendar(ValueError):
    """A question about days for which the calendar was not built."""


class WorkingTime:
    """One calendar's working days and hours, from local midnight of `first` to the end of `last`, in `zone`.

    Raises ValueError, with the words to show, where `calendar.hours` are not spells of a day or a date is both a day
    off and an extra workday; TypeError for a naive instant.
    """

    def __init__(
        self,
        calendar: CalendarSettings,
        zone: ZoneInfo,
        first: date,
        last: date,
        closures: Iterable[Closed] = (),
    ) -> None:
        """`closures`: when the office was closed out of turn; those of other regions must not be among them."""
        both = sorted(set(calendar.days_off) & set(calendar.extra_workdays))
        if both:
            raise ValueError(f"{both[0]} stands in days_off and in extra_workdays: take it out of one of them")
        self.zone, self.first, self.last = zone, first, last
        self.region = calendar.closed_with
        self.closures: Sequence[Closed] = tuple(sorted(closures, key=lambda one: (one.begins_at, one.ends_at)))
        years = range(first.year, last.year + 1)
        known = days_off(calendar.holidays, years)
        off = (known.off | set(calendar.days_off)) - set(calendar.extra_workdays)
        extra = (known.made_up | set(calendar.extra_workdays)) - off
        self.provisional = unannounced(extra, years) if calendar.holidays == "CN" else ()
        """Mainland years for which no make-up days are known yet: weekdays off and working weekends will change."""
        self._begin = _micros(_local(first, 0, zone))
        self._end = _micros(_local(last + timedelta(days=1), 0, zone))
        self._days: list[int] = []
        self._mostly_closed: set[int] = set()
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._sums = [0]
        whole = _spells_of_day(calendar.hours)
        half = _until(whole, calendar.half_day_ends)
        if calendar.has_half_days and not half:
            raise ValueError(f"half_day_ends: no work before {calendar.half_day_ends}; write a later time")
        half_days = set(calendar.half_days)
        if calendar.lunar_new_year_eve_is_half:
            half_days |= lunar_new_year_eves(years)
        workdays = {_WEEKDAYS.index(name) for name in calendar.workdays}
        closed = [(_micros(one.begins_at), _micros(one.ends_at)) for one in self.closures]
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if day in extra or (day.weekday() in workdays and day not in off):
                self._add(day, half if day in half_days else whole, closed)

    def _add(self, day: date, hours: _Spells, closed: _Spells) -> None:
        """A working day with these hours, less what falls into `closed`."""
        spells = [
            (_micros(_local(day, opens, self.zone)), _micros(_local(day, closes, self.zone))) for opens, closes in hours
        ]
        opened = [part for spell in spells for part in _outside(spell, closed)] if closed else spells
        if opened:
            self._days.append(day.toordinal())
        if 2 * _length(opened) <= _length(spells):
            self._mostly_closed.add(day.toordinal())
        for start, end in opened:
            self._starts.append(start)
            self._ends.append(end)
            self._sums.append(self._sums[-1] + end - start)

    def between(self, a: datetime, b: datetime) -> timedelta:
        """Working time from `a` to `b`; negative where `b` is the earlier."""
        return (self._total(b) - self._total(a)) * _MICROSECOND

    def spells(self, a: datetime, b: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working spells from `a` to `b`, the earliest first, each cut to them: what `between` sums. None where `b`
        is the earlier."""
        begin, end = self._inside(a), self._inside(b)
        spell = bisect_right(self._ends, begin)
        while spell < len(self._starts) and self._starts[spell] < end:
            first, last = max(begin, self._starts[spell]), min(end, self._ends[spell])
            yield _EPOCH + first * _MICROSECOND, _EPOCH + last * _MICROSECOND
            spell += 1

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

    def promise_day(self, day: date) -> date:
        """The day that a promise for `day` is measured by: the next working day where the office was closed for half
        or more of that day's hours. A day that was off anyway stays what was promised."""
        while day.toordinal() in self._mostly_closed:
            day = self.add_days(day, 1)
        return day

    def closed_between(self, a: datetime, b: datetime) -> Sequence[Closed]:
        """The closures that reach between `a` and `b`, earliest first."""
        return [one for one in self.closures if one.begins_at < b and one.ends_at > a]

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


def calendar_of(known: Mapping[str, WorkingTime], name: str | None) -> WorkingTime:
    """The calendar of that name; the default one for none, and for a name that left the config."""
    return known.get(name or "default", known["default"])


def calendars(settings: Settings, now: datetime, closures: Sequence[Closed] = ()) -> Mapping[str, WorkingTime]:
    """The calendars of the config by name: "default" and each of `[calendars]`, each with its region's `closures`.

    They reach from twenty years before `now`, older than any work that is still open, to the end of the second year
    after it. Raises ValueError with the name of a calendar that cannot be.
    """
    today = now.astimezone(settings.zone).date()
    first, last = date(today.year - _YEARS_BACK, 1, 1), date(today.year + _YEARS_AHEAD, 12, 31)
    built = {}
    for name, calendar in {"default": settings.calendar, **settings.calendars}.items():
        own = [one for one in closures if one.region.casefold() == calendar.closed_with.casefold()]
        try:
            built[name] = WorkingTime(calendar, settings.zone, first, last, own)
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


def _until(spells: _Spells, time_of_day: str) -> _Spells:
    """What of the spells of a day lies before "12:00"."""
    hour, minute = time_of_day.split(":")
    end = 60 * int(hour) + int(minute)
    return [(opens, min(closes, end)) for opens, closes in spells if opens < end]


def _outside(spell: tuple[int, int], closed: _Spells) -> Iterator[tuple[int, int]]:
    """The parts of `spell` that lie in none of `closed`, which are sorted by their beginnings and may overlap."""
    at, end = spell
    for begin, finish in closed:
        if finish > at and begin < end:
            if begin > at:
                yield at, begin
            at = finish
    if at < end:
        yield at, end


def _length(spells: _Spells) -> int:
    return sum(end - start for start, end in spells)


def _local(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant at which clocks in `zone` show `minutes` since midnight of `day`; 24 * 60 is the next midnight."""
    day, minutes = day + timedelta(days=minutes // (24 * 60)), minutes % (24 * 60)
    return datetime.combine(day, time(*divmod(minutes, 60)), tzinfo=zone).astimezone(UTC)


def _in_micros(hours: float) -> int:
    return round(hours * 3600 * 1_000_000)


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND
