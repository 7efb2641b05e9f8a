"""The views: who is in them, and what their computed columns say."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from config.settings import Settings
from rules.moment import Moment
from rules.views import FEEDBACK, MILESTONE, VIEWS, View, facts, select_view
from tests.rules.rows import STORY, database, due, feedback, local, milestone, moment, source
from unify import tables


def read(folder: Path, view: View, *rows: SQLModel, at: Moment | None = None) -> list[dict[str, Any]]:
    """The view over `rows`."""
    with database(folder, *rows) as engine, engine.connect() as connection:
        return select_view(view, at or moment()).read(connection)


@pytest.mark.parametrize(
    ("now", "overdue"),
    [("2026-11-16 23:59", False), ("2026-11-17 00:00", True), ("2026-11-24 09:00", True)],
)
def test_a_day_is_over_at_local_midnight(tmp_path: Path, now: str, overdue: bool) -> None:
    """Due today is not late today, whatever UTC says."""
    rows = (source(), milestone(**due(date(2026, 11, 16))))

    (row,) = read(tmp_path, MILESTONE, *rows, at=moment(local(now)))

    assert row["overdue"] is overdue


def test_the_days_of_the_demo_are_counted_as_people_count(tmp_path: Path) -> None:
    """Mon 16 to Tue 24 Nov: eight days, six of them worked; an instant of this morning is zero days late."""
    half_past_eight = local("2026-11-24 08:30")
    rows = (
        source(),
        milestone(1, **due(date(2026, 11, 16))),
        milestone(2, **due(date(2026, 11, 13))),
        milestone(
            3,
            due_on=date(2026, 11, 24),
            due_at=half_past_eight,
            deadline_on=date(2026, 11, 24),
            deadline_at=half_past_eight,
        ),
        milestone(4, **due(date(2026, 11, 16), status_category="done")),
    )

    found = read(tmp_path, MILESTONE, *rows)

    late = [(row["overdue"], row["days_overdue"], row["working_days_overdue"]) for row in found]
    assert late == [(True, 8, 6), (True, 11, 7), (True, 0, 0), (False, None, None)]


@pytest.mark.parametrize(
    ("category", "overdue"),
    [("todo", True), ("in_progress", True), ("unknown", True), ("done", False), ("cancelled", False)],
)
def test_only_done_and_cancelled_are_never_overdue(tmp_path: Path, category: str, overdue: bool) -> None:
    """A status that nobody mapped must not hide a broken promise."""
    (row,) = read(tmp_path, MILESTONE, source(), milestone(**due(date(2026, 11, 16), status_category=category)))

    assert row["overdue"] is overdue


def test_an_undated_milestone_is_not_overdue(tmp_path: Path) -> None:
    """It is counted apart; its overdue is false, not missing."""
    (row,) = read(tmp_path, MILESTONE, source(), milestone())

    assert row["overdue"] is False


@pytest.mark.parametrize("view", [MILESTONE, FEEDBACK], ids=lambda view: view.name)
def test_what_left_us_is_in_no_view(tmp_path: Path, view: View) -> None:
    """Deleted rows, sources that left the config, projects archived or gone."""
    make: Any = milestone if view is MILESTONE else feedback
    rows = [
        source(),
        source("old", active=False),
        *(
            tables.Project(key=key, source="delivery", vendor_id=key, name=key, **values)
            for key, values in _PROJECTS.items()
        ),
        make(1),
        make(2, deleted_at=STORY),
        make(3, source="old"),
        make(4, project_key="archived"),
        make(5, project_key="gone"),
        make(6, project_key="living"),
        make(7, project_key="not read yet"),
    ]

    found = read(tmp_path, view, *rows)

    assert [row["key"][-1] for row in found] == ["1", "6", "7"]


_PROJECTS: dict[str, dict[str, Any]] = {"living": {}, "archived": {"archived": True}, "gone": {"deleted_at": STORY}}


def test_a_projects_date_that_a_milestone_holds_counts_nowhere(tmp_path: Path) -> None:
    """Otherwise one promise would be told twice."""
    assert read(tmp_path, MILESTONE, source(), milestone(kind="project", counted=False)) == []


@pytest.mark.parametrize(
    ("since", "severity", "calendar", "unhandled", "waited"),
    [
        ("2026-11-20 16:30", "warning", "default", True, 9.5),  # Paper Kite
        ("2026-11-23 11:00", "high", "shenzhen", True, 6.0),  # Slow Boat
        ("2026-11-23 15:30", "warning", "default", False, 2.5),  # Cloud Hill
        ("2026-11-23 09:00", "warning", "default", False, 8.0),  # at the limit, not over it
        ("2026-11-23 08:00", "warning", "default", False, 8.0),  # before the opening: no longer
        ("2026-11-20 18:00", "warning", "default", False, 8.0),
        ("2026-11-20 17:59", "warning", "default", True, 8.02),
        ("2026-11-23 17:00", "critical", "default", False, 1.0),
        ("2026-11-23 15:59", "critical", "default", True, 2.02),
        ("2026-11-20 09:00", "info", "default", False, 16.0),
        ("2026-11-19 17:00", "info", "default", True, 17.0),
    ],
)
def test_feedback_is_unhandled_when_it_waits_longer_than_its_severity_allows(
    tmp_path: Path, since: str, severity: str, calendar: str, unhandled: bool, waited: float
) -> None:
    """In working hours of those who must answer."""
    row_in = feedback(waiting_since=local(since), severity=severity, calendar=calendar)

    (row,) = read(tmp_path, FEEDBACK, source(), row_in)

    assert (row["unhandled"], row["waited_hours"]) == (unhandled, waited)


def test_the_calendar_decides_on_a_make_up_day(tmp_path: Path) -> None:
    """Sat 10 Oct 2026 is worked on the mainland: what came in on Friday at five is late there on Saturday."""
    rows = [
        feedback(n, waiting_since=local("2026-10-09 17:00"), severity="critical", calendar=c)
        for n, c in enumerate(("default", "shenzhen"))
    ]

    found = read(tmp_path, FEEDBACK, source(), *rows, at=moment(local("2026-10-10 11:00")))

    assert [row["unhandled"] for row in found] == [False, True]


def test_the_configs_limits_are_the_views_limits(tmp_path: Path) -> None:
    """Page, summary and rule read this one setting; a severity that it leaves out keeps its default."""
    strict = Settings(coordinator="kitty", feedback_hours={"warning": 2})
    rows = [feedback(n, waiting_since=local("2026-11-23 15:30"), severity=s) for n, s in enumerate(("warning", "high"))]

    found = read(tmp_path, FEEDBACK, source(), *rows, at=moment(settings=strict))

    assert [(row["limit_hours"], row["unhandled"]) for row in found] == [(2.0, True), (4.0, False)]


def test_what_is_urgent_is_unhandled_from_its_first_moment_and_at_any_hour(tmp_path: Path) -> None:
    """A stranger's name in a push notice, on a Saturday night: two working hours would be Monday at eleven."""
    night = local("2026-11-21 22:40")
    rows = [
        feedback(n, waiting_since=night, severity="critical", urgent=urgent) for n, urgent in enumerate((True, False))
    ]

    found = read(tmp_path, FEEDBACK, source(), *rows, at=moment(local("2026-11-21 22:41")))

    assert [(row["limit_hours"], row["unhandled"]) for row in found] == [(0.0, True), (2.0, False)]


def test_handled_feedback_is_never_unhandled(tmp_path: Path) -> None:
    """Even where its waiting was never cleared."""
    (row,) = read(tmp_path, FEEDBACK, source(), feedback(waiting_since=local("2026-11-02 09:00"), handled=True))

    assert row["unhandled"] is False


def test_an_age_older_than_the_calendar_is_missing_and_the_finding_stays(tmp_path: Path) -> None:
    """A date of 1970 is odd, and late all the same."""
    (row,) = read(tmp_path, MILESTONE, source(), milestone(**due(date(1970, 1, 1))))

    assert row["overdue"] is True
    assert row["working_days_overdue"] is None
    assert row["days_overdue"] > 20_000


def test_people_read_as_names_and_the_account_stands_in_for_an_unknown_person(tmp_path: Path) -> None:
    """A message names who has it, who moved it, whose client it is."""
    rows = (
        source(),
        tables.Client(key="client/nineferries", names={"en": "Bank of Nine Ferries", "zh-Hant-HK": "九渡銀行"}),
        tables.Person(key="person/marco", name="Marco Yip"),
        tables.Person(key="person/raymond", name="Raymond Ho"),
        tables.Account(key="a1", source="delivery", vendor_id="1", name="raymond.h", person_key="person/raymond"),
        tables.Account(key="a2", source="delivery", vendor_id="2", name="Leung Tsz Him"),
        milestone(
            client_key="client/nineferries",
            bd_person="person/marco",
            owner_account="a2",
            moved_by_account="a1",
        ),
    )

    (row,) = read(tmp_path, MILESTONE, *rows)

    assert row["client_names"]["zh-Hant-HK"] == "九渡銀行"
    assert (row["bd_name"], row["owner_name"], row["moved_by_name"]) == ("Marco Yip", "Leung Tsz Him", "Raymond Ho")


def test_a_long_message_is_quoted_in_part(tmp_path: Path) -> None:
    """No message quotes a client at length."""
    found = read(tmp_path, FEEDBACK, source(), feedback(1, text="慢" * 120), feedback(2, text="慢" * 121))

    assert [row["text"] for row in found] == ["慢" * 120, "慢" * 119 + "…"]


def test_facts_are_json_that_reads_back_as_it_was(tmp_path: Path) -> None:
    """They are stored with the alert and told days later."""
    (row,) = read(tmp_path, MILESTONE, source(), milestone(**due(date(2026, 11, 16))))

    as_json = facts(row)

    assert as_json["due_on"] == "2026-11-16"
    assert as_json["deadline_at"] == "2026-11-16T15:59:59.999999+00:00"


def test_the_page_filters_the_very_same_select(tmp_path: Path) -> None:
    """So that page, summary and rule cannot disagree."""
    rows = (source(), milestone(1, **due(date(2026, 11, 16))), milestone(2, **due(date(2026, 12, 1))))
    with database(tmp_path, *rows) as engine, engine.connect() as connection:
        chosen = select_view(MILESTONE, moment())
        soon = chosen.statement.where(
            chosen.columns["due_on"] <= moment().today + timedelta(days=30), ~chosen.columns["overdue"]
        )

        (row,) = chosen.read(connection, soon)

    assert row["name"] == "M2"


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_every_column_is_documented_and_named_once(view: View) -> None:
    """The columns are the vocabulary of whoever writes rules."""
    names = [column.name for column in view.columns]

    assert len(names) == len(set(names))
    assert all(column.meaning.endswith(".") for column in view.columns)
    assert {"key", "source", "client", "calendar"} <= set(names)


@pytest.mark.parametrize(
    ("origin", "category", "answered", "unsolved", "hours"),
    [
        ("ticket", "in_progress", False, True, 10.5),
        ("ticket", "in_progress", True, True, 10.5),  # an answer alone solves nothing
        ("request", "unknown", True, True, 10.5),
        ("ticket", "done", True, False, None),
        ("item", "in_progress", True, False, None),  # is solved when it was planned
        ("survey", "todo", False, False, None),  # no tool closes it
    ],
)
def test_a_ticket_is_unsolved_until_the_tool_closes_it(
    tmp_path: Path, origin: str, category: str, answered: bool, unsolved: bool, hours: float | None
) -> None:
    """The time to solve runs from the first message on, answered or not."""
    said: dict[str, Any] = {"received_at": local("2026-11-20 15:30"), "answered": answered, "handled": answered}

    (row,) = read(tmp_path, FEEDBACK, source(), feedback(origin=origin, status_category=category, **said))

    assert (row["unsolved"], row["open_hours"]) == (unsolved, hours)


@pytest.mark.parametrize(
    ("status", "waiting", "has_it"),
    [
        ("Waiting on contact", None, True),
        ("Waiting for customer", None, True),
        ("待客戶回覆", None, True),
        ("Waiting on contact", "2026-11-23 15:30", False),  # they did answer
        ("Waiting on us", None, False),
    ],
)
def test_it_is_the_clients_turn_where_the_status_says_so_and_they_have_not_written(
    tmp_path: Path, status: str, waiting: str | None, has_it: bool
) -> None:
    """A client who wrote again is not reminded of what they did."""
    row_in = feedback(status_native=status, waiting_since=local(waiting) if waiting else None)

    (row,) = read(tmp_path, FEEDBACK, source(), row_in)

    assert row["client_has_it"] is has_it
