"""The rules that tell once a month of a figure below its target, and the view that they look at."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from config.settings import RuleSettings, Settings, SourceSettings
from rules.evaluate import evaluate
from rules.load import load_rules
from rules.measured import unmeasured
from rules.views import select_view
from rules.views.indicator import INDICATOR
from tests.rules.rows import STORY, database, local, moment
from unify import tables
from unify.freshness import read_freshness

SETTINGS = Settings(
    coordinator="kitty",
    sources={"delivery": SourceSettings.model_construct(name="delivery", kind="jira")},
)


def figure(month: int = 10, **values: Any) -> tables.IndicatorMonth:
    """Promises kept over three months, closed in the next month."""
    row: dict[str, Any] = {
        "indicator": "on_time",
        "months": 3,
        "counted": 12,
        "met": 9,
        "value": 75.0,
        "computed_at": STORY,
    }
    row |= {"first_on": date(2026, month - 2, 1), "last_on": date(2026, month, 28)}
    row |= {"frozen_at": local(f"2026-{month + 1:02}-05 00:00"), **values}
    return tables.IndicatorMonth(key=f"{row['indicator']}/{row['months']}/2026-{month:02}", **row)


def found(folder: Path, rule: str, *rows: SQLModel, **params: Any) -> list[str]:
    """What the rule finds; `params` are the config's."""
    known = load_rules(SETTINGS.model_copy(update={"rules": {rule: RuleSettings(**params)}}))
    with database(folder, *rows) as engine:
        (outcome,) = evaluate(engine, [one for one in known if one.id == rule], moment())
    assert outcome.error is None
    return [finding.subject for finding in outcome.findings]


def test_only_the_last_month_that_is_closed_is_told_of(tmp_path: Path) -> None:
    """One alert a month: the next month's figure takes the place of the last one's, the running month waits."""
    rows = (figure(9), figure(10), figure(11, frozen_at=None))

    assert found(tmp_path, "on-time-rate-low", *rows) == ["on_time/3/2026-10"]


def test_a_month_that_closed_before_the_hub_was_there_is_told_of_too(tmp_path: Path) -> None:
    """On its first morning the hub knows no frozen month, and what the tools remember is below target even so."""
    rows = (figure(9, frozen_at=None, reconstructed=True), figure(10, frozen_at=None, reconstructed=True))

    assert found(tmp_path, "on-time-rate-low", *rows, figure(11, frozen_at=None)) == ["on_time/3/2026-10"]


def test_it_is_over_once_the_next_month_is_on_target(tmp_path: Path) -> None:
    """And also where of that month something else was counted only."""
    (tmp_path / "other").mkdir()

    assert found(tmp_path, "on-time-rate-low", figure(9), figure(10, met=11, value=91.7)) == []
    other = figure(10, indicator="first_response", months=1)
    assert found(tmp_path / "other", "on-time-rate-low", figure(9), other) == []


@pytest.mark.parametrize(("target", "told"), [(75, 0), (75.1, 1)])
def test_the_target_is_the_firms_own(tmp_path: Path, target: float, told: int) -> None:
    """On target is what reaches it."""
    assert len(found(tmp_path, "on-time-rate-low", figure(), target=target)) == told


def test_a_figure_is_told_as_it_was_frozen(tmp_path: Path) -> None:
    """What it would be by now stands beside it, and starts no alarm about a month that was closed on target."""
    row = figure(met=11, value=91.7, restated={"counted": 12, "met": 9, "value": 75.0, "at": "2026-11-20T00:00:00Z"})

    assert found(tmp_path, "on-time-rate-low", row) == []


def test_each_indicator_has_a_column_of_its_own(tmp_path: Path) -> None:
    """So that a rule compares no percents with hours."""
    with database(tmp_path, figure()) as engine, engine.connect() as connection:
        (row,) = select_view(INDICATOR, moment()).read(connection)

    assert (row["on_time"], row["satisfaction"], row["value"]) == (75.0, None, 75.0)
    assert (row["enough"], row["current"], row["source"], row["client"]) == (True, True, "", None)


def test_what_nobody_delivers_is_not_measured(tmp_path: Path) -> None:
    """A tool that knows no surveys tells nothing of satisfaction: silence is no good news."""
    rows = figure(), figure(indicator="satisfaction", months=12, counted=0, met=None, value=None)
    with database(tmp_path, *rows) as engine, engine.connect() as connection:
        freshness = read_freshness(connection, SETTINGS, STORY)
        lacking = unmeasured(connection, load_rules(SETTINGS), SETTINGS, freshness)

    assert "on-time-rate-low" not in lacking
    assert [one.data for one in lacking["satisfaction-low"]] == ["scores of surveys"]
    assert [one.data for one in lacking["risk-response-low"]] == ["responses to risks"]
