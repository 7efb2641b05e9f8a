"""The report for programs: its keys, and that it says what the page says."""

import json
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from report.reading.lately import Changed
from report.reading.today import read_today
from report.rows import AlertRow, ClientRow, FeedbackRow, IndicatorRow, MilestoneRow, ProjectRow, SourceRow
from report.structured import as_json
from rules.health.turns import Turn
from tests.alerts.firm import TUESDAY, put
from tests.report.browser import figures
from tests.report.firm import asked, feedback, milestone, project

DOCUMENTED = (Path(__file__).parents[2] / "docs" / "report.md").read_text("utf-8")


def structured(engine: Engine, **how: Any) -> dict[str, Any]:
    """The report for programs; `how` as `tests.report.firm.asked` takes it."""
    with asked(engine, **how) as one:
        return as_json(read_today(one), one)


def test_the_figures_are_those_of_the_page_and_of_the_lists(engine: Engine) -> None:
    """Scenario 2: the sum on every page and export agrees."""
    put(engine, "milestone", milestone(1), milestone(2, due_on=date(2026, 12, 1)), milestone(3, due_on=None))
    put(engine, "milestone", milestone(4, client_facing=False))
    put(engine, "milestone", milestone(5, due_on=date(2027, 1, 29), baseline_on=date(2026, 10, 30)))
    put(engine, "feedback", feedback(1), feedback(2))
    put(engine, "project", project(11, name="Campus Wi-Fi"))
    told = json.loads(json.dumps(structured(engine)))

    assert told["figures"] == {
        "overdue_milestones": 1,
        "moved_past_promise": 1,
        "overdue_internal": 1,
        "unhandled_feedback": 2,
        "other_alerts": 0,
        "due_this_week": 0,
        "due_in_30_days": 1,
        "undated_milestones": 1,
        "projects_without_client": 1,
        "clients_without_bd": 1,
    }
    on_page = {anchor: figure.value for anchor, figure in figures(engine).items()}
    assert on_page == {"overdue": 1, "moved": 1, "feedback": 2, "due-soon": 0, "unowned": 2}
    lists = ("overdue_milestones", "moved_past_promise", "unhandled_feedback", "due_soon")
    assert [len(told[name]) for name in lists] == [1, 1, 2, 1]


def test_values_are_what_programs_read(engine: Engine) -> None:
    """Dates as dates, instants in UTC with a Z, spans in seconds, sets in order."""
    put(engine, "milestone", milestone(1))
    put(engine, "feedback", feedback(1))

    told = structured(engine)

    assert (told["as_of"], told["timezone"]) == ("2026-11-24T01:00:00Z", "Asia/Hong_Kong")
    assert told["overdue_milestones"][0]["due_on"] == "2026-11-16"
    assert told["unhandled_feedback"][0]["waiting_since"] == "2026-11-20T08:30:00Z"
    assert told["sources"][0] == {
        "name": "delivery",
        "tool": "Jira",
        "label": "Jira",
        "last_ok_at": "2026-11-24T00:52:00Z",
        "age": 480.0,
        "stale": False,
        "error": "",
        "why": "",
        "asked_again_at": None,
        "problems": 0,
        "feeds": ["milestones", "projects"],
        "doubts": [],
        "incomplete": [],
    }


def test_narrowed_to_one_bd_manager_no_name_of_another_client_is_left(engine: Engine) -> None:
    """A program that is handed Sandy's report must not learn who Marco's clients are."""
    put(engine, "milestone", milestone(1))
    put(engine, "feedback", feedback(1))

    told = structured(engine, bd="sandy")

    assert (told["bd"], told["bd_managers"]) == ("sandy", {"sandy": "莫詠珊"})
    assert told["clients"] == {"client/kite": {"names": {"": "Paper Kite Stores"}, "bd": "person/sandy"}}
    text = json.dumps(told, ensure_ascii=False)
    for other in ("Nine Ferries", "九渡", "Slow Boat", "Cloud Hill", "marco", "kevin", "UAT"):
        assert other not in text


def test_the_indicators_are_the_firms_and_narrowed_those_of_ones_own_clients(engine: Engine) -> None:
    """What was missed is named by its key: whoever reads of their own clients learns nothing of another's."""
    month = {"months": 1, "first_on": date(2026, 10, 1), "last_on": date(2026, 10, 31), "computed_at": TUESDAY}
    month |= {"indicator": "on_time", "counted": 6, "met": 5, "value": 83.3, "details": {"missed": ["boards/cards/1"]}}
    clients = (None, "client/bank", "client/kite", "client/gone")
    put(engine, "indicator_month", *({**month, "key": f"on_time/{name}", "client_key": name} for name in clients))
    told = [structured(engine), structured(engine, bd="sandy")]

    assert [[row["client"] for row in one["indicators"]] for one in told] == [
        [None, "client/bank", "client/kite"],
        ["client/kite"],
    ]
    first = told[0]["indicators"][0]
    assert (first["value"], first["last_on"], first["frozen_at"]) == (83.3, "2026-10-31", None)


def test_every_key_is_documented(engine: Engine) -> None:
    """Somebody's spreadsheet hangs on these names: a new one is explained, one that goes is missed here."""
    told = structured(engine)
    rows = (MilestoneRow, FeedbackRow, AlertRow, Changed, Turn, IndicatorRow, ProjectRow, ClientRow, SourceRow)
    keys = {*told, *told["figures"], *told["changes"], *(field.name for row in rows for field in fields(row))}
    keys = (keys - {"facts"}) | {"title", "why"}

    documented = {line.split("`")[1] for line in DOCUMENTED.splitlines() if line.startswith("| `")}

    assert keys == documented
