"""The views of workload and of projects: whose hours are counted, in which week, against what."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

from config.language import LANGUAGES
from rules.evaluate import Finding, find
from rules.load import load_rules
from rules.titles import Reading
from rules.views import View, select_view
from rules.views.project import PROJECT_VIEW
from rules.views.workload import WORKLOAD
from tests.rules.rows import SETTINGS, ZONE, database, fill, local, moment, source
from unify import tables

RULES = {rule.id: rule for rule in load_rules(SETTINGS)}
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


def load(folder: Path, *rows: SQLModel, capacity: float = 32, **more: Any) -> list[dict[str, Any]]:
    leung = tables.Person(**LEUNG.model_dump() | {"capacity_hours": capacity})
    return read(folder, WORKLOAD, leung, account(1), *rows, **more)


def over(folder: Path, *rows: SQLModel) -> list[Finding]:
    """What `workload-over` finds of Leung."""
    folder.mkdir(exist_ok=True)
    leung = tables.Person(**LEUNG.model_dump())
    with database(folder, source(), leung, account(1), *rows) as engine, engine.begin() as connection:
        return find(connection, RULES["workload-over"], moment())


def titles(finding: Finding) -> list[str]:
    """In each language."""
    rule = RULES[finding.rule]
    return [rule.title(finding.facts, Reading(language, ZONE, TUESDAY)) for language in LANGUAGES]


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
    assert (row["this_week"], row["over_capacity"], row["few_estimates"]) == (True, False, False)


@pytest.mark.parametrize(
    "values",
    [
        {"status_category": "done"},
        {"status_category": "cancelled"},
        {"due_on": None},
        {"assignee_accounts": []},
        {"assignee_accounts": ["delivery/users/2"]},
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


def test_the_hours_of_a_week_are_those_that_its_working_days_take(tmp_path: Path) -> None:
    """Tuesday of a week of four working days: 12 h due on Wednesday, 16 h due on Tuesday in a week, of whose six days
    four are in this week, and 8 h that are late: 30.7 of 25.6 h, which is 120 % to the reader and not yet more."""
    this, following = load(
        tmp_path,
        item(1, due_on=date(2026, 10, 21), remaining_hours=12),
        item(2, due_on=date(2026, 10, 27), remaining_hours=16),
        item(3, due_on=date(2026, 10, 9), remaining_hours=8),
        capacity=0,
        at="2026-10-20 09:00",
    )

    assert (this["week_on"], this["remaining_hours"], this["capacity_hours"]) == (date(2026, 10, 19), 30.6667, 25.6)
    assert (round(this["load_percent"], 1), this["over_capacity"], this["items"]) == (119.8, True, 2)
    assert (following["week_on"], following["remaining_hours"], following["items"]) == (date(2026, 10, 26), 5.3333, 1)
    assert (following["capacity_hours"], following["over_capacity"]) == (32, False)


@pytest.mark.parametrize(
    ("remaining", "severity"), [(32.0, None), (32.01, "warning"), (38.4, "warning"), (38.41, "high")]
)
def test_more_than_a_week_has_is_amber_and_more_than_a_fifth_more_is_red(
    tmp_path: Path, remaining: float, severity: str | None
) -> None:
    """100.0 % is a full week, and 120.0 % is amber."""
    found = over(tmp_path, item(1, remaining_hours=remaining))

    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_the_title_tells_the_reason_that_held(tmp_path: Path) -> None:
    """Of twelve items of which one is said to take five hours, the hours are not what is too much."""
    unsaid = [item(number) for number in range(2, 13)]

    (many,) = over(tmp_path / "many", item(1, remaining_hours=5), *unsaid)
    (long,) = over(tmp_path / "long", item(1, remaining_hours=40.5), *unsaid)
    assert over(tmp_path / "few", item(1, remaining_hours=5), *unsaid[2:]) == []

    assert titles(many) == [
        "梁子謙: 12 items due this week",
        "梁子謙 本週有 12 項工作到期",
        "【超负荷】梁子謙 本周有 12 项工作到期",
    ]
    assert titles(long) == [
        "梁子謙: 40.5 h of work against 32 h this week",
        "梁子謙 本週工作量 40.5 小時，超出 32 小時上限",
        "【超负荷】梁子謙 本周工作量 40.5 小时，上限 32 小时",
    ]


def test_what_nobody_estimated_counts_beside_what_was(tmp_path: Path) -> None:
    """Fifteen estimates of an hour do not make eleven unknowns small."""
    told = [item(number, remaining_hours=1) for number in range(1, 16)]
    unsaid = [item(number) for number in range(20, 31)]

    assert len(over(tmp_path / "eleven", *told, *unsaid)) == 1
    assert over(tmp_path / "ten", *told, *unsaid[1:]) == []


def test_who_share_an_item_have_an_equal_part_of_it_each(tmp_path: Path) -> None:
    """Also where the other one is nobody whom the hub knows."""
    other = tables.Person(key="person/other", name="Other", side="team")
    shared = item(1, remaining_hours=9, assignee_accounts=["delivery/users/2", "delivery/users/1", "delivery/users/9"])

    rows = load(tmp_path, other, account(2, person_key=other.key), shared)

    assert {row["owner"]: (row["items"], row["remaining_hours"]) for row in rows} == {
        LEUNG.key: (1, 3),
        other.key: (1, 3),
    }


def test_the_hours_of_what_has_parts_are_those_of_its_parts(tmp_path: Path) -> None:
    """A story's estimate is the sum of its sub-tasks', and would count twice; a part that is gone is none."""
    parts = [
        item(2, parent_key="delivery/issues/1", remaining_hours=4),
        item(4, parent_key="delivery/issues/3", deleted_at=local("2026-11-20 09:00")),
    ]

    (row,) = load(tmp_path, item(1, remaining_hours=16), item(3, remaining_hours=2), *parts)

    assert (row["items"], row["remaining_hours"]) == (2, 6)


@pytest.mark.parametrize(
    ("values", "hours"),
    [
        ({"due_on": date(2026, 11, 30)}, {"11-23": 8, "11-30": 2}),
        ({"due_on": date(2026, 11, 30), "start_on": date(2026, 11, 27)}, {"11-23": 5, "11-30": 5}),
        ({"due_on": date(2026, 11, 30), "start_on": date(2026, 11, 2)}, {"11-23": 8, "11-30": 2}),
        ({"due_on": date(2026, 11, 30), "start_on": date(2026, 12, 24)}, {"11-23": 8, "11-30": 2}),
        ({"due_on": date(2026, 12, 4), "start_on": date(2026, 12, 3)}, {"11-30": 10}),
        ({"due_on": date(2026, 11, 29), "start_on": date(2026, 11, 28)}, {"11-23": 10}),
        ({"due_on": date(2026, 12, 8), "start_on": date(2026, 12, 3)}, {"11-30": 5}),
        ({"due_on": date(2026, 12, 8), "start_on": date(2026, 12, 7)}, {}),
        ({"due_on": date(2025, 1, 1)}, {"11-23": 10}),
        ({"due_on": date(9999, 12, 31), "start_on": date(9999, 1, 1)}, {}),
    ],
)
def test_work_is_spread_over_its_working_days(tmp_path: Path, values: dict[str, Any], hours: dict[str, float]) -> None:
    """From Tuesday 24 November or its start; where it has days off only, in the week of its date; far off, not yet."""
    rows = load(tmp_path, item(1, remaining_hours=10, **values))

    assert {row["week_on"].strftime("%m-%d"): row["remaining_hours"] for row in rows} == hours


@pytest.mark.parametrize("at", ["2026-11-23 00:00", "2026-11-29 23:59"])
def test_a_week_is_from_monday_to_sunday(tmp_path: Path, at: str) -> None:
    """This one and the next: what has passed is late, and what is far off will change."""
    dates = ("2026-11-22", "2026-11-29", "2026-11-30", "2026-12-06", "2026-12-07")

    rows = load(tmp_path, *(item(n, due_on=date.fromisoformat(on)) for n, on in enumerate(dates)), at=at)

    assert [(row["week_on"].isoformat(), row["items"], row["this_week"]) for row in rows] == [
        ("2026-11-23", 2, True),
        ("2026-11-30", 2, False),
    ]


def test_what_is_due_later_and_takes_nobody_knows_how_long_is_of_neither_week(tmp_path: Path) -> None:
    """Nothing of it can be told yet; with an estimate its share of each week can."""
    later = {"due_on": date(2026, 12, 18)}

    assert load(tmp_path / "unsaid", item(1, **later)) == []
    assert [row["items"] for row in load(tmp_path / "told", item(1, estimate_hours=19, **later))] == [0, 0]


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


def test_a_budget_that_is_spent_to_the_hour_is_not_overspent(tmp_path: Path) -> None:
    """A hundred times 2.3 hours are 230 and not, as floats have it, 230.00000000000003."""
    work = [item(number, status_category="done", spent_hours=2.3) for number in range(100)]

    (row,) = read(tmp_path, PROJECT_VIEW, project(budget_hours=230), *work)

    assert (row["spent_hours"], row["spent_percent"]) == (230, 100)


@pytest.mark.parametrize(
    ("open_items", "done_items", "words"),
    [(1, 0, "1 of 1 item is open."), (1, 1, "1 of 2 items is open."), (2, 0, "2 of 2 items are open.")],
)
def test_one_item_is_open_and_two_are(tmp_path: Path, open_items: int, done_items: int, words: str) -> None:
    """In the reason, as people say it."""
    done = [item(number, status_category="done", spent_hours=9) for number in range(10, 10 + done_items)]
    todo = [item(number, spent_hours=9) for number in range(open_items)]
    (row,) = read(tmp_path, PROJECT_VIEW, project(budget_hours=1), *done, *todo)

    assert RULES["effort-over"].reason(row, Reading("en", ZONE, TUESDAY)).startswith(words)


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
