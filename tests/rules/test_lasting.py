"""A rule's `for`: how it is written, how long that is, and what the back-test makes of it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from rules.backtest.episodes import Raised, Stage, lasting
from rules.moment import Moment
from rules.rule import Lasting
from rules.working_time import calendars
from tests.rules.rows import SETTINGS, local
from tests.rules.test_load import GOOD, load, mistakes

BEGIN = local("2026-11-24 09:00")
HOURLY = [BEGIN + timedelta(hours=hours) for hours in range(30)]


def moment() -> Moment:
    """The last of those times."""
    return Moment.of(SETTINGS, calendars(SETTINGS, HOURLY[-1]), HOURLY[-1])


@pytest.mark.parametrize(("text", "expected"), [("4h", Lasting(4, "h")), ("2wd", Lasting(2, "wd"))])
def test_it_is_written_in_hours_or_working_days(tmp_path: Path, text: str, expected: Lasting) -> None:
    """As `repeat` is."""
    rule = load(tmp_path, f"{GOOD.rstrip()}\n  for: {text}\n")[-1]

    assert rule.lasting == expected


def test_what_is_no_span_is_told_with_its_place(tmp_path: Path) -> None:
    """And with what to write."""
    told = mistakes(tmp_path, f"{GOOD.rstrip()}\n  for: soon\n")

    assert [line.split(": ", 1)[1] for line in told] == ['\'soon\': write working days as "2wd", or hours as "4h"']


def test_a_rule_that_says_nothing_waits_for_nothing(tmp_path: Path) -> None:
    """Its alert fires as soon as it holds."""
    assert load(tmp_path, GOOD)[-1].lasting is None


def test_the_back_test_leaves_out_what_did_not_last_and_begins_later_what_did(tmp_path: Path) -> None:
    """As rounds would have: what grew worse meanwhile fires as bad as it is by then."""
    rule = replace(load(tmp_path, GOOD)[-1], lasting=Lasting(4, "h"))
    first, worse, later = (Stage(tick, severity, {}) for tick, severity in ((0, "info"), (2, "high"), (9, "critical")))
    raised = [
        Raised("short", (first,), 4),
        Raised("long", (first, worse, later), 12),
        Raised("open", (Stage(20, "info", {}),), None),
        Raised("new", (Stage(28, "info", {}),), None),
    ]

    found = lasting(raised, rule, HOURLY, moment())

    assert [(one.subject, [(stage.tick, stage.severity) for stage in one.stages], one.ends) for one in found] == [
        ("long", [(4, "high"), (9, "critical")], 12),
        ("open", [(24, "info")], None),
    ]


def test_a_working_day_is_eight_working_hours_of_those_who_must_act() -> None:
    """From Tuesday noon to Wednesday noon, whatever night lies between."""
    calendar, since = moment().calendar("default"), local("2026-11-24 12:00")

    assert not Lasting(1, "wd").is_over(since, local("2026-11-25 11:59"), calendar)
    assert Lasting(1, "wd").is_over(since, local("2026-11-25 12:00"), calendar)
