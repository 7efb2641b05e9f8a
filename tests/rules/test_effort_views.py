"""The views of workload and of projects: whose hours are counted, in which week, against what."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

from rules.views import View, select_view
from rules.views.project import PROJECT_VIEW
from rules.views.workload import WORKLOAD
from tests.rules.rows import database, fill, local, moment, source
from unify import tables

TUESDAY = date(2026, 11, 24)
LEUNG = tables.Person(key="person/leung", name="梁子謙", side="team", capacity_hours=32)


def account(number: int, of: str = "delivery", **values: Any) -> tables.Account:
    """One of Leung's."""
    key = f"{of}/users/{number}"
    return tables.Account(key=key, source=of, vendor_id=str(number), **{"person_key": LEUNG.key, **values})


def item(number: int, **values: Any) -> tables.WorkItem:
    """An open item of Leung's that is due on the story's Tuesday."""
    row: dict[str, Any] = {
        "source": "delivery",
        "project_key": "delivery/projects/1",
        "status_category": "todo",
        "assignee_accounts": ["delivery/users/1"],
        "due_on": TUESDAY,
    } | values
    return tables.WorkItem(key=f"{row['source']}/issues/{number}", vendor_id=str(number), **row)


def project(**values: Any) -> tables.Project:
    return tables.Project(key="delivery/projects/1", source="delivery", vendor_id="1", name="EDI", **values)


def read(folder: Path, view: View, *rows: SQLModel, at: str = "2026-11-24 09:00") -> list[dict[str, Any]]:
    """The rows of `view`."""
    folder.mkdir(exist_ok=True)
    with database(folder, source(), source("tasks", kind="asana"), *rows) as engine, engine.connect() as connection:
        return select_view(view, moment(local(at))).read(connection)


def load(folder: Path, *rows: SQLModel, **more: Any) -> list[dict[str, Any]]:
    return read(folder, WORKLOAD, tables.Person(**LEUNG.model_dump()), account(1), *rows, **more)


def test_work_of_every_tool_is_one_persons_load_of_a_week(tmp_path: Path) -> None:
    """Whoever looks at one tool alone sees half of it."""
    (row,) = load(
        tmp_path,
        project(),
        account(7, "tasks"),
        item(1, remaining_hours=8.5, estimate_hours=12, spent_hours=3.5),
        item(2, source="tasks", assignee_accounts=["tasks/users/7"], estimate_hours=16, spent_hours=4),
        item(3, estimate_hours=8, spent_hours=9),
        item(4),
    )

    assert row["key"] == "person/leung/2026-11-23"
    assert (row["name"], row["week_on"], row["capacity_hours"]) == ("梁子謙", date(2026, 11, 23), 32)
    assert (row["items"], row["estimated_items"], row["remaining_hours"]) == (4, 3, 20.5)
    assert row["is_near"] is True


@pytest.mark.parametrize(
    "values",
    [
        {"status_category": "done"},
        {"status_category": "cancelled"},
        {"due_on": None},
        {"assignee_accounts": []},
        {"assignee_accounts": ["delivery/users/2", "delivery/users/1"]},
        {"deleted_at": local("2026-11-20 09:00")},
        {"source": "gone"},
    ],
)
def test_what_is_not_theirs_to_do_does_not_count(tmp_path: Path, values: dict[str, Any]) -> None:
    """Done, given up, undated, somebody else's, deleted, or of a source that left the config."""
    other = tables.Person(key="person/other", name="Other", side="team")

    rows = load(tmp_path, project(), other, account(2, person_key=other.key), item(1, **values))

    assert [row for row in rows if row["owner"] == LEUNG.key] == []


def test_a_milestone_is_a_date_and_no_work(tmp_path: Path) -> None:
    """What is to be done for it has items of its own."""
    own = tables.Milestone(key="delivery/issues/1", source="delivery", vendor_id="1", kind="item")

    assert load(tmp_path, project(), item(1, remaining_hours=50), own) == []


@pytest.mark.parametrize(
    ("due_on", "week", "near"),
    [
        ("2026-11-22", "2026-11-16", False),
        ("2026-11-23", "2026-11-23", True),
        ("2026-11-29", "2026-11-23", True),
        ("2026-11-30", "2026-11-30", True),
        ("2026-12-06", "2026-11-30", True),
        ("2026-12-07", "2026-12-07", False),
        ("2027-01-03", "2026-12-28", False),
    ],
)
@pytest.mark.parametrize("at", ["2026-11-23 00:00", "2026-11-29 23:59"])
def test_a_week_is_from_monday_to_sunday_and_this_one_and_the_next_are_near(
    tmp_path: Path, at: str, due_on: str, week: str, near: bool
) -> None:
    """A week of the calendar, also around new year; what has passed is of no use, what is far off will change."""
    (row,) = load(tmp_path, item(1, due_on=date.fromisoformat(due_on)), at=at)

    assert (row["week_on"].isoformat(), row["is_near"]) == (week, near)


def test_what_a_client_has_to_do_is_no_load(tmp_path: Path) -> None:
    """A guest of theirs may have a task."""
    guest = tables.Person(key="person/guest", name="Poon", side="client")

    rows = read(tmp_path, WORKLOAD, guest, account(1, person_key=guest.key), item(1))

    assert rows == []


def test_a_project_is_held_against_its_budget_by_all_that_was_spent(tmp_path: Path) -> None:
    """On cancelled work too: it was paid for. What is deleted was never there."""
    (row,) = read(
        tmp_path,
        PROJECT_VIEW,
        project(budget_hours=280),
        item(1, status_category="done", spent_hours=250),
        item(2, status_category="cancelled", spent_hours=50),
        item(3),
        item(4, spent_hours=99, deleted_at=local("2026-11-20 09:00")),
    )

    assert (row["spent_hours"], row["budget_hours"], round(row["spent_percent"], 1)) == (300, 280, 107.1)
    assert (row["open_items"], row["total_items"], row["open_percent"]) == (1, 2, 50)


def test_a_project_without_a_budget_is_not_reckoned(tmp_path: Path) -> None:
    """There is nothing to hold it against, and it may have a hundred thousand items."""
    (row,) = read(tmp_path, PROJECT_VIEW, project(), item(1, spent_hours=250))

    assert (row["budget_hours"], row["spent_hours"], row["spent_percent"], row["open_percent"]) == (None,) * 4


def test_postgres_reckons_the_same(tmp_path: Path, postgres: Engine) -> None:
    """Weeks begin on Mondays there too, and a sum of hours is one."""

    def rows() -> list[SQLModel]:
        sunday = item(2, due_on=date(2026, 11, 29), estimate_hours=0.1, spent_hours=0.4)
        leung = tables.Person(**LEUNG.model_dump())
        return [leung, account(1), project(budget_hours=3), item(1, remaining_hours=2.5), sunday, item(3)]

    fill(postgres, source(), source("tasks", kind="asana"), *rows())
    try:
        with postgres.connect() as connection:
            found = [select_view(view, moment()).read(connection) for view in (WORKLOAD, PROJECT_VIEW)]
    finally:
        SQLModel.metadata.drop_all(postgres)

    assert found == [read(tmp_path / view.name, view, *rows()) for view in (WORKLOAD, PROJECT_VIEW)]
    assert [row["remaining_hours"] for row in found[0]] == [2.5]
