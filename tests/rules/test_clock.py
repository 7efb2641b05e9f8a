"""A working clock explained day by day: the days add up to what the rules reckon with."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import CalendarSettings
from rules.clock import by_day, read_clock
from rules.working_time import WorkingTime
from tests.rules.rows import CALENDARS, STORY, local
from unify.closures import Closed

HK = ZoneInfo("Asia/Hong_Kong")
TYPHOON = Closed("HK", local("2026-09-08 17:00"), local("2026-09-09 15:00"), "typhoon 8")
RAIN = Closed("HK", local("2026-09-09 14:30"), local("2026-09-09 16:00"), "black rain")
STORMY = WorkingTime(
    CalendarSettings(half_days=(date(2026, 9, 11),)), HK, date(2026, 1, 1), date(2027, 12, 31), [TYPHOON, RAIN]
)
BEGIN, END = datetime(2026, 1, 2, tzinfo=UTC), datetime(2027, 12, 30, tzinfo=UTC)
instants = st.timedeltas(timedelta(), END - BEGIN).map(lambda span: BEGIN + span)


@given(calendar=st.sampled_from([*CALENDARS.values(), STORMY]), a=instants, b=instants)
def test_the_spells_add_up_to_what_lies_between(calendar: WorkingTime, a: datetime, b: datetime) -> None:
    """An explanation that gave another sum than the alarm would be argued with, rightly."""
    forth, back = (sum((y - x for x, y in calendar.spells(*pair)), timedelta()) for pair in ((a, b), (b, a)))

    assert forth - back == calendar.between(a, b)


@given(
    calendar=st.sampled_from([*CALENDARS.values(), STORMY]), a=instants, span=st.timedeltas(timedelta(), timedelta(30))
)
def test_the_days_add_up_too_and_no_day_is_left_out(calendar: WorkingTime, a: datetime, span: timedelta) -> None:
    """Weekends stand between, with nothing on them; each spell lies on its own day."""
    b = min(a + span, END)

    clock = read_clock("waiting_since", "default", calendar, a, b)

    days = [one.day for one in clock.days]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert sum(one.hours for one in clock.days) == pytest.approx(clock.hours)
    for one in clock.days:
        assert all(begin.astimezone(HK).date() == one.day for begin, _ in one.spells)
        assert not (one.is_off and one.spells)


def test_stacked_tower_waits_fifteen_hours_day_by_day() -> None:
    """Written Fri 20 Nov 10:00, looked at on Tue 24 Nov 09:00: a Friday without its first hour, and a Monday."""
    told = by_day(CALENDARS["default"], local("2026-11-20 10:00"), STORY)

    assert [(one.day.day, one.hours, one.is_off) for one in told] == [
        (20, 7.0, False),
        (21, 0.0, True),
        (22, 0.0, True),
        (23, 8.0, False),
        (24, 0.0, False),
    ]
    assert [times(spell) for spell in told[0].spells] == ["10:00-13:00", "14:00-18:00"]


def test_a_typhoon_says_why_the_clock_stood_still() -> None:
    """Tue 8 Sep 16:00 to Thu 10:00 are 5.0 hours where the office was closed from Tuesday five to Wednesday three."""
    tuesday, wednesday, thursday = by_day(STORMY, local("2026-09-08 16:00"), local("2026-09-10 10:00"))

    assert ([times(spell) for spell in tuesday.spells], tuesday.closed) == (["16:00-17:00"], ("typhoon 8",))
    assert ([times(spell) for spell in wednesday.spells], wednesday.closed) == (
        ["16:00-18:00"],
        ("typhoon 8", "black rain"),
    )
    assert thursday.closed == ()


def times(spell: tuple[Any, Any]) -> str:
    return "-".join(f"{at.astimezone(HK):%H:%M}" for at in spell)
