"""What opens and closes again and again: when it is told as that, and when no more."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.flapping import OPENINGS, Flapping, flapping, has_lasted
from tests.alerts.conftest import Hub
from tests.alerts.firm import feedback, hk, milestone, working_time

CALENDAR = working_time()["default"]


@pytest.mark.parametrize(
    ("openings", "found"),
    [
        pytest.param([], None, id="never"),
        pytest.param([hk(24)], None, id="once"),
        pytest.param([hk(23), hk(24)], None, id="twice"),
        pytest.param([hk(10), hk(16), hk(24)], Flapping(3, hk(10), True), id="three times in ten working days"),
        pytest.param([hk(9), hk(16), hk(24)], None, id="three times in eleven"),
        pytest.param([hk(20), hk(23), hk(24), hk(24, 15)], Flapping(4, hk(20), False), id="it is no news any more"),
        pytest.param([hk(2), hk(3), hk(4), hk(20), hk(23), hk(24)], Flapping(3, hk(20), True), id="it began anew"),
    ],
)
def test_an_alert_flaps_from_its_third_opening_in_ten_working_days_on(
    openings: list[datetime], found: Flapping | None
) -> None:
    """A date that is moved three times in two weeks is one matter, not three."""
    assert flapping(openings, CALENDAR) == found


@pytest.mark.parametrize(
    ("since", "now", "lasted"),
    [
        pytest.param(hk(23, 15), hk(24, 14, 59), False, id="a minute less than a working day"),
        pytest.param(hk(23, 15), hk(24, 15), True, id="a working day"),
        pytest.param(hk(20, 17), hk(23, 15), False, id="a weekend does not count"),
    ],
)
def test_what_has_held_for_a_working_day_has_lasted(since: datetime, now: datetime, lasted: bool) -> None:
    """Then it is no flutter but how things stand."""
    assert has_lasted(since, now, CALENDAR) is lasted


@given(st.lists(st.integers(0, 20 * 24 * 60), max_size=30, unique=True))
def test_flapping_becomes_news_once_in_a_row_of_openings(minutes: list[int]) -> None:
    """However often it opens: told as that once, and again only after it had calmed down."""
    openings = [hk(2, 0) + timedelta(minutes=minute) for minute in sorted(minutes)]
    states = [flapping(openings[: n + 1], CALENDAR) for n in range(len(openings))]

    for before, after in zip([None, *states], states, strict=False):
        assert after is None or after.is_news == (before is None)
        assert after is None or after.times >= OPENINGS


def test_what_comes_and_goes_is_told_as_that_once_and_then_only_once_it_lasts(hub: Hub) -> None:
    """Five openings in an hour: three messages, the third says why there will be no more of them."""
    for number in range(5):
        hub.tell(milestone(), at=hk(23, 14, 10 * number))
        hub.tell(at=hk(23, 14, 10 * number + 5))
    assert len(hub.mail.sent) == 3
    assert "It opened 3 times in ten working days" in hub.mail.sent[2].message.body()

    hub.tell(milestone(), at=hk(23, 17))
    hub.tell(milestone(), at=hk(24, 16, 59))
    assert len(hub.mail.sent) == 3

    hub.tell(milestone(), at=hk(24, 17))
    assert len(hub.mail.sent) == 4


@pytest.mark.parametrize("urgent", [False, True])
def test_each_wait_of_a_client_is_told_however_often_they_wait(hub: Hub, urgent: bool) -> None:
    """Each is a message of its own that nobody has answered: the fourth comes as soon as the first."""
    for number in range(5):
        hub.tell(feedback(urgent=urgent, severity="critical"), at=hk(23, 14, 10 * number))
        hub.tell(at=hk(23, 14, 10 * number + 5))

    told = [one.message.body() for one in hub.mail.of("sandy")]
    assert len(told) == 5
    assert not any("十個工作天" in body for body in told)
