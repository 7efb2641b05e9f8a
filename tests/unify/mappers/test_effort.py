"""Hours of work, in each of the three tools: what was estimated, what remains, what was spent."""

from typing import Any

import pytest

from connectors.base import Record
from connectors.jira_fields import FIELDS
from tests.connectors.jira_firm import context as jira_context
from tests.unify.mappers import test_asana, test_jira, test_trello
from unify.mappers import jira
from unify.mappers.effort import MOST_HOURS
from unify.mapping import Mapped

HOURS = ("estimate_hours", "remaining_hours", "spent_hours")


def in_jira(**tracking: Any) -> Mapped:
    """An issue with this time tracking."""
    payload = test_jira.issue(timetracking=tracking)
    return jira.map_record(Record("issues", "20417", None, payload), jira_context())


def in_trello(said: dict[str, str], **settings: Any) -> Mapped:
    """A card whose text fields of these names hold that."""
    board = test_trello.VOCABULARY["boards"][test_trello.BOARD]
    known = [{"id": name, "name": name, "type": "text"} for name in said]
    words = {"boards": {test_trello.BOARD: board | {"customFields": known}}}
    items = [{"idCustomField": name, "value": {"text": value}} for name, value in said.items()]
    payload = test_trello.card(customFieldItems=items)
    return test_trello.mapped(payload, vocabulary=test_trello.VOCABULARY | words, **settings)


def in_asana(*fields: dict[str, Any], tracked: Any = None, **settings: Any) -> Mapped:
    """A task with these custom fields, for which so many minutes were tracked."""
    return test_asana.mapped(test_asana.task(custom_fields=list(fields), actual_time_minutes=tracked), **settings)


def number(name: str, value: Any, kind: str = "none") -> dict[str, Any]:
    """A number of Asana."""
    shown = None if value is None else str(value)
    return {"gid": "1", "name": name, "format": kind, "number_value": value, "display_value": shown}


def told(mapped: Mapped) -> tuple[float | None, ...]:
    """Estimate, remaining and spent of the one item; nothing may be unreadable."""
    assert mapped.problems == []
    (item,) = mapped.rows["work_item"]
    return tuple(item[name] for name in HOURS)


def test_jira_tells_seconds() -> None:
    """It is asked for them with the issue: no request more."""
    seconds = {"originalEstimateSeconds": 43200, "remainingEstimateSeconds": 30600, "timeSpentSeconds": 12600}

    assert told(in_jira(**seconds, originalEstimate="1d 4h")) == (12.0, 8.5, 3.5)
    assert told(in_jira(timeSpentSeconds=60)) == (None, None, 0.0167)
    assert told(in_jira()) == (None, None, None)
    assert "timetracking" in FIELDS


def test_asana_tells_its_own_estimate_and_time_in_minutes() -> None:
    """A firm's own number of hours is taken as it is, and goes before what was tracked."""
    assert told(in_asana(number("Estimated time", 960, "duration"), tracked=240)) == (16.0, None, 4.0)
    assert told(in_asana(number("預計工時", 7.5), number("Actual hours", 3), tracked=240)) == (7.5, None, 3.0)
    assert told(in_asana(number("Remaining time", None), tracked=0)) == (None, None, 0.0)


def test_trello_tells_hours_in_custom_fields() -> None:
    """A board without such fields tells nothing."""
    assert told(in_trello({"Estimated hours": "12.5", "剩余工时": "４ 小时", "TIME SPENT": "8h"})) == (12.5, 4.0, 8.0)
    assert told(in_trello({"Points": "8"})) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("8 人时", 8.0),
        ("8人時", 8.0),
        ("8 工时", 8.0),
        ("7.5工時", 7.5),
        ("8h 30m", 8.5),
        ("8h30m", 8.5),
        ("8 小時 15 分鐘", 8.25),
        ("1,200", 1200.0),
        ("1,200.5 hrs", 1200.5),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: float) -> None:
    """With the unit of a timesheet, with minutes, with commas between thousands."""
    assert told(in_trello({"Time spent": text})) == (None, None, hours)


def test_a_field_of_another_name_is_read_where_the_config_names_it() -> None:
    """Ours is then no longer asked."""
    names = {"effort_fields": {"estimate": "Est."}}

    assert told(in_trello({"Est.": "5", "Estimated hours": "9"}, **names)) == (5.0, None, None)
    assert told(in_asana(number("Est.", 5), **names)) == (5.0, None, None)


ODD = [-1, -0.5, MOST_HOURS * 3600 + 1, 1e300, float("nan"), float("inf"), "soon", True, [], {"h": 1}]


@pytest.mark.parametrize("value", ODD)
def test_an_odd_number_is_named_and_stays_empty(value: Any) -> None:
    """Below zero, beyond any work, no number: a sum would carry it into every figure."""
    for made, field in (
        (in_jira(timeSpentSeconds=value), "fields.timetracking.timeSpentSeconds"),
        (in_asana(tracked=value), "actual_time_minutes"),
    ):
        assert [one.field for one in made.problems] == [field]
        assert made.rows["work_item"][0]["spent_hours"] is None


@pytest.mark.parametrize(
    "text", ["-4", "2d 4h", "1e5", "100001", "9" * 400, "12,5", "half a day", "４：３０", "8 30m", "8h 75m"]
)
def test_a_text_that_is_no_number_of_hours_is_named_and_stays_empty(text: str) -> None:
    """A guess would be reckoned with."""
    for made in (in_trello({"Time spent": text}), in_asana({"gid": "1", "name": "Time spent", "display_value": text})):
        assert [one.field for one in made.problems] == ["Time spent"]
        assert made.rows["work_item"][0]["spent_hours"] is None


@pytest.mark.parametrize("tracking", [None, [], "8h", 8])
def test_time_tracking_of_another_form_is_no_reason_to_lose_the_issue(tracking: Any) -> None:
    """A site that switched it off sends none."""
    payload = test_jira.issue(timetracking=tracking)
    made = jira.map_record(Record("issues", "1", None, payload), jira_context())

    assert [made.rows["work_item"][0][name] for name in HOURS] == [None, None, None]
    assert bool(made.problems) is bool(tracking)


def test_a_project_has_the_hours_that_the_config_gives_it() -> None:
    """By the key that people use: Jira's, the board's id, the gid."""
    project = {"id": "10010", "key": "APP", "name": "App"}
    for key in ("APP", "10010"):
        made = jira.map_record(Record("projects", "10010", None, project), jira_context(budget_hours={key: 280}))
        assert made.rows["project"][0]["budget_hours"] == 280

    board = test_trello.VOCABULARY["boards"][test_trello.BOARD]
    (row,) = test_trello.mapped(board, "boards", budget_hours={test_trello.BOARD: 90}).rows["project"]
    assert row["budget_hours"] == 90
    task_project = test_asana.project()
    (row,) = test_asana.mapped(task_project, "projects", budget_hours={task_project["gid"]: 90}).rows["project"]
    assert row["budget_hours"] == 90
