"""A source that stays away: `serve` asks it less often, `milepost sync` always, and `status` says why and when."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.opening import open_hub
from sandbox.http import Fault
from tests.cli.home import Home
from tests.journey.day import AT_ONCE


@pytest.fixture
def away(home: Home) -> Callable[[], int]:
    """Trello answers 503 from now on; says how often it was asked since it was last wanted to know."""
    app = home.sandbox.trello.app
    app.faults.append(Fault(".*", 503, {}, "", times=1_000_000))
    counted = 0

    def asked() -> int:
        nonlocal counted
        before, counted = counted, len(app.log)
        return counted - before

    return asked


def by_itself(config: Path) -> None:
    """What `serve` does when the source's time has come."""
    with open_hub(config, patience=AT_ONCE) as hub:
        (job,) = (job for job in hub.jobs(lambda name: None) if job.name == "sync:boards")
        job.run()


def test_a_source_that_stays_away_is_left_alone_even_after_a_restart(home: Home, away: Callable[[], int]) -> None:
    """A service that is restarted in a loop must not ask in a loop."""
    for _ in range(3):
        by_itself(home.config)

    assert away() > 0
    by_itself(home.config)
    assert away() == 0


def test_changed_settings_are_tried_at_once(home: Home, away: Callable[[], int]) -> None:
    """By `serve`, which reads them again on a signal, as by one that is started anew."""
    for _ in range(3):
        by_itself(home.config)
    away()

    home.change('kind = "trello"', 'kind = "trello"\nsince = "2020-01-01"')
    by_itself(home.config)

    assert away() > 0


def test_whoever_asks_by_hand_is_served(home: Home, away: Callable[[], int]) -> None:
    """Somebody has just mended the token and wants to see it work; from then on it is read as usual."""
    by_itself(home.config)
    away()
    home.sandbox.trello.app.faults.clear()

    assert home.run("sync", "boards").code == 0
    assert away() > 0
    by_itself(home.config)
    assert away() > 0


@pytest.mark.usefixtures("away")
def test_status_says_why_and_when_it_is_asked_again(home: Home) -> None:
    """Else somebody waits for ten minutes that last four hours."""
    for _ in range(2):
        with open_hub(home.config, patience=AT_ONCE) as hub:
            hub.sync(["boards"])

    said = home.run("status")

    assert said.code == 1
    assert "answered 503" in said.out
    assert "2 times in a row; asked again from" in said.out
    boards = next(row for row in home.run("status", "--json").json["sources"] if row["source"] == "boards")
    assert (boards["broken"]["failures"], boards["broken"]["why"]) == (2, "away")
