"""To whom an alert goes that nobody takes, and when: the table of severities, and what holds of any."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cover import is_away
from alerts.escalation import Rise, Untaken, next_rise
from config.settings import SEVERITIES, PersonSettings
from config.values import DateRange
from tests.alerts.firm import hk, working_time

CALENDARS = working_time()


def person(role: str = "", cover: str = "", away: int | None = None, calendar: str = "default") -> PersonSettings:
    """Somebody with that role, who is away on that day of November."""
    spells = () if away is None else (DateRange(date(2026, 11, away), date(2026, 11, away)),)
    return PersonSettings.model_validate(
        {
            "name": "N",
            "email": "n@acme.example",
            "role": role,
            "cover": cover,
            "away": spells,
            "calendar": calendar,
        }
    )


FIRM = {"marco": person("bd"), "winnie": person("head"), "grace": person("director")}


def untaken(severity: str, since: datetime, level: int = 0, **values: object) -> Untaken:
    """An alert that Marco, and whoever had it after him, was told of."""
    told = ("marco", "winnie", "grace")[: level + 1]
    known = {"urgent": False, "calendar": CALENDARS["default"], "told": told, **values}
    return Untaken(severity=severity, level=level, since=since, **known)  # type: ignore[arg-type]  # of many types


@pytest.mark.parametrize(
    ("alert", "rise"),
    [
        pytest.param(untaken("info", hk(24)), None, id="only to be known"),
        pytest.param(untaken("warning", hk(24)), Rise("winnie", hk(26)), id="warning: two working days"),
        pytest.param(untaken("warning", hk(26), 1), None, id="a warning goes no further"),
        pytest.param(untaken("high", hk(24)), Rise("winnie", hk(24, 14)), id="high: half a day, over lunch"),
        pytest.param(untaken("high", hk(24, 14), 1), Rise("grace", hk(25, 14)), id="high: the director a day later"),
        pytest.param(untaken("critical", hk(24)), Rise("winnie", hk(24, 11)), id="critical: two hours"),
        pytest.param(untaken("critical", hk(24, 11), 1), Rise("grace", hk(24, 16)), id="critical: four more"),
        pytest.param(untaken("critical", hk(24, 16), 2), None, id="nobody is above the director"),
        pytest.param(untaken("critical", hk(24, 16)), Rise("winnie", hk(25)), id="not at closing time: at nine"),
        pytest.param(untaken("critical", hk(20, 17)), Rise("winnie", hk(23, 10)), id="not at the weekend"),
        pytest.param(
            untaken("critical", hk(21, 22, 40), urgent=True), Rise("winnie", hk(21, 23, 10)), id="urgent: at any hour"
        ),
        pytest.param(
            untaken("critical", hk(21, 23, 10), 1, urgent=True),
            Rise("grace", hk(21, 23, 40)),
            id="urgent: half an hour",
        ),
    ],
)
def test_an_alert_goes_up_by_its_severity(alert: Untaken, rise: Rise | None) -> None:
    """The firm's table, line by line."""
    assert next_rise(alert, FIRM, CALENDARS, alert.since) == rise


@pytest.mark.parametrize(
    ("people", "told", "rise"),
    [
        pytest.param(
            {"winnie": person("head", cover="sandy", away=24), "sandy": person("bd")},
            ("marco",),
            Rise("sandy", hk(24, 11)),
            id="her cover, while the head is away",
        ),
        pytest.param(
            {"winnie": person("head", away=24), "grace": person("director")},
            ("marco",),
            Rise("grace", hk(24, 11)),
            id="the director, where nobody covers the head",
        ),
        pytest.param(
            {"winnie": person("head", away=24), "una": person("head"), "grace": person("director")},
            ("marco",),
            Rise("una", hk(24, 11)),
            id="the other head first",
        ),
        pytest.param(
            {"winnie": person("head"), "grace": person("director")},
            ("winnie",),
            Rise("grace", hk(24, 11)),
            id="the head has it already: she looks after that client herself",
        ),
        pytest.param({"winnie": person("head", away=24)}, ("marco",), None, id="nobody is there"),
        pytest.param({"grace": person("director")}, ("marco",), Rise("grace", hk(24, 11)), id="a firm without a head"),
        pytest.param({}, ("marco",), None, id="a firm without either"),
        pytest.param(
            {"winnie": person("head", away=25), "grace": person("director")},
            ("marco",),
            Rise("winnie", hk(24, 11)),
            id="away tomorrow is here today",
        ),
    ],
)
def test_a_level_is_skipped_only_where_nobody_of_it_can_be_told(
    people: dict[str, PersonSettings], told: tuple[str, ...], rise: Rise | None
) -> None:
    """Escalated over somebody's head is worse than an hour later; unheard is worse than both."""
    assert next_rise(untaken("critical", hk(24), told=told), people, CALENDARS, hk(24)) == rise


def test_what_a_hub_that_was_off_comes_too_late_for_goes_up_in_the_morning() -> None:
    """It was due at four, the hub is back at ten in the evening: nobody's evening pays for that."""
    alert = untaken("critical", hk(24, 14))

    assert next_rise(alert, FIRM, CALENDARS, hk(24, 22)) == Rise("winnie", hk(25))


_DAY = st.one_of(st.none(), st.integers(23, 30))
_INSTANTS = st.integers(0, 10 * 24 * 60).map(lambda minutes: hk(20, 0) + timedelta(minutes=minutes))


@given(
    _INSTANTS,
    st.sampled_from(SEVERITIES),
    st.booleans(),
    st.sampled_from(["default", "mainland"]),
    st.tuples(_DAY, _DAY),
    st.sampled_from(["", "sandy"]),
)
def test_going_up_wakes_nobody_skips_nobody_and_ends(
    told_at: datetime, severity: str, urgent: bool, calendar: str, away: tuple[int | None, int | None], cover: str
) -> None:
    """Whenever an alert fires and whoever is away: each level once, in order, in the working time of who is told."""
    people = {
        "marco": person("bd"),
        "sandy": person("bd", calendar="mainland"),
        "winnie": person("head", cover=cover, away=away[0]),
        "grace": person("director", away=away[1], calendar=calendar),
    }
    told, at, level, went = ["marco"], told_at, 0, list[str]()
    own = CALENDARS[calendar]
    while rise := next_rise(Untaken(severity, urgent, level, at, own, told), people, CALENDARS, at):
        reader = CALENDARS[people[rise.to].calendar]
        assert urgent or reader.is_working(rise.at)
        assert rise.at - at >= timedelta(minutes=30)
        assert not is_away(people[rise.to], rise.at.astimezone(reader.zone).date())
        told, at, level, went = [*told, rise.to], rise.at, level + 1, [*went, rise.to]

    assert len(went) == len(set(went)) <= 2
    assert "grace" not in went[:1] or away[0] is not None, "the head is passed over only while she is away"
