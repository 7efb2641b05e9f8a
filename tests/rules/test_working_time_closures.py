"""What an office was closed for: no clock runs meanwhile, and a promise for that day waits for the next."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.settings import CalendarSettings, Settings
from rules.working_time import WorkingTime, calendars
from unify.closures import Closed

ZONE = ZoneInfo("Asia/Hong_Kong")


def local(text: str) -> datetime:
    """A Hong Kong wall-clock time, "2026-10-16 17:30", as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def closed(begins: str, ends: str, region: str = "HK", reason: str = "typhoon 8") -> Closed:
    return Closed(region, local(begins), local(ends), reason)


def hong_kong(*closures: Closed) -> WorkingTime:
    return WorkingTime(CalendarSettings(), ZONE, date(2026, 1, 1), date(2026, 12, 31), closures)


def hours(calendar: WorkingTime, a: str, b: str) -> float:
    return calendar.between(local(a), local(b)) / timedelta(hours=1)


TYPHOON = closed("2026-09-08 17:00", "2026-09-09 15:00")


def test_the_typhoon_example_of_the_trade() -> None:
    """Received Tuesday 16:00, closed Tuesday 17:00 to Wednesday 15:00, answered Thursday 10:00: five hours."""
    assert hours(hong_kong(TYPHOON), "2026-09-08 16:00", "2026-09-10 10:00") == 5.0
    assert hours(hong_kong(), "2026-09-08 16:00", "2026-09-10 10:00") == 11.0


def test_closures_that_overlap_are_counted_once() -> None:
    """Black rain follows the typhoon, and two people enter them."""
    twice = hong_kong(TYPHOON, closed("2026-09-09 14:00", "2026-09-09 16:00", reason="black rain"), TYPHOON)

    assert hours(twice, "2026-09-09 00:00", "2026-09-10 00:00") == 2.0


def test_a_closure_at_night_costs_nothing() -> None:
    """The signal was up from midnight to six."""
    calendar = hong_kong(closed("2026-09-08 23:00", "2026-09-09 06:00"))

    assert hours(calendar, "2026-09-08 00:00", "2026-09-10 00:00") == 16.0
    assert calendar.promise_day(date(2026, 9, 9)) == date(2026, 9, 9)


def test_nobody_is_at_work_while_it_is_closed_and_the_office_opens_after_it() -> None:
    """Messages wait until then."""
    calendar = hong_kong(TYPHOON)

    assert not calendar.is_working(local("2026-09-09 10:00"))
    assert calendar.next_opening(local("2026-09-08 17:00")) == local("2026-09-09 15:00")
    assert calendar.after(2, local("2026-09-08 16:00")) == local("2026-09-09 16:00")


@pytest.mark.parametrize(
    ("begins", "ends", "kept"),
    [
        ("2026-09-09 09:00", "2026-09-09 14:00", date(2026, 9, 10)),  # 4 of 8 hours: half
        ("2026-09-09 09:00", "2026-09-09 12:59", date(2026, 9, 9)),
        ("2026-09-08 17:00", "2026-09-09 15:00", date(2026, 9, 10)),
        ("2026-09-09 00:00", "2026-09-11 00:00", date(2026, 9, 11)),  # two days
        ("2026-09-09 00:00", "2026-09-12 00:00", date(2026, 9, 14)),  # three, and a weekend
    ],
)
def test_a_promise_moves_on_where_the_office_was_closed_for_half_the_day(begins: str, ends: str, kept: date) -> None:
    """Nobody can deliver to a closed office; what was promised is measured by the next working day."""
    assert hong_kong(closed(begins, ends)).promise_day(date(2026, 9, 9)) == kept


def test_a_promise_for_a_day_off_stays() -> None:
    """A date on a day off is that date, typhoon or not."""
    calendar = hong_kong(closed("2026-09-12 00:00", "2026-09-13 00:00"))

    assert calendar.promise_day(date(2026, 9, 12)) == date(2026, 9, 12)


def test_a_day_that_was_closed_from_morning_to_evening_is_no_working_day() -> None:
    """Where an hour was worked it is one."""
    calendar = hong_kong(closed("2026-09-08 17:00", "2026-09-09 18:00"))

    assert calendar.is_working_day(date(2026, 9, 8))
    assert not calendar.is_working_day(date(2026, 9, 9))
    assert calendar.days_between(date(2026, 9, 7), date(2026, 9, 10)) == 2


def test_a_closure_is_its_regions_alone() -> None:
    """Shenzhen has its own notices: what shuts Hong Kong leaves it open, and the other way round."""
    settings = Settings(
        coordinator="kitty",
        calendars={
            "shenzhen": CalendarSettings(holidays="CN", region="Shenzhen"),
            "shanghai": CalendarSettings(holidays="CN"),
            "saturdays": CalendarSettings(workdays=("mon", "tue", "wed", "thu", "fri", "sat")),
        },
    )
    both = [TYPHOON, closed("2026-09-09 12:00", "2026-09-09 18:00", "shenzhen", "停工")]

    built = calendars(settings, local("2026-11-24 09:00"), both)

    worked = {name: hours(one, "2026-09-09 00:00", "2026-09-10 00:00") for name, one in built.items()}
    assert worked == {"default": 3.0, "saturdays": 3.0, "shenzhen": 3.0, "shanghai": 8.0}
    assert [one.reason for one in built["shenzhen"].closures] == ["停工"]
