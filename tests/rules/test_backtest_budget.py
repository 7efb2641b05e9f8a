"""How long a back-test may take: all of it together, and whatever takes the time."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from rules.backtest import Budget, backtest
from rules.evaluate import find
from rules.fence import TooSlow
from tests.rules.past_rows import change, hours
from tests.rules.rows import SETTINGS, database, due, local, milestone, moment, source
from tests.rules.test_evaluate import rule

NOVEMBER = local("2026-11-01 00:00")


class Clock:
    """A clock that was looked at so many times; after the first `in_time` looks the time is over."""

    def __init__(self, in_time: int) -> None:
        self.looks, self._in_time = 0, in_time

    def __call__(self) -> float:
        self.looks += 1
        return 0.0 if self.looks <= self._in_time else 31.0


def test_a_back_test_is_stopped_wherever_it_is_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """A limit for each slice is none where there are thousands. The next rule is tried over the same connection."""
    row = milestone(1, **due(date(2026, 11, 20), created_at=local("2026-09-01 10:00"), status_native="Doing"))
    moved = change(row, "due", "2026-11-10", "2026-11-20", local("2026-11-12 15:30"))
    tried = rule("days_overdue > 2 or on_day_off and slip_days > 3")

    with database(tmp_path, source(), row, moved) as engine, engine.connect() as connection, connection.begin():
        patient = Clock(1_000)
        done = backtest(connection, tried, SETTINGS, hours(NOVEMBER), Budget(30.0, patient))
        for looks in range(1, patient.looks):
            with pytest.raises(TooSlow, match="took longer than 30 s and was stopped"):
                backtest(connection, tried, SETTINGS, hours(NOVEMBER), Budget(30.0, Clock(looks)))
            assert len(find(connection, tried, moment())) == 1

    assert patient.looks > 5, "more than one for each query"
    assert done.raised


def test_the_time_left_is_all_that_a_query_gets(tmp_path: Path) -> None:
    """And the whole is what is told: how long the last query had helps nobody."""
    many = " CROSS JOIN ".join(f"milestone AS m{number}" for number in range(20))
    seconds = iter([0.0, 9.8])
    budget = Budget(10.0, lambda: next(seconds))

    with database(tmp_path, *(milestone(number) for number in range(10))) as engine, engine.connect() as connection:
        stopped = pytest.raises(TooSlow, match="longer than 10 s")
        with connection.begin(), stopped, budget.fenced(connection, {"milestone"}):
            connection.execute(text(f"SELECT count(*) FROM {many} WHERE m0.key || m19.key = ''"))


def test_more_rows_may_take_longer() -> None:
    """To walk a million rows back takes minutes, whatever the rule."""
    assert Budget.of(1_000_000).left() > 1_000 > 31 > Budget.of(0).left()
