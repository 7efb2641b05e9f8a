"""Working time against a count minute by minute that shares nothing with it: its days are typed from the notices.

`make test` throws 20,000 pairs, `make test-working-time` a million; either tells its seed when it fails.
"""

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import CalendarSettings
from rules.working_time import OutsideCalendar, WorkingTime
from tests.faults.length import seed
from tests.rules.working_days import CN_MADE_UP, CN_OFF, HK_OFF
from unify.closures import Closed

PAIRS = 1_000_000 if os.environ.get("MILEPOST_WORKING_TIME") == "long" else 20_000

ZONE = ZoneInfo("Asia/Hong_Kong")
FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
_DAYS = 2 * 365
_DAY = 24 * 60
_MINUTES = _DAYS * _DAY
_MARGIN = 20
"""Days: the latest end of "no time ago" lies ahead, at the next opening, which must not be beyond the two years."""
_BEGIN = datetime(2025, 1, 1, tzinfo=ZONE).astimezone(UTC)

_HALF = "250128 251224 260216 260417 261224"
"""The eves of lunar new year, of Christmas, and a Friday."""


@dataclass(frozen=True)
class Counted:
    """A calendar, and the minutes worked before each minute of two years."""

    calendar: WorkingTime
    before: Sequence[int]

    def seconds(self, second: int) -> int:
        """Worked before that second of the two years."""
        minute, rest = divmod(second, 60)
        return 60 * self.before[minute] + (rest if self.before[minute + 1] > self.before[minute] else 0)


def _worked(off: str, made_up: str, half: str, lunch: int, closed: Sequence[tuple[int, int]]) -> Iterator[bool]:
    shut = {minute for begin, end in closed for minute in range(begin, end)}
    for number in range(_DAYS):
        day = FIRST + timedelta(days=number)
        name = day.strftime("%y%m%d")
        comes = name in made_up.split() or (day.weekday() < 5 and name not in off.split())
        closes = 12 if name in half.split() else 18
        for minute in range(_DAY):
            hour = minute // 60
            yield comes and 9 <= hour < closes and hour != lunch and number * _DAY + minute not in shut


def _closures(number: int) -> list[tuple[int, int]]:
    """Minutes from and to of so many closures, a quarter of an hour to three days long, some one into another."""
    chance = random.Random(20260908)
    begins = [chance.randrange(_MINUTES - 3 * _DAY) for _ in range(number)]
    return [(begin, begin + chance.randrange(15, 3 * _DAY)) for begin in begins]


def _count(office: str, *, half: bool, closures: int) -> Counted:
    closed = _closures(closures)
    settings = CalendarSettings(
        holidays="HK" if office == "HK" else "CN",
        hours=("09:00-13:00", "14:00-18:00") if office == "HK" else ("09:00-12:00", "13:00-18:00"),
        half_days=(date(2025, 12, 24), date(2026, 4, 17), date(2026, 12, 24)) if half else (),
        lunar_new_year_eve_is_half=half,
    )
    minute = timedelta(minutes=1)
    entered = [Closed(office, _BEGIN + begin * minute, _BEGIN + end * minute) for begin, end in closed]
    calendar = WorkingTime(settings, ZONE, FIRST, LAST, entered)
    off, made_up, lunch = (HK_OFF, "", 13) if office == "HK" else (CN_OFF, CN_MADE_UP, 12)
    worked = _worked(off, made_up, _HALF if half else "", lunch, closed)
    return Counted(calendar, list(accumulate(worked, initial=0)))


KINDS = {
    "HK": ("HK", False, 0),
    "CN": ("CN", False, 0),
    "HK, half days and closures": ("HK", True, 60),
    "CN, half days and closures": ("CN", True, 60),
}


@pytest.fixture(scope="module", params=list(KINDS.values()), ids=list(KINDS))
def counted(request: pytest.FixtureRequest) -> Counted:
    office, half, closures = request.param
    return _count(office, half=half, closures=closures)


def test_every_pair_of_instants_agrees_with_the_count(counted: Counted) -> None:
    """Nights, lunches, holidays, make-up days, half days, closures, in both directions, to the second."""
    thrown = seed()
    chance = random.Random(thrown)

    for _ in range(PAIRS // len(KINDS)):
        a, b = chance.randrange(60 * _MINUTES), chance.randrange(60 * _MINUTES)
        got = counted.calendar.between(_BEGIN + timedelta(seconds=a), _BEGIN + timedelta(seconds=b))
        expected = timedelta(seconds=counted.seconds(b) - counted.seconds(a))
        assert got == expected, f"MILEPOST_SEED={thrown}: seconds {a} to {b} of the two years"


def test_every_minute_is_working_time_or_not_as_the_count_says(counted: Counted) -> None:
    """Opening and closing minutes among them: a day is asked in every minute, a year in every fortnight."""
    for minute in (*range(435 * _DAY, 436 * _DAY), *range(0, _MINUTES, 787)):
        works = counted.before[minute + 1] > counted.before[minute]
        assert counted.calendar.is_working(_BEGIN + timedelta(minutes=minute)) is works, minute


@given(
    minute=st.integers(60_000, _MINUTES - _MARGIN * _DAY),
    asked=st.one_of(st.integers(0, 60 * 60), st.sampled_from([0, 120, 240, 480, 960])),
    other=st.integers(0, _MINUTES - 1),
)
def test_the_two_ends_of_so_many_hours_ago_keep_the_four_laws(
    counted: Counted, minute: int, asked: int, other: int
) -> None:
    """`W > h` is `t < lo`, `W >= h` is `t <= hi`, and their opposites, for every instant of the years."""
    now = _BEGIN + timedelta(minutes=minute)
    lo, hi = (counted.calendar.ago(asked / 60, now, at_least=at_least) for at_least in (False, True))

    for t in (other, *(round((end - _BEGIN) / timedelta(minutes=1)) + d for end in (lo, hi) for d in (-1, 0, 1))):
        if not 0 <= t < _MINUTES:
            continue
        at, waited = _BEGIN + timedelta(minutes=t), counted.before[minute] - counted.before[t]
        assert (waited > asked) == (at < lo)
        assert (waited >= asked) == (at <= hi)


@given(minute=st.integers(0, _MINUTES - 60_000), asked=st.integers(1, 60 * 60))
def test_a_limit_is_reached_in_the_first_instant_that_has_so_much_before_it(
    counted: Counted, minute: int, asked: int
) -> None:
    """No earlier, and no later: the message says that instant."""
    reached = counted.calendar.after(asked / 60, _BEGIN + timedelta(minutes=minute))

    at = round((reached - _BEGIN) / timedelta(minutes=1))
    assert counted.before[at] - counted.before[minute] == asked
    assert counted.before[at - 1] - counted.before[minute] == asked - 1


@given(number=st.integers(60, _DAYS - _MARGIN), asked=st.integers(0, 30), other=st.integers(0, _DAYS - 1))
def test_the_two_ends_of_so_many_working_days_ago_keep_the_four_laws(
    counted: Counted, number: int, asked: int, other: int
) -> None:
    """The same laws for days: one counts where any minute of it was worked."""
    today = FIRST + timedelta(days=number)
    lo, hi = (counted.calendar.days_ago(asked, today, at_least=at_least) for at_least in (False, True))

    for t in (other, *((end - FIRST).days + d for end in (lo, hi) for d in (-1, 0, 1))):
        if not 0 <= t <= number:
            continue
        worked = sum(counted.before[(day + 1) * _DAY] > counted.before[day * _DAY] for day in range(t + 1, number + 1))
        on = FIRST + timedelta(days=t)
        assert (worked > asked) == (on < lo)
        assert (worked >= asked) == (on <= hi)


@given(beyond=st.integers(1, 10 * _MINUTES), early=st.booleans())
def test_outside_the_two_years_every_question_is_refused(counted: Counted, beyond: int, early: bool) -> None:
    """An answer from the last day it knows would look like a right one."""
    span = timedelta(minutes=beyond)
    outside = _BEGIN - span if early else _BEGIN + timedelta(minutes=_MINUTES) + span

    with pytest.raises(OutsideCalendar):
        counted.calendar.between(_BEGIN, outside)
    with pytest.raises(OutsideCalendar):
        counted.calendar.is_working(outside)
    with pytest.raises(OutsideCalendar):
        counted.calendar.ago(20_000, _BEGIN + timedelta(minutes=_MINUTES), at_least=True)
