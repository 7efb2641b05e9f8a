"""Working time, against the figures of the trade."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.settings import CalendarSettings, Settings
from rules.working_time import OutsideCalendar, WorkingTime, calendars, provisional_warnings

ZONE = ZoneInfo("Asia/Hong_Kong")
HK = WorkingTime(CalendarSettings(), ZONE, date(2024, 1, 1), date(2028, 12, 31))
CN = WorkingTime(
    CalendarSettings(holidays="CN", hours=("09:00-12:00", "13:00-18:00")), ZONE, date(2024, 1, 1), date(2028, 12, 31)
)


def local(text: str) -> datetime:
    """A Hong Kong wall-clock time, "2026-10-16 17:30", as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def hours(calendar: WorkingTime, a: str, b: str) -> float:
    return calendar.between(local(a), local(b)) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("calendar", "first", "last", "days"),
    [
        (HK, date(2025, 1, 1), date(2025, 12, 31), 246),
        (HK, date(2026, 1, 1), date(2026, 12, 31), 247),
        (HK, date(2027, 1, 1), date(2027, 12, 31), 248),
        (HK, date(2026, 2, 1), date(2026, 2, 28), 17),
        (HK, date(2026, 4, 1), date(2026, 4, 30), 19),
        (CN, date(2025, 1, 1), date(2025, 12, 31), 248),
        (CN, date(2026, 1, 1), date(2026, 12, 31), 248),
        (CN, date(2026, 2, 1), date(2026, 2, 28), 16),
        (CN, date(2026, 10, 1), date(2026, 10, 31), 18),
    ],
)
def test_the_working_days_of_known_years_and_months(calendar: WorkingTime, first: date, last: date, days: int) -> None:
    """Counted by hand from the gazette and the State Council's notice."""
    assert calendar.days_between(first - timedelta(days=1), last) == days


def test_good_friday_is_a_day_off_in_hong_kong() -> None:
    """The statutory list, which the holidays package gives by default, leaves it out; offices close."""
    assert not HK.is_working_day(date(2026, 4, 3))


@pytest.mark.parametrize(
    ("day", "works"), [(date(2026, 1, 4), True), (date(2026, 2, 14), True), (date(2026, 2, 15), False)]
)
def test_a_make_up_day_is_worked_on_the_mainland_only(day: date, works: bool) -> None:
    """調休: these Saturdays and Sundays pay for a longer holiday; Hong Kong knows no such days."""
    assert CN.is_working_day(day) is works
    assert not HK.is_working_day(day)


@pytest.mark.parametrize(
    ("calendar", "received", "answered", "expected"),
    [
        (HK, "2026-10-16 17:30", "2026-10-20 10:15", 1.75),  # Mon 19 Oct is a holiday in Hong Kong only
        (CN, "2026-10-16 17:30", "2026-10-20 10:15", 9.75),
        (HK, "2026-10-09 17:00", "2026-10-10 11:00", 1.0),  # Sat 10 Oct is a make-up day
        (CN, "2026-10-09 17:00", "2026-10-10 11:00", 3.0),
        (HK, "2026-10-17 15:00", "2026-10-17 16:00", 0.0),
        (HK, "2026-02-13 16:00", "2026-02-20 11:00", 12.0),
        (CN, "2026-02-13 16:00", "2026-02-24 10:00", 11.0),  # Sat 14 Feb works
        (HK, "2026-11-20 16:30", "2026-11-24 09:00", 9.5),  # Paper Kite, on the story date
        (HK, "2026-11-20 10:00", "2026-11-24 09:00", 15.0),  # Stacked Tower
        (CN, "2026-11-23 11:00", "2026-11-24 09:00", 6.0),  # Slow Boat
    ],
)
def test_the_clock_examples_of_the_trade(calendar: WorkingTime, received: str, answered: str, expected: float) -> None:
    """The examples that people check the page against."""
    assert hours(calendar, received, answered) == expected


@pytest.mark.parametrize(
    ("calendar", "a", "b", "days"),
    [
        (HK, date(2026, 10, 5), date(2026, 10, 5), 0),  # slips of October
        (HK, date(2026, 10, 9), date(2026, 10, 8), -1),
        (HK, date(2026, 10, 12), date(2026, 10, 14), 2),
        (HK, date(2026, 10, 16), date(2026, 10, 21), 2),  # Mon 19 Oct is a holiday
        (HK, date(2026, 10, 23), date(2026, 10, 30), 5),
        (HK, date(2026, 10, 18), date(2026, 10, 25), 4),  # the week of that holiday
        (HK, date(2026, 10, 19), date(2026, 10, 27), 6),  # left on Tue 20 Oct until Tue 27 Oct
        (HK, date(2026, 10, 30), date(2026, 11, 24), 17),  # UAT sign-off, past its promise on the story date
        (HK, date(2026, 10, 30), date(2026, 11, 30), 21),  # and moved to 30 Nov
        (HK, date(2026, 11, 16), date(2026, 11, 24), 6),  # overdue on the story date
        (HK, date(2026, 11, 13), date(2026, 11, 24), 7),
        (HK, date(2026, 11, 20), date(2026, 11, 24), 2),
        (HK, date(2026, 11, 18), date(2026, 11, 24), 4),
        (CN, date(2026, 11, 23), date(2026, 11, 24), 1),
        (HK, date(2026, 11, 9), date(2026, 11, 24), 11),  # answered, and open since
        (HK, date(2026, 11, 24), date(2026, 12, 11), 13),  # left until 仓储 SIT
    ],
)
def test_the_day_examples_of_the_trade(calendar: WorkingTime, a: date, b: date, days: int) -> None:
    """What messages and indicators call working days: of (`a`, `b`], fewer than none where `b` is the earlier."""
    assert calendar.days_between(a, b) == days


def test_days_off_and_extra_workdays_overrule_the_list() -> None:
    """A firm's own closing day is not worked; a holiday that it works is."""
    own = WorkingTime(
        CalendarSettings(days_off=(date(2026, 11, 24),), extra_workdays=(date(2026, 10, 19), date(2026, 11, 21))),
        ZONE,
        date(2026, 1, 1),
        date(2026, 12, 31),
    )

    assert not own.is_working_day(date(2026, 11, 24))
    assert own.is_working_day(date(2026, 10, 19))
    assert own.is_working_day(date(2026, 11, 21))


def test_the_next_opening_is_now_while_we_work_and_the_next_morning_otherwise() -> None:
    """Closing time belongs to the night: at 18:00 sharp nobody is there any more."""
    assert HK.next_opening(local("2026-11-20 10:00")) == local("2026-11-20 10:00")
    assert HK.next_opening(local("2026-11-20 13:00")) == local("2026-11-20 14:00")
    assert HK.next_opening(local("2026-11-20 18:00")) == local("2026-11-23 09:00")


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 10, 16), 0, date(2026, 10, 16)),
        (date(2026, 10, 16), 1, date(2026, 10, 20)),
        (date(2026, 10, 17), 1, date(2026, 10, 20)),
        (date(2026, 10, 20), -1, date(2026, 10, 16)),
        (date(2026, 10, 18), -1, date(2026, 10, 16)),
    ],
)
def test_adding_working_days_steps_over_nights_off(day: date, n: int, expected: date) -> None:
    """`repeat: 1wd` from a Friday before a holiday is the Tuesday."""
    assert HK.add_days(day, n) == expected


def test_a_limit_is_reached_so_many_working_hours_after_the_start() -> None:
    """Paper Kite wrote on Friday 16:30; eight working hours later it is Monday 16:30."""
    assert HK.after(8, local("2026-11-20 16:30")) == local("2026-11-23 16:30")
    assert HK.after(8, local("2026-11-20 20:00")) == local("2026-11-23 18:00")


@pytest.mark.parametrize("ask", ["between", "ago", "next_opening", "days_between", "add_days", "is_working_day"])
def test_outside_its_range_a_calendar_refuses(ask: str) -> None:
    """A saturated answer would look like a right one."""
    late, early = datetime(2030, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)
    questions: dict[str, Callable[[], object]] = {
        "between": lambda: HK.between(early, late),
        "ago": lambda: HK.ago(80, early, at_least=False),
        "next_opening": lambda: HK.next_opening(local("2028-12-31 12:00")),
        "days_between": lambda: HK.days_between(date(2023, 12, 31), date(2024, 1, 2)),
        "add_days": lambda: HK.add_days(date(2028, 12, 29), 2),
        "is_working_day": lambda: HK.is_working_day(date(2029, 1, 1)),
    }

    with pytest.raises(OutsideCalendar, match="2024-01-01 to 2028-12-31"):
        questions[ask]()


@pytest.mark.parametrize(
    ("eve", "year"), [(date(2026, 2, 16), 2026), (date(2027, 2, 5), 2027), (date(2025, 1, 28), 2025)]
)
def test_the_eve_of_lunar_new_year_ends_at_noon_where_the_firm_says_so(eve: date, year: int) -> None:
    """It is a working day like any other; many close at noon, and a clock that ran on would blame them."""
    early = WorkingTime(CalendarSettings(lunar_new_year_eve_is_half=True), ZONE, date(year, 1, 1), date(year, 12, 31))

    assert hours(HK, f"{eve} 00:00", f"{eve} 23:59") == 8.0
    assert hours(early, f"{eve} 00:00", f"{eve} 23:59") == 3.0
    assert early.is_working(local(f"{eve} 11:59"))
    assert not early.is_working(local(f"{eve} 12:00"))
    assert early.days_between(eve - timedelta(days=1), eve) == 1


def test_a_half_day_ends_when_the_firm_says_and_is_none_on_a_day_off() -> None:
    """Christmas Eve until one; a date that is off stays off."""
    early = WorkingTime(
        CalendarSettings(half_days=(date(2026, 12, 24), date(2026, 12, 25)), half_day_ends="15:30"),
        ZONE,
        date(2026, 1, 1),
        date(2026, 12, 31),
    )

    assert hours(early, "2026-12-24 00:00", "2026-12-25 00:00") == 5.5
    assert hours(early, "2026-12-25 00:00", "2026-12-26 00:00") == 0.0


def test_a_half_day_that_ends_before_work_begins_is_refused() -> None:
    """That is a day off, and would be one only by accident."""
    with pytest.raises(ValueError, match="half_day_ends: no work before 08:00"):
        WorkingTime(
            CalendarSettings(half_day_ends="08:00", lunar_new_year_eve_is_half=True),
            ZONE,
            date(2026, 1, 1),
            date(2026, 1, 31),
        )


def test_a_night_shift_needs_no_half_day() -> None:
    """Its hours begin after noon; nothing is wrong with that until it has half days."""
    night = WorkingTime(CalendarSettings(hours=("18:00-22:00",)), ZONE, date(2026, 1, 1), date(2026, 1, 31))

    assert hours(night, "2026-01-05 00:00", "2026-01-06 00:00") == 4.0


@pytest.mark.parametrize(
    ("spells", "message"),
    [
        (("9-18",), "is not a spell"),
        (("18:00-09:00",), "must end after it begins"),
        (("09:60-18:00",), "must end after it begins"),
        (("09:00-13:00", "12:00-18:00"), "overlap"),
        ((), "at least one spell"),
    ],
)
def test_hours_that_cannot_be_are_refused(spells: tuple[str, ...], message: str) -> None:
    """The words go to whoever edits the config."""
    with pytest.raises(ValueError, match=message):
        WorkingTime(CalendarSettings(hours=spells), ZONE, date(2026, 1, 1), date(2026, 1, 31))


def test_a_date_cannot_be_off_and_extra_at_once() -> None:
    """Neither reading would be certain."""
    day = date(2026, 11, 24)
    with pytest.raises(ValueError, match="2026-11-24 stands in days_off and in extra_workdays"):
        WorkingTime(
            CalendarSettings(days_off=(day,), extra_workdays=(day,)), ZONE, date(2026, 1, 1), date(2026, 12, 31)
        )


def test_named_calendars_are_built_from_the_config_and_a_wrong_one_is_named() -> None:
    """Clients are answered by the calendar that the config gives them."""
    settings = Settings(coordinator="kitty", calendars={"shenzhen": CalendarSettings(holidays="CN")})

    built = calendars(settings, local("2026-11-24 09:00"))

    assert set(built) == {"default", "shenzhen"}
    assert built["shenzhen"].is_working_day(date(2026, 10, 10))
    wrong = Settings(coordinator="kitty", calendars={"odd": CalendarSettings(hours=("9-18",))})
    with pytest.raises(ValueError, match="calendar odd: hours"):
        calendars(wrong, local("2026-11-24 09:00"))


def test_a_mainland_year_without_make_up_days_is_provisional_until_they_are_listed() -> None:
    """The notice comes in November; before it is known, next year's figures may change, and we say so in time."""
    listed = WorkingTime(
        CalendarSettings(holidays="CN", extra_workdays=(date(2027, 2, 13),)), ZONE, date(2026, 1, 1), date(2027, 12, 31)
    )

    assert CN.provisional == (2027, 2028)
    assert provisional_warnings({"shenzhen": CN}, date(2026, 10, 1)) == []
    (warning,) = provisional_warnings({"shenzhen": CN, "default": HK}, date(2026, 11, 24))
    assert "shenzhen" in warning
    assert "2027" in warning
    assert listed.provisional == ()
