"""The portfolio: every project with its colour and why, as far as the reader may see it."""

from datetime import date

import pytest
from sqlalchemy import Engine

from tests.alerts.firm import put
from tests.report.asking import MARCO, Asking
from tests.report.browser import rows
from tests.report.firm import feedback, milestone, project


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """The bank's app is 17 working days late and e-KYC on its way; Paper Kite waits for an answer."""
    put(engine, "project", project(11, name="e-KYC", client_key="client/bank"))
    put(engine, "project", project(12, name="POS", client_key="client/kite"))
    late = {"project_key": "delivery/project/10", "baseline_on": date(2026, 10, 30), "moves": 2}
    coming = {"due_on": date(2026, 12, 18), "project_key": "delivery/project/11"}
    kites = {"client_key": "client/kite", "bd_person": "person/sandy", "project_key": "delivery/project/12"}
    put(
        engine,
        "milestone",
        milestone(1, name="UAT sign-off", **late),
        milestone(2, name="Go-live", **coming, baseline_on=date(2026, 12, 15), slip_days=3),
        milestone(3, name="Pilot", due_on=date(2026, 12, 4), **kites),
    )
    put(engine, "feedback", feedback(1, project_key="delivery/project/12"))
    items = [("10", "done"), ("10", "done"), ("10", "todo"), ("10", "cancelled"), ("11", "in_progress")]
    put(engine, "work_item", *(_item(number, *of) for number, of in enumerate(items)))
    return Asking(engine)


def _item(number: int, project: str, category: str) -> dict[str, str]:
    key = {"key": f"delivery/issue/{900 + number}", "source": "delivery", "vendor_id": str(900 + number)}
    return {**key, "project_key": f"delivery/project/{project}", "status_category": category}


def test_a_project_says_its_colour_with_the_reason(asking: Asking) -> None:
    """Numbers, and no more than two reasons."""
    said = rows(asking.page("/portfolio"), "projects")["Mobile app revamp"]

    assert "Red UAT sign-off is 17 wd past the promised 30 Oct and moved twice" in said
    assert "Marco Yip" in said


def test_progress_leaves_out_what_was_cancelled(asking: Asking) -> None:
    """Two done of three: the fourth is nobody's work any more."""
    said = rows(asking.page("/portfolio"), "projects")

    assert "66.7 % 2 of 3 items" in said["Mobile app revamp"]
    assert "0.0 % 0 of 1 items" in said["e-KYC"]


def test_the_next_milestone_says_its_slip_and_what_is_overdue_is_counted(asking: Asking) -> None:
    """What is overdue is no next milestone."""
    said = rows(asking.page("/portfolio"), "projects")

    assert "Fri 18 Dec Go-live" in said["e-KYC"]
    assert "3 days" in said["e-KYC"]
    assert "1 overdue" in said["Mobile app revamp"]


def test_feedback_over_its_limit_is_counted_apart(asking: Asking) -> None:
    """Paper Kite waits 9.5 of 8 working hours."""
    assert "1 1 over the limit" in rows(asking.page("/portfolio"), "projects")["POS"]


def test_a_column_in_which_no_project_says_anything_is_left_out(asking: Asking) -> None:
    """Most feedback is a client's, and of no one project."""
    assert "Open feedback" in asking.page("/portfolio").partition('id="projects"')[2]
    assert "Open feedback" not in asking.page("/portfolio", client="bank").partition('id="projects"')[2]


def test_clients_and_projects_lead_to_their_pages(asking: Asking) -> None:
    """Where all of each is."""
    page = asking.page("/portfolio", lang="zh-Hant-HK")

    assert 'href="/clients/bank?lang=zh-Hant-HK"' in page
    assert 'href="/projects/delivery/project/10?lang=zh-Hant-HK"' in page


def test_the_worst_stands_first_unless_asked_otherwise(asking: Asking) -> None:
    """By name downwards, for example."""
    assert next(iter(rows(asking.page("/portfolio"), "projects"))) == "Mobile app revamp"
    assert next(iter(rows(asking.page("/portfolio", sort="-name"), "projects"))) == "e-KYC"


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"client": "kite"}, ["POS"]),
        ({"bd": "marco"}, ["Mobile app revamp", "e-KYC"]),
        ({"health": "red"}, ["Mobile app revamp"]),
        ({"q": "kYc"}, ["e-KYC"]),
        ({"q": "nine ferries"}, ["Mobile app revamp", "e-KYC"]),
        ({"q": "<script>"}, []),
    ],
)
def test_a_filter_leaves_what_it_names(asking: Asking, query: dict[str, str], left: list[str]) -> None:
    """It stands in the address alone, so that the page can be shared."""
    assert list(rows(asking.page("/portfolio", **query), "projects")) == left


def test_the_figures_count_the_rows_that_they_lead_to(asking: Asking) -> None:
    """Each colour's number is a link to its projects."""
    page = asking.page("/portfolio")

    assert 'href="/portfolio?health=red"><strong>1</strong>' in page


def test_a_bd_manager_sees_own_clients_projects_alone(asking: Asking) -> None:
    """Whatever the address asks for."""
    mine = asking.as_(MARCO)

    for query in ({}, {"client": "kite"}, {"q": "POS"}, {"bd": "sandy"}):
        page = mine.page("/portfolio", **query)
        assert "POS" not in rows(page, "projects")
        assert "Paper Kite" not in page
    assert list(rows(mine.page("/portfolio"), "projects")) == ["Mobile app revamp", "e-KYC"]


def test_a_stale_source_greys_its_projects_and_the_figures(engine: Engine, asking: Asking) -> None:
    """What it counted may have changed long ago."""
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE source SET last_ok_at = '2026-11-23 01:00:00' WHERE name = 'delivery'")
    page = asking.page("/portfolio")

    assert '<tr role="row" class="stale">' in page
    assert '<a class="stale" href="/portfolio?health=red">' in page
