"""What needs somebody today, as values, and what is left of it for one BD manager."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from config.settings import Language
from rules.views import FEEDBACK, MILESTONE, select_view
from tests.alerts.firm import TUESDAY, change, hk, put, settings
from tests.report.asking import MARCO
from tests.report.browser import seen
from tests.report.firm import FRESH, asked, feedback, firm, milestone, moment, names, project, read


def test_the_page_and_the_rules_see_the_same(engine: Engine) -> None:
    """Two people who ask the page and a message for one figure get one answer: both read the rules' views."""
    put(
        engine,
        "milestone",
        milestone(1),
        milestone(2, due_on=date(2026, 11, 24)),
        milestone(3, due_on=date(2026, 11, 23)),
        milestone(4, status_category="done"),
        milestone(5, status_category="cancelled"),
        milestone(6, client_facing=False),
        milestone(7, due_on=None),
    )
    put(
        engine,
        "feedback",
        feedback(1),
        feedback(2, waiting_since=hk(23, 15)),
        feedback(3, waiting_since=hk(23, 15), severity="high"),
        feedback(4, handled=True),
    )

    shown = read(engine)

    at = moment(settings())
    milestones, waiting = select_view(MILESTONE, at), select_view(FEEDBACK, at)
    with engine.connect() as connection:
        overdue = {row["key"]: row for row in milestones.read(connection) if row["overdue"]}
        unhandled = {row["key"]: row for row in waiting.read(connection) if row["unhandled"]}
    assert len(shown.promises.overdue) + shown.promises.internal == len(overdue) == 3
    assert {row.key: row.days_overdue for row in shown.promises.overdue} == {
        key: row["days_overdue"] for key, row in overdue.items() if row["client_facing"]
    }
    assert {row.key: (row.waited_hours, row.limit_hours) for row in shown.unhandled} == {
        key: (row["waited_hours"], row["limit_hours"]) for key, row in unhandled.items()
    }


def test_an_overdue_milestone_comes_with_every_date_that_was_told(engine: Engine) -> None:
    """Scenario 2: promised, moved and by whom, the date of today, days late, slip, owner, link."""
    put(
        engine,
        "account",
        {"key": "delivery/user/r", "source": "delivery", "vendor_id": "r", "name": "Raymond Ho"},
    )
    put(
        engine,
        "milestone",
        milestone(
            1,
            baseline_on=date(2026, 10, 30),
            slip_days=17,
            moves=2,
            moved_at=hk(5, 11),
            moved_by_account="delivery/user/r",
            owner_account="delivery/user/r",
            url="https://acme.example/browse/NFA-1",
            open_items=4,
            total_items=31,
        ),
    )

    (row,) = read(engine).promises.overdue

    assert (row.baseline_on, row.due_on, row.moves, row.moved_by) == (
        date(2026, 10, 30),
        date(2026, 11, 16),
        2,
        "Raymond Ho",
    )
    assert (row.days_overdue, row.working_days_overdue, row.slip_working_days) == (8, 6, 11)
    assert (row.owner_name, row.url, row.open_items) == ("Raymond Ho", "https://acme.example/browse/NFA-1", 4)


def test_the_longest_late_and_the_longest_waiting_come_first(engine: Engine) -> None:
    """Who reads only the first line has read the worst one; within 30 days the nearest comes first."""
    put(
        engine,
        "milestone",
        milestone(1, name="late", due_on=date(2026, 11, 20)),
        milestone(2, name="later", due_on=date(2026, 11, 10)),
        milestone(3, name="far", due_on=date(2026, 12, 24)),
        milestone(4, name="near", due_on=date(2026, 11, 24)),
        milestone(5, name="beyond", due_on=date(2026, 12, 25)),
    )
    put(engine, "feedback", feedback(1), feedback(2, waiting_since=hk(18)))

    shown = read(engine)

    assert names(shown.promises.overdue) == ["later", "late"]
    assert names(shown.promises.soon) == ["near", "far"]
    assert names(shown.unhandled) == ["Feedback 2", "Feedback 1"]


def test_what_is_due_today_at_an_hour_that_has_passed_is_late(engine: Engine) -> None:
    """積分規則上線, 24 Nov 08:30: half an hour, no day."""
    put(engine, "milestone", milestone(1, due_on=date(2026, 11, 24), due_at=hk(24, 8, 30), deadline_at=hk(24, 8, 30)))

    shown = read(engine)

    assert [(row.days_overdue, row.due_at) for row in shown.promises.overdue] == [(0, hk(24, 8, 30))]
    assert not shown.promises.soon


def test_a_promise_without_a_date_is_counted_apart(engine: Engine) -> None:
    """Undated is never overdue, and never forgotten."""
    put(engine, "milestone", milestone(1, due_on=None))

    shown = read(engine)

    assert (len(shown.promises.undated), len(shown.promises.overdue), len(shown.promises.soon)) == (1, 0, 0)


@pytest.mark.parametrize("year", [2001, 2099])
def test_a_date_that_no_calendar_reaches_costs_only_its_working_days(engine: Engine, year: int) -> None:
    """One project planned for 2099 must not take the page from everybody."""
    put(engine, "milestone", milestone(1, baseline_on=date(year, 1, 1), slip_days=5), milestone(2))

    shown = read(engine)

    assert {row.key: row.slip_working_days for row in shown.promises.overdue} == {
        "delivery/issue/1": None,
        "delivery/issue/2": 0,
    }


def test_feedback_older_than_every_calendar_stands_first(engine: Engine) -> None:
    """Nobody can say how many working hours that is; it has waited the longest all the same."""
    put(engine, "feedback", feedback(1), feedback(2, waiting_since=hk(20).replace(year=1999)))

    assert [(row.subject, row.waited_hours) for row in read(engine).unhandled] == [
        ("Feedback 2", None),
        ("Feedback 1", 9.5),
    ]


def test_what_belongs_to_nobody_is_listed_with_its_suggestion(engine: Engine) -> None:
    """Scenario 9: Campus Wi-Fi has only a suggested client until somebody confirms it."""
    put(
        engine,
        "project",
        project(11, name="Campus Wi-Fi"),
        project(12, name="Intranet"),
        project(13, name="Old", archived=True),
        project(14, name="Gone", deleted_at=TUESDAY),
    )
    link = {"from_key": "delivery/project/11", "to_key": "client/hill", "method": "name", "status": "suggested"}
    put(engine, "identity_link", {"kind": "project_client", **link})

    shown = read(engine)

    assert [(row.name, row.suggested) for row in shown.projects_without_client] == [
        ("Campus Wi-Fi", "client/hill"),
        ("Intranet", None),
    ]
    assert shown.clients_without_bd == ["client/hill"]


def test_a_source_that_left_the_config_is_in_no_figure(engine: Engine) -> None:
    """Its rows stay in the database, outside rules and report."""
    put(engine, "milestone", milestone(1))
    change(engine, "project", "delivery/project/10", client_key=None)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE source SET active = 0 WHERE name = 'delivery'")

    shown = read(engine)

    assert (shown.promises.overdue, shown.projects_without_client) == ([], [])


# --- freshness ----------------------------------------------------------------------------------------------------


def test_a_stale_source_marks_what_it_feeds_and_nothing_else(tmp_path: Path) -> None:
    """Scenario 10: HubSpot went down at 10:30; milestones from Jira are as good as ever."""
    engine = firm(tmp_path, sources={"crm": TUESDAY - timedelta(hours=2)})
    put(engine, "milestone", milestone(1))
    put(engine, "feedback", feedback(1))

    shown = read(engine)

    assert {row.name: (row.stale, row.feeds) for row in shown.sources} == {
        "delivery": (False, frozenset({"milestones", "projects"})),
        "boards": (False, frozenset()),
        "crm": (True, frozenset({"feedback"})),
    }
    assert [row.stale for row in shown.unhandled] == [True]
    assert [row.stale for row in shown.promises.overdue] == [False]
    engine.dispose()


def test_a_source_that_was_never_read_may_feed_anything(tmp_path: Path) -> None:
    """Nobody knows what it would have said: no figure is whole without it."""
    engine = firm(tmp_path, sources={"boards": None})

    (boards,) = (row for row in read(engine).sources if row.name == "boards")

    assert (boards.stale, boards.last_ok_at, boards.feeds) == (
        True,
        None,
        frozenset({"milestones", "feedback", "projects"}),
    )
    engine.dispose()


def test_fresh_is_asked_of_the_runs_not_of_the_rows(engine: Engine) -> None:
    """A project in which nothing happens for a month is as fresh as its source."""
    put(engine, "milestone", milestone(1, updated_at=TUESDAY - timedelta(days=30)))

    assert [(row.age, row.stale) for row in read(engine).sources] == [(FRESH, False)] * 3


def test_a_field_that_could_not_be_read_concerns_whose_client_it_is(engine: Engine) -> None:
    """A manager none of whose data is concerned can do nothing about it, and learns to overlook the line."""
    put(engine, "milestone", milestone(1))
    item = {"key": "delivery/issue/2", "source": "delivery", "vendor_id": "2", "client_key": "client/boat"}
    put(engine, "work_item", item)
    odd = {"source": "delivery", "stream": "issue", "reason": "is no date", "seen_at": TUESDAY}
    put(engine, "mapping_problem", *({**odd, "vendor_id": str(number), "field": "due"} for number in (1, 2, 3)))

    shown = read(engine)

    found = {name: read(engine, bd=name).sources[0].problems for name in ("marco", "kevin", "sandy")}
    assert (shown.sources[0].problems, found) == (3, {"marco": 1, "kevin": 1, "sandy": 0})
    assert "3 fields in Jira could not be read and are empty here: “milepost status” names them" in seen(engine).text
    assert "1 field of your clients' work in Jira could not be read" in seen(engine, bd="marco").text
    assert "could not be read" not in seen(engine, bd="sandy").text


# --- one BD manager -----------------------------------------------------------------------------------------------


def test_narrowed_to_one_bd_manager_nothing_of_others_is_left(engine: Engine) -> None:
    """Scenario 1: nothing of Sandy's or Kevin's clients is in what Marco reads."""
    put(
        engine,
        "milestone",
        milestone(1, name="UAT"),
        milestone(2, name="POS", client_key="client/kite", bd_person="person/sandy"),
        milestone(3, name="next", due_on=date(2026, 12, 1)),
        milestone(4, name="SIT", due_on=date(2026, 12, 1), client_key="client/boat", bd_person="person/kevin"),
        milestone(5, name="someday", due_on=None, client_key=None, bd_person=None),
        milestone(6, client_facing=False),
    )
    put(engine, "feedback", feedback(1))
    put(engine, "project", project(11, name="Campus Wi-Fi"))

    for how in ({"bd": "marco"}, {"reader": MARCO}, {"client": "bank"}):
        marco = read(engine, **how)

        assert (names(marco.promises.overdue), names(marco.promises.soon)) == (["UAT"], ["next"])
        assert (marco.unhandled, marco.promises.undated, marco.promises.internal) == ([], [], 0)
        assert (marco.projects_without_client, marco.clients_without_bd) == ((), ())
        with asked(engine, **how) as one:
            assert dict(one.bd_managers) == {"marco": "Marco Yip"}


def test_only_those_with_a_client_can_be_chosen(engine: Engine) -> None:
    """May coordinates and has no client: a page of hers would always be empty."""
    with asked(engine) as one:
        assert dict(one.bd_managers) == {"marco": "Marco Yip", "sandy": "莫詠珊", "kevin": "罗建明"}


@pytest.mark.parametrize(
    ("key", "language", "name"),
    [
        ("client/bank", "zh-Hant-HK", "九渡銀行"),
        ("client/bank", "zh-Hans-CN", "Bank of Nine Ferries"),
        ("client/kite", "zh-Hant-HK", "Paper Kite Stores"),
        ("client/gone", "en", "No client"),
        (None, "en", "No client"),
    ],
)
def test_a_client_has_its_name_in_the_language_or_the_nearest(
    engine: Engine, key: str | None, language: Language, name: str
) -> None:
    """Names are never converted between 繁 and 简: what the config does not say is shown as it says it elsewhere."""
    with asked(engine, language) as one:
        assert one.client_name(key) == name
