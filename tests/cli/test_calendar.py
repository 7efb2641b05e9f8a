"""`milepost calendar`: a typhoon entered by hand, and what becomes of the clocks."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cli.hub import Hub
from cli.opening import open_hub
from tests.cli.home import Home
from tests.factories import at

TYPHOON = ("calendar", "close", "2026-11-02 11:00", "2026-11-03 10:00", "--region", "HK", "--reason", "typhoon 8")


@pytest.fixture(autouse=True)
def _lee_sits_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever types is known by the name of this machine's user."""
    monkeypatch.setenv("LOGNAME", "lee")


@contextmanager
def hub_at(home: Home, time: str) -> Iterator[Hub]:
    """The home's hub, its clock standing at that time."""
    with open_hub(home.config, clock=lambda: at(time)) as hub:
        yield hub


def reasons(home: Home) -> list[tuple[str, str | None]]:
    """How each alert about feedback stands, and why."""
    found = (row for row in home.rows("alert") if row["rule"] == "feedback-unhandled")
    return [(row["state"], row["resolve_reason"]) for row in found]


def test_a_typhoon_entered_afterwards_withdraws_what_was_only_due_to_it(home: Home) -> None:
    """Written Monday at ten; by Tuesday 11:30 nine and a half hours, but the office was closed for seven of them."""
    home.run("sync")
    with hub_at(home, "2026-11-03 11:30") as hub:
        hub.evaluate()
    assert reasons(home) == [("firing", None)]

    said = home.run(*TYPHOON)
    with hub_at(home, "2026-11-03 11:31") as hub:
        hub.evaluate()

    assert said.code == 0
    assert "HK closed Mon 2 Nov 11:00 to Tue 3 Nov 10:00 (typhoon 8): recorded as number 1" in said.err
    assert "7 working hours of calendar default do not count. 1 client waits since before it ended" in said.err
    assert reasons(home) == [("resolved", "office closed")]


def test_a_hub_that_is_at_work_heeds_it_in_its_next_pass(home: Home) -> None:
    """`serve` runs for weeks; who enters a closure restarts nothing."""
    home.run("sync")
    with hub_at(home, "2026-11-03 11:30") as hub:
        hub.evaluate()
        home.run(*TYPHOON)
        hub.evaluate()

        assert reasons(home) == [("resolved", "office closed")]
        home.run("calendar", "open", "1")
        hub.evaluate()

    assert [state for state, _ in reasons(home)] == ["firing"]


def test_a_closure_is_listed_until_it_is_taken_back_and_then_among_all(home: Home) -> None:
    """What was entered, by whom, stays on record."""
    home.run(*TYPHOON)
    (listed,) = home.run("calendar", "list", "--json").json
    shown = home.run("calendar", "list").out
    opened = home.run("calendar", "open", "1", "--by", "may")

    assert (listed["region"], listed["reason"], listed["recorded_by"]) == ("HK", "typhoon 8", "lee")
    assert "2026-11-02 11:00" in shown
    assert "2026-11-03 10:00" in shown
    assert "taken back" in opened.err
    assert home.run("calendar", "list").out == "no closure is recorded\n"
    assert "by may" in home.run("calendar", "list", "--all").out


def test_the_same_typed_twice_is_recorded_once(home: Home) -> None:
    """Two coordinators, one typhoon."""
    home.run(*TYPHOON)
    again = home.run(*TYPHOON)

    assert again.code == 0
    assert again.err.endswith("(typhoon 8): already recorded\n")
    assert len(home.rows("closure")) == 1


def test_a_closure_that_takes_no_working_time_is_told_to_be_odd(home: Home) -> None:
    """A Saturday night is a slip of the pen, or was quiet."""
    said = home.run("calendar", "close", "2026-11-07 20:00", "2026-11-08 08:00", "--region", "hk", "--reason", "rain")

    assert said.code == 0
    assert "warning: no working time falls into it: check the dates" in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["3.11.2026", "2026-11-04", "--region", "HK", "--reason", "x"], "write the time as 2026-09-08 17:00"),
        (["2026-11-04 10:00", "2026-11-03 11:00", "--region", "HK", "--reason", "x"], "must begin before it ends"),
        (["2026-10-03 10:00", "2026-11-03 11:00", "--region", "HK", "--reason", "x"], "at most 7 days"),
        (["2026-11-03 11:00", "2026-11-04 10:00", "--region", "HK", "--reason", " "], "say why"),
        (["2026-11-03 11:00", "2026-11-04 10:00", "--region", "HKG", "--reason", "x"], 'did you mean "HK"?'),
        (["2026-11-03 11:00", "2026-11-04 10:00", "--region", "Oslo", "--reason", "x"], 'there are "HK"'),
        (["1926-11-03 11:00", "1926-11-04 10:00", "--region", "HK", "--reason", "x"], "check the year"),
        (["2026-11-03 11:00", "2026-11-04 10:00", "--region", "HK", "--reason", "x", "--by", "zoe"], '"zoe"'),
    ],
)
def test_what_cannot_be_a_closure_is_wrong_usage(home: Home, arguments: list[str], words: str) -> None:
    """In words that say what to type instead; nothing is recorded."""
    said = home.run("calendar", "close", *arguments)

    assert said.code == 2
    assert words in said.err
    assert home.rows("closure") == []


def test_a_closure_that_is_not_there_cannot_be_taken_back(home: Home) -> None:
    """The list tells the numbers."""
    said = home.run("calendar", "open", "7")

    assert said.code == 2
    assert "there is no closure 7 that stands: `milepost calendar list` names them" in said.err
