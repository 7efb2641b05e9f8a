"""How tries are counted, and what is remembered of them."""

from datetime import datetime, timedelta

from report.access.throttle import MOST_KEPT, WINDOW, Throttle
from tests.alerts.firm import TUESDAY


class Clock:
    """A test moves it."""

    def __init__(self) -> None:
        self.now = TUESDAY

    def __call__(self) -> datetime:
        return self.now


def test_a_flood_of_names_keeps_new_ones_waiting_and_is_forgotten() -> None:
    """What a stranger makes up must not grow in our memory; whoever was counted before goes on being counted."""
    clock = Clock()
    throttle = Throttle(2, clock)
    for number in range(MOST_KEPT):
        assert throttle.wait(f"name{number}") is None
        throttle.count(f"name{number}")

    assert throttle.wait("another") == WINDOW
    assert throttle.wait("name1") is None
    throttle.count("name1")
    assert throttle.wait("name1") == WINDOW

    clock.now += WINDOW
    assert throttle.wait("another") is None


def test_old_tries_are_let_go_of_once_a_window() -> None:
    """Else each try of a flood would walk all of them."""
    clock = Clock()
    throttle = Throttle(2, clock)
    clock.now += timedelta(minutes=1)
    for number in range(MOST_KEPT):
        throttle.count(f"name{number}")

    clock.now += timedelta(minutes=14)
    assert throttle.wait("another") == WINDOW  # swept now, a minute too soon for these
    clock.now += timedelta(minutes=1)
    assert throttle.wait("another") == timedelta(minutes=14)
    clock.now += timedelta(minutes=14)
    assert throttle.wait("another") is None


def test_a_right_try_leaves_nothing_behind() -> None:
    """A whole office signs in on Monday: it is no flood."""
    throttle = Throttle(1, Clock())
    for number in range(MOST_KEPT + 1):
        assert throttle.wait(f"name{number}") is None
        throttle.count(f"name{number}")
        throttle.take_back(f"name{number}")
